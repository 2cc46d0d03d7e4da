"""Vague questions: those that say nothing of what is asked ("Settings?", "What should I enter here?").

Any entry fits such a question as well as the next, whatever the examples of one of them happen to say; so it is asked
back with a menu. A question is vague if each of its words of content is used by the examples of many entries of a kind,
and none of its concepts is a subject: of all settings, or of all errors ("my mail came back when sending"). Addresses
alone, and words that only build sentences, ask nothing at all. A single word ("account", "encryption") asks for an
entry only if no other's title names it. Pure.
"""

from collections.abc import Mapping, Sequence, Set

from bot.core.lazy_regex import lazy_regex
from bot.core.matching.concept_groups import CIRCUMSTANCES, DIRECTION, TIME
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.unexplained import UnexplainedWords
from bot.core.matching.vocabulary import words_of
from bot.core.model import Entry

GENERAL = {  # kind of entries → concepts that all of them share: no subject
    "answer": frozenset({"settings"}),  # asked for in every field of every form
    "error": frozenset({"bounce", "error-message"}),  # "my mail came back" names no error
}
# Kind → groups of concepts that tell nothing beside one of these: "an error when sending" names no error either
BESIDE_GENERAL = {"answer": frozenset[str](), "error": frozenset({DIRECTION})}
NOT_TOLD = CIRCUMSTANCES - {TIME}  # groups of concepts that tell nothing of what is asked; minutes and hours do
MANY = 0.4  # share of the entries whose examples use a word, from which it tells nothing
_ADDRESS = lazy_regex(r"[^\s@]{1,64}@[^\s@]{1,255}")
MOST_AROUND = 1  # words beside a single one: "TLS bitte"
FEWEST_ENTRIES = 5  # of a base, in which "many" means something


class VagueQuestions:
    """Index of what tells the entries of each kind apart."""

    def __init__(self, extractor: FeatureExtractor, unexplained: UnexplainedWords, entries: Sequence[Entry]) -> None:
        """`unexplained`: has which words the examples use."""
        self._extractor = extractor
        self._unexplained = unexplained
        kinds = (([e.id for e in entries if e.kind == kind], of, BESIDE_GENERAL[kind]) for kind, of in GENERAL.items())
        self._kinds = [one for one in kinds if len(one[0]) >= FEWEST_ENTRIES]
        titles = {entry.id: extractor.words(" ".join(entry.title.values())) for entry in entries}
        self._titles = {name: (self._concepts(words), self._stems(words)) for name, words in titles.items()}

    def is_vague(self, words: Sequence[str]) -> bool:
        """True if nothing in a question tells what it is about. `words`: as the FeatureExtractor gives them."""
        concepts = self._extractor.vocabulary.concepts(words)
        return any(self._fits_many(words, concepts, *kind) for kind in self._kinds)

    def _fits_many(
        self,
        words: Sequence[str],
        concepts: Mapping[str, Sequence[str]],
        ids: Sequence[str],
        general: Set[str],
        beside: Set[str],
    ) -> bool:
        """True if a question fits many entries alike.

        `ids`: of the entries; `general`: concepts that all share; `beside`: groups that tell nothing beside these.
        """
        group_of = self._extractor.vocabulary.group_of
        named = general & concepts.keys()
        silent = NOT_TOLD | beside if named else NOT_TOLD
        if any(concept not in general and group_of(concept) not in silent for concept in concepts):
            return False
        said = words_of(concepts[concept] for concept in concepts if concept in named or group_of(concept) in beside)
        content = (word for word in words if word not in said and not self._extractor.is_function_word(word))
        return all(self._unexplained.share_of(word, ids) >= MANY for word in content)

    def is_single_word(self, words: Sequence[str], entry: str) -> bool:
        """True if a message is a word, no figure, of one concept at most, that is not the title of an entry alone.

        "Wie heißt der Postausgangsserver?" says what is asked, and its word has two concepts.
        """
        if len(words) > MOST_AROUND + 1 or any(map(str.isdigit, words)) or len(self._titles) < FEWEST_ENTRIES:
            return False
        content = {word for word in words if not self._extractor.is_function_word(word)}
        concepts, stems = self._concepts([*content]), self._stems([*content])
        if len(content) != 1 or len(concepts) > 1:
            return False
        titled = (
            name for name, (named, used) in self._titles.items() if (concepts <= named if concepts else stems & used)
        )
        return [*titled] != [entry]

    def _concepts(self, words: Sequence[str]) -> frozenset[str]:
        return frozenset(self._extractor.vocabulary.concepts(words))

    def _stems(self, words: Sequence[str]) -> frozenset[str]:
        return frozenset(stem for word in words for stem in self._extractor.stems(word))

    def says_nothing(self, words: Sequence[str]) -> bool:
        """True if a text has nothing but its grammar: "und und und", "what?"."""
        return all(map(self._extractor.is_function_word, words)) and not self._extractor.vocabulary.concepts(words)

    def is_only_addresses(self, text: str) -> bool:
        """True if a text is addresses, and names beside them at most: "Eva Roth eva@example.com"."""
        if "@" not in text:
            return False
        left, found = _ADDRESS.subn(" ", text)
        words = self._extractor.words(left)
        return (
            found > 0
            and not any(map(self._extractor.is_function_word, words))
            and not self._extractor.vocabulary.concepts(words)
        )
