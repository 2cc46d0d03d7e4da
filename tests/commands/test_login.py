"""/login: the user name, why it looks like that, and every setting for the address, fact by fact."""

import asyncio
import re

import pytest

from bot.answering.engine import AnswerEngine
from bot.answering.lookup import open_lookup
from bot.answering.router import make_responder
from bot.channels.slack.mrkdwn import to_mrkdwn
from bot.channels.slack.mrkdwn import to_plain as to_fallback
from bot.commands import find_commands
from bot.core.markdown.parser import parse
from bot.core.markdown.parser import plain as plain_text
from bot.core.markdown.to_html import to_html
from bot.core.markdown.to_plain import to_plain
from bot.core.model import LANGUAGES, Language, Question
from bot.core.provider import Connection
from tests.rows import each_row

EMAIL = "webmaster@example.com"
DASH = "–"

# row and column of the table → what stands there, and the entry of the FAQ that says it (None: a dash, or nothing)
FACTS: dict[tuple[int, int], tuple[str, str | None]] = {
    (0, 0): ("ns0.ovh.net", "smtp-server"),
    (0, 1): (DASH, None),
    (0, 2): ("smtp.example.com", "smtp-server"),
    (1, 0): ("ssl0.ovh.net", "ssl-server"),
    (1, 1): ("465", "smtp-ssl-port"),
    (1, 2): (DASH, None),
    (2, 0): ("ns0.ovh.net", "pop3-server"),
    (2, 1): (DASH, None),
    (2, 2): ("pop3.example.com", "pop3-server"),
    (3, 0): ("ssl0.ovh.net", "pop3-ssl"),
    (3, 1): ("995", "pop3-ssl"),
    (3, 2): (DASH, None),
    (5, 0): ("ssl0.ovh.net", "ssl-server"),
    (5, 1): ("993", "imap-ssl"),
    (5, 2): (DASH, None),
    (6, 0): ("webmaster%example.com", "login-name"),
}
WORDS: dict[Language, list[str]] = {  # what is no figure, row by row
    "de": ["(SMTP)", "(SMTPS)", "(POP3)", "(POP3S)", "(IMAP)", "(IMAPS)", "Benutzername"],
    "en": ["(SMTP)", "(SMTPS)", "(POP3)", "(POP3S)", "(IMAP)", "(IMAPS)", "User name"],
}
NEARLY: dict[Language, tuple[str, str]] = {  # of IMAP without SSL the FAQ says no more than its entry
    "de": ("wie POP3 (fast gleich)", "fast dieselben Einstellungen wie für POP3"),
    "en": ("almost the same as POP3", "almost the same as for POP3"),
}


def said(engine: AnswerEngine, language: Language, email: str = EMAIL) -> str:
    respond = make_responder(engine.matcher, find_commands(), engine.knowledge.provider, open_lookup("127.0.0.1:9"))
    return engine.renderer.render(asyncio.run(respond(Question(email, command="login", language=language))))


def table(markdown: str) -> list[list[str]]:
    (rows,) = [block.rows for block in parse(markdown) if block.rows]
    return [[plain_text(cell) for cell in row] for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_of_the_table_stands_in_the_faqs_entry(engine: AnswerEngine, language: Language) -> None:
    heading, *rows = table(said(engine, language))
    assert heading[1:] == ["Server", "Port", "Alias"]
    found = {(row, column): cell for row, cells in enumerate(rows) for column, cell in enumerate(cells[1:]) if cell}
    short, long = NEARLY[language]
    assert found.pop((4, 0)) == short
    assert long in engine.renderer.entry("imap-server", language)
    assert found == {name: value for name, (value, _) in FACTS.items()}
    for value, entry in FACTS.values():
        if entry:
            assert value in engine.renderer.entry(entry, language, EMAIL, "example.com"), (value, entry)
    assert all(word in row[0] for word, row in zip(WORDS[language], rows, strict=True))


def test_both_languages_say_the_same(engine: AnswerEngine) -> None:
    """Everything that is code, and every number, in the same order."""
    german, english = (said(engine, language) for language in LANGUAGES)
    assert re.findall(r"`[^`]+`|\d+", german) == re.findall(r"`[^`]+`|\d+", english)
    assert [row[1:] for row in table(german)][:5] == [row[1:] for row in table(english)][:5]
    assert len(german.split("\n\n")) == len(english.split("\n\n"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_figure_is_written_in_the_template(engine: AnswerEngine, language: Language) -> None:
    changed = engine.renderer.block(
        "login",
        language,
        language,
        {
            "help": False,
            "email": "a@b.example",
            "login": "a+b.example",
            "login_form": "{local}+{domain}",
            "domain": "b.example",
            "connections": (
                Connection("a", "send", "smtp", "none", server="MAIL", alias="out"),
                Connection("b", "send", "smtp", "tls", server="SSL", port=1),
                Connection("c", "fetch", "pop3", "none", server="MAIL", alias="in"),
                Connection("d", "fetch", "pop3", "starttls", server="SSL", port=2),
                Connection("e", "fetch", "imap", "none", note=dict.fromkeys(LANGUAGES, "as it is")),
                Connection("f", "fetch", "imap", "tls", server="SSL", port=3),
            ),
        },
    )
    _, *rows = table(changed)
    assert [cell for row in rows for cell in row[1:] if cell and " " not in cell] == [
        *("MAIL", DASH, "out.b.example", "SSL", "1", DASH, "MAIL", DASH, "in.b.example", "SSL", "2", DASH),
        *("SSL", "3", DASH, "a+b.example"),
    ]
    assert "%" not in changed
    assert not [n for n in ("465", "995", "993", "ovh") if n in changed]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_channel_shows_the_table(engine: AnswerEngine, language: Language) -> None:
    markdown = said(engine, language)
    html = to_html(markdown)
    assert html.count("<tr>") == 8
    assert '<th scope="col">Alias</th>' in html
    assert "<td>smtp.example.com</td>" in html
    slack = to_mrkdwn(markdown)
    block = slack.split("```")[1].strip("\n").split("\n")
    assert len(block) == 8
    assert {line.index("ssl0") for line in block if "ssl0" in line} == {block[0].index("Server")}
    assert max(map(len, block)) <= 66  # need not wrap in a terminal or a message
    assert "|" not in slack
    assert "ssl0.ovh.net  995   –" in to_plain(markdown)
    assert "Port 995" in to_fallback(markdown)  # what a screen reader reads names the columns


@each_row("email", ["a|b@example.com", "a`b@example.com", "a*b_c@example.com", "<a&b@example.com>"])
def test_no_address_breaks_the_table(engine: AnswerEngine, email: str) -> None:
    markdown = said(engine, "de", email)
    rows = table(markdown)
    assert {len(row) for row in rows} == {4}
    assert rows[-1][1] == email.strip("<>").replace("@", "%")
    assert to_mrkdwn(markdown).count("```") == 2
    assert to_html(markdown).count("<tr>") == 8


def test_an_invisible_character_in_the_address_is_marked(engine: AnswerEngine) -> None:
    assert "`max@fir[U+200B]ma.de`" in said(engine, "de", "max@fir\u200bma.de")
    assert "`a␣b@firma.de`" in said(engine, "en", "a b@firma.de")
