"""Feature extraction: a question → counted features, as word stems, letter n-grams, concepts and pairs of concepts.

Stems say what was said, letters survive slips and compounds, concepts say what was meant and what is asked for
(asked_aspects.py), and pairs of concepts tell entries apart that differ in one aspect (port or server? POP or IMAP?).
Each group is brought to length 1 on its own, so that a long message is not all letters.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from bot.core.matching.asked_aspects import asked_aspects
from bot.core.matching.concept_groups import PROTOCOL
from bot.core.matching.other_provider import PROVIDERS
from bot.core.matching.parallel import in_shares
from bot.core.matching.spelling import Spelling
from bot.core.matching.vocabulary import NEGATIONS, Stems, Vocabulary, tokens
from bot.core.model import Entry, Knowledge, Language, Topic
from bot.core.text.function_words import function_words
from bot.core.text.handing_over import as_telling
from bot.core.text.message_parts import without_courtesy
from bot.core.text.normalize import CACHED_MESSAGES, CACHED_WORDS, clean

ReadText = tuple[Sequence[str], Sequence[str]]  # words of a text, and its concepts

GROUPS = ("word", "letters", "concept", "pair")
TYPICAL = 4  # examples that must use a word before others are repaired to it
EXCHANGE_FROM = 8  # letters of a word in which one may be exchanged for another (see Spelling)
# Words of a message that are read as a question: more is a log or a bounce, whose error lines are read whole
MOST_WORDS = 120
LETTERS = (3, 4, 5)  # lengths of letter n-grams; with them the development questions scored 0.03 higher
# Words that may stand between a negation and what it rules out: "not via POP3", "ohne das SSL"
_BETWEEN = frozenset({
    "of", "ueber", "mit", "per", "via", "fuer", "von", "with", "by", "over", "through", "for", "using",
    "das", "dem", "den", "the", "a", "my", "mein", "mehr", "any",
})  # fmt: skip

_APPS = frozenset({"app", "apps", "client"})


class WordForms(NamedTuple):
    """Forms in which a word is learnt and compared.

    Of the name of a program or device they are those of the concept that it stands for (Vocabulary.device_of).
    """

    stems: tuple[str, ...]  # one for each language of the base; for a name the concept's id alone
    letters: tuple[str, ...]  # letter n-grams; empty for a number or a sign
    hash: int  # CRC-32 of the word as it stands


class FeatureExtractor:
    """Extractor of features from text; holds the vocabulary and the spelling of one knowledge base."""

    def __init__(self, knowledge: Knowledge, counted: Mapping[str, int] | None = None) -> None:
        """`counted`: as of count_tokens; None: counted now."""
        self._stems = Stems()
        self._languages = knowledge.languages
        self._function_words = function_words(knowledge.languages)
        self._forms_of = lru_cache(CACHED_WORDS)(self._find_forms)
        self._words_of = lru_cache(CACHED_MESSAGES)(self._find_words)  # a sentence is asked for by several rules
        self.vocabulary = Vocabulary(knowledge.concepts, self._stems)
        common = count_tokens(knowledge) if counted is None else counted
        typical = {w for w, times in common.items() if times >= TYPICAL and not self.is_function_word(w)}
        meant = self.vocabulary.words()
        self._spelling = Spelling(common.keys() | meant, typical | meant, EXCHANGE_FROM)

    def words(self, text: str) -> list[str]:
        """Tokens of the question in a text, with slips repaired; protocols that are ruled out are left out.

        `text`: need not be cleaned. Empty for a text without a token.
        """
        return list(self._words_of(text))

    def _find_words(self, text: str) -> tuple[str, ...]:
        words = _without_repetition(tokens(as_telling(clean(text))))[:MOST_WORDS]
        return tuple(self._with_programs(self._without_ruled_out(self._spelling.repair_all(words))))

    def _with_programs(self, words: list[str]) -> list[str]:
        """The words with "mail" for a provider's name before "app": the Gmail app is a mail program as any other."""
        if _APPS.isdisjoint(words):
            return words
        named_by = self.vocabulary.named_by
        return [
            "mail" if behind in _APPS and not PROVIDERS.isdisjoint(named_by(word)) else word
            for word, behind in zip_longest(words, words[1:])
        ]

    def read(self, texts: Sequence[str]) -> Sequence[ReadText]:
        """Words and concepts of each text, as it is read as a message: of its sentences, without greetings.

        Else these would speak for the entries at which they stand.
        """
        return in_shares(self._read_share, texts)

    def _read_share(self, texts: Sequence[str]) -> Sequence[ReadText]:
        read = [self.words(without_courtesy(text)) for text in texts]
        return [(words, self.concepts(words)) for words in read]

    def is_function_word(self, word: str) -> bool:
        """True if a word builds sentences in one of the base's languages."""
        return len(word) < 2 or word in self._function_words

    def stems(self, word: str) -> tuple[str, ...]:
        """Stems of a word; see WordForms."""
        return self._forms_of(word).stems

    def letters(self, word: str) -> tuple[str, ...]:
        """Letter n-grams of a word; see WordForms."""
        return self._forms_of(word).letters

    def name_hash(self, word: str) -> int:
        """Hash of a word; see WordForms."""
        return self._forms_of(word).hash

    def _find_forms(self, word: str) -> WordForms:
        device = self.vocabulary.device_of(word)
        name = device or word
        stems = (device,) if device else tuple(self._stems(word, of) for of in self._languages)
        return WordForms(stems, letters_of(name) if word.isalpha() else (), zlib.crc32(name.encode()))

    def concepts(self, words: Sequence[str]) -> list[str]:
        """Concepts of a message, sorted, and once more as "asked …" those that it asks for. `words`: as of `words`."""
        asked = (f"asked {concept}" for concept in asked_aspects(words, self.vocabulary))
        return sorted((*self.vocabulary.concepts(words), *asked))

    def _without_ruled_out(self, words: list[str]) -> list[str]:
        """The words without those of a protocol that is ruled out, where another one is named: "IMAP, not POP3"."""
        if NEGATIONS.isdisjoint(words):
            return words
        protocols = [self.vocabulary.of_group(w, PROTOCOL) for w in words]
        out = {i for i, named in enumerate(protocols) if named and _is_ruled_out(words, i)}
        meant = set().union(*(named for i, named in enumerate(protocols) if i not in out))
        gone = {i for i in out if meant - protocols[i]}
        return [w for i, w in enumerate(words) if i not in gone and not (i - 1 in gone and w.isdigit())]  # POP 3


def count_tokens(knowledge: Knowledge) -> Mapping[str, int]:
    """Number of example questions that use a token, by token."""
    items: list[Entry | Topic] = [*knowledge.entries.values(), *knowledge.topics.values()]
    return Counter(w for item in items for text in _texts(item.questions) for w in set(tokens(text)))


def _without_repetition(words: Sequence[str]) -> list[str]:
    """The words, each at most twice in a row: who types one a thousand times says it once."""
    return [w for n, w in enumerate(words) if n < 2 or not w == words[n - 1] == words[n - 2]]


def _is_ruled_out(words: Sequence[str], position: int) -> bool:
    """True if a negation stands before the word, with nothing but _BETWEEN between them."""
    earlier = position - 1
    while earlier >= 0 and words[earlier] in _BETWEEN:
        earlier -= 1
    return earlier >= 0 and words[earlier] in NEGATIONS


def _texts(questions: Mapping[Language, Sequence[str]]) -> Iterable[str]:
    return (text for language in sorted(questions) for text in questions[language])


def letters_of(word: str) -> tuple[str, ...]:
    """Letter n-grams of a word, and of its beginning and end."""
    padded = f" {word} "
    return tuple([padded[i : i + n] for n in LETTERS for i in range(len(padded) - n + 1)])
