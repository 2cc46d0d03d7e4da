"""Ambiguity of a question: it fits several entries alike (siblings.py), or any of them (vague.py)."""

from collections.abc import Sequence

from bot.core.matching.siblings import Siblings
from bot.core.matching.vague import VagueQuestions


class Ambiguity:
    """Index of what makes a question ambiguous; `words` are always those that the FeatureExtractor gives."""

    def __init__(self, siblings: Siblings | None, vague: VagueQuestions | None) -> None:
        """`siblings`: None: no entry has any. `vague`: None: no question is."""
        self._siblings, self._vague = siblings, vague

    def alike(self, entry: str, words: Sequence[str]) -> frozenset[str]:
        """Ids of the entries that a question fits as well as its first one, itself included; empty: it alone fits."""
        return self._siblings.alike(entry, words) if self._siblings else frozenset()

    def is_vague(self, words: Sequence[str]) -> bool:
        """True if a question fits any entry."""
        return self._vague is not None and self._vague.is_vague(words)

    def is_open(self, entry: str, words: Sequence[str]) -> bool:
        """True if a question does not say by itself which of several entries it asks for. `entry`: its first one."""
        asks_without_way = self._siblings is not None and self._siblings.asks_without_way(words)
        return asks_without_way or bool(self.alike(entry, words)) or self.is_vague(words)

    def says_too_little(self, entry: str, words: Sequence[str]) -> bool:
        """True if a text is too little to be answered with an entry, however well it is ranked.

        It fits any, is a single word, or names a mere aspect that this entry is not about: "mail server?" and the port.
        """
        names_another = self._siblings is not None and self._siblings.names_another_aspect(entry, words)
        is_single_word = self._vague is not None and self._vague.is_single_word(words, entry)
        return names_another or is_single_word or self.is_vague(words)

    def says_nothing(self, words: Sequence[str]) -> bool:
        """True if a text has nothing but its grammar."""
        return self._vague is not None and self._vague.says_nothing(words)
