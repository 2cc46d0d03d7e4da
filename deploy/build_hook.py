"""Build hook: trains the model while the wheel is built, so that not even the first start after an installation has to.

An editable installation trains at its first start: its content changes all the time.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

READY = "POSTBOTE_TRAINED"  # variable: a folder that may hold the model already; training takes several seconds of CPU


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc,unused-ignore]
    """Hook that adds bot/_packaged/trained-<key>.model to the wheel (see bot/content/model_cache.py)."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the build (hatchling's BuildHookInterface): trains into a temporary folder, and names its file."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from bot.content import model_cache
        from bot.content.folders import learnt_from
        from bot.content.loader import load
        from bot.core.matching.features import FeatureExtractor
        from bot.core.matching.learning import learn

        knowledge = load(root / "knowledge")
        extractor = FeatureExtractor(knowledge)
        self._folder = tempfile.TemporaryDirectory()
        key = model_cache.cache_key(learnt_from(root / "knowledge"))
        folder, name = Path(self._folder.name), model_cache.file_name(key)
        ready = Path(os.environ.get(READY) or folder, name)
        if ready.is_file():  # the key in its name is that of the content
            shutil.copy(ready, folder)
        model_cache.load_or_train([folder], key, lambda: learn(knowledge, extractor))
        build_data["force_include"][str(folder / name)] = f"bot/_packaged/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """After the build: removes the temporary folder; its file is in the wheel now."""
        if version != "editable":
            self._folder.cleanup()
