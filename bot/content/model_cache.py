"""Model cache: the trained model as a file, so that only the first start after a change of content trains.

Its first line is JSON: the texts, and each array's kind, shape and place in what follows. That is read at once, in a
quarter of the time that an .npz file takes.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from bot.content.cache_file import save
from bot.content.content_hash import content_hash
from bot.core.matching.training import TrainedModel

_ALIGNED = 64  # bytes at whose multiples arrays begin
_BETWEEN = "\x7f"  # two features: YAML has no way to write it, and JSON none that takes longer to read


def cache_key(folders: Sequence[Path]) -> str:
    """Key of a model: 16 hex digits over the *.yaml and *.py files that it is trained from (content and bot/core)."""
    return content_hash(folders, "*.yaml", "*.py")[:16]


def file_name(key: str) -> str:
    """Name of the file that holds the model of this key."""
    return f"trained-{key}.model"


def load_or_train(folders: Sequence[Path], key: str, train: Callable[[], TrainedModel]) -> TrainedModel:
    """Model of this key from the first of the folders that has it; else trained now, and saved in the first folder.

    Models of other keys are deleted there. A folder that cannot be written is no error.
    """
    for folder in folders:
        try:
            return _read((folder / file_name(key)).read_bytes())
        except (OSError, ValueError, KeyError, TypeError):
            continue
    trained = train()
    try:
        save(folders[0] / file_name(key), file_name("*"), lambda out: _write(out, trained))
    except OSError:  # a read-only disk costs every start the time to learn, and nothing else
        return trained
    return trained


def _write(out: BinaryIO, trained: TrainedModel) -> None:
    arrays = {f.name: getattr(trained, f.name) for f in fields(TrainedModel)}
    features, owners = arrays.pop("features"), arrays.pop("owners")
    places, end = {}, 0
    for name, array in arrays.items():
        places[name] = (array.dtype.str, array.shape, end)
        end += array.nbytes + -array.nbytes % _ALIGNED
    texts = {group: _BETWEEN.join(names) for group, names in features.items()}
    head = {"features": texts, "owners": owners, "arrays": places, "bytes": end}
    out.write(json.dumps(head, ensure_ascii=False).encode() + b"\n")
    for array in arrays.values():
        out.write(array.tobytes() + bytes(-array.nbytes % _ALIGNED))


def _read(stored: bytes) -> TrainedModel:
    """Model as stored. Raises ValueError, KeyError or TypeError where it is not whole."""
    begin = stored.index(b"\n") + 1
    head = json.loads(stored[:begin])
    if len(stored) != begin + head["bytes"]:
        raise ValueError("cut off")
    values: dict[str, Any] = {
        name: np.frombuffer(stored, kind, int(np.prod(shape)), begin + at).reshape(shape)
        for name, (kind, shape, at) in head["arrays"].items()
    }
    values["features"] = {
        group: tuple(names.split(_BETWEEN)) if names else () for group, names in head["features"].items()
    }
    return TrainedModel(owners=tuple(head["owners"]), **values)
