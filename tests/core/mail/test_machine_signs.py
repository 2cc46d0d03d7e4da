"""The table of machines' signs: each row is well-formed, has its source, and is found in a mail."""

import re
from collections import Counter

import pytest

from bot.core.mail.machine_signs import (
    ANYTHING,
    has_header,
    is_automatic_subject,
    is_automatic_text,
    is_machine_name,
    read_signs,
)
from tests.rows import each_row

SIGNS = read_signs()
# Languages of Europe's mail programs, whose automatic replies and addresses are known
EUROPE = set(re.findall(r"\w+", "bg ca cs da de el en es et fi fr hr hu it lt lv nl no pl pt ro ru sk sl sv tr uk"))


def test_every_sign_has_a_verdict_and_a_source_and_stands_once() -> None:
    assert {sign.verdict for sign in SIGNS} == {"silent", "note"}
    assert all(sign.sign == sign.sign.strip() and sign.sign and sign.source for sign in SIGNS)
    assert not [key for key, n in Counter((s.code, s.sign.casefold()) for s in SIGNS).items() if n > 1]
    assert {sign.code for sign in SIGNS} == {
        *(
            "list",
            "loop-marker",
            "machine-header",
            "precedence",
            "nobody",
            "automatic-subject",
            "automatic-text",
            "quotes-us",
        ),
    }


@pytest.mark.parametrize("code", ["automatic-subject", "nobody"])
def test_the_languages_of_europe_have_signs(code: str) -> None:
    assert {sign.language for sign in SIGNS if sign.code == code} >= EUROPE


def test_every_subject_and_sender_of_the_table_is_known_as_a_machines() -> None:
    subjects = [s.sign.replace(ANYTHING, " x ") for s in SIGNS if s.code == "automatic-subject"]
    assert not [s for s in subjects if not (is_automatic_subject(s) and is_automatic_subject(f"AW: {s}"))]
    names = [s.sign.replace(ANYTHING, "x") for s in SIGNS if s.code == "nobody"]
    spelt = [name.replace("-", mark) for name in names for mark in "-_."]
    assert not [name for name in spelt if not (is_machine_name(name) and is_machine_name(name.upper()))]
    assert not [s.sign for s in SIGNS if s.code == "automatic-text" and not is_automatic_text(f"Hi,\n{s.sign} x")]


@each_row("value", ["no", "No (a person)", "false", "0", "none", ""])
def test_a_header_that_denies_itself_is_no_sign(value: str) -> None:
    headers = [(s.sign.partition(":")[0].lower(), value) for s in SIGNS if s.code in ("loop-marker", "machine-header")]
    assert not [h for h in headers for c in ("loop-marker", "machine-header") if has_header([h], c, "silent")]


def test_a_header_with_a_value_of_its_own_is_judged_by_it() -> None:
    assert has_header([("x-apple-action", "VACATION")], "machine-header", "silent")
    assert has_header([("x-apple-action", "forward")], "machine-header", "note")
    assert not has_header([("delivered-to", "max@firma.example")], "machine-header", "silent")
