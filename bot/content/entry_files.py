"""Entry files of a base, and the languages that their titles have: without the schemas, which a start needs not."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from bot.content.yaml_lines import parsed_yaml
from bot.core.languages import KNOWN
from bot.core.model import LANGUAGES, Language

NO_ENTRIES = frozenset({"base", "provider", "concepts", "status-codes"})  # files beside the entries


def entry_files(folder: Path) -> list[Path]:
    """Files of a base's entries."""
    return [f for f in sorted(folder.glob("*.yaml")) if f.stem not in NO_ENTRIES]


def languages_of(files: Sequence[Path]) -> list[Language]:
    """Languages in which any of the entries has a title; of a base that cannot be read, LANGUAGES."""
    found: set[Language] = set()
    for file in files:
        try:
            found |= (
                set(parsed_yaml(file.read_text(encoding="utf-8"))["title"]) & KNOWN.keys() if file.is_file() else set()
            )
        except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, KeyError):
            continue  # said where the entry is read
    return [code for code in KNOWN if code in found] or list(LANGUAGES)
