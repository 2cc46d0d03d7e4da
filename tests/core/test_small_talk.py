"""Small talk: thanks, greetings and reactions, and nothing that asks for more."""

from bot.core.model import Language, Question
from bot.core.small_talk import answer_small_talk, is_greeting, is_thanks, language_of_small_talk, read_reaction
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


GAVE_UP: list[tuple[str, Language]] = [
    *(
        (text, "de")
        for text in ("schade", "Egal.", "ach schade!", "na dann halt nicht", "macht nichts", "wie auch immer")
    ),
    *(
        (text, "de")
        for text in ("Vergessen Sie es", "nicht so wichtig", "ist mir egal", "dann lassen wir das", "tja, Pech")
    ),
    *(
        (text, "en")
        for text in ("whatever", "never mind", "Oh well, too bad.", "forget it", "that's a pity", "no matter")
    ),
    *((text, "en") for text in ("what a shame!", "ok, nevermind", "it doesn't matter", "meh")),
]
NOT_GIVEN_UP = (
    "Passwort vergessen", "egal welcher Port?", "whatever port I use, it fails", "schade, und für IMAP?", "it matters",
    "nicht wichtig, welcher Server?", "", "das ist doof, ich bekomme 550", "ist es egal?", "dann nicht POP3",
)  # fmt: skip


@each_row(("text", "language"), GAVE_UP)
def test_who_drops_a_matter_is_let_go_in_their_language(text: str, language: Language) -> None:
    for hint in ("de", "en", None):
        answer = answer_small_talk(Question(text), hint)
        assert answer
        assert (answer.template, answer.language, answer.outcome) == ("aside", language, "aside")


@each_row("text", NOT_GIVEN_UP)
def test_a_question_beside_it_is_a_question(text: str) -> None:
    assert not answer_small_talk(Question(text))


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
