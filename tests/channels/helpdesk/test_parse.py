"""Cursors, account names and time stamps that RT and Zammad share."""

from bot.channels.helpdesk.parse import Cursor, to_account_name, to_cursor, to_seconds
from tests.rows import each_row


@each_row("cursor", [Cursor(0.0, 17.0), Cursor(1605278075.282, 1795571628.0005), Cursor(3.0, 2.0**53)])
def test_a_stored_cursor_is_read_to_the_last_bit(cursor: Cursor) -> None:
    assert to_cursor(cursor.to_text()) == cursor


@each_row("text", ["", "17", "12-40", "a b", "1 2 3"])
def test_an_unreadable_cursor_is_none(text: str) -> None:
    assert to_cursor(text) is None


@each_row(
    ("root", "name"),
    [
        ("https://rt.example.org/", "rt.example.org"),
        ("https://EXAMPLE.org:8443/rt/", "example.org:8443/rt"),
        ("http://user@rt.example.org/", "rt.example.org"),
    ],
)
def test_an_account_is_named_by_host_port_and_path(root: str, name: str) -> None:
    assert to_account_name(root) == name


@each_row(
    ("stamp", "seconds"),
    [("2020-11-13T14:34:35.282Z", 1605278075.282), ("2020-11-13T15:34:35+01:00", 1605278075.0), ("", 0.0), ("x", 0.0)],
)
def test_time_stamps_are_seconds_since_the_epoch(stamp: str, seconds: float) -> None:
    assert to_seconds(stamp) == seconds
