"""The whole knowledge base, worded: every entry in every language. .ci/run checks it too (`postbote check`)."""

from bot.answering.engine import AnswerEngine
from bot.answering.router import answer_question, facts_of
from bot.content.entry_files import NO_ENTRIES
from bot.content.folders import GENERAL
from bot.core.model import LANGUAGES, Answer, Decision, Language, Part, Question
from tests.conftest import PROJECT
from tests.rows import each_row
from tests.slow import one_in

LONGEST_ENTRY = 40  # lines of an entry's own file
ENTRIES = sorted(f.stem for f in (PROJECT / "knowledge").glob("*.yaml") if f.stem not in NO_ENTRIES)


def answered(engine: AnswerEngine, entry: str, language: Language, address: str = "", domain: str = "") -> str:
    part = Part("", "answer", (entry,), 1.0, "test")
    decision = Decision("answer", (entry,), language, 1.0, (part,), "", address, domain)
    return engine.renderer.render(Answer("answer", language, facts_of(decision), decision))


@each_row("language", LANGUAGES)
@each_row("entry", ENTRIES)
def test_an_answer_names_its_section_in_its_language_and_no_id(
    engine: AnswerEngine, entry: str, language: Language
) -> None:
    said = answered(engine, entry, language)
    assert f"`{entry}`" not in said
    assert engine.knowledge.section(entry, language) in said.split("\n")[-1]
    assert "{{" not in said


SAYS = [
    # entry, what its answer must say in both languages
    ("smtp-server", ["ns0.ovh.net", "smtp."]),
    ("smtp-requirements", ["OPEN-SMTP", "SMTP-AUTH"]),
    ("ssl-server", ["ssl0.ovh.net"]),
    ("ssl-alias-error", ["ns0.ovh.net", "ssl0.ovh.net"]),
    ("smtp-ssl-port", ["465"]),
    ("message-size", ["10 MB"]),
    ("spool-lifetime", ["24"]),
    ("open-smtp", ["1 "]),
    ("pop3-server", ["ns0.ovh.net", "pop3."]),
    ("login-name", ["webmaster%example.com"]),
    ("mailbox-quota", ["25 MB", "2 GB"]),
    ("pop3-ssl", ["995", "ssl0.ovh.net"]),
    ("polling-interval", ["60", "5"]),
    ("postmaster-account", ["postmaster@"]),
    ("imap-ssl", ["993"]),
    ("ports", ["465", "995", "993"]),
]


@each_row(("entry", "facts"), SAYS, ids=[row[0] for row in SAYS])
def test_an_entry_states_its_facts_in_both_languages(engine: AnswerEngine, entry: str, facts: list[str]) -> None:
    for language in LANGUAGES:
        for fact in facts:
            assert fact in answered(engine, entry, language)


def test_what_the_asker_gave_is_filled_in(engine: AnswerEngine) -> None:
    assert "`smtp.firma.de`" in answered(engine, "smtp-server", "de", "max@firma.de", "firma.de")
    assert "`max%firma.de`" in answered(engine, "login-name", "en", "max@firma.de", "firma.de")


def test_figures_stand_in_one_place_only(engine: AnswerEngine) -> None:
    provider = engine.knowledge.provider
    limits = (str(v) for v in provider.limits.values() if not isinstance(v, int))
    figures = [*provider.hosts, *map(str, provider.ports.values()), *limits]
    for entry in engine.knowledge.entries.values():
        for language in LANGUAGES:
            assert not [f for f in figures if f in entry.answer[language]], entry.id


@one_in(3)
@each_row("language", LANGUAGES)
def test_a_title_sent_back_from_a_menu_leads_to_its_entry(engine: AnswerEngine, language: Language, every: int) -> None:
    for entry in ENTRIES[LANGUAGES.index(language) % every :: every]:
        decision = engine.matcher.decide(Question(engine.knowledge.entries[entry].title[language]))
        assert (decision.outcome, decision.entries[:1]) == ("answer", (entry,))


@each_row("text", ["", "help", "Hilfe", "<@U1>", "/nonsense", "/nonsense x"])
def test_who_only_calls_the_bot_is_told_what_it_does(engine: AnswerEngine, text: str) -> None:
    said = engine.renderer.render(answer_question(engine.matcher, Question(text)))
    assert "/faq" in said
    assert "/mx" in said


def test_a_refusal_says_what_is_covered_and_offers_a_person(engine: AnswerEngine) -> None:
    for language, person in (("de", "Support"), ("en", "support team")):
        said = engine.renderer.block("decline", language, "de" if language == "de" else "en")
        assert person in said
        assert "SMTP" in said


def test_an_entry_is_read_without_its_examples() -> None:
    """What is answered stands in a short file; how people ask, in one of its own, or at the condition it explains."""
    for entry in ENTRIES:
        text = (PROJECT / f"knowledge/{entry}.yaml").read_text(encoding="utf-8")
        assert len(text.splitlines()) <= LONGEST_ENTRY, entry
        condition = entry.removeprefix("error-") if f"instead_of: [{entry.removeprefix('error-')}]" in text else ""
        own = PROJECT / f"knowledge/examples/{entry}.yaml"
        general = GENERAL / f"conditions/{condition}.yaml"
        assert own.is_file() != general.is_file(), entry
