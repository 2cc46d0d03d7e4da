"""Language detection: which of the languages of a base, for one message.

Function words decide: they say in which language a sentence is built, while technical words, client labels and a
pasted error line say only what it is about. Where they tell nothing ("imaps portnummer"), letters do: a small naive
Bayes over the knowledge base's own questions.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations

import numpy as np

from bot.core.languages import KNOWN
from bot.core.lazy_regex import lazy_regex
from bot.core.model import Entry, Knowledge, Language, Topic
from bot.core.text.function_words import COUNTED, EITHER, folded_words, is_function_word
from bot.core.text.normalize import CACHED_MESSAGES, CACHED_WORDS, fold

_UNDECIDED = 0.05  # less evidence than this is none
MOST_OF_A_WORD = 2.5  # log odds: a word is rarely certain
ENOUGH = 1.5  # evidence of the sentences in which a person speaks from which the others do not matter
QUOTED = 0.3  # share of a quoted line's words that may be missing from a text that holds it
ALIKE = 0.4  # log odds of a word below which both languages use it alike: the examples' topics differ as much
SEEN = 2  # times that the examples must use a word before its own odds count

_WORD = lazy_regex(r"[^\W\d_]+(?:'[a-z]+)?")
_QUOTED = lazy_regex(r"\"[^\"\n]{4,400}\"", needs='"')  # a quotation is not the writer's own words
# What Exchange and Gmail write besides a code, as people do. No mark of a paste, because it names the reason, too.
_PROGRAM_PROSE = lazy_regex(
    r"(?:the e-?mail address you entered couldn't be found|please check the recipient's e-?mail address"
    r"|if the problem continues, please contact|address not found$|adresse nicht gefunden$"
    r"|die eingegebene e-?mail-?adresse (?:konnte nicht|wurde nicht) gefunden|überprüfen sie die e-?mail-?adresse des"
    r"|wenn das problem weiterhin besteht, wenden sie sich)[^.!?]{0,200}[.!?]?",
    re.IGNORECASE | re.MULTILINE,
    needs=("address", "adresse nicht", "if the problem", "die eingegebene", "überprüfen sie", "wenn das problem"),
)
_BETWEEN = "\0"  # two texts whose trigrams are counted
_SENTENCE = lazy_regex(r"(?<=[.!?:])\s+|\n+")
# A particle in an English compound that other languages have borrowed builds no sentence: "Pop-up ausschalten"
_BORROWED_VERBS = ("pop", "back", "set", "start", "log", "sign", "plug", "add", "check", "follow", "opt", "roll")
_BORROWED = lazy_regex(
    rf"\b({'|'.join(_BORROWED_VERBS)})[ -](?:up|in|on|out|off)\b",
    re.IGNORECASE,
    needs=[f"{verb}{between}" for verb in _BORROWED_VERBS for between in " -"],
)
_NAME = lazy_regex(r"[@/%]|[:.]\S")  # an address, a host name, a path

# Of sentences in both languages those count in which a person asks, greets or speaks of themselves: a program's
# "please check the recipient's address" is none
_PERSONAL = folded_words(
    """
    ich mir mich mein meine meinem meinen meiner wir uns unser unsere unserem unseren was wie wieso weshalb warum
    woran woher wer wo welche welchem welchen welcher welches danke hallo moin servus gruezi tag gruss gruesse mfg
    hilfe heisst bedeutet bedeutung jemand i i'm i've i'd i'll me my we we're our what what's how why which where
    who thanks thank hello hi dear regards cheers help anyone somebody meaning mean
    """
)


@lru_cache(CACHED_MESSAGES)
def without_program_prose(text: str) -> str:
    """Text without the sentences that mail programs write as people do."""
    return _PROGRAM_PROSE.sub(" ", text)


def language_of_locale(locale: str, languages: Collection[Language] = tuple(KNOWN)) -> Language | None:
    """Language in which a person of a locale is answered: one of `languages`, those of the base, or else English.

    Without them one that Postbote knows: whoever answers takes English where the base lacks it (languages.among).

    `locale`: as of POSIX or RFC 5646, "de_CH.UTF-8", "fr-CA"; None for an empty one and for POSIX's "C".
    """
    name = re.split(r"[-_.@]", locale.strip().lower())[0]
    if name in ("", "c", "posix", "*"):
        return None
    return name if name in languages else "en"


@dataclass(frozen=True, slots=True)
class LanguageCounts:
    """Language counts: what texts whose language is known are made of, by language."""

    words: Mapping[Language, Mapping[str, int]]  # folded word → times
    trigrams: Mapping[Language, Mapping[str, int]]  # three letters of the folded text → times


def count_languages(knowledge: Knowledge) -> LanguageCounts:
    """Language counts of every example question of a knowledge base, in the order of its languages."""
    items: list[Entry | Topic] = [*knowledge.entries.values(), *knowledge.topics.values()]
    texts = {
        language: [text for i in items for text in i.questions.get(language, ())] for language in knowledge.languages
    }
    return LanguageCounts(
        {language: _word_counts(found) for language, found in texts.items()},
        {language: _trigram_counts(found) for language, found in texts.items()},
    )


class LanguageDetector:
    """Language detector for the languages of a base, trained on texts whose language is known."""

    def __init__(self, counts: LanguageCounts) -> None:
        """`counts`: the language first in which a message is answered that tells nothing."""
        self.languages = tuple(counts.words)
        self._pairs = {pair: LanguagePair(*pair, counts) for pair in combinations(self.languages, 2)}

    def of(self, text: str, hint: Language | None = None, pasted: str = "") -> Language:
        """Language of a message's own words.

        `text`: cleaned, without pasted lines; empty: the writer said nothing. `pasted`: words that are quoted within
        them, an error line in the middle of a sentence; empty: none. `hint`: the language where nothing tells; None, or
        one that is not the base's: its first one then.
        """
        found, surely = self.languages[0], len(self.languages) == 1
        for other in self.languages[1:]:
            evidence = self._pairs[found, other].of(text, pasted)
            surely = surely or abs(evidence) > _UNDECIDED
            found = other if evidence < -_UNDECIDED else found
        return hint if hint in self.languages and not surely else found

    def evidence(self, text: str) -> float:
        """Evidence in a text: above 0 for the first of two languages, below for the second, 0 for neither."""
        return next(iter(self._pairs.values())).evidence(text) if self._pairs else 0.0


class LanguagePair:
    """Detector of one of two languages."""

    def __init__(self, one: Language, other: Language, counts: LanguageCounts) -> None:
        self._one, self._other, self._both = one, other, (one, other)
        self._words = {language: Counter(counts.words[language]) for language in self._both}
        self._letters = {language: Counter(counts.trigrams[language]) for language in self._both}
        seen = set().union(*self._letters.values())
        self._of_words = {language: sum(self._words[language].values()) + 1 for language in self._both}
        self._of_letters = {language: sum(self._letters[language].values()) + len(seen) + 1 for language in self._both}
        self._odds = lru_cache(CACHED_WORDS)(self._telling_odds_of)
        letters = KNOWN[one].letters, KNOWN[other].letters
        self._own_letters = letters[0] - letters[1], letters[1] - letters[0]

    def of(self, text: str, pasted: str) -> float:
        """Evidence in a message: above 0 for the one language, below for the other; at most _UNDECIDED: for neither."""
        own = _own_words(without_program_prose(text))
        evidence = self._evidence_beside(own, _folded(pasted)) if pasted else self._evidence_of_person(own)
        if abs(evidence) > _UNDECIDED:
            return evidence
        return 0.0 if pasted else self.evidence(_QUOTED.sub(" ", without_program_prose(text)))  # host names tell little

    def _evidence_of_person(self, own: str) -> float:
        """Evidence of the sentences in which a person speaks; of all where there are none, or these tell nothing."""
        sentences = _SENTENCE.split(own)
        several = sentences if len(sentences) > 1 else ()
        personal = [s for s in several if s.endswith("?") or not _PERSONAL.isdisjoint(_folded(s))]
        if 0 < len(personal) < len(sentences):
            evidence = self.evidence("\n".join(personal))
            if abs(evidence) >= ENOUGH:
                return evidence
        return self.evidence(own)

    def _evidence_beside(self, own: str, pasted: Sequence[str]) -> float:
        """Evidence of a text beside a line that is quoted in it."""
        words = [w for w in _folded(own) if len(w) > 1]
        quoted = Counter(w for w in pasted if len(w) > 1)
        if sum((quoted - Counter(words)).values()) > QUOTED * sum(quoted.values()):
            return self._evidence_of_person(own)  # it stood in lines of its own
        left = list((Counter(words) - quoted).elements())  # few: letters of words that no example uses tell too little
        built = self._function_words(_folded(_BORROWED.sub(r"\1", " ".join(left))))
        return built + self._other_words([w for w in left if self._is_known(w)])

    def _is_known(self, word: str) -> bool:
        return sum(self._words[language][word] for language in self._both) >= SEEN

    def evidence(self, text: str) -> float:
        """Evidence in a text: above 0 for the one language, below for the other, 0 for neither."""
        words = _folded(_BORROWED.sub(r"\1", text))
        return self._function_words(words) + self._letters_of_its_own(text) + self._other_words(words)

    def _letters_of_its_own(self, text: str) -> float:
        """Evidence of letters that only one of the two has, such as umlauts."""
        one, other = self._own_letters
        return 0.5 * min(_times(one, text), 4) - 0.5 * min(_times(other, text), 4)

    def _function_words(self, words: Sequence[str]) -> int:
        """Number of function words of the one language less that of the other, everyday words included."""
        one, other = COUNTED[self._one], COUNTED[self._other]
        return sum([(w in one) - (w in other) for w in words])

    def _other_words(self, words: Sequence[str]) -> float:
        """Evidence of words that build no sentence: together at most about as much as one that does."""
        return 0.9 * math.tanh(sum(map(self._odds, words)) / 4)

    def _telling_odds_of(self, word: str) -> float:
        """Log odds of a word that counts, at most MOST_OF_A_WORD; 0 for others."""
        return max(-MOST_OF_A_WORD, min(MOST_OF_A_WORD, self._odds_of(word))) if _is_telling(word) else 0.0

    def _odds_of(self, word: str) -> float:
        """Log odds of a word: its own where the examples use it, else those of its letters.

        0 for what both languages use alike: protocols, client labels, names of programs.
        """
        if self._is_known(word):
            times = {language: self._words[language][word] for language in self._both}
            odds = math.log((times[self._one] + 0.5) / self._of_words[self._one]) - math.log(
                (times[self._other] + 0.5) / self._of_words[self._other]
            )
            return odds if abs(odds) >= ALIKE else 0.0
        return (
            sum(
                math.log((self._letters[self._one][g] + 1) / self._of_letters[self._one])
                - math.log((self._letters[self._other][g] + 1) / self._of_letters[self._other])
                for g in _trigrams(word)
            )
            / 2
        )


def _is_telling(word: str) -> bool:
    """True if a word counts by its odds: it builds no sentence, or does so in both languages."""
    return word in EITHER or not is_function_word(word)


def _word_counts(texts: Sequence[str]) -> Counter[str]:
    """Folded word → times; every start counts 50,000 words, so each is folded once."""
    counts: Counter[str] = Counter()
    for word, times in Counter(chain.from_iterable(map(_WORD.findall, texts))).items():
        counts[_folded_word(word)] += times
    return counts


def _trigram_counts(texts: Sequence[str]) -> Counter[str]:
    """Trigram → times, as of _trigrams; a million are counted as numbers, in half of the time."""
    joined = _BETWEEN.join([f" {fold(text)} " for text in texts])
    letter = np.frombuffer(joined.encode("utf-32-le"), np.uint32).astype(np.int64)
    numbers, times = np.unique(letter[:-2] << 42 | letter[1:-1] << 21 | letter[2:], return_counts=True)
    trigrams = [chr(n >> 42) + chr(n >> 21 & 0x1FFFFF) + chr(n & 0x1FFFFF) for n in numbers.tolist()]
    counts = zip(trigrams, times.tolist(), strict=True)
    return Counter({trigram: count for trigram, count in counts if _BETWEEN not in trigram})


def _own_words(text: str) -> str:
    lines = _QUOTED.sub(" ", text).split("\n")
    return "\n".join([" ".join(_without_names(line.split()) if _NAME.search(line) else line.split()) for line in lines])


def _without_names(tokens: Sequence[str]) -> list[str]:
    return [token for token in tokens if not _NAME.search(token)]


def _folded(text: str) -> list[str]:
    return [_folded_word(w) for w in _WORD.findall(text)]


@lru_cache(CACHED_WORDS)
def _folded_word(word: str) -> str:
    return fold(word).replace("'", "")


def _times(letters: Iterable[str], text: str) -> int:
    return sum(text.count(letter) for letter in letters)


def _trigrams(text: str) -> list[str]:
    padded = f" {fold(text)} "
    return [padded[i : i + 3] for i in range(len(padded) - 2)]
