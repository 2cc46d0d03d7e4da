"""Asking sentences: which sentences of a message ask something, and where one asks two things. Pure."""

import re

from bot.core.lazy_regex import lazy_regex
from bot.core.text.function_words import is_function_word, word_set
from bot.core.text.normalize import fold

FEWEST_WORDS = 3  # of each half of a sentence that asks two things

_QUESTION_WORDS = (
    r"wie|was|wo|wer|wann|warum|wieso|weshalb|wohin|woher|woran|welche[rsnm]?|wieviele?|ob|kann|kannst|darf|muss|gibt|geht|brauche|"
    r"how|what|which|where|when|who|why|is|are|do|does|can|could|may|must|should|will"
)
_QUESTION = lazy_regex(rf"^\W{{0,8}}(?:\w{{1,40}}\W{{1,8}}){{0,3}}?(?:{_QUESTION_WORDS})\b", re.IGNORECASE)
_BEGINS = lazy_regex(rf"^\W{{0,8}}(?:(?:und|aber|also|and|but|so) )?(?:{_QUESTION_WORDS})\b", re.IGNORECASE)
_REQUEST = lazy_regex(
    r"\b(?:bitte|brauche?n?|bräuchten?|benötigen?|suchen?|fehl(?:t|en)|wüssten?|wissen|nennen|nennt|sagen|sagt|erklär\w{0,3}"
    r"|hätten? gerne?|möchten?|weiß (?:\w+ ){0,2}nicht|verstehe nicht|keine ahnung"
    r"|please|needs?|wants?|tell|looking for|missing|wonder(?:ing)?|explain|would like|like to know|no idea|can'?t find"
    r"|(?:not|n't) (?:know|sure|understand))\b",
    re.IGNORECASE,
)
_WORD = lazy_regex(r"[^\W\d_]+")
_PLEADING = word_set(  # what is asked for without a name
    """
    tun machen mache macht helfen hilfe hilft weiterhelfen weiter helft rat idee ideen tipp tipps loesung los falsch
    problem fehler bitte danke dringend jemand erklaeren sagen wissen weiss bescheid antwort melden zurueckrufen
    anrufen rueckmeldung do doing help wrong idea ideas advice tip tips solution problem issue error fix know explain
    tell say please thanks anyone anybody somebody someone call reply answer urgently wonder wondering
    """
)
_JOINT = lazy_regex(
    rf",?\s{{1,3}}(?:und|and|sowie|außerdem|plus|&)\s{{1,3}}(?=(?:auch |also |dann |then )?(?:{_QUESTION_WORDS})\b)",
    re.IGNORECASE,
)


def is_question(sentence: str) -> bool:
    """True if a sentence has the form of a question: its mark, or a question word at its beginning."""
    return sentence.endswith("?") or bool(_QUESTION.match(sentence))


def asks_for_something(sentence: str) -> bool:
    """True for a question, a request ("I need the port") and words without grammar ("smtp port"); else it tells."""
    words = _WORD.findall(sentence.lower())
    return is_question(sentence) or bool(_REQUEST.search(sentence)) or not any(map(is_function_word, words))


def asks_by_name(sentence: str) -> bool:
    """True for a question that says for what; False for a plea: "What shall I do?", "Can you help me?"."""
    content = (word for word in map(fold, _WORD.findall(sentence)) if not is_function_word(word))
    asks = sentence.endswith("?") or bool(_BEGINS.match(sentence))
    return asks and any(word not in _PLEADING for word in content)


def halves(sentence: str) -> list[str]:
    """Questions of a sentence that asks two things ("which port and how large …?"); else the sentence itself."""
    found = [half for half in _JOINT.split(sentence) if half]
    enough = all(
        len(half.split()) >= FEWEST_WORDS and not all(map(is_function_word, half.lower().split())) for half in found
    )
    return found if len(found) > 1 and enough and _QUESTION.match(found[0]) else [sentence]
