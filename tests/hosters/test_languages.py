"""A base in one language, and in three: the third is a row of language data, its keys, its blocks in templates."""

import re
from pathlib import Path

import pytest

from bot.answering.engine import AnswerEngine, load_engine
from bot.answering.router import answer_question
from bot.content.loader import load
from bot.content.problems import KnowledgeError
from bot.core.model import Answer, Question
from bot.settings import Settings
from tests.channels.slack.conversation import MENTION, Conversation, envelope
from tests.channels.slack.running import running
from tests.conftest import PROJECT
from tests.waiting import until

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
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates with blocks for French, whose words do not matter here."""
    folder = tmp_path_factory.mktemp("templates")
    for file in (PROJECT / "templates").glob("*.md"):
        source = file.read_text("utf-8")
        english = re.findall(r"\{% block (?:\w+_)?en %\}.*?\{% endblock %\}", source, re.DOTALL)
        french = [re.sub(r"(block |self\.)((?:\w+_)?)en\b", r"\1\2fr", block) for block in english]
        (folder / file.name).write_text("\n".join([source, *french]), "utf-8")
    return folder


@pytest.fixture(scope="module")
def trois(folder: Path, templates: Path, tmp_path_factory: pytest.TempPathFactory) -> AnswerEngine:
    data = tmp_path_factory.mktemp("data")
    return load_engine(Settings(postbote_data_dir=data, postbote_knowledge=folder, postbote_templates=templates))


ASKED = [
    ("Bonjour, comment puis-je changer mon mot de passe ?", "fr", "mot-de-passe", "Dans votre espace client."),
    ("Quel est le serveur de réception pour mes courriels ?", "fr", "imap", "Le serveur est `mail.trois.example`"),
    ("Wie kann ich mein Passwort ändern?", "de", "mot-de-passe", "In der Verwaltung."),
    ("How can I change my password?", "en", "mot-de-passe", "In the control panel."),
]


@pytest.mark.parametrize(("text", "language", "entry", "says"), ASKED)
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


def test_a_language_that_the_templates_lack_is_named(folder: Path, tmp_path: Path) -> None:
    settings = Settings(postbote_data_dir=tmp_path, postbote_knowledge=folder, postbote_templates=PROJECT / "templates")
    with pytest.raises(KnowledgeError, match=r"answer\.md:1: block 'fr' is missing"):
        load_engine(settings)


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
