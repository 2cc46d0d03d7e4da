"""/check, and the checks that an answer offers, against a name server on a real port."""

import re

import pytest

from bot.answering.engine import AnswerEngine
from bot.answering.lookup import open_lookup
from bot.answering.router import answer_question, make_responder
from bot.commands import find_commands
from bot.commands.check import check_names
from bot.core.model import LANGUAGES, Language, Question
from tests.rows import each_row
from tests.servers.dns_server import DnsServer

ZONE = {
    "example.com": {"MX": ["10 mx1.example.com.", "20 mx2.example.com."]},
    "mx1.example.com": {"A": ["8.8.8.8"]},
    "mx2.example.com": {"TXT": ['"no address"']},
    "mx3.example.com": {"A": ["8.8.4.4"]},
    "example.org": {"A": ["8.8.8.8"]},
    "null.example.org": {"MX": ["0 ."]},
    "both.example.org": {"MX": ["0 .", "10 mx1.example.com."]},
}
ERROR = "Name service error for mx2.example.com: Host found but no data record of requested type"
SAID = [
    # argument, language, what the answer contains
    ("", "de", ["/check example.com", "DNS"]),
    ("help", "en", ["/check domain"]),
    ("mx2.example.com no-address", "en", ["still has no A or AAAA record", "`example.com`’s MX points to this host"]),
    ("mx3.example.com no-address", "de", ["hat jetzt eine Adresse: `8.8.4.4`", "verweist nicht auf diesen Host"]),
    ("example.com", "de", ["`mx1.example.com` (`8.8.8.8`)", "verrät das DNS nicht"]),
    ("<http://example.com|example.com>", "en", ["`mx1.example.com`"]),
    ("example.org no-mail-server", "en", ["no MX record, but an address", "shows no reason for this error"]),
    ("null.example.org no-mailbox", "de", ["Null-MX", "bleibt der Fehler bestehen"]),
    ("gone.example.net no-connection", "en", ["does not exist", "the error will persist"]),
    (ERROR, "en", ["still has no A or AAAA record", "points to this host"]),
    ("Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)", "de", ["nichts gefunden"]),
    ("Welcher Port für POP3?", "de", ["nichts gefunden"]),
    ("/check /check /check x", "en", ["found nothing"]),
    ("printer.local", "en", ["do not look up"]),
    ("gone.example.net", "de", ["gibt es im DNS nicht", "lässt sich so keine E-Mail zustellen"]),
    ("gone.example.net", "en", ["cannot be delivered to this domain"]),
    ("contradicts.example", "en", ["do not look up"]),
    ("a_b.example.net", "de", ["Unterstrich"]),
    ("(example.com).", "de", ["`mx1.example.com`"]),
    ("example.com bitte", "de", ["`mx1.example.com`"]),
    ("both.example.org", "de", ["widersprechen sich"]),
    ("both.example.org no-mail-server", "de", ["widersprechen sich"]),
    ("example.com no-mail-server explained", "de", ["steht für `example.com` ein Mailserver"]),
    ("192.0.2.1", "de", ["IP-Adresse"]),
    ("localhost", "en", ["ending is missing"]),
    ("???", "en", ["found nothing"]),
]


@each_row(("argument", "language", "expected"), SAID, ids=[row[0][:40] for row in SAID])
async def test_check_reports_the_state_of_the_dns(
    engine: AnswerEngine, argument: str, language: Language, expected: list[str]
) -> None:
    async with DnsServer(ZONE) as server:
        respond = make_responder(
            engine.matcher, find_commands(), engine.knowledge.provider, open_lookup(server.address, budget=2.0)
        )
        answer = await respond(Question(argument, command="check", language=language))
        said = engine.renderer.render(answer)
    for words in expected:
        assert words in said
    assert re.search(r"DNS|/check", said)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_checks_of_an_answer_run_at_the_same_time(engine: AnswerEngine, language: Language) -> None:
    """As for a ticket: the answer's own facts go in, the facts of a reply come out."""
    answer = answer_question(engine.matcher, Question(ERROR, language=language))
    async with DnsServer(ZONE) as server:
        found = await check_names(answer.facts["checks"], open_lookup(server.address, budget=2.0))
    (row,) = found["results"]
    assert (row["name"], row["state"], row["points"]) == ("mx2.example.com", "holds", True)
    assert await check_names([], open_lookup("127.0.0.1:9", budget=0.1)) == {"help": False, "results": []}


async def test_names_that_may_not_be_asked_reach_no_server(engine: AnswerEngine) -> None:
    async with DnsServer(ZONE) as server:
        lookup = open_lookup(server.address, budget=2.0)
        names = ["host.internal", "printer.local", "nas.lan", "localhost", "1.168.192.in-addr.arpa"]
        found = await check_names([{"name": name, "condition": "no-address"} for name in names if "." in name], lookup)
        assert {row["state"] for row in found["results"]} == {"refused"}
        assert server.asked == []


NO_ERROR = ["example.com", "gone.example.net", "null.example.org", "both.example.org", "example.org", "mx2.example.com"]


@each_row("name", NO_ERROR)
async def test_of_a_domain_alone_no_error_is_spoken_of(engine: AnswerEngine, name: str) -> None:
    async with DnsServer(ZONE) as server:
        respond = make_responder(
            engine.matcher, find_commands(), engine.knowledge.provider, open_lookup(server.address, budget=2.0)
        )
        for language, word in (("de", "Fehler"), ("en", "error")):
            answer = await respond(Question(name, command="check", language=language))
            assert word not in engine.renderer.render(answer)


async def test_where_a_stray_character_is_the_cause_the_dns_is_not_told_to_be_none(engine: AnswerEngine) -> None:
    """A space at the end of the address was never in the DNS."""
    error = "Non-existing DNS_MX: MAIL FROM: <info@example.com >"
    answer = answer_question(engine.matcher, Question(error, language="de"))
    assert [check["condition"] for check in answer.facts["checks"]] == ["no-mail-server explained"]
    async with DnsServer(ZONE) as server:
        respond = make_responder(
            engine.matcher, find_commands(), engine.knowledge.provider, open_lookup(server.address, budget=2.0)
        )
        for asked in (error, "example.com no-mail-server explained"):
            said = engine.renderer.render(await respond(Question(asked, command="check", language="de")))
            assert "`mx1.example.com`" in said
            assert "Fehler" not in said
