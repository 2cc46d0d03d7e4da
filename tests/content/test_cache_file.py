"""A cache file gives back what was saved, or an error: never anything else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.cache_file import load, save

PARTS = [b"line\n", b"", bytes(range(256))]


def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    save(tmp_path / "a.cache", "a*", PARTS)
    assert load(tmp_path / "a.cache") == b"".join(PARTS)
    save(tmp_path / "a.cache", "a*", [])
    assert load(tmp_path / "a.cache") == b""


@given(data=st.data())
def test_a_file_with_one_wrong_bit_is_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    file = tmp_path_factory.mktemp("bit") / "a.cache"
    save(file, "a*", PARTS)
    damaged = bytearray(file.read_bytes())
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(damaged)
    with pytest.raises(ValueError, match="damaged"):
        load(file)


@given(length=st.integers(0, 269))
def test_a_file_that_is_cut_off_is_refused(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    file = tmp_path_factory.mktemp("cut") / "a.cache"
    save(file, "a*", PARTS)
    whole = file.read_bytes()
    assert len(whole) == 270
    file.write_bytes(whole[:length])
    with pytest.raises(ValueError, match="damaged"):
        load(file)
