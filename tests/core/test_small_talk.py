"""Small talk: thanks, greetings and reactions, and nothing that asks for more."""

from bot.core.model import Language
from bot.core.small_talk import is_greeting, is_thanks, language_of_small_talk, read_reaction
from tests.rows import each_row

THANKS = [
    "danke",
    "Vielen Dank!",
    "danke, hat geholfen",
    "Perfekt, danke dir 🙏",
    "thanks!",
    "Thank you very much",
    "thx",
]
NO_THANKS = ["", "danke, aber es geht nicht", "thanks, and for IMAP?", "perfekt", "danke Anna, und welcher Port?"]


@each_row("text", THANKS)
def test_thanks_alone_are_recognised(text: str) -> None:
    assert is_thanks(text)


@each_row("text", NO_THANKS)
def test_thanks_with_a_question_or_anything_else_are_no_thanks(text: str) -> None:
    assert not is_thanks(text)


GREETINGS = ["hi", "Hallo!", "Guten Morgen zusammen", "hello bot 👋", "good morning", "Was kannst du?", "who are you?"]
NO_GREETINGS = [
    "",
    "gut",
    "Hallo, welcher Port?",
    "hi, IMAP geht nicht",
    "Tag der offenen Tür",
    "was kannst du mir raten",
]


@each_row("text", GREETINGS)
def test_a_greeting_alone_is_recognised(text: str) -> None:
    assert is_greeting(text)


@each_row("text", NO_GREETINGS)
def test_a_greeting_with_anything_else_is_no_greeting(text: str) -> None:
    assert not is_greeting(text)


SMALL_TALK: list[tuple[str, Language | None, Language]] = [
    ("danke", "en", "de"),
    ("thanks!", "de", "en"),
    ("Guten Tag", "en", "de"),
    ("Hello there", "de", "en"),
    ("hi", "en", "en"),
    ("hi", None, "de"),
]


@each_row(("text", "hint", "expected"), SMALL_TALK)
def test_small_talk_is_answered_in_its_language(text: str, hint: Language | None, expected: Language) -> None:
    assert language_of_small_talk(text, hint) == expected


REACTIONS = [
    ("👍", "read"),
    (":+1:", "read"),
    ("ok", "read"),
    ("alles klar", "read"),
    ("got it", "read"),
    ("I'll try", "read"),
    ("hat geklappt", "worked"),
    ("passt 👍", "worked"),
    ("jetzt geht's, super", "worked"),
    ("works now", "worked"),
    ("that worked!", "worked"),
    ("geht nicht", ""),
    ("geht das?", ""),
    ("ok, und welcher Port?", ""),
    ("port 465", ""),
    ("465", ""),
    ("ok 2", ""),
    ("nein", ""),
    ("works with Outlook", ""),
    ("Benutzername", ""),
    ("", ""),
]


@each_row(("said", "expected"), REACTIONS)
def test_a_reaction_to_an_answer_is_nothing_else(said: str, expected: str) -> None:
    assert read_reaction(said) == expected
