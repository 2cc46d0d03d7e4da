"""Contrasts: what a question denies or says is settled, to say what it means.

"Not the mailbox, a single mail: how many MB?" denies, "incoming works, which port for sending?" settles.

The denied half names the very words of the entry that is not asked about, so it is left out of what is ranked. What
both halves share stands in one of them alone ("not the size of the mailbox, of one mail"): of the denied half the
aspects are kept where the rest names none. "I can't send, which server …?" denies nothing that could be asked, so a
denial only counts where a noun with its article, a preposition, a question word or a single name follows it, and where
something else is said beside it. At its end ("…, not the mailbox") a question denies a noun or a protocol.

A clause that is settled (bot/core/text/settled.py) is left out where the rest asks about another protocol or another
direction: "POP3 is set up, which port?" asks about POP3. So is one that names another aspect than the rest, and nothing
besides: "I know the port, which server …?". Where the rest asks for a server or port, which every protocol
has, so is any clause or sentence that only tells of another: "incoming says 993, which one for sending?". Pure.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.core.lazy_regex import lazy_regex
from bot.core.matching.concept_groups import ASPECT, DIRECTION, DIRECTION_OF, PROTOCOL, SECURITY, WAYS
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.siblings import Siblings
from bot.core.matching.vocabulary import words_of
from bot.core.text.asking import QUESTION_WORDS, asks_in_words, reports_fault
from bot.core.text.normalize import CACHED_MESSAGES
from bot.core.text.settled import is_settled

FEWEST_WORDS = 2  # of what is left, from which it says something by itself

_DETERMINER = (
    r"(?:d(?:er|ie|as|en|em|es)|(?:k?ein|mein|unser|euer|ihr)(?:e[rnms]?)?|wie|was|welche[rnms]?|um|pro|per|für|bei|beim|vom|von"
    r"|the|an?|my|our|your|how|what|which|about|for|per|by)"
)
_NOUN = rf"{_DETERMINER}\b[^,;:.!?–—\n]{{1,60}}?"
_DENIED = rf"(?:{_NOUN}|[\w.@-]{{2,30}})"
_NOT = (  # where "not" begins a clause, or stands behind words that say what is meant
    r"(?:(?:^\W{0,4}|[,;:–—-]\s{1,3}|\b(?:ich (?:meine|brauche?|will|suche)|es geht(?: mir)?|i (?:need|want|mean)"
    r"|i(?:'?m| am) asking|it'?s)\s{1,3})(?:nicht|not)|\bi don'?t (?:mean|need|want))\s{1,3}"
)
_CONTRAST = lazy_regex(
    rf"(?:{_NOT})(?P<denied>{_DENIED})"
    r"(?:\s{0,3}[,;]|\s{1,3}[–—-]|(?=\s{1,3}(?:sondern|but)\b))(?P<but>\s{1,3}(?:sondern|but)\b)?\s{1,3}(?P<meant>\S.{0,400})",
    re.IGNORECASE | re.DOTALL,
    needs=("nicht", "not", "i don't ", "i dont "),
)
_TO_THE_END = r"(?:\s{1,3}(?:bitte|please|diesmal|this time|though|eh|ok))?[\s?.!)]{0,6}$"
_DENIED_LAST = lazy_regex(  # "which port for IMAP, not POP3?", "… (not the mailbox)", "…, das Postfach mein ich nicht"
    r"(?:\s{0,3}[,;(–—-]|\s(?:und|and))\s{0,3}(?:(?:also|und|and|so|nein|no|but),? )?(?:"
    r"(?:nicht|not|i(?:['’]m| am) not asking(?: about| for)?|i don['’]?t (?:mean|need|want))"
    rf"\s{{1,3}}(?P<behind>{_DENIED}){_TO_THE_END}"
    rf"|(?P<before>{_NOUN}) (?:meine?|suche|will|brauche?) ich (?:\w{{1,10}} )?nicht{_TO_THE_END})",
    re.IGNORECASE,
    needs=("nicht", "not", "n't", "n’t", "dont"),
)
_WHY = lazy_regex(r"\b(?:warum|wieso|weshalb|why|how come)\b", re.IGNORECASE)
_NOT_ONLY = lazy_regex(r"^(?:nur|bloß|allein|only|just|alone|sure|so|mehr|yet)\b", re.IGNORECASE)
_CLAUSES = lazy_regex(
    rf",?\s{{1,3}}(?:aber|doch|jedoch|but|though)\s{{1,3}}|,?\s{{1,3}}(?:und|and)\s{{1,3}}(?=(?:{QUESTION_WORDS})\b)"
    r"|[,;]\s{1,3}|\s{1,3}[–—-]\s{1,3}",
    re.IGNORECASE,
)
_SAYS_WHICH = lazy_regex(r"\d|\w\.\w")  # a number, a host


class Contrasts:
    """Reader of contrasts, with the vocabulary that says which words are aspects."""

    def __init__(self, extractor: FeatureExtractor, siblings: Siblings | None = None) -> None:
        """`siblings`: what is asked for by protocol or direction; None: nothing is."""
        self._extractor = extractor
        self._siblings = siblings
        self._meant = lru_cache(CACHED_MESSAGES)(self._find_meant)  # for a question's protocol, and its ranking

    def words_meant(self, text: str) -> list[str]:
        """Words of a text, as the FeatureExtractor gives them, without what it denies."""
        return list(self._meant(text))

    def _find_meant(self, text: str) -> tuple[str, ...]:
        words = self._without_denied(text)
        return tuple(self._siblings.without_clear_text(words) if self._siblings else words)

    def _without_denied(self, text: str) -> list[str]:
        words = self._extractor.words
        found = _CONTRAST.search(text)
        if not found:
            return self._without_denied_end(text)
        if _NOT_ONLY.match(found["denied"]) or not (found["but"] or self._is_named(found["denied"])):
            return words(text)
        return self._left(f"{text[: found.start()]} {found['meant']}", found["denied"]) or words(text)

    def _without_denied_end(self, text: str) -> list[str]:
        """Words of a question without what it denies at its end; why it is that and not this asks about both."""
        words = self._extractor.words(text)
        found = _DENIED_LAST.search(text)
        if not found or _WHY.search(text):
            return words
        asked, denied = text[: found.start()], found["behind"] or found["before"]
        asks = asks_in_words(asked) and not reports_fault(asked)
        if not asks or _NOT_ONLY.match(denied) or not self._is_thing(denied):
            return words
        return self._left(asked, denied) or words

    def _left(self, meant: str, denied: str) -> list[str]:
        """Words of what is meant, with the aspects of what is denied if it names none; empty if they say too little."""
        words = self._extractor.words(meant)
        if len(words) < FEWEST_WORDS:
            return []
        if self._words_of_groups(words, (ASPECT,)):
            return words
        return [*self._words_of_groups(self._extractor.words(denied), (ASPECT,)), *words]

    def without_settled_clauses(self, sentence: str) -> str:
        """Sentence without the clauses that say what works or is known, where the rest asks about another way."""
        said = [clause for clause in _CLAUSES.split(sentence) if clause]
        clauses = self._without_other_aspects(said)
        if len(clauses) < len(said):
            sentence = ", ".join(clauses)
        if len(clauses) < 2:
            return sentence
        settled = [clause for clause in clauses if is_settled(clause)]
        told = settled or [clause for clause in clauses if _only_tells(clause)]
        rest = ", ".join(clause for clause in clauses if clause not in told)
        if not told or not asks_in_words(rest) or not (settled or self._asks_by_way(rest)):
            return sentence
        return rest if self._differ(" ".join(told), rest) else sentence

    def tells_of_another(self, sentence: str, questions: Sequence[str]) -> bool:
        """True if a sentence tells of another way than those by which all questions ask for a server or port.

        False where nothing is asked.
        """
        return (
            bool(questions)
            and _only_tells(sentence)
            and all(self._asks_by_way(q) and self._differ(sentence, q) for q in questions)
        )

    def leaves_way_open(self, question: str) -> bool:
        """True if a question asks for what is another with every protocol or encryption, and names none."""
        return self._asks_by_way(question) and not self.names_way(question)

    def names_way(self, sentence: str) -> bool:
        """True if a sentence names a protocol or an encryption."""
        return bool(self._words_of_groups(self._extractor.words(sentence), (PROTOCOL, SECURITY)))

    def _without_other_aspects(self, clauses: list[str]) -> list[str]:
        """Clauses of a sentence without those that only say that they have an aspect which the rest does not ask for.

        Where a protocol, a direction, an encryption, a number or a host is named, they say more.
        """
        settled = [clause for clause in clauses if is_settled(clause) and self._names_only_aspects(clause)]
        rest = [clause for clause in clauses if clause not in settled]
        if not settled or not any(map(asks_in_words, rest)):
            return clauses
        asked = self._aspects(" ".join(rest))
        return [clause for clause in clauses if clause not in settled or self._aspects(clause) & asked]

    def _names_only_aspects(self, clause: str) -> bool:
        """True if a clause names an aspect, and none of what tells entries with the same aspect apart."""
        is_plain = not any(map(_SAYS_WHICH.search, clause.split()))
        return (
            is_plain and bool(self._aspects(clause)) and not self._words_of_groups(self._extractor.words(clause), WAYS)
        )

    def _aspects(self, text: str) -> frozenset[str]:
        vocabulary = self._extractor.vocabulary
        return vocabulary.of_groups(vocabulary.concepts(self._extractor.words(text)), (ASPECT,))

    def _asks_by_way(self, question: str) -> bool:
        """True if what a question asks for is another with every protocol and direction."""
        named = self._extractor.vocabulary.concepts(self._extractor.words(question))
        return self._siblings is not None and self._siblings.differ_in(named)

    def _differ(self, told: str, asked: str) -> bool:
        """True if two texts name different protocols, or what goes in different directions."""
        (theirs, there), (ours, here) = map(self._ways, (told, asked))
        if theirs and ours:
            return not theirs & ours
        return bool(there and here) and not there & here

    def _ways(self, text: str) -> tuple[frozenset[str], frozenset[str]]:
        """(protocols, directions) that a text names; a protocol has its direction."""
        vocabulary = self._extractor.vocabulary
        named = vocabulary.concepts(self._extractor.words(text))
        protocols = vocabulary.of_groups(named, (PROTOCOL,))
        return protocols, vocabulary.of_groups(named, (DIRECTION,)) | {
            DIRECTION_OF[p] for p in protocols & DIRECTION_OF.keys()
        }

    def _is_thing(self, denied: str) -> bool:
        """True if what is denied is a noun with its article, or a protocol: "not receive" is what somebody can't."""
        return " " in denied or bool(self._words_of_groups(self._extractor.words(denied), (PROTOCOL,)))

    def _is_named(self, denied: str) -> bool:
        """True if what is denied is no bare verb or participle: "not found, …" """
        is_name = not denied.isalpha()  # several words, a host or a number
        return is_name or bool(self._words_of_groups(self._extractor.words(denied), WAYS))

    def _words_of_groups(self, words: Sequence[str], groups: Sequence[str]) -> list[str]:
        """Those of the words whose concepts belong to one of the groups."""
        vocabulary = self._extractor.vocabulary
        said = vocabulary.concepts(words)
        named = words_of(said[concept] for concept in vocabulary.of_groups(said, groups))
        return [word for word in words if word in named]


def _only_tells(clause: str) -> bool:
    """True for what neither asks nor says what does not work."""
    return not asks_in_words(clause) and not reports_fault(clause)
