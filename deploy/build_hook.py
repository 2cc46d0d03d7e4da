"""Learns the knowledge base while the wheel is built, so that not even the first start after an installation has to.

An editable installation learns at its first start: its content changes all the time.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc,unused-ignore]
    """Adds bot/_packaged/trained-<content>.npz to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See hatchling's BuildHookInterface."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from bot.content import model_cache
        from bot.core.matching.features import FeatureExtractor
        from bot.core.matching.training import training_examples, train
        from bot.content.loader import load

        knowledge = load(root / "knowledge")
        extractor = FeatureExtractor(knowledge)
        self._folder = tempfile.TemporaryDirectory()
        name = model_cache.fingerprint([root / "knowledge", root / "bot/core"])
        file, folders = model_cache.file_name(name), [Path(self._folder.name)]
        model_cache.load_or_train(folders, name, lambda: train(knowledge, extractor, training_examples(knowledge)))
        build_data["force_include"][str(folders[0] / file)] = f"bot/_packaged/{file}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes what was learnt: it is in the wheel now."""
        if version != "editable":
            self._folder.cleanup()
