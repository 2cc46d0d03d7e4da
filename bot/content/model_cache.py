"""Keeps what training leaves, so that only the first start after a change of content trains.

A lost or broken file is only a slower start.
"""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from bot.core.matching.training import TrainedModel

_TEXTS = {"features", "owners"}  # tuples of texts; everything else is an array


def fingerprint(folders: Iterable[Path]) -> str:
    """A name for the exact content of the folders' *.yaml and *.py files."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.py")]):
            digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def file_name(name: str) -> str:
    """The file that keeps the training of one content."""
    return f"trained-{name}.npz"


def load_or_train(folders: Sequence[Path], name: str, train: Callable[[], TrainedModel]) -> TrainedModel:
    """The training kept under this name in one of the folders; else a new one, kept in the first if it can be."""
    for folder in folders:
        try:
            return _read(folder / file_name(name))
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            continue
    trained = train()
    try:
        _keep(folders[0], name, trained)
    except OSError:  # a read-only disk costs every start the time to learn, and nothing else
        return trained
    return trained


def _keep(folder: Path, name: str, trained: TrainedModel) -> None:
    _write(folder / file_name(name), trained)
    for old in folder.glob(file_name("*")):
        if old.name != file_name(name):
            old.unlink(missing_ok=True)


def _read(file: Path) -> TrainedModel:
    with file.open("rb") as raw, np.load(raw, allow_pickle=False) as kept:
        values: dict[str, Any] = {f.name: kept[f.name] for f in fields(TrainedModel)}
    values |= {name: tuple(str(values[name]).split("\n")) for name in _TEXTS}
    return TrainedModel(**values)


def _write(file: Path, trained: TrainedModel) -> None:
    """Whole or not at all: two processes may start at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    values = {f.name: getattr(trained, f.name) for f in fields(TrainedModel)}
    handle, part = tempfile.mkstemp(dir=file.parent, suffix=".part")
    with os.fdopen(handle, "wb") as out:
        arrays: dict[str, Any] = {name: "\n".join(v) if name in _TEXTS else v for name, v in values.items()}
        np.savez(out, **arrays)
    Path(part).replace(file)
