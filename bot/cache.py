"""Keeps what training leaves, so that only the first start after a change of content trains.

A lost or broken file is only a slower start.
"""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from bot.core.questions import Trained

_TEXTS = {"features", "owners"}  # tuples of texts; everything else is an array


def fingerprint(folders: Iterable[Path]) -> str:
    """A name for the exact content of the folders' *.yaml and *.py files."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.py")]):
            digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def remembered(folder: Path, name: str, train: Callable[[], Trained]) -> Trained:
    """The training kept under this name in the folder, else a new one, which is then kept (if the folder

    can be written).
    """
    file = folder / f"trained-{name}.npz"
    try:
        return _read(file)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        trained = train()
    try:
        _write(file, trained)
    except OSError:
        return trained
    for old in folder.glob("trained-*.npz"):
        if old != file:
            old.unlink(missing_ok=True)
    return trained


def _read(file: Path) -> Trained:
    with np.load(file, allow_pickle=False) as kept:
        values: dict[str, Any] = {f.name: kept[f.name] for f in fields(Trained)}
    values |= {name: tuple(str(values[name]).split("\n")) for name in _TEXTS}
    return Trained(**values)


def _write(file: Path, trained: Trained) -> None:
    """Whole or not at all: two processes may start at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    values = {f.name: getattr(trained, f.name) for f in fields(Trained)}
    handle, part = tempfile.mkstemp(dir=file.parent, suffix=".part")
    with os.fdopen(handle, "wb") as out:
        arrays: dict[str, Any] = {name: "\n".join(v) if name in _TEXTS else v for name, v in values.items()}
        np.savez(out, **arrays)
    Path(part).replace(file)
