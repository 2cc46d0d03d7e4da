"""JSON of strangers: what comes out can be encoded and stored."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.untrusted_json import parse_json
from tests.examples import any_text
from tests.rows import each_row

TEXT = st.text(st.characters(codec=None, exclude_categories=[]), max_size=20)
VALUE = st.recursive(
    TEXT | st.none() | st.booleans() | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUE)
def test_every_text_can_be_encoded_and_stored(value: object) -> None:
    found = json.dumps(parse_json(json.dumps(value)), ensure_ascii=False)
    found.encode()
    assert "\\u0000" not in found


@given(st.recursive(any_text(9), lambda inner: st.lists(inner, max_size=4), max_leaves=9))
def test_what_can_be_stored_stays_as_it_is(value: object) -> None:
    raw = json.dumps(value)
    assert parse_json(raw) == json.loads(raw.replace("\\u0000", "\\ufffd"))


@each_row("raw", ["[" * 90_000, b"\xff\xfe", "{", '{"a":' * 900 + "1"])
def test_what_is_no_json_is_a_value_error(raw: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(raw)


def test_json_nested_as_deep_as_it_can_be_read_is_no_other_error() -> None:
    for depth in range(100, 1_500, 50):
        try:
            parse_json("[" * depth + "]" * depth)
        except ValueError:
            return
