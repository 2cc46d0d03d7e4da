"""Vague questions: those that say nothing of what is asked ("Settings?", "What should I enter here?").

Any entry fits such a question as well as the next, whatever the examples of one of them happen to say; so it is asked
back with a menu. A question is vague if each of its words of content is used by the examples of many entries, and none
of its concepts is a subject. Of these, addresses alone ask nothing at all. Pure.
"""

from collections.abc import Iterable, Sequence

from bot.core.lazy_regex import lazy_regex
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.unexplained import CIRCUMSTANCES, UnexplainedWords
from bot.core.model import Entry

GENERAL = frozenset({"settings"})  # concepts that are asked for in every field of every form: no subject
NOT_TOLD = CIRCUMSTANCES - {"time"}  # groups of concepts that tell nothing of what is asked; minutes and hours do
MANY = 0.4  # share of the entries whose examples use a word, from which it tells nothing
_ADDRESS = lazy_regex(r"[^\s@]{1,64}@[^\s@]{1,255}")
FEWEST_ENTRIES = 5  # of a base, in which "many" means something


class VagueQuestions:
    """Index of what tells the entries of kind "answer" apart."""

    def __init__(self, extractor: FeatureExtractor, words: UnexplainedWords, entries: Iterable[Entry]) -> None:
        """`words`: those that the examples use; of the entries only those of kind "answer" are taken."""
        self._extractor = extractor
        self._words = words
        self._entries = [entry.id for entry in entries if entry.kind == "answer"]

    def is_vague(self, words: Sequence[str]) -> bool:
        """True if nothing in a question tells what it is about. `words`: as the FeatureExtractor gives them."""
        if len(self._entries) < FEWEST_ENTRIES:
            return False
        vocabulary = self._extractor.vocabulary
        concepts = vocabulary.concepts(words)
        if any(c not in GENERAL and vocabulary.group_of(c) not in NOT_TOLD for c in concepts):
            return False
        general = {
            word for concept in GENERAL & concepts.keys() for phrase in concepts[concept] for word in phrase.split()
        }
        content = (word for word in words if word not in general and not self._extractor.is_function_word(word))
        return all(self._words.share_of(word, self._entries) >= MANY for word in content)

    def is_only_addresses(self, text: str) -> bool:
        """True if a text is addresses, and names beside them at most: "Eva Roth eva@example.com"."""
        left, found = _ADDRESS.subn(" ", text)
        words = self._extractor.words(left)
        return (
            found > 0
            and not any(map(self._extractor.is_function_word, words))
            and not self._extractor.vocabulary.concepts(words)
        )
