"""Model cache: the trained model as a file, so that only the first start after a change of content trains.

Its content begins with a line of JSON: the texts, and each array's kind, shape and place in what follows. That is read
at once, in less time than an .npz file takes. Its checksum is the cache file's (cache_file.py).
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from bot.content.cache_file import load, save
from bot.content.content_hash import content_hash
from bot.core.matching.training import TrainedModel
from bot.core.matching.word_pairs import PairEvidence

_ALIGNED = 64  # bytes at whose multiples arrays begin
_PAIRS = "pairs."  # begins the names of the arrays of PairEvidence
_ANY_MODEL = "trained-*"  # pattern of file names; those of earlier versions, which end in .npz, among them
_SEPARATOR = "\x7f"  # between features: YAML cannot write it, so none holds it; JSON reads it as fast as a letter


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
            return _to_model(load(folder / file_name(key)))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    trained = train()
    with suppress(OSError):  # a read-only disk costs every start the time to learn, and nothing else
        save(folders[0] / file_name(key), _ANY_MODEL, _to_bytes(trained))
    return trained


def _to_bytes(trained: TrainedModel) -> list[bytes]:
    """File of a model, in pieces."""
    arrays = {f.name: getattr(trained, f.name) for f in fields(TrainedModel)}
    features, owners, pairs = (arrays.pop(name) for name in ("features", "owners", "pairs"))
    arrays |= {_PAIRS + f.name: getattr(pairs, f.name) for f in fields(PairEvidence)}
    places, end = {}, 0
    for name, array in arrays.items():
        places[name] = (array.dtype.str, array.shape, end)
        end += array.nbytes + -array.nbytes % _ALIGNED
    texts = {group: _SEPARATOR.join(names) for group, names in features.items()}
    head = {"features": texts, "owners": owners, "arrays": places}
    pieces = [array.tobytes() + bytes(-array.nbytes % _ALIGNED) for array in arrays.values()]
    line = json.dumps(head, ensure_ascii=False).encode()
    return [line + b" " * (-(len(line) + 1) % _ALIGNED) + b"\n", *pieces]


def _to_model(stored: bytes) -> TrainedModel:
    """Model of a file. Raises ValueError, KeyError or TypeError where another version has written it."""
    begin = stored.index(b"\n") + 1
    head = json.loads(stored[:begin])
    values: dict[str, Any] = {
        name: np.frombuffer(stored, kind, int(np.prod(shape)), begin + at).reshape(shape)
        for name, (kind, shape, at) in head["arrays"].items()
    }
    values["features"] = {
        group: tuple(names.split(_SEPARATOR)) if names else () for group, names in head["features"].items()
    }
    pairs = PairEvidence(**{f.name: values.pop(_PAIRS + f.name) for f in fields(PairEvidence)})
    return TrainedModel(owners=tuple(head["owners"]), pairs=pairs, **values)
