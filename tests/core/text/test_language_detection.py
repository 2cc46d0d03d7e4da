"""Language of a message: the asker's own words decide, never what is pasted beside them."""

from itertools import cycle, permutations

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.matching.pasted import own_text
from bot.core.model import LANGUAGES, Entry, Language, Question, Topic
from bot.core.text.language_detection import LanguageDetector, language_of_locale
from bot.core.text.normalize import clean, without_returned
from tests.core.text.bounces import ENGLISH, GERMAN
from tests.rows import each_row
from tests.slow import one_in

BOUNCES: dict[Language, dict[str, str]] = {"de": ENGLISH, "en": GERMAN}  # language of the asker → what is pasted
SURROUNDINGS: dict[Language, tuple[str, ...]] = {
    "de": (
        "{}",
        "Guten Tag,\n\n{}\n\nViele Grüße\nPetra Muster",
        "Hallo zusammen,\n{}",
        "{}\n\nVielen Dank im Voraus!\nMit freundlichen Grüßen\nM. Kern",
    ),
    "en": (
        "{}",
        "Hello,\n\n{}\n\nKind regards\nPetra Muster",
        "Hi all,\n{}",
        "{}\n\nMany thanks in advance!\nBest regards\nM. Kern",
    ),
}
ORDERS = ("{question}\n\n{bounce}", "{bounce}\n\n{question}", "{question}\n{bounce}")


def language_of(detector: LanguageDetector, text: str, hint: Language | None = None) -> Language:
    return detector.of(own_text(without_returned(clean(text))), hint)


@one_in(61, more=15)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_beside_a_bounce_in_the_other_language_keeps_its_own(
    engine: AnswerEngine, language: Language, every: int
) -> None:
    """One in so many of the example questions whose own words tell its language, combined in turn."""
    detector = engine.matcher.language
    other: Language = "en" if language == "de" else "de"
    combined = cycle(
        (name, order, around) for around in SURROUNDINGS[language] for order in ORDERS for name in BOUNCES[language]
    )
    items: list[Entry | Topic] = [*engine.knowledge.entries.values(), *engine.knowledge.topics.values()]
    asked = [text for item in items for text in item.questions[language]][::every]
    clear = [text for text in asked if language_of(detector, text, other) == language]
    assert len(clear) > 0.95 * len(asked)
    wrong = []
    for question, (name, order, around) in zip(clear, combined, strict=False):
        bounce = BOUNCES[language][name]
        text = around.format(order.format(question=question, bounce=bounce))
        if language_of(detector, text, other) != language:
            wrong.append((name, text))
    assert len(wrong) <= 0.005 * len(clear), wrong[:5]


INLINE: list[tuple[str, Language]] = [
    ('Was heißt "Your message could not be delivered to one or more of its recipients"?', "de"),
    ('"The email address you entered could not be found" - was soll ich tun?', "de"),
    ("Was bedeutet: Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)", "de"),
    ("Im Log steht 554 5.7.1 Relay access denied, woran liegt das?", "de"),
    ("> I'm afraid I wasn't able to deliver your message\n\nWas soll das heißen?", "de"),
    ('What does "Ihre Nachricht konnte nicht an alle Empfänger zugestellt werden" mean?', "en"),
    ("I got this: 550 Empfänger unbekannt, die Mailbox gibt es hier nicht. What now?", "en"),
    ('My customer sees "Die Verbindung zum Server ist fehlgeschlagen", what can I do?', "en"),
]


@each_row(("text", "language"), INLINE)
@each_row("hint", LANGUAGES)
def test_a_quotation_within_a_sentence_does_not_count(
    engine: AnswerEngine, text: str, language: Language, hint: Language
) -> None:
    assert engine.matcher.decide(Question(text, language_hint=hint)).language == language


@each_row("bounce", [*ENGLISH.values(), *GERMAN.values()], ids=[*ENGLISH, *GERMAN])
@each_row("hint", LANGUAGES)
def test_a_bounce_alone_is_answered_in_the_language_of_thread_or_locale(
    engine: AnswerEngine, bounce: str, hint: Language
) -> None:
    assert engine.matcher.decide(Question(bounce, language_hint=hint)).language == hint


LOCALES: list[tuple[str, Language | None]] = [
    ("de-DE", "de"),
    ("de_CH.UTF-8", "de"),
    ("de", "de"),
    ("en-GB", "en"),
    ("fr-FR", "fr"),  # known, whatever the base speaks; a base without it takes English
    ("ja_JP.UTF-8", "en"),
    ("C.UTF-8", None),
    ("POSIX", None),
    ("*", None),
    ("", None),
]


@each_row(("locale", "language"), LOCALES)
def test_an_unknown_locale_is_answered_in_english_and_none_tells_nothing(
    locale: str, language: Language | None
) -> None:
    assert language_of_locale(locale) == language
    assert language_of_locale(locale, ("de", "en")) == ("en" if language == "fr" else language)


BORROWED = {
    "de": [
        "Pop up Blocker ausschalten?",
        "Log in schlägt fehl",
        "Back up einspielen",
        "Follow up verschicken",
        "Plug in aktivieren",
    ],
    "en": [
        "log in fails",
        "back up mailbox",
        "set up imap",
        "plug in broken",
        "sign up for webmail",
        "pop up blocker disable",
    ],
}


SHARED = ("imap", "pop3", "smtp", "ssl", "port", "server", "webmail", "outlook", "thunderbird")


def test_words_that_both_languages_use_alike_tell_neither(engine: AnswerEngine) -> None:
    for text in map(" ".join, permutations(SHARED, 2)):
        assert [engine.matcher.language.of(text, hint) for hint in ("de", "en", None)] == ["de", "en", "de"], text


@each_row(("language", "text"), [(lang, text) for lang, texts in BORROWED.items() for text in texts])
def test_a_borrowed_compound_builds_no_english_sentence(engine: AnswerEngine, language: Language, text: str) -> None:
    assert engine.matcher.language.of(text) == language
