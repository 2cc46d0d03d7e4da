"""Main clauses: what a sentence asks, without the circumstances that it tells beside it.

"Which port for IMAP with SSL, when I set up Outlook by hand?" and "New customer here: which port …?" ask the same as
without them. A clause tells circumstances if it names nothing but who asks, devices and what every set-up has; one that
names a protocol, a fault, a figure or somebody else, or asks for plain words, says what is asked about. Pure.
"""

import re

from bot.core.lazy_regex import lazy_regex
from bot.core.matching.concept_groups import DEVICE
from bot.core.matching.features import FeatureExtractor
from bot.core.text.asking import asks_what, is_question
from bot.core.text.function_words import is_function_word
from bot.core.text.normalize import fold

FEWEST_WORDS = 4  # of a main clause that says by itself what it asks
OF_ANY_SET_UP = frozenset({"settings", "mailbox"})  # concepts
_CONJUNCTION = r"(?:wenn|falls|sobald|weil|nachdem|seitdem|when|whenever|if|because|in case|since)"
_BEHIND_COMMA = r"(?:da|während|seit|as|after|while)"
_TRAILING = lazy_regex(
    rf"(?:,\s{{0,3}}(?:{_CONJUNCTION}|{_BEHIND_COMMA})|\s{{1,3}}{_CONJUNCTION})\s{{1,3}}"
    r"(?:ich|wir|man|du|sie|er|es|mein\w{0,2}|unse?re?\w{0,2}|das|die|der"
    r"|i|i'm|we|we're|you|he|she|it|my|our|the|this)\b",
    re.IGNORECASE,
)
_LEADING = lazy_regex(r"[,:;]\s{1,3}|\s[–—-]\s{1,3}")
_RELATIVE = lazy_regex(  # "a script, which picks up …" asks nothing
    r"^(?:which|who|where|when|was|wer|wo|wie)"
    r" (?:is|are|was|were|has|ist|sind|war|hat|ich|wir|i|we|you|it|he|she|they)\b"
    r"|^(?:which|who) \w{1,20}s\b(?! (?:is|are|do|does|should|must|can|for)\b)",
    re.IGNORECASE,
)
_INTRODUCES = lazy_regex(  # "New customer here: …": who asks
    r"^\W{0,3}(?:(?:an?|eine?|als|as|your|euer|eure|ihre?)\s{1,3})?(?:[\w-]{2,20}\s{1,3}){0,2}?"
    r"(?:customer|client|user|newbie|beginner|(?:neu)?kund(?:e|in)|nutzer(?:in)?|anwender(?:in)?|anfänger(?:in)?|neuling)"
    r"(?:\s{1,3}(?:here|hier))?\W{0,3}$",
    re.IGNORECASE,
)
_SEVERAL = lazy_regex(r"[.!?]\s+\S")
_FIGURE = lazy_regex(r"\d")


class MainClauses:
    """Reader of main clauses. `extractor`: whose vocabulary says what a circumstance is."""

    def __init__(self, extractor: FeatureExtractor) -> None:
        self._extractor = extractor

    def of(self, sentence: str) -> str:
        """Main clause of a cleaned sentence that asks; what tells no circumstances, or is several, as it is."""
        if _SEVERAL.search(sentence):
            return sentence
        main = self._without_leading(sentence)
        for found in _TRAILING.finditer(main):
            asked = main[: found.start()]
            asks = is_question(asked) or sentence.endswith("?")
            if asks and _says(asked) and self._is_circumstance(main[found.start() :]):
                return asked
        return main

    def _without_leading(self, sentence: str) -> str:
        for found in _LEADING.finditer(sentence):
            told, asked = sentence[: found.start()], sentence[found.end() :]
            if is_question(told):
                break
            asks = (asked.endswith("?") or asks_what(asked)) and not _RELATIVE.match(asked)
            if asks and _says(asked) and self._is_circumstance(told):
                return asked
        return sentence

    def _is_circumstance(self, clause: str) -> bool:
        vocabulary = self._extractor.vocabulary
        named = vocabulary.concepts(self._extractor.words(clause))
        told = vocabulary.of_groups(named, (DEVICE,)) | OF_ANY_SET_UP
        tells_of_set_up = not _FIGURE.search(clause) and named.keys() <= told
        return tells_of_set_up or bool(_INTRODUCES.search(clause))


def _says(clause: str) -> bool:
    """True if a clause has enough words to say by itself what it asks."""
    words = [fold(word.strip("?!.,\"'()")) for word in clause.split()]
    return len(words) >= FEWEST_WORDS and not all(map(is_function_word, words))
