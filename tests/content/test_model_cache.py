"""What training leaves is kept by the content's name, whole or not at all."""

from pathlib import Path

import numpy as np
import pytest

from bot.content.model_cache import cache_key, file_name, load_or_train
from bot.core.matching.training import TrainedModel
from bot.core.matching.word_pairs import PairEvidence


def training() -> TrainedModel:
    ints, floats = np.array([0, 1], dtype=np.int32), np.array([0.5, 1.5], dtype=np.float32)
    return TrainedModel(
        {"word": ("a", "b")},
        ints.astype(np.uint32),
        floats,
        ("ports", "webmail"),
        floats.reshape(2, 1),
        ints,
        ints,
        ints.astype(np.uint16),
        floats,
        ints.astype(np.uint8),
        PairEvidence(ints.astype(np.uint64), ints.astype(np.int64), ints, floats, floats),
    )


def not_again() -> TrainedModel:
    raise AssertionError("trained again")


def test_what_was_learnt_is_remembered(tmp_path: Path) -> None:
    load_or_train([tmp_path / "new"], "a", training)
    again = load_or_train([tmp_path / "new"], "a", not_again)
    assert (again.features, again.owners) == (training().features, training().owners)
    assert np.array_equal(again.weights, training().weights)
    assert np.array_equal(again.pairs.value, training().pairs.value)


def test_a_later_folder_serves_too(tmp_path: Path) -> None:
    load_or_train([tmp_path / "packaged"], "a", training)
    assert load_or_train([tmp_path / "cache", tmp_path / "packaged"], "a", not_again).owners == ("ports", "webmail")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off", b"00000000\n", b"00000000\n{}\n"])
def test_a_broken_file_is_only_a_slower_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / file_name("a")).write_bytes(content)
    assert load_or_train([tmp_path], "a", training).owners == ("ports", "webmail")
    load_or_train([tmp_path], "a", not_again)


def test_a_folder_that_cannot_be_written_is_only_a_slower_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert load_or_train([tmp_path / "file" / "folder"], "a", training).owners == ("ports", "webmail")


def test_the_training_of_other_content_is_thrown_away(tmp_path: Path) -> None:
    load_or_train([tmp_path], "old", training)
    (tmp_path / "trained-0123456789abcdef.npz").write_bytes(b"of an earlier version")
    load_or_train([tmp_path], "new", training)
    assert [f.name for f in tmp_path.iterdir()] == [file_name("new")]


def test_every_change_of_content_changes_the_name(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x: 1")
    before = cache_key([tmp_path])
    (tmp_path / "a.yaml").write_text("x: 2")
    changed = cache_key([tmp_path])
    (tmp_path / "a.yaml").rename(tmp_path / "b.yaml")
    renamed = cache_key([tmp_path])
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples/b.yaml").write_text("questions: {de: [], en: []}")
    assert len({before, changed, renamed, cache_key([tmp_path])}) == 4
