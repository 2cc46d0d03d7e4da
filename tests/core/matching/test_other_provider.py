"""Questions about other providers are not answered with our own figures."""

from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.other_provider import names_other_provider
from bot.core.matching.provider_reference import ProviderReferences
from bot.core.model import Question
from tests.eval import other_providers
from tests.rows import each_row

NAMED = [
    # words, other providers among them, words that are new, True if another provider is named
    ("welcher port bei gmx", {"gmx"}, set(), True),
    ("gmx imap", {"gmx"}, set(), True),
    ("mail an gmx kommt zurueck", {"gmx"}, set(), False),
    ("bisher gmx welchen server habt ihr", {"gmx"}, set(), False),
    ("imap server von frobozz", set(), {"frobozz"}, True),
    ("frobozz imap einstellungen", set(), {"frobozz"}, True),
    ("port fuer my frobozz account", set(), {"frobozz"}, True),
    ("server de frobozz", set(), {"frobozz"}, True),
    ("my frobozz wants to know the server", set(), {"frobozz"}, False),
    ("mein frobozz fragt nach dem benutzernamen", set(), {"frobozz"}, False),
    ("da bin ich mit meinem frobozz am ende", set(), {"frobozz"}, False),
    ("does it come by itself like gmx", {"gmx"}, set(), False),
    ("ist der server derselbe wie gmx", {"gmx"}, set(), False),
    ("frobozz hat heute den port gewechselt", set(), {"frobozz"}, False),
    ("welcher port bei euch fuer frobozz", set(), {"frobozz"}, False),
    ("frobozz", set(), {"frobozz"}, False),
    ("welchen abstand empfehlen sie fuer frobozz", set(), {"frobozz"}, False),
    ("welchen abstand hat sie bei frobozz", set(), {"frobozz"}, True),
    ("welcher benutzername bei gmx auch mit prozent wie bei ihnen", {"gmx"}, set(), True),
    ("is the port at gmx the same as yours", {"gmx"}, set(), True),
    ("wie bekomme ich bei gmx euch rein", {"gmx"}, set(), False),
    ("", set(), set(), False),
]


@each_row(("text", "others", "new", "found"), NAMED)
def test_another_provider_is_named(text: str, others: set[str], new: set[str], *, found: bool) -> None:
    assert names_other_provider(text.split(), others, new.__contains__) is found


def test_nobody_is_told_our_figures_for_anothers(engine: AnswerEngine) -> None:
    labelled = list(other_providers.lines("check"))
    answered = {line.text: engine.matcher.decide(Question(line.text)).outcome == "answer" for line in labelled}
    ours = [answered[line.text] for line in labelled if line.expect]
    theirs = [line.text for line in labelled if not line.expect and answered[line.text]]
    assert len(theirs) <= 1, theirs
    assert sum(ours) >= len(ours) - 1


# Another provider that one sentence names, and what the next asks about it
TOLD = {
    "de": ("Mein Bruder ist bei GMX.", "Das alte Konto liegt bei Web.de.", "Meine Freundin ist bei der Telekom."),
    "en": ("My sister uses Gmail.", "A client of mine is with GoDaddy.", "My mum has her mail at Outlook.com."),
}
ASKED = {
    "de": (
        "Welchen Port nehmen die für IMAP mit SSL?", "Wie heißt deren Postausgangsserver?",
        "Wie groß darf bei denen eine Mail sein?", "Wie lautet bei denen der Benutzername?",
    ),
    "en": (
        "Which port do they use for IMAP over SSL?", "What's their outgoing server?",
        "How big may a mail be with them?", "What's the user name with them?",
    ),
}  # fmt: skip
BETWEEN = {"de": ("", "Sonst weiß ich nichts. "), "en": ("", "I am only trying to help. ")}


@pytest.mark.parametrize("language", ["de", "en"])
def test_nobody_is_told_our_figures_for_theirs(engine: AnswerEngine, language: str) -> None:
    asked = (
        f"{told} {between}{asks}" for told, between, asks in product(TOLD[language], BETWEEN[language], ASKED[language])
    )
    assert [text for text in asked if engine.matcher.decide(Question(text)).outcome == "answer"] == []


def test_a_program_and_we_ourselves_are_no_other_provider(extractor: FeatureExtractor) -> None:
    providers = ProviderReferences(extractor)
    there, theirs, ours = "Which server do I enter there?", "Which port do they use?", "Which port do you have there?"
    assert providers.with_provider(there, there, ["My account is with Yahoo."]) == f"bei yahoo: {there}"
    assert providers.with_provider(there, there, ["I am in the Gmail app."]) == there
    assert providers.with_provider(there, there, ["My account was at Yahoo.", "Now it is with you."]) == there
    assert (
        providers.with_provider(theirs, theirs, ["My account was at Yahoo.", "Now it is with you."])
        == f"bei yahoo: {theirs}"
    )
    assert providers.with_provider(ours, ours, ["My account was at Yahoo."]) == ours
    assert providers.with_provider(theirs, theirs, ["The clerks are here."]) == theirs
    assert providers.with_provider(theirs, theirs, ["The clerks have the Gmail app."]) == theirs
    assert providers.with_provider(theirs, theirs, ["The Gmail account is hers."]) == f"bei gmail: {theirs}"


APPS = (
    "{p} asks for the port, IMAP with SSL",
    "POP3 without SSL in {p}, server name please",
    "SMTP with SSL in {p}, port?",
)


@pytest.mark.parametrize("program", ["The Gmail app", "The GMX app", "The Yahoo app"])
def test_the_app_of_a_provider_is_a_mail_program(engine: AnswerEngine, program: str) -> None:
    found = [engine.matcher.decide(Question(text.format(p=program))) for text in APPS]
    assert [decision.outcome for decision in found] == ["answer"] * len(APPS)
    assert engine.matcher.decide(Question("Which port has Gmail, IMAP with SSL?")).outcome != "answer"
