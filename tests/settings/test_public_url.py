"""POSTBOTE_PUBLIC_URL: where editors are sent to from elsewhere, if anybody elsewhere can open the dashboard."""

import pytest
from pydantic import ValidationError

from bot.settings import Settings
from tests.rows import each_row

OPEN, CLOSED = "x" * 20, None


@each_row(
    ("url", "token", "link"),
    [
        ("https://postbote.hoster.example/", OPEN, "https://postbote.hoster.example/dashboard/gaps"),
        ("https://postbote.hoster.example", CLOSED, ""),  # the dashboard answers on its own machine only
        ("http://127.0.0.1:3000", CLOSED, "http://127.0.0.1:3000/dashboard/gaps"),
        ("", OPEN, ""),
    ],
)
def test_editors_are_linked_to_a_dashboard_that_opens(url: str, token: str | None, link: str) -> None:
    assert Settings(postbote_public_url=url, postbote_admin_token=token).editor_url() == link


@each_row("url", ["postbote.hoster.example", "http://hoster.example", "https://a.example/x", "https://a|b"])
def test_anything_else_stops_the_start_with_the_cure(url: str) -> None:
    with pytest.raises(ValidationError, match=r"is no public address; write https://postbote\.hoster\.example"):
        Settings(postbote_public_url=url)
