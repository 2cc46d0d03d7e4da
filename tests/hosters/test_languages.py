"""A base in one language, and in three: the third is a row of language data, its keys, its blocks in templates."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.answering.engine import AnswerEngine, load_engine, responder
from bot.answering.router import answer_question
from bot.cli.jsonl import answer_lines
from bot.commands import find_commands
from bot.content.loader import load
from bot.content.problems import KnowledgeError
from bot.content.references import untranslated
from bot.content.renderer import Renderer
from bot.content.template_files import read_templates
from bot.core.mail.mime import parse
from bot.core.markdown.to_plain import to_plain
from bot.core.model import Answer, Question
from bot.core.small_talk import answer_small_talk
from bot.ops.check_content import template_problems
from bot.ops.sample_replies import rendering_problems
from bot.settings import Settings
from bot.tickets.assessment import best_answer
from tests.channels.slack.conversation import MENTION, Conversation, envelope
from tests.channels.slack.running import running
from tests.conftest import PROJECT
from tests.hosters.test_hoster import everything_said
from tests.rows import each_row
from tests.waiting import until

TEMPLATES = PROJECT / "templates"
PROVIDER = """\
name: Trois
connections:
  - {purpose: send, protocol: smtp, encryption: starttls, server: mail.trois.example, port: 587}
  - {purpose: fetch, protocol: imap, encryption: tls, server: mail.trois.example, port: 993}
login: "{email}"
"""
BASE = "languages: [fr, de, en]\ngeneral: none\nfigures: fitted\n"
ENTRIES = {
    "imap": (
        {"fr": "Serveur de réception", "de": "Posteingangsserver", "en": "Incoming server"},
        {
            "fr": "Le serveur est `{{ servers.imaps }}`, port `{{ ports.imaps }}`.",
            "de": "Der Server ist `{{ servers.imaps }}`, Port `{{ ports.imaps }}`.",
            "en": "The server is `{{ servers.imaps }}`, port `{{ ports.imaps }}`.",
        },
        {
            "fr": ["Quel est le serveur de réception ?", "adresse du serveur IMAP", "Comment recevoir mes courriels ?"],
            "de": ["Wie heißt der Posteingangsserver?", "Adresse des IMAP-Servers", "Wie rufe ich Mails ab?"],
            "en": ["What is the incoming server?", "address of the IMAP server", "How do I receive mail?"],
        },
    ),
    "mot-de-passe": (
        {"fr": "Changer le mot de passe", "de": "Passwort ändern", "en": "Change the password"},
        {"fr": "Dans votre espace client.", "de": "In der Verwaltung.", "en": "In the control panel."},
        {
            "fr": ["Comment changer mon mot de passe ?", "mot de passe oublié", "Je ne connais plus mon mot de passe"],
            "de": ["Wie ändere ich mein Passwort?", "Passwort vergessen", "Ich weiß mein Passwort nicht mehr"],
            "en": ["How do I change my password?", "forgotten password", "I do not know my password any more"],
        },
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trois")
    (folder / "provider.yaml").write_text(PROVIDER)
    (folder / "base.yaml").write_text(BASE)
    for name, (title, answer, questions) in ENTRIES.items():
        text = f"id: {name}\nkind: answer\nfaq: FAQ\ntitle: {title}\nanswer: {answer}\nquestions: {questions}\n"
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def trois(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> AnswerEngine:
    data = tmp_path_factory.mktemp("data")
    return load_engine(Settings(postbote_data_dir=data, postbote_knowledge=folder, postbote_templates=TEMPLATES))


ASKED = [
    ("Bonjour, comment puis-je changer mon mot de passe ?", "fr", "mot-de-passe", "Dans votre espace client."),
    ("Quel est le serveur de réception pour mes courriels ?", "fr", "imap", "Le serveur est `mail.trois.example`"),
    ("Wie kann ich mein Passwort ändern?", "de", "mot-de-passe", "In der Verwaltung."),
    ("How can I change my password?", "en", "mot-de-passe", "In the control panel."),
]


@each_row(("text", "language", "entry", "says"), ASKED)
def test_each_of_three_languages_is_known_and_answered(
    trois: AnswerEngine, text: str, language: str, entry: str, says: str
) -> None:
    decision = trois.matcher.decide(Question(text))
    assert (decision.language, decision.foreign, decision.entries[:1]) == (language, False, (entry,))
    assert says in trois.renderer.entry(entry, language)


def test_what_tells_no_language_is_answered_in_the_hinted_or_first_one(trois: AnswerEngine) -> None:
    assert trois.matcher.decide(Question("993?")).language == "fr"
    assert trois.matcher.decide(Question("993?", language_hint="en")).language == "en"


def test_a_foreign_question_is_declined_in_all_three(trois: AnswerEngine) -> None:
    said = trois.renderer.render(
        answer_question(trois.matcher, Question("¿Cuál es el servidor de correo entrante para mi buzón?"))
    )
    assert "Ich verstehe nur Französisch, Deutsch und Englisch." in said
    assert "français, allemand et anglais" in said


def test_figures_and_counts_are_written_in_french(trois: AnswerEngine) -> None:
    assert "`993`" in trois.renderer.entry("imap", "fr")
    assert "SMTP et IMAP" in trois.renderer.render(Answer("greeting", "fr"))


@each_row(
    ("text", "hint", "language", "says"),
    [
        ("Bonjour !", None, "fr", "Bonjour ! Je réponds aux questions"),
        ("bonsoir à tous", "de", "fr", "Bonjour !"),
        ("Merci beaucoup !", "en", "fr", "Avec plaisir !"),
        ("Salut, quel port ?", "fr", "", ""),
        ("hi", None, "fr", "Bonjour !"),
        ("hi", "pl", "en", "Hello!"),
        ("Hallo", "fr", "de", "Hallo!"),
    ],
)
def test_small_talk_is_answered_in_a_language_of_the_base(
    trois: AnswerEngine, text: str, hint: str | None, language: str, says: str
) -> None:
    answer = answer_small_talk(Question(text), hint, trois.knowledge.languages)
    assert (answer.language if answer else "") == language
    assert not answer or trois.renderer.render(answer).startswith(says)


def test_a_text_that_a_further_language_lacks_is_said_in_english_and_named_by_check(
    trois: AnswerEngine, folder: Path, tmp_path: Path
) -> None:
    """French stands in templates/fr; what few people read of it is not there, such as all of /mx."""
    shutil.copytree(TEMPLATES, templates := tmp_path / "templates")
    assert not list(untranslated(templates, read_templates(templates), ["de", "en"]))
    (templates / "fr/thanks.md").unlink()
    file = templates / "fr/web.md"
    file.write_text(file.read_text("utf-8").replace("{% block ask_fr %}Demander{% endblock %}\n", ""), "utf-8")
    renderer = Renderer(templates, trois.knowledge, {})
    assert renderer.render(Answer("thanks", "fr")) == "You’re welcome!"
    assert renderer.page_text("web", "ask", "fr") == "Ask"
    found = [str(p) for p in untranslated(templates, read_templates(templates), trois.knowledge.languages)]
    assert f"{templates}/fr/thanks.md:1: warning: no Français for fr; English is said until it is added" in found
    assert f"{templates}/fr/web.md:1: warning: no Français for ask_fr; English is said until it is added" in found
    assert not list(template_problems(templates, renderer, [], languages=trois.knowledge.languages))


def test_every_reply_of_the_templates_in_a_further_language_can_be_said(trois: AnswerEngine) -> None:
    hints = {name: command.HINT for name, command in find_commands().items()}
    renderer = Renderer(TEMPLATES, trois.knowledge, hints)
    assert not list(template_problems(TEMPLATES, renderer, hints, languages=trois.knowledge.languages))
    assert not list(rendering_problems(TEMPLATES, renderer, trois.knowledge, hints))
    said = everything_said(renderer, trois.knowledge, "fr")
    assert "Tous les réglages de cette adresse" in said
    assert "Merci pour votre message." in said


_TWO_MARKS = re.compile(r"[?!.…][.,;:]")  # beside each other, as people read them: without the marks of Markdown


def test_no_sentence_adds_a_mark_to_a_text_that_ends_with_its_own(trois: AnswerEngine) -> None:
    """Titles are questions in many an FAQ, and so are the prompts of every one."""
    asked = {
        name: replace(entry, title={language: f"{title}?" for language, title in entry.title.items()})
        for name, entry in trois.knowledge.entries.items()
    }
    knowledge = replace(trois.knowledge, entries=asked)
    renderer = Renderer(TEMPLATES, knowledge, {name: command.HINT for name, command in find_commands().items()})
    for language in knowledge.languages:
        said = to_plain(everything_said(renderer, knowledge, language))
        assert not [said[found.start() - 40 : found.end()] for found in _TWO_MARKS.finditer(said)], language


def test_a_line_may_choose_each_language_of_the_base_and_no_other(trois: AnswerEngine) -> None:
    def answered(line: str) -> dict[str, Any]:
        def respond(question: Question) -> Answer:
            return answer_question(trois.matcher, question)

        found: dict[str, Any] = json.loads(
            next(answer_lines([line], respond, trois.renderer.render, trois.knowledge.languages))
        )
        return found

    assert answered('{"text": "993?", "lang": "fr"}')["language"] == "fr"
    assert answered('{"text": "993?", "lang": "pl"}')["error"].startswith('"lang" must be "fr", "de", "en" or null')


async def test_a_mail_that_tells_no_language_is_answered_in_its_programs(trois: AnswerEngine) -> None:
    settings = Settings(postbote_nameservers="127.0.0.1:9")
    respond = responder(trois, settings)
    for header, language in (("fr-CH", "fr"), ("de-AT", "de"), ("pl", "en"), ("", "fr")):
        mail = parse(f"From: a@b.example\nContent-Language: {header}\n\nIMAP 993?\n".encode())
        assert (await best_answer(mail, "", respond)).answer.language == language


def test_a_missing_third_language_of_an_entry_is_named(folder: Path, tmp_path: Path) -> None:
    for file in folder.glob("*.yaml"):
        text = file.read_text("utf-8")
        (tmp_path / file.name).write_text(text.replace("'fr': 'Serveur de réception', ", ""), "utf-8")
    with pytest.raises(KnowledgeError, match=r"imap\.yaml:4: title\.fr: missing; add it"):
        load(tmp_path)


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_base_in_one_language_answers_in_it_whatever_is_chosen(folder: Path, tmp_path: Path, language: str) -> None:
    for file in folder.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8").replace("[fr, de, en]", f"[{language}]"), "utf-8")
    for name, parts in ENTRIES.items():
        title, answer, questions = ({language: part[language]} for part in parts)
        text = f"id: {name}\nkind: answer\nfaq: FAQ\ntitle: {title}\nanswer: {answer}\nquestions: {questions}\n"
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    settings = Settings(
        postbote_data_dir=tmp_path / "data", postbote_knowledge=tmp_path, postbote_templates=PROJECT / "templates"
    )
    one = load_engine(settings)
    assert one.knowledge.languages == (language,)
    for text in ("Wie ändere ich mein Passwort?", "How do I change my password?", "IMAP 993"):
        assert one.matcher.decide(Question(text)).language == language


async def test_slack_is_answered_in_the_persons_language_if_the_base_speaks_it(
    trois: AnswerEngine, tmp_path: Path
) -> None:
    async with running(tmp_path, trois) as bot:
        bot.slack.locale = "fr-CA"
        conversation = Conversation(bot, "C0001")
        _, answer = await conversation.ask(f"{MENTION} IMAP?")
        assert "Le serveur est" in answer["text"]
        opened = {"type": "app_home_opened", "user": "U0FR", "channel": "D0FR", "event_ts": "1.1", "tab": "home"}
        await bot.slack.deliver(bot.url, envelope(opened))
        view = await until(lambda: bot.slack.views and bot.slack.views[-1], pause=0.02)
        assert "Serveur de réception" in str(view)
