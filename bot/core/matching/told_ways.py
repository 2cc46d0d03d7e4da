"""Told ways: the protocol, direction and encryption that a question leaves to the other sentences of its message.

"My phone only does IMAP. What do I put as incoming server?" asks for IMAP's, though its question alone fits POP3's as
well; "I set up IMAP with SSL. … My admin wants to know the port" for the one port of many. So a question that names
what is another with every way ("port", "server"), and no way of its own, is read behind the names of those which the
message tells. Where it tells two, or denies one ("not POP3, …", "we don't use SSL"), that says nothing. Pure.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from bot.core.lazy_regex import lazy_regex
from bot.core.matching.concept_groups import (
    CLEAR_TEXT,
    DIRECTION,
    DIRECTION_OF,
    EXCLUSIVE,
    PROTOCOL,
    SECURITY,
    SSL,
)
from bot.core.matching.contrast import Contrasts
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.siblings import Siblings
from bot.core.text.asking import asks_in_words

INCOMING = "incoming"  # concept

_Named = Mapping[str, str]  # concept → the word that means it, as the message says it, folded
_DENIES = lazy_regex(  # "SSL comes later", "no SSL for now", "SSL is off"
    r"\b(?:nicht|kein\w{0,2}|ohne|nie|aus|weg|später|erst ?mal|not?|none|cannot|without|off|later|never)\b|n['’]t\b",
    re.IGNORECASE,
)
_SEVERAL = frozenset({"ports", "servers", "hosts", "list", "liste"})
_BEFORE_PLACE = (
    r"(?:auf|am|an|beim?|vom|von|für|in|on|at|to|from|by|for|it['’]?s|is it|that['’]?s|reached|reaches|erreicht)"
)
_NOT_ASKED_FOR = lazy_regex(  # "Is it something on your server?", "Have I got the wrong server?"
    rf"\b{_BEFORE_PLACE} (?:the|your|our|d(?:em|en|er)|(?:ihr|eur|unser)(?:e[mnr])?) (?:\w{{1,12}}[ -])?"
    r"(?:mail)?server\b"
    r"|.{0,60}\b(?:falsch\w{0,2}|wrong)\b.{0,60}",
    re.IGNORECASE,
    needs=("server", "falsch", "wrong"),
)


class ToldWays:
    """Ways that a message tells, for the questions that leave them to it."""

    def __init__(self, extractor: FeatureExtractor, contrasts: Contrasts, siblings: Siblings | None) -> None:
        """`siblings`: which aspects of mail differ by way; None: none does."""
        self._extractor = extractor
        self._vocabulary = extractor.vocabulary
        self._contrasts = contrasts
        self._siblings = siblings

    def with_ways(self, question: str, place: int, sentences: Sequence[str], settled: Collection[int]) -> str:
        """Question for what differs by way, behind the ways that it leaves to the message; every other as it is.

        `question`: the sentence at a place, with what it points back at; `sentences`: of the whole message; `settled`:
        places of those that say what works, which count where no other names a way.
        """
        if place >= len(sentences) or not asks_in_words(sentences[place]):
            return question
        named = self._vocabulary.concepts(self._contrasts.words_meant(_NOT_ASKED_FOR.sub(" ", question)))
        if not self._asks_for_what_differs(sentences[place], named):
            return question
        told = [n for n, text in enumerate(sentences) if n <= place or not self._calls_for_what_differs(text)]
        unsettled = [sentences[n] for n in told if n not in settled]
        ways = self._missing(named, unsettled, [sentences[n] for n in told])
        return f"{' '.join(ways)}: {question}" if ways else question

    def _missing(self, named: Mapping[str, Sequence[str]], unsettled: Sequence[str], told: Sequence[str]) -> list[str]:
        """Words for the ways that a question does not name and sentences do; empty where these leave a way open.

        `told`: all that the message tells, which counts where what is unsettled says nothing.
        """
        ways = self._vocabulary.of_groups(named, EXCLUSIVE)
        found: list[str] = []
        if not self._vocabulary.of_groups(named, (PROTOCOL,)):
            protocols = self._named(unsettled, self._protocols) or self._named(told, self._protocols)
            fitting = [word for concept, word in protocols.items() if not ways or ways == {DIRECTION_OF[concept]}]
            directions = {} if ways or fitting else self._named(unsettled, self._directions)
            if len(protocols) > 1 or len(directions) > 1 or len(fitting) < len(protocols):
                return []
            found = [*fitting, *directions.values()]
        if not self._vocabulary.of_groups(named, (SECURITY,)):
            encryption = self._named(unsettled, self._encryption)
            if not encryption and not ways:  # what works with SSL may work in the other direction
                encryption = self._named(told, self._encryption)
            found += [word for concept, word in encryption.items() if encryption.keys() == {SSL}]
        return found

    def _asks_for_what_differs(self, sentence: str, named: Mapping[str, Sequence[str]]) -> bool:
        """True for a sentence that asks, if it is about fetching, or calls by its name what differs by way ("port").

        `named`: what it names with what it points back at. "Which number?" may be about anything.
        """
        is_about_fetching = self._vocabulary.of_groups(named, EXCLUSIVE) == {INCOMING}
        return (is_about_fetching and self._differ(named)) or self._calls_for_what_differs(sentence)

    def _calls_for_what_differs(self, sentence: str) -> bool:
        """True for a sentence that asks and calls one thing that differs by way by its name."""
        if not asks_in_words(sentence):
            return False
        words = self._contrasts.words_meant(_NOT_ASKED_FOR.sub(" ", sentence))
        return _SEVERAL.isdisjoint(words) and any(self._differ(self._vocabulary.named_by(word)) for word in words)

    def _differ(self, concepts: Iterable[str]) -> bool:
        """True if one of some concepts is an aspect that differs by way."""
        return self._siblings is not None and self._siblings.differ_in(concepts)

    def _named(self, sentences: Iterable[str], names_in: Callable[[str], _Named]) -> _Named:
        """Concepts that sentences name, each by its first word."""
        found: dict[str, str] = {}
        for sentence in sentences:
            for concept, word in names_in(sentence).items():
                found.setdefault(concept, word)
        return found

    def _protocols(self, sentence: str) -> _Named:
        words = self._contrasts.words_meant(sentence)
        return {c: word for word in words for c in self._vocabulary.named_by(word) & DIRECTION_OF.keys()}

    def _directions(self, sentence: str) -> _Named:
        named = self._vocabulary.concepts(self._contrasts.words_meant(sentence))
        return {concept: named[concept][0] for concept in self._vocabulary.of_groups(named, (DIRECTION,))}

    def _encryption(self, sentence: str) -> _Named:
        words = self._extractor.words(sentence)
        encrypted = [word for word in words if SSL in self._vocabulary.named_by(word)]
        clear = self._vocabulary.concepts(words).get(CLEAR_TEXT, [])
        if clear or (encrypted and _DENIES.search(sentence)):
            return {CLEAR_TEXT: (*clear, *encrypted)[0]}
        return {SSL: encrypted[0]} if encrypted else {}
