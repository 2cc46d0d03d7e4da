"""Every command, as a person would type it, worded by the real templates."""

import asyncio

from bot.answering.router import make_responder
from bot.commands import Tools, find_commands
from bot.core.dns.records import Lookup, MxHost, MxResult
from bot.core.model import LANGUAGES, Answer, Language, Question
from tests.project import knowledge, renderer
from tests.rows import each_row

COMMANDS = find_commands()


class Dns:
    """A look-up with one answer for everything; remembers what it was asked."""

    def __init__(self, found: MxResult) -> None:
        self._found = found
        self.asked: list[str] = []

    def asked_by(self, person: str) -> Lookup:
        return self

    async def mx(self, domain: str) -> MxResult:
        self.asked.append(domain)
        return self._found

    async def host(self, name: str) -> MxHost:
        raise NotImplementedError


class Silent:
    """Stands for the core, which no command but /faq asks."""

    class language:
        languages = LANGUAGES

        @staticmethod
        def of(text: str, hint: Language | None = None) -> Language:
            return "de"


def say(command: str, argument: str, language: Language = "de", dns: Dns | None = None) -> str:
    lookup = dns or Dns(MxResult("nxdomain"))
    respond = make_responder(Silent, COMMANDS, knowledge().provider, lookup)  # type: ignore[arg-type]
    return renderer().render(asyncio.run(respond(Question(argument, command=command, language=language))))


SAID = [
    # command, argument, language, what the answer contains
    ("ports", "", "de", ["465", "995", "993", "ssl0.ovh.net"]),
    ("ports", "", "en", ["465", "995", "993", "ssl0.ovh.net", "port"]),
    ("login", "webmaster@example.com", "de", ["`webmaster%example.com`"]),
    ("login", "<mailto:max@FIRMA.de|max@FIRMA.de>", "en", ["`max%firma.de`"]),
    ("login", "max+shop@müller.de", "de", ["`max+shop%müller.de`"]),
    ("login", "webmaster", "de", ["`@` fehlt", "/login webmaster@example.com"]),
    ("login", "a b@firma.de", "en", ["contains a space", "/login webmaster@example.com"]),
    ("login", "max@192.0.2.1", "de", ["IP-Adresse"]),
    ("login", "", "de", ["/login E-Mail-Adresse"]),
    ("login", "&lt;<mailto:max@firma.de|max@firma.de>&gt;", "de", ["`max%firma.de`"]),
    ("login", "a@b.de c@d.de", "de", ["nur eine E-Mail-Adresse"]),
    ("mx", "a@b.de, c@d.de", "en", ["just one domain"]),
    ("mx", "192.0.2.1", "de", ["IP-Adresse", "/mx example.com"]),
    ("mx", "localhost", "en", ["ending is missing"]),
    ("mx", "printer.local", "de", ["nicht vergeben", "keinen Server gefragt"]),
    ("mx", "gmial.com", "de", ["existiert nicht", "Meinten Sie `gmail.com`?"]),
    ("mx", "???", "en", ["no domain"]),
    ("faq", "", "de", ["/faq Frage", "/mx Domain"]),
]


@each_row(("command", "argument", "language", "parts"), SAID, ids=[f"{r[0]} {r[1]}" for r in SAID])
def test_a_command_answers_a_typical_argument(
    command: str, argument: str, language: Language, parts: list[str]
) -> None:
    said = say(command, argument, language)
    for part in parts:
        assert part in said


@each_row("language", LANGUAGES)
@each_row("command", COMMANDS)
@each_row("argument", ["help", "hilfe", "HELP?"])
def test_every_command_has_help_in_both_languages(command: str, argument: str, language: Language) -> None:
    assert say(command, argument, language).startswith(f"**/{command}")


@each_row("argument", ["192.0.2.1", "localhost", "x.test", "a.arpa", "b.internal", "", "help", "::1", "example"])
def test_names_that_may_not_be_asked_reach_no_server(argument: str) -> None:
    dns = Dns(MxResult("nxdomain"))
    say("mx", argument, dns=dns)
    assert dns.asked == []


def test_an_international_name_is_asked_in_its_ascii_form() -> None:
    dns = Dns(MxResult("nxdomain"))
    say("mx", "info@Müller.de", dns=dns)
    assert dns.asked == ["xn--mller-kva.de"]


@each_row("language", LANGUAGES)
@each_row(
    ("argument", "asked"),
    [("Welcher Port?", "Welcher Port?"), ("/faq " * 3_000 + "Welcher Port?", "Welcher Port?"), ("/faqs?", "/faqs?")],
)
async def test_faq_asks_the_knowledge_base_the_question_alone(argument: str, asked: str, language: Language) -> None:
    questions: list[Question] = []

    async def ask(question: Question) -> Answer:
        questions.append(question)
        return Answer("decline", "de")

    tools = Tools(knowledge().provider, Dns(MxResult("nxdomain")), ask)
    assert (await COMMANDS["faq"].run(argument, language, tools)).template == "decline"
    assert questions == [Question(asked, language_hint=language)]
