"""A ticket's error is checked at once, and the note says what the DNS shows."""

from bot.answering.engine import AnswerEngine
from bot.answering.lookup import open_lookup
from bot.answering.router import make_responder
from bot.commands import find_commands
from bot.contracts.engine import Respond
from bot.core.mail.auto_response import MailboxContext
from bot.core.model import Question
from bot.tickets.assessment import assess, ticket_of_mail
from bot.tickets.live_checks import make_live_checks
from tests.commands.test_check import ERROR, ZONE
from tests.rows import each_row
from tests.servers.dns_server import DnsServer

MAIL = """\
From: Max Muster <max@firma.example>
To: support@hoster.example
Subject: Fehler
Message-ID: <1@firma.example>
Date: Tue, 24 Nov 2026 10:00:00 +0100
Content-Type: text/plain; charset=utf-8

{text}
"""


def responder(engine: AnswerEngine, server: DnsServer) -> Respond:
    return make_responder(
        engine.matcher, find_commands(), engine.knowledge.provider, open_lookup(server.address, budget=1.0)
    )


async def note(engine: AnswerEngine, text: str) -> str:
    """What the team reads about a mail with this text."""
    async with DnsServer(ZONE, {"slow.example.net": "never"}) as server:
        respond = responder(engine, server)
        ticket = ticket_of_mail(MAIL.format(text=text).encode(), "support@hoster.example")
        ours = frozenset({"support@hoster.example"})
        found = await assess(
            ticket, MailboxContext(ours, ours), respond, make_live_checks(respond, engine.renderer.render)
        )
    return engine.renderer.render(found.to_answer("note", ("mode-note",)))


async def test_the_note_says_whether_the_condition_still_holds(engine: AnswerEngine) -> None:
    said = await note(engine, f"Guten Tag,\nunsere Kunden bekommen diese Meldung:\n\n{ERROR}\n\nWas ist da los?")
    line = next(line for line in said.split("\n") if "AAAA" in line)
    assert line.startswith("- `mx2.example.com` hat weiterhin weder einen A- noch einen AAAA-Eintrag.")
    assert "Der MX-Eintrag von `example.com` verweist auf diesen Host." in line
    assert line.endswith("**Solange das so ist, bleibt der Fehler bestehen.**")


async def test_a_name_server_that_does_not_answer_is_said_so(engine: AnswerEngine) -> None:
    said = await note(engine, "<a@slow.example.net>:\nSorry, I wasn't able to establish an SMTP connection. (#4.4.1)")
    assert "keine brauchbare Antwort" in said or "no usable answer" in said


async def test_codes_and_invisible_characters_stand_in_the_note(engine: AnswerEngine) -> None:
    said = await note(engine, "Bei mir kommt immer:\n\n552 5.2.2 <max@firma.de >: mailbox full")
    assert "Allgemein, nicht aus der FAQ, bedeuten die Codes darin:" in said
    assert "- `5.2.2`: Das Postfach ist voll (RFC 3463)" in said
    assert "`max@firma.de␣`" in said


@each_row("asked", ["Welcher Port für POP3 mit SSL?", "/mx example.com", "Danke!"])
async def test_an_answer_without_names_causes_no_look_up(engine: AnswerEngine, asked: str) -> None:
    async with DnsServer(ZONE) as server:
        respond = responder(engine, server)
        answer = await respond(Question(asked))
        known = len(server.asked)
        assert await make_live_checks(respond, engine.renderer.render)(answer) == []
        assert len(server.asked) == known
