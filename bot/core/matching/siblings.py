"""Sibling entries: the same aspect of mail, told apart by the way alone (protocol, direction, encryption).

"Which server?" fits the entries about the incoming, the outgoing and the encrypted server alike, and says nothing of
what tells them apart; one of them would be a guess. What an entry is about stands in its title: aspects ("server",
"port") and ways ("POP3", "incoming", "SSL"), as the vocabulary's concepts name them. Siblings' titles name the same
aspects, and at least one of them a way. Pure.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.core.matching.concept_groups import ASPECT, CLEAR_TEXT, EXCLUSIVE, MANNER, SECURITY, WAYS
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.unexplained import UnexplainedWords
from bot.core.matching.vocabulary import words_of
from bot.core.model import Entry


class Siblings:
    """Index of sibling entries, by what their titles name."""

    def __init__(self, extractor: FeatureExtractor, unexplained: UnexplainedWords, entries: Iterable[Entry]) -> None:
        """`unexplained`: has which words the examples use. `entries`: only those of kind "answer" have siblings."""
        self._extractor = extractor
        self._vocabulary = extractor.vocabulary
        self._unexplained = unexplained
        by_aspects: dict[frozenset[str], dict[str, frozenset[str]]] = defaultdict(dict)  # → id → ways
        for entry in entries:
            if entry.kind == "answer":
                in_titles = [word for title in entry.title.values() for word in extractor.words(title)]
                named = self._vocabulary.concepts(in_titles)
                aspects, ways = (self._vocabulary.of_groups(named, groups) for groups in ((ASPECT,), WAYS))
                by_aspects[aspects][entry.id] = ways
        # Id of an entry → its siblings and itself: id → ways that the title names
        self._siblings = {
            entry: (aspects, ways)
            for aspects, ways in by_aspects.items()
            if aspects and len(ways) > 1
            for entry in ways
        }
        self._encrypted_or_not = frozenset(
            aspect
            for aspects, ways in by_aspects.items()
            for aspect in aspects
            if len({bool(self._vocabulary.of_groups(way, (SECURITY,))) for way in ways.values() if way}) > 1
        )
        self._shared = frozenset(aspect for aspects, _ in self._siblings.values() for aspect in aspects)

    def alike(self, entry: str, words: Sequence[str]) -> frozenset[str]:
        """Ids of the entries that a question fits as well as an entry, itself included; empty where it is alone.

        `words`: of the question, as the FeatureExtractor gives them. A word of content beside aspects, ways and
        manners may be what tells the siblings apart, unless examples of all of them use it.
        """
        aspects, siblings = self._siblings.get(entry, (frozenset(), {}))
        named = self._vocabulary.concepts(words)
        if not aspects & self._vocabulary.of_groups(named, (ASPECT,)):
            return frozenset()
        ways = self._vocabulary.of_groups(named, WAYS)
        if siblings[entry] in (ways, frozenset()):
            return frozenset()  # it is about this and nothing else, or about all ways
        fitting = self._fitting(ways, siblings)
        ways_open = sum(bool(siblings[name]) for name in fitting) > 1
        alike = entry in fitting and ways_open and not self._says_more(words, named, fitting)
        return fitting if alike else frozenset()

    def asks_without_way(self, words: Sequence[str]) -> bool:
        """True if a question asks for an aspect that siblings share, and names no way: "which host and port?"."""
        named = self._vocabulary.concepts(words)
        return self.differ_in(named) and not self._vocabulary.of_groups(named, WAYS)

    def without_clear_text(self, words: Sequence[str]) -> list[str]:
        """Words of a question without "without SSL", where the base has an entry for either way: it says nothing then.

        All words where the question names SSL as well, or an aspect that encryption does not tell apart: no entry may
        have the port without encryption.
        """
        named = self._vocabulary.concepts(words)
        aspects = self._vocabulary.of_groups(named, (ASPECT,))
        denied = named.get(CLEAR_TEXT, ())
        encryption = self._vocabulary.of_groups(named, (SECURITY,))
        is_only_denied = bool(denied) and all(said in denied for concept in encryption for said in named[concept])
        of_either_way = aspects & self._encrypted_or_not
        if not is_only_denied or not of_either_way or aspects & self._shared - of_either_way:
            return [*words]
        left_out = words_of([denied])
        return [word for word in words if word not in left_out]

    def differ_in(self, named: Iterable[str]) -> bool:
        """True if one of the concepts that a question names is an aspect that siblings share."""
        return not self._shared.isdisjoint(named)

    def names_another_aspect(self, entry: str, words: Sequence[str]) -> bool:
        """True if a text is an aspect that siblings share and no more ("mail server?"), and an entry none of them."""
        named = self._vocabulary.concepts(words)
        aspects, _ = self._siblings.get(entry, (frozenset[str](), {}))
        meant = words_of(named[concept] for concept in self._shared & named.keys())
        content = {word for word in words if not self._extractor.is_function_word(word)}
        return bool(content) and content <= meant and aspects.isdisjoint(named)

    def _fitting(self, ways: frozenset[str], siblings: Mapping[str, frozenset[str]]) -> frozenset[str]:
        """Ids of the siblings that a question fits: each names all its ways, or one of several, or none at all."""
        exclusive = (self._vocabulary.of_groups(ways, (group,)) for group in EXCLUSIVE)
        several = [values for values in exclusive if len(values) > 1]
        if not several:
            return frozenset(name for name, own in siblings.items() if ways <= own or not own)
        rest = ways.difference(*several)
        return frozenset(
            name for name, own in siblings.items() if rest <= own and any(len(values & own) == 1 for values in several)
        )

    def _says_more(self, words: Sequence[str], named: Mapping[str, Sequence[str]], siblings: Collection[str]) -> bool:
        """True if a question has a word of content that may tell the siblings apart."""
        understood = self._vocabulary.of_groups(named, (ASPECT, MANNER, *WAYS))
        meant = words_of(named[concept] for concept in understood)
        return any(
            w not in meant
            and not self._extractor.is_function_word(w)
            and not self._unexplained.used_by_all(w, siblings)
            for w in words
        )
