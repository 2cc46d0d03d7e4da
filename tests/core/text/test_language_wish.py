"""Wish for another language: told from questions that name one."""

from bot.core.languages import KNOWN
from bot.core.text.language_wish import wished_language
from bot.core.text.normalize import clean
from tests.rows import each_row

WISHES = [
    ("in English please", "en"), ("English?", "en"), ("auf Englisch bitte", "en"), ("auf Deutsch?", "de"),
    ("was heißt das auf Deutsch?", "de"), ("Could you say that in German, please?", "de"), ("en français svp", "fr"),
    ("Kannst du mir das auf Englisch sagen?", "en"),
]  # fmt: skip
NONE = [
    "Wie stelle ich Outlook auf Deutsch um?", "Deutsch oder Englisch?", "Habt ihr eine Anleitung auf Deutsch?", "",
    "Welcher Port für IMAP? In English please", "in Spanish please", "bitte noch einmal",
]  # fmt: skip


@each_row(("text", "language"), [*WISHES, *((text, None) for text in NONE)])
def test_a_wish_for_a_language_is_told_from_a_question(text: str, language: str | None) -> None:
    assert wished_language(clean(text), tuple(KNOWN)) == language


def test_a_language_that_the_base_lacks_is_not_wished_for() -> None:
    assert wished_language("en français svp", ("de", "en")) is None
