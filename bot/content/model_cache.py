"""Model cache: the trained model as a file, so that only the first start after a change of content trains."""

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from bot.content.cache_file import save
from bot.content.content_hash import content_hash
from bot.core.matching.training import TrainedModel

_TEXTS = {"features", "owners"}  # fields of TrainedModel that are tuples of texts; all others are arrays


def cache_key(folders: Sequence[Path]) -> str:
    """Key of a model: 16 hex digits over the *.yaml and *.py files that it is trained from (content and bot/core)."""
    return content_hash(folders, "*.yaml", "*.py")[:16]


def file_name(key: str) -> str:
    """Name of the file that holds the model of this key."""
    return f"trained-{key}.npz"


def load_or_train(folders: Sequence[Path], key: str, train: Callable[[], TrainedModel]) -> TrainedModel:
    """Model of this key from the first of the folders that has it; else trained now, and saved in the first folder.

    Models of other keys are deleted there. A folder that cannot be written is no error.
    """
    for folder in folders:
        try:
            return _read(folder / file_name(key))
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            continue
    trained = train()
    try:
        _save(folders[0], key, trained)
    except OSError:  # a read-only disk costs every start the time to learn, and nothing else
        return trained
    return trained


def _save(folder: Path, key: str, trained: TrainedModel) -> None:
    values = {f.name: getattr(trained, f.name) for f in fields(TrainedModel)}
    arrays: dict[str, Any] = {name: "\n".join(v) if name in _TEXTS else v for name, v in values.items()}
    save(folder / file_name(key), file_name("*"), lambda out: np.savez(out, **arrays))


def _read(file: Path) -> TrainedModel:
    with file.open("rb") as raw, np.load(raw, allow_pickle=False) as kept:
        values: dict[str, Any] = {f.name: kept[f.name] for f in fields(TrainedModel)}
    values |= {name: tuple(str(values[name]).split("\n")) for name in _TEXTS}
    return TrainedModel(**values)
