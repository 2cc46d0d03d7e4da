"""Back references: questions that say "that" or "it" instead of what they are about ("Where can I set that?").

Alone they fit any entry that has a server or a setting; read with the sentences before them, they say what they mean.
A question that names a thing itself ("SMTP AUTH, how does it work?") is about that, whatever its pronouns. Pure.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from bot.core.lazy_regex import lazy_regex, phrases
from bot.core.matching.concept_groups import ASPECT, CIRCUMSTANCES
from bot.core.matching.features import FeatureExtractor
from bot.core.text.asking import asks_what
from bot.core.text.normalize import CACHED_MESSAGES

MOST_BACK = 3  # sentences before it that a question is read with, or that are searched for what it means
MOST_CONTENT_OF_BARE = 1  # words of a question that asks without saying of what
# Groups of concepts that say what is asked of a thing, or how, and not of which thing
_NO_THING = CIRCUMSTANCES | {ASPECT}

# "das" before a word that builds sentences, a verb or the end is a pronoun, before a noun an article
_BEHIND_DAS = (
    r"bei|für|in|im|auf|am|an|mit|von|vom|über|unter|so|nur|auch|denn|dann|mal|jetzt|noch|nun|hier|da|dort|ein|aus|ab|um|zu"
    r"|normal|richtig|überhaupt|irgendwo|ich|wir|man|sie|ihr|bitte|einfach|wieder|genau|eigentlich|selbst|selber|alles|nicht|schon|sein"
)
_BEHIND_IT = (
    r"in|on|at|for|with|from|to|of|up|off|out|so|now|again|then|there|here|too|also|normal|ok|possible|right|wrong|mean|work"
    r"|your|my|our|is|be|by|via|back|away|happens?|happening|myself|setting|option|feature|thing|please|done"
)
_BACK = phrases(
    {
        "Was heißt diese Meldung?": r"\bdies(?:e[rnms]?)?\b",
        "Könnten Sie ihn uns nennen?": r"\bihn\b|\bsie sie\b|\bwo (?:finde|sehe|bekomme) ich sie\b",
        "Wie lautet er?": (
            r"\b(?:lautet|heißt|ist) (?:er|sie)(?=\s{0,3}(?:[?.!,;:)]|$)|\s{1,3}(?:denn|nun|bitte|genau)\b)"
        ),
        "Wo stelle ich das ein?": (
            r"\b(?:das|es|dafür|davon|damit|dazu|darin|darauf|dort|daran|dagegen)"
            rf"(?=\s{{0,3}}(?:[?.!,;:)]|$)|\s{{1,3}}(?:(?:{_BEHIND_DAS})\b|[a-zäöüß]{{3,20}}en\b))"
        ),
        "What do I put there?": r"\bthere(?=\s{0,3}(?:[?.!,;:)]|$))",
        "Was muss da rein?": r"\bda (?:rein|hinein|hin|ein)(?=\s{0,3}(?:[?.!,;:)]|$))",
        "Where do I set it up?": r"\b(?:it|them)\b",
        "Where can I set that?": (  # not "the mail that I deleted"
            rf"\b(?:this|that|those|these)(?=\s{{0,3}}(?:[?.!,;:)]|$)|\s{{1,3}}(?:{_BEHIND_IT})\b)"
        ),
        "Is that something new?": r"^\W{0,3}is (?:this|that|it) (?:something|anything)\b",
    }
)
_SAME = lazy_regex(  # "Same user as my e-mail?": what is named behind it is what it is compared with
    r"^\W{0,3}(?:(?:the )?same|d(?:er|ie|as|en)selben?|(?:(?:der|die|das|den) )?gleiche[nrs]?)\b", re.IGNORECASE
)
_AHEAD = phrases(  # the pronoun stands for what follows
    {
        "Gibt es ein Limit?": r"\b(?:gibt|geht) es\b",
        "Ist es möglich?": r"\bes (?:möglich|geht|gibt|sein)\b",
        "Was ist das für ein Server?": r"\bwas ist das für\b",
        "Stimmt es, dass …": r"\b(?:es|das),? (?:dass|daß|ob|wenn|was|wie)\b",
        "Is it possible to …": (
            r"\b(?:is|was|would) it (?:possible|ok|okay|allowed|enough|better|normal|true|right|correct)\b"
            r".{0,12}\b(?:to|that|if)\b"
        ),
        "I doubt it, whether …": r"\b(?:it|that|this),? (?:if|when|whether|that)\b",
    }
)
_THIS = r"(?:the|this|that|die|diese[rsnm]?|das|der|den|dem)"
_SAID = r"(?:error |fehler)?(?:message|error|line|notice|warning|code|meldung|nachricht|fehler|zeile|hinweis|spruch)"
_FIELD = r"(?:box|field|blank|gap|slot|space|feld|kästchen|zeile|maske|lücke|kasten|eingabefeld|eingabezeile)"
_HOLDS_A_PLACE = phrases(  # nouns for what was named before: the field to fill in, what the program says
    {
        "What goes in the empty box?": (
            rf"\b(?:in|into|im|ins|inside|beside|next to|neben|hinter|unter|bei) (?:{_THIS} )?"
            r"(?:(?:empty|last|leere[nrsm]?|letzte[nrsm]?) )?"
            rf"{_FIELD}\b"
        ),
        "Was soll diese Meldung bedeuten?": (
            rf"\b{_THIS} {_SAID}\b(?=.{{0,40}}\b(?:mean|say|tell|bedeute|heiß|sage|besag))"
        ),
        "Was bedeutet diese Meldung?": (
            r"\b(?:mean|say|tell|bedeutet|heißt|sagt|besagt)\w{0,3} (?:us |me |mir |uns )?(?:by |with |mit )?"
            rf"{_THIS} {_SAID}\b"
        ),
    }
)
_PROTOCOL = r"(?:imap|pop|smtp)\w{0,2}"
_OVER_PROTOCOL = lazy_regex(  # a circumstance of what is pointed at: "Do you offer that for IMAP?"
    r"\b(?:für|bei|mit|über|per|via|for|with|over|by|on)"
    rf" {_PROTOCOL}(?:(?: (?:und|oder|and|or) |/){_PROTOCOL}){{0,2}}\b",
    re.IGNORECASE,
)
_NAMED_FIELD = lazy_regex(rf"\b{_FIELD}\b", re.IGNORECASE)
_TO_FILL_IN = lazy_regex(  # questions about an empty place, which another sentence names
    rf"\b(?:{_FIELD}|eintrag\w{{0,2}}|eingeb\w{{1,2}}|gebe?|trage?|(?:hin|rein|hinein)?schreib\w{{0,2}}|gehör(?:t|en)"
    r"|kommt|rein|hinein|heißt (?:der|die|das)|called|enter|put|type|write|goes|go|belongs?|fill)\b",
    re.IGNORECASE,
)


class BackReferences:
    """Reader of questions with what they refer back to. `extractor`: whose vocabulary says what is a thing."""

    def __init__(self, extractor: FeatureExtractor) -> None:
        self._extractor = extractor
        self._refers = lru_cache(CACHED_MESSAGES)(self._refers_back)

    def refers_back(self, sentence: str) -> bool:
        """True if a cleaned sentence is about something that it does not name."""
        return self._refers(sentence)

    def _refers_back(self, sentence: str) -> bool:
        if _SAME.search(sentence):
            return True
        sentence = _HOLDS_A_PLACE.sub(" it ", sentence)
        if _points(sentence):
            sentence = _OVER_PROTOCOL.sub(" ", sentence)
        words = self._extractor.words(sentence)
        if self._names(words, _NO_THING):
            return False
        return self._is_bare(words) or _points(sentence)

    def with_referents(self, sentences: Sequence[str], place: int, settled: Collection[int] = ()) -> str:
        """The sentence at a place, behind those before it that say what it is about; alone where it says that itself.

        One at the beginning that does not is read with the next: "What does that mean? …". `settled`: places of
        sentences that say what works or is known: "What do I enter?" is not about these, "Is that right?" may be;
        "What's it called?" is if nothing else is told.
        """
        if place == 0:
            is_about_next = self.refers_back(sentences[0]) and (1 not in settled or _points(sentences[0]))
            return " ".join(sentences[: 1 + is_about_next])
        begin = self._begin_of_referents(sentences, place)
        if begin == place:
            return sentences[place]
        unsettled = [sentences[n] for n in range(max(0, place - MOST_BACK), place) if n not in settled]
        if _TO_FILL_IN.search(sentences[place]) and (field := self._field_of(unsettled)):
            return f"{field} {sentences[place]}"
        is_about_settled = _points(sentences[place]) and not (unsettled and asks_what(sentences[place]))
        if begin in settled and not is_about_settled:
            return " ".join([*unsettled[-1:], sentences[place]])
        return " ".join(sentences[begin : place + 1])

    def _begin_of_referents(self, sentences: Sequence[str], place: int) -> int:
        """Place of the first sentence that one is read with, MOST_BACK before it at most; its own where it is alone."""
        begin = place
        while begin > 0 and place - begin < MOST_BACK and self.refers_back(sentences[begin]):
            begin -= 1
        return begin

    def _field_of(self, sentences: Iterable[str]) -> str:
        """The last sentence that names a field; else the last that names what programs have one for; else empty."""
        vocabulary = self._extractor.vocabulary
        found = ""
        for sentence in sentences:
            if _NAMED_FIELD.search(sentence):
                found = sentence
            elif not _NAMED_FIELD.search(found):
                named = vocabulary.concepts(self._extractor.words(sentence))
                found = sentence if vocabulary.of_groups(named, (ASPECT,)) else found
        return found

    def _is_bare(self, words: Sequence[str]) -> bool:
        """True if a question has nothing but its grammar: "Which?", "What is the catch?"."""
        content = [word for word in words if word.isalpha() and not self._extractor.is_function_word(word)]
        return len(content) <= MOST_CONTENT_OF_BARE

    def _names(self, words: Sequence[str], besides: Collection[str]) -> bool:
        """True if a sentence names a concept besides those of some groups."""
        vocabulary = self._extractor.vocabulary
        named = vocabulary.concepts(words)
        return len(vocabulary.of_groups(named, besides)) < len(named)


def _points(sentence: str) -> bool:
    """True if a sentence says "that" or "it", or compares."""
    return bool(_SAME.search(sentence) or (_BACK.search(sentence) and not _AHEAD.search(sentence)))
