"""Provider references: "My sister is with Yahoo. Which port do they use?" asks about Yahoo's.

The question alone fits our own entry in every word, so it is read with the provider that a sentence before it names:
"bei yahoo: which port do they use?", which other_provider.py then finds. A program is none ("the Yahoo app"): who uses
it may be "they", and its window "there". For "there" and "dort" nothing may be said of us since. Pure.
"""

import re
from collections.abc import Sequence

from bot.core.lazy_regex import lazy_regex
from bot.core.matching.back_reference import MOST_BACK
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.other_provider import BEFORE_PROVIDER, PROVIDERS, names_us

_VERBS_DE = (
    r"(?:nehmen|haben|nutzen|benutzen|verwenden|verlangen|brauchen|wollen|bieten|erlauben|lassen|machen|sagen|hätten)"
)
_VERBS_EN = r"(?:use|have|want|need|require|offer|allow|expect|take|run|demand|provide|give|support|got)"
_THEY = lazy_regex(
    rf"\b(?:denen|deren|{_VERBS_DE} die|die {_VERBS_DE}|bei (?:dem|diesem|jenem) (?:anbieter|provider|hoster))\b"
    rf"|\b(?:theirs?|they {_VERBS_EN}|(?:with|at|from|by|of) them|(?:that|this) (?:provider|host|hoster|company))\b",
    re.IGNORECASE,
)
_THERE = lazy_regex(
    r"\b(?:dort|dorthin|da(?= (?:der|die|das|für|beim?|zum?|ein|rein)\b)"
    r"|(?:over )?there(?! (?:is|are|was|were|a|any|no)\b))\b",
    re.IGNORECASE,
)
# Words before and behind a provider's name that make it a program's
_BEFORE_PROGRAM = frozenset(
    {"in", "im", "the", "der", "die", "das", "dem", "den", "my", "meine", "meiner", "meinem", "mein"}
)
_BEHIND_PROGRAM = frozenset({"app", "programm", "program", "client"})
_BEHIND_PROVIDER = frozenset({"konto", "account", "postfach", "mailbox", "adresse", "address", "server", "mail"})


class ProviderReferences:
    """Reader of questions about a provider that another sentence names. `extractor`: whose vocabulary knows some."""

    def __init__(self, extractor: FeatureExtractor) -> None:
        self._extractor = extractor

    def with_provider(self, text: str, question: str, before: Sequence[str]) -> str:
        """Text behind the provider that its question means; the text itself if that names us, or no provider is named.

        `question`: the sentence that asks, `before`: those before it.
        """
        they = _THEY.search(question)
        if not (they or _THERE.search(question)) or names_us(self._extractor.words(question)):
            return text
        for sentence in reversed(before[-MOST_BACK:]):
            words = self._extractor.words(sentence)
            if provider := self._provider(words):
                return f"bei {provider}: {text}"
            if not they and names_us(words):
                break
        return text

    def _provider(self, words: Sequence[str]) -> str:
        """Name of another provider; empty: none is named, or only a program."""
        named = self._extractor.vocabulary.concepts(words)
        names = [name for concept in PROVIDERS & named.keys() for name in named[concept]]
        said = f" {' '.join(words)} "
        return next((name for name in names if not _is_program(*said.split(f" {name} ", 1))), "")


def _is_program(before: str, behind: str = "") -> bool:
    """True if a provider's name between two texts means a program: "in the Gmail app"; "bei der Telekom" does not."""
    *_, second, first = ("", "", *before.split())
    thing = behind.split()[:1]
    is_object = first in _BEFORE_PROGRAM and second not in BEFORE_PROVIDER and _BEHIND_PROVIDER.isdisjoint(thing)
    return is_object or not _BEHIND_PROGRAM.isdisjoint(thing)
