"""What must not be kept."""

import pytest

from bot.core.redact import redacted

ROWS = [
    ("an address", "mail an max.muster@firma.de geht nicht", "mail an <address> geht nicht"),
    ("a user name", "login max%firma.de falsch", "login <address> falsch"),
    ("an IPv4 address", "client [192.0.2.17] blocked", "client [<ip>] blocked"),
    ("an IPv6 address", "from 2001:db8:0:1:2:3:4:5 refused", "from <ip> refused"),
    ("a token", "token xoxb-12345-abcdef", "token <token>"),
    ("a telephone number", "ruf an: +49 30 1234567", "ruf an: <number>"),
    ("no port and no code", "port 465, 550 5.7.1 and #4.4.1", "port 465, 550 5.7.1 and #4.4.1"),
]


@pytest.mark.parametrize(("text", "kept"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_mark_stands_in_place_of_what_is_private(text: str, kept: str) -> None:
    assert redacted(text) == kept
