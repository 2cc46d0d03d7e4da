"""Wish for the reply before in another language: "in English please", "was heißt das auf Deutsch?". Pure."""

from collections.abc import Sequence
from functools import cache

from bot.core.languages import KNOWN, Language
from bot.core.lazy_regex import lazy_regex
from bot.core.text.function_words import word_set
from bot.core.text.normalize import fold

LONGEST = 80  # characters of such a message
_WORD = lazy_regex(r"[a-z]+")
_AROUND = word_set(
    """
    in auf en bitte please pls das dies es nochmal noch einmal mal nur antwort antworten antworte was heisst heissen
    bedeutet und kannst koennen koennten koenntest du sie ihr mir uns mich sagen sag sprich sprechen schreib schreiben
    auch lieber besser gern gerne danke again answer reply say write speak tell it this that what does do mean is can
    could would you me us the and thanks rather only ok okay hallo hi sorry svp
    """
)


def wished_language(text: str, languages: Sequence[Language]) -> Language | None:
    """Language that a message wishes for and asks nothing else; None for any other, and where none of these is named.

    `text`: cleaned. `languages`: of the base.
    """
    words = [] if len(text) > LONGEST else _WORD.findall(fold(text))
    named = {language for language in languages if _names(language) & {*words}}
    left = {*words} - _AROUND - {name for language in named for name in _names(language)}
    return named.pop() if len(named) == 1 and not left else None


@cache
def _names(language: Language) -> frozenset[str]:
    """Names of a language in every known one, folded."""
    return frozenset(fold(row.names[language]) for row in KNOWN.values() if language in row.names)
