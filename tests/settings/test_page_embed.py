"""POSTBOTE_PAGE_EMBED: origins by name, and nothing that would let more into the page's policy."""

import pytest
from pydantic import ValidationError

from bot.settings import Settings
from tests.rows import each_row

GOOD = [
    ("", []),
    ("https://www.hoster.example", ["https://www.hoster.example"]),
    ("https://a.example:8443, https://b.example", ["https://a.example:8443", "https://b.example"]),
    ("http://127.0.0.1:8000", ["http://127.0.0.1:8000"]),
]
WRONG = [
    *("*", "https://*.hoster.example", "https:", "hoster.example", "http://www.hoster.example", "'self'", "data:"),
    *(
        "https://hoster.example/help",
        "https://hoster.example;script-src",
        "https://user@hoster.example",
        "https://a\nb",
    ),
]


@each_row(("value", "origins"), GOOD)
def test_origins_are_taken(value: str, origins: list[str]) -> None:
    assert Settings(postbote_page_embed=value).page_embed() == origins


@each_row("value", WRONG)
def test_anything_else_stops_the_start_with_the_cure(value: str) -> None:
    with pytest.raises(ValidationError, match=r"is no origin; write https://www\.hoster\.example"):
        Settings(postbote_page_embed=value)
