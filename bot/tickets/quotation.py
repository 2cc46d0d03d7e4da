"""Quotation of the sentence that an answer rests on, so that an agent sees at a glance what was understood."""

from collections.abc import Iterator

from bot.core.model import Decision
from bot.core.text.excerpt import shorten
from bot.core.text.message_parts import own_sentences
from bot.core.text.normalize import clean, fold

LONGEST = 200  # characters of a sentence that are quoted
MOST = 3  # sentences that are quoted
READ = 20_000  # characters of a text in which the sentence is looked for
LEAST_SHARED = 0.4  # of the words of a sentence and of what was understood, by which it is known (Dice)


def understood_sentences(decision: Decision | None, text: str) -> list[str]:
    """Sentences or lines of a text, as they were typed, that decided its outcome; empty for what is not covered.

    A part of a decision holds words that are folded and repaired; the sentence is the one that shares most of them.
    """
    if decision is None or decision.outcome == "decline":
        return []
    pieces = {piece: _words(piece) for piece in _pieces(clean(text[:READ]))}
    found = []
    for part in decision.parts:
        words = _words(part.text)
        if part.outcome != decision.outcome or not words:
            continue
        shared = {piece: _dice(words, of_piece) for piece, of_piece in pieces.items()}
        best = max(shared, key=lambda piece: shared[piece], default="")
        if best and shared[best] >= LEAST_SHARED:
            found.append(shorten(best, LONGEST))
    return list(dict.fromkeys(found))[:MOST]


def _pieces(text: str) -> Iterator[str]:
    """Pieces of a text that may be quoted: its sentences, then its lines; of two equally alike the first is taken."""
    yield from (" ".join(sentence.split()) for sentence in own_sentences(text))
    yield from (" ".join(line.split()) for line in text.split("\n") if line.strip())


def _words(text: str) -> frozenset[str]:
    return frozenset("".join(c if c.isalnum() else " " for c in fold(text)).split())


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice coefficient of two sets of words, 0..1: twice what they share, over the sum of their sizes."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
