"""Vocabulary: tokens, stems, and the concepts of general_layer/concepts.yaml that a message mentions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from functools import lru_cache
from itertools import chain

import Stemmer

from bot.core.languages import KNOWN
from bot.core.lazy_regex import lazy_regex
from bot.core.matching.concept_groups import DEVICE
from bot.core.model import Concept, Language
from bot.core.text.function_words import is_function_word
from bot.core.text.normalize import CACHED_MESSAGES, CACHED_WORDS, fold

_TOKEN = lazy_regex(r"\d&\d|[a-z]+|\d+|[%@]")  # 1&1 is a name, and no part of 5.1.1
NEGATIONS = frozenset({
    "nicht", "kein", "keine", "keinen", "keinem", "statt", "anstatt", "anstelle", "ohne",
    "not", "no", "non", "instead", "than", "without",
})  # fmt: skip
_Phrase = tuple[tuple[str, ...], str]  # its stems, and the id of the concept that it means


def tokens(text: str) -> list[str]:
    """Tokens of a text, folded: words, numbers and the signs % and @; "Größe 10MB" → groesse 10 mb."""
    return _TOKEN.findall(fold(text))


class Stems:
    """Snowball stemmer for every known language, cached: people mix the languages in one sentence."""

    def __init__(self) -> None:
        # Without caches of their own, which take longer than the stemming
        self._stemmers = {language: Stemmer.Stemmer(KNOWN[language].stemmer, 0) for language in KNOWN}
        self._cached = lru_cache(CACHED_WORDS)(self._stem)

    def __call__(self, word: str, language: Language) -> str:
        return self._cached(word, language)

    def _stem(self, word: str, language: Language) -> str:
        return str(self._stemmers[language].stemWord(word))


class Vocabulary:
    """Finder of concepts in a list of tokens."""

    def __init__(self, concepts: Sequence[Concept], stems: Stems) -> None:
        self._stems = stems
        self._exact: dict[str, set[str]] = defaultdict(set)  # token → concept ids
        # First stem → phrases; a single word is a phrase of one
        self._phrases: dict[Language, dict[str, list[_Phrase]]] = {
            language: defaultdict(list) for language in dict.fromkeys(chain.from_iterable(c.words for c in concepts))
        }
        # (fixed part, where: "prefix" | "suffix" | "inside", concept id)
        self._patterns: list[tuple[str, str, str]] = []
        self._begun_by = lru_cache(CACHED_WORDS)(self._find_begun_by)
        self._in_message = lru_cache(CACHED_MESSAGES)(self._find_concepts)  # for the ranker, a follow-up and each "why"
        self._of_group = lru_cache(CACHED_WORDS)(self._find_of_group)
        self._words: set[str] = set()
        self._alone: set[str] = set()  # words that mean something without others
        self._concepts = {concept.id: concept for concept in concepts}
        for concept in concepts:
            self._add(concept)
        self._prefixes, self._suffixes, self._inside = self._fixed_parts()

    def concepts(self, words: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Concepts of a message: id → the words that mean it, in the order of the message; empty where it names none.

        A phrase that negates hides what its words mean alone, within its group: "ohne SSL" is no SSL.
        """
        return self._in_message(tuple(words))

    def _find_concepts(self, words: tuple[str, ...]) -> Mapping[str, Sequence[str]]:
        matches = list(self._matches(words))
        hidden = not NEGATIONS.isdisjoint(words) and {
            (position, self.group_of(concept))
            for start, length, concept in matches
            if not NEGATIONS.isdisjoint(words[start : start + length])
            for position in range(start, start + length)
        }
        found: dict[str, list[str]] = defaultdict(list)
        for start, length, concept in matches:
            if length > 1 or not hidden or (start, self.group_of(concept)) not in hidden:
                found[concept].append(" ".join(words[start : start + length]))
        return {concept: list(dict.fromkeys(evidence)) for concept, evidence in found.items()}

    def _matches(self, words: Sequence[str]) -> Iterable[tuple[int, int, str]]:
        """Matches as (position of the first word, number of words, concept), in the order of the message."""
        for position, word in enumerate(words):
            alone, phrases = self._begun_by(word)
            for concept in alone:
                yield position, 1, concept
            if not phrases:
                continue
            following = words[position + 1] if position + 1 < len(words) else ""
            for language, begun in phrases:
                stem = self._stems(following, language)
                for phrase, concept in begun:
                    if len(phrase) == 1 or (phrase[1] == stem and self._stands_at(position, words, phrase, language)):
                        yield position, len(phrase), concept

    def _stands_at(self, position: int, words: Sequence[str], phrase: Sequence[str], language: Language) -> bool:
        """True if the words from a position on have the stems of a phrase."""
        said = words[position : position + len(phrase)]
        return [self._stems(w, language) for w in said] == [*phrase]

    def _find_begun_by(self, word: str) -> tuple[list[str], list[tuple[Language, list[_Phrase]]]]:
        """Concepts that a word means alone, and the phrases that may begin with it, by language."""
        by_stem = word in self._alone or not is_function_word(word)  # "and" is no form of "anders"
        by_language = (
            (language, [one for one in known.get(self._stems(word, language), ()) if len(one[0]) > 1 or by_stem])
            for language, known in self._phrases.items()
        )
        phrases = [(language, begun) for language, begun in by_language if begun]
        return [*sorted(self._exact.get(word, ())), *sorted(self._matching_patterns(word))], phrases

    def group_of(self, concept: str) -> str:
        """Group of a concept: protocol, direction, aspect …"""
        return self._concepts[concept].group

    def of_groups(self, concepts: Iterable[str], groups: Collection[str]) -> frozenset[str]:
        """Those of some concepts that belong to one of these groups."""
        return frozenset(concept for concept in concepts if self.group_of(concept) in groups)

    def of_group(self, word: str, group: str) -> frozenset[str]:
        """Concepts of a group that a single word means; empty for none."""
        return self._of_group(word, group)

    def device_of(self, word: str) -> str:
        """Concept of which a word is the name of a program or device ("outlook"); empty for other words.

        One name is as good as another for what is asked: "POP server on my Samsung?" is "… in Outlook?".
        """
        return min((c for c in self.named_by(word) if self.group_of(c) == DEVICE), default="")

    def named_by(self, word: str) -> Set[str]:
        """Concepts of which a word is a name (`any`): "imap" is one of IMAP, and "synchronise" only means it."""
        return self._exact.get(word, frozenset())

    def word_for(self, concept: str) -> str:
        """Word that means the concept, folded; empty where only patterns do."""
        known = self._concepts[concept]
        plain = [w for w in (*known.any, *chain.from_iterable(known.words.values())) if "*" not in w]
        return fold(plain[0]) if plain else ""

    def words(self) -> set[str]:
        """Words of the vocabulary as typed by its authors, patterns left out: targets of spelling.py."""
        return set(self._words)

    def _find_of_group(self, word: str, group: str) -> frozenset[str]:
        if word in NEGATIONS:  # alone it hides what it means
            return frozenset()
        alone, phrases = self._begun_by(word)
        meant = chain(alone, (concept for _, begun in phrases for phrase, concept in begun if len(phrase) == 1))
        return frozenset(concept for concept in meant if self.group_of(concept) == group)

    def _add(self, concept: Concept) -> None:
        for token in concept.any:
            self._exact[fold(token)].add(concept.id)
        for language, terms in concept.words.items():
            for term in terms:
                self._add_term(term, language, concept.id)

    def _add_term(self, term: str, language: Language, concept: str) -> None:
        open_ends = term.startswith("*"), term.endswith("*")
        if any(open_ends):
            where = "inside" if all(open_ends) else "suffix" if open_ends[0] else "prefix"
            self._patterns.append((fold(term.strip("*")), where, concept))
            return
        words = tokens(term)
        self._words.update(w for w in words if w.isalpha())
        if len(words) == 1:
            self._alone.add(words[0])
        stemmed = tuple(self._stems(w, language) for w in words)
        if stemmed:
            self._phrases[language][stemmed[0]].append((stemmed, concept))

    def _matching_patterns(self, word: str) -> frozenset[str]:
        fits = word.startswith(self._prefixes) or word.endswith(self._suffixes)
        if not fits and not any(part in word for part in self._inside):
            return frozenset()  # as nearly all words
        return frozenset(c for fixed, where, c in self._patterns if _fits(word, fixed, where))

    def _fixed_parts(self) -> tuple[tuple[str, ...], ...]:
        """Fixed parts of all patterns: prefixes, suffixes, and those that may stand anywhere."""
        return tuple(
            tuple({fixed for fixed, of, _ in self._patterns if of == where}) for where in ("prefix", "suffix", "inside")
        )


def words_of(said: Iterable[Sequence[str]]) -> set[str]:
    """Words of all phrases that mean some concepts. `said`: for each concept its phrases, as Vocabulary.concepts."""
    return {word for phrases in said for phrase in phrases for word in phrase.split()}


def _fits(word: str, fixed: str, where: str) -> bool:
    if where == "prefix":
        return word.startswith(fixed)
    return word.endswith(fixed) if where == "suffix" else fixed in word
