"""The same words get the same answer in the terminal and on the page; help is that of the place where one asks."""

import asyncio
from pathlib import Path

import pytest

from bot.answering.engine import AnswerEngine, load_engine
from bot.answering.reload import ReloadableEngine
from bot.answering.router import answer_question
from bot.commands import find_commands
from bot.core.markdown.to_plain import to_plain
from bot.core.model import Answer, Event, Question
from bot.core.small_talk import answer_small_talk
from bot.dialogue.manager import DialogueManager
from bot.settings import Settings
from bot.storage import create_storage
from tests.cli.in_process import postbote, umask
from tests.conftest import PROJECT
from tests.rows import each_row
from tests.slow import few

__all__ = ["umask"]  # a fixture of all tests here as well

TEMPLATES = PROJECT / "templates"
SAID = [
    "Hallo",
    "/login webmaster@example.com",  # the others go the way of one of these, or are tried below
    "Ich will einen Menschen sprechen",
    "/foo",
    "help",
    "Wie geht es dir?",
    "keins davon",
    "das zweite",
    "Regnet es?",
    "thanks!",
    "/hilfe",
    "Welcher Port für POP3 mit SSL?",
]


@pytest.mark.parametrize("text", few(2, SAID))
def test_the_terminal_says_what_the_page_says(few_data: Path, few_entries: str, tmp_path: Path, text: str) -> None:
    few = Settings(postbote_data_dir=few_data, postbote_knowledge=Path(few_entries), postbote_templates=TEMPLATES)
    engine = load_engine(few)
    storage = create_storage("", tmp_path)
    storage.database.open()
    event = Event("1", "web", Question(text), conversation="web:1")
    reply = asyncio.run(DialogueManager(ReloadableEngine(engine, Settings()), storage, {}).handle(event))
    storage.database.close()
    assert reply.answer
    said = to_plain(engine.renderer.render(reply.answer))
    assert postbote(few_data, "ask", text, POSTBOTE_KNOWLEDGE=few_entries).stdout == f"{said}\n"


@each_row("language", ["de", "en"])
@each_row("text", ["Hallo", "hello", "danke, hat geholfen", "thanks!", "hi", "merci"])
def test_small_talk_is_answered_in_the_language_that_was_chosen(text: str, language: str) -> None:
    assert language in ("de", "en")
    answer = answer_small_talk(Question(text, language="de" if language == "de" else "en"))
    assert answer
    assert answer.language == language
    assert answer_small_talk(Question(text, "faq")) is None


UNKNOWN = {"de": "Den Befehl /{} gibt es nicht.", "en": "There is no command /{}."}
PAGE, SLACK = False, True


def help_of(engine: AnswerEngine, question: Question, place: bool) -> str:
    answer: Answer = answer_question(engine.matcher, question, find_commands(), in_slack=place)
    assert answer.decision is None
    return to_plain(engine.renderer.render(answer))


@each_row("text", ["/foo", "/Foo bar", "/mxx example.com", "/log-in"])
def test_a_command_that_does_not_exist_is_called_unknown_in_both_languages(engine: AnswerEngine, text: str) -> None:
    name = text.split()[0].removeprefix("/")
    for language, says in UNKNOWN.items():
        question = Question(text, language="de" if language == "de" else "en")
        assert help_of(engine, question, PAGE).startswith(says.format(name))


@each_row(
    ("text", "meant"), [("/prots", "ports"), ("/logn max@firma.de", "login"), ("/chek x.de", "check"), ("/foo", "")]
)
def test_a_mistyped_command_names_the_one_that_is_meant_in_the_first_language(
    engine: AnswerEngine, text: str, meant: str
) -> None:
    """Its word tells nothing of a language, as that of a command that exists."""
    first = help_of(engine, Question(text), PAGE).split("\n")[0]
    assert first.startswith(UNKNOWN["de"].format(text.split()[0].removeprefix("/")))
    assert first.endswith(f"Meinten Sie /{meant}?" if meant else "gibt es nicht.")
    assert f"Did you mean /{meant}?" in help_of(engine, Question(text, language="en"), PAGE) or not meant


@each_row("typed", ["/login ", "/LOGIN ", "login ", "`/login` ", "/ login ", "//login ", "/login: "])
def test_a_command_is_known_however_its_slash_is_typed(engine: AnswerEngine, typed: str) -> None:
    question = Question(f"{typed}max@firma.de", language="de")
    answer = asyncio.run(ReloadableEngine(engine, Settings()).respond(question))
    assert answer.template == "login"


def test_a_command_that_slack_alone_knows_is_called_unknown(engine: AnswerEngine) -> None:
    """Its manifest may be newer or older than the program."""
    answer = asyncio.run(ReloadableEngine(engine, Settings()).respond(Question("x", "foo", language="en")))
    assert to_plain(engine.renderer.render(answer)).startswith(UNKNOWN["en"].format("foo"))


@each_row("text", ["/hilfe", "/help", "Hilfe!", "help", ""])
def test_help_explains_slack_in_slack_only(engine: AnswerEngine, text: str) -> None:
    for question in (Question(text, language="de"), Question(text, language="en")):
        page, slack = help_of(engine, question, PAGE), help_of(engine, question, SLACK)
        assert slack.startswith(page)
        for word in ("mode", "gaps", "Thread", "thread", "Channel", "channel"):
            assert word not in page
        assert "/faq mode" in slack
        assert not any(says.split("/")[0] in page for says in UNKNOWN.values())
        assert all(f"/{name}" in page for name in find_commands())
