"""Fetching protocol: POP3 or IMAP, which a message names in another sentence than the one that asks.

"My phone only does IMAP. What do I put as incoming server?" asks for IMAP's, though its question alone fits POP3's as
well. A question about fetching that names no protocol is read with the one that the message names. Where it names both,
or denies one ("not POP3, …"), that says nothing, or counts for the other. Sending has but one protocol. Pure.
"""

from collections.abc import Sequence

from bot.core.matching.concept_groups import DIRECTION_OF, EXCLUSIVE
from bot.core.matching.contrast import Contrasts
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.siblings import Siblings

INCOMING = "incoming"  # concept
FETCHING = frozenset(protocol for protocol, direction in DIRECTION_OF.items() if direction == INCOMING)


class FetchingProtocols:
    """Reader of questions about fetching with the protocol that the message names."""

    def __init__(self, extractor: FeatureExtractor, contrasts: Contrasts, siblings: Siblings | None) -> None:
        """`siblings`: which aspects of mail differ by protocol; None: none does."""
        self._vocabulary = extractor.vocabulary
        self._contrasts = contrasts
        self._siblings = siblings

    def with_protocol(self, question: str, sentences: Sequence[str]) -> str:
        """Question about fetching that names no protocol, behind the name of the message's; every other as it is.

        `sentences`: of the whole message.
        """
        named = self._vocabulary.concepts(self._contrasts.words_meant(question))
        ways = self._vocabulary.of_groups(named, EXCLUSIVE)
        if ways != {INCOMING} or not self._siblings or not self._siblings.differ_in(named):
            return question
        protocol = self.named(sentences)
        return f"{protocol}: {question}" if protocol else question

    def named(self, sentences: Sequence[str]) -> str:
        """Name of the one protocol that a message fetches with, as it says it, folded; empty for none or both."""
        names: dict[str, str] = {}  # concept → word
        for sentence in sentences:
            for word in self._contrasts.words_meant(sentence):
                for concept in self._vocabulary.named_by(word) & FETCHING:
                    names.setdefault(concept, word)
        return next(iter(names.values())) if len(names) == 1 else ""
