"""Asking sentences: which sentences of a message ask something, and where one asks two things. Pure.

The first four are steps: each is true of all that the one before it is true of, and of more.

| predicate | is true of |
|---|---|
| `asks_what` | "Where do I enter it", "993 or 995": words of a question that no error line looks like |
| `is_question` | "Is it 993?", "Auf welchem Port geht IMAP": any form of a question |
| `asks_in_words` | "I need the port": requests, but no refusals ("I don't need the port") |
| `asks_for_something` | "imap port": words without grammar |
| `asks_by_name` | "Which port is it?": questions that say for what they ask; not "Can you help me?" |
| `is_plea` | "Can you help me?": what asks for nothing by name |
| `reports_fault` | "It does not work": asks nothing, and wants an answer all the same |
"""

import re
from functools import lru_cache

from bot.core.lazy_regex import lazy_regex, phrases
from bot.core.text.function_words import is_function_word, word_set
from bot.core.text.labelled_lines import asks_by_label, tells_by_label
from bot.core.text.normalize import CACHED_MESSAGES, fold

FEWEST_WORDS = 3  # of each half of a sentence that asks two things

_INTERROGATIVES = (  # "whats" and "what's" as well
    r"wie|wo|wer|wann|warum|wieso|weshalb|wohin|woher|woran|wozu|wofür|womit|welche[rsnm]?|wieviele?|ob"
    r"|(?:how|what|where|when|who)(?:'?s|'?re|'?d)?|which|why"
)
_OPENING = (  # words that open a question; within a sentence they state: "Server name is …", "IMAP geht", "It was …"
    r"was|kann|kannst|darf|muss|gibt|geht|brauche|is|are|do|does|can|could|may|must|should|will"
)
QUESTION_WORDS = rf"{_INTERROGATIVES}|{_OPENING}"
_BEGINS = lazy_regex(rf"^\W{{0,8}}(?:(?:und|aber|also|and|but|so) )?(?:{QUESTION_WORDS})\b", re.IGNORECASE)
_BEHIND_ENGLISH_WAS = (
    r"(?:\w{1,20}ed|sent|found|unable|already|not|never|only|just|there|an?|the|it|he|she|this|that|too|ok|fine)"
)
_OPENS = lazy_regex(
    rf"^\W{{0,8}}(?:(?:und|aber|also|and|but|so) )?(?:was(?! {_BEHIND_ENGLISH_WAS}\b)|{_INTERROGATIVES})"
    r"(?<!\bwhen)(?<!\bob)\b",
    re.IGNORECASE,
)
_LIKE = (  # behind "wie" that compares: "läuft wie geschmiert", "steht wie immer auf 993"
    r"(?:geschmiert|gewohnt|immer|sonst|üblich|bisher|früher|vorher|oben|unten|gesagt|beschrieben|besprochen|folgt"
    r"|gehabt|gewünscht|erwartet|vereinbart|am schnürchen|ein|eine|er|sie|es sich)"
)
_TELLS = (  # "this is what I have", "here's how it looks", "so war es, wie …"
    r"(?:(?:and|but|so|und|aber) )?"
    r"(?:(?:this|that|these|those|here|it)(?:['’]?s| is| are| was)|(?:das|dies|hier|so) (?:ist|war|sind)),?"
    r" (?:exactly |genau |das, )?(?:what|how|where|when|why|who|was|wie|wo|wer|wann|warum)\b"
)
_NAMES = lazy_regex(  # "auf welchem Port …", "the server for IMAP, which …"
    rf"^\W{{0,8}}(?!{_TELLS})(?:\w{{1,40}}\W{{1,8}}){{0,3}}?(?!wie {_LIKE}\b)(?:{_INTERROGATIVES})\b", re.IGNORECASE
)
_PRONOUN = r"(?:ich|du|er|sie|es|wir|ihr|man|i|you|we|they|he|she|it|this|that)"
_CLAUSE = phrases(  # of a question behind what is told
    {
        "Neues Handy, was trag ich da ein": (
            r"(?:was|wie|wo|wer|wann|warum|wieso|woran|wozu|wofür|womit|wohin|woher|welche[rsnm]? \w{1,40}"
            r"|wieviele? \w{1,40})"
            # the verb stands second: "wie es sich gehört" asks nothing
            rf"\s{{1,3}}(?!{_PRONOUN}\b)\w{{1,40}}\s{{1,3}}(?:{_PRONOUN}|der|die|das|den|da|denn|jetzt|dann|nun)\b"
        ),
        "Settings > email, whats the port": r"(?:whats|what's|wheres|where's|hows|how's)\s",
        "New phone, which port do I enter": (
            r"(?:what|how|where|why|which \w{1,40})\s{1,3}"
            r"(?:is|are|was|do|does|did|can|could|should|must|will|would)\b"
        ),
    },
    begin=r"[,;:>–—-]\s{1,3}(?:und |and |aber |but )?",
)
_CHOICE = lazy_regex(r"^\W{0,4}\d{2,5} (?:oder|or) \d{2,5}\b", re.IGNORECASE)  # "993 or 995 for IMAP"
_REQUEST = lazy_regex(
    r"\b(?:bitte|brauche?n?|bräuchten?|benötigen?|suchen?|fehl(?:t|en)|wüssten?|wissen|nennen|nennt|sagen|erklär\w{0,3}"
    r"|hätten? gerne?|möchten?|weiß (?:\w+ ){0,2}nicht|verstehe nicht|keine ahnung"
    r"|sagt(?= (?:mir|uns|mal|bitte|doch)\b)|teilen sie|mitteilen|verrat\w{1,3}|schick\w{0,3} (?:mir|uns)"
    r"|please|kindly|share|provide|let (?:me|us) know|need|want|(?<=\w )(?:needs|wants)|tell"
    r"|looking for|missing|wonder(?:ing)?|explain|would like|like to know|no idea|can'?t find"
    r"|(?:not|n't) (?:know|sure|understand)|which (?:i|we) (?:have not|haven['’]t)(?: got)?)\b",
    re.IGNORECASE,
    needs=(
        *("bitte", "brauch", "bräucht", "benötig", "suche", "fehl", "wüsst", "wiss", "nenn", "sag", "erklär", "hätte"),
        *("möchte", "weiß ", "verstehe nicht", "keine ahnung", "please", "need", "want", "tell", "looking for"),
        *("missing", "wonder", "explain", "would like", "like to know", "no idea", "find", "know", "sure"),
        *(
            "haven",
            "have not",
            "understand",
            "kindly",
            "mitteilen",
            "provide",
            "schick",
            "share",
            "teilen sie",
            "verrat",
        ),
    ),
)
_REFUSAL = lazy_regex(  # "I don't need encryption"
    r"(?:n[’']t|\b(?:not|no)) (?:\w{1,20} )?(?:needs?|wants?)\b"
    r"|\bbrauche?n? (?:\w{1,20} ){0,2}(?:nicht|kein\w{0,2})\b|\b(?:nicht|kein\w{0,2}) (?:\w{1,20} )?brauche?n?\b",
    re.IGNORECASE,
    needs=("need", "want", "brauch"),
)
_FAULT = lazy_regex(
    r"\b(?:nicht|nichts|nie|kein\w{0,2}|fehler\w{0,20}|verweiger\w{1,5}|abgelehnt|abgewiesen|zurückgewiesen|leer"
    r"|empty|blank|not|no|never|nothing|cannot|errors?|fail(?:s|ed|ing|ure)?|refuse[sd]?|rejected|denied)\b|n[’']t\b",
    re.IGNORECASE,
)
_BLANK = "__"  # "encrypted IMAP uses port ___"
_WORD = lazy_regex(r"[^\W\d_]+")
_PLEADING = word_set(  # what is asked for without a name
    """
    tun tu machen mache macht gemacht gmacht getan helfen hilfe hilft weiterhelfen weiter helft rat idee ideen tipp
    tipps loesung los falsch problem fehler bitte danke dringend jemand erklaeren sagen wissen weiss bescheid
    antwort melden zurueckrufen anrufen rueckmeldung do did done doing help wrong idea ideas advice tip tips
    solution problem issue error fix know explain tell say please thanks anyone anybody somebody someone call reply
    answer urgently wonder wondering
    """
)
_JOINT = lazy_regex(
    rf",?\s{{1,3}}(?:und|and|sowie|außerdem|plus|&)\s{{1,3}}(?=(?:auch |also |dann |then )?(?:{QUESTION_WORDS})\b)",
    re.IGNORECASE,
    needs=("und", "and", "sowie", "außerdem", "plus", "&"),
)


@lru_cache(CACHED_MESSAGES)
def is_question(sentence: str) -> bool:
    """True if a sentence has the form of a question: its mark, or a question word that opens it or its clause."""
    if sentence.endswith("?") or _BLANK in sentence or asks_by_label(sentence):
        return True
    in_words = bool(_BEGINS.match(sentence) or _NAMES.match(sentence) or asks_what(sentence))
    return in_words and not tells_by_label(sentence)


def asks_what(sentence: str) -> bool:
    """True for a question that no error line looks like ("could not open …"): it asks what, how, where, or which."""
    return bool(_OPENS.match(sentence) or _CLAUSE.search(sentence) or _CHOICE.match(sentence))


@lru_cache(CACHED_MESSAGES)
def asks_in_words(sentence: str) -> bool:
    """True for a question, and for a request ("I need the port", not "I don't need SSL")."""
    return is_question(sentence) or (bool(_REQUEST.search(sentence)) and not _REFUSAL.search(sentence))


def asks_for_something(sentence: str) -> bool:
    """True for what asks in words, and for words without grammar ("smtp port"); else it tells."""
    return asks_in_words(sentence) or not any(map(is_function_word, _WORD.findall(sentence.lower())))


def reports_fault(text: str) -> bool:
    """True for a text that says what does not work, or is not there: it wants an answer without asking."""
    return bool(_FAULT.search(text))


def asks_by_name(sentence: str) -> bool:
    """True for a question that says for what; False for a plea: "What shall I do?", "Can you help me?"."""
    asks = sentence.endswith("?") or bool(_BEGINS.match(sentence)) or asks_what(sentence) or asks_by_label(sentence)
    return asks and not _PLEADING.issuperset(_content(sentence))


def is_plea(sentence: str) -> bool:
    """True for what asks for help and names nothing: "What am I doing wrong?"; "Is 993 right?" and "Which?" do."""
    content = _content(sentence)
    pleads = bool(content) and not any(letter.isdigit() for letter in sentence)
    return pleads and _PLEADING.issuperset(content) and asks_in_words(sentence)


def _content(sentence: str) -> list[str]:
    """Words of content, folded."""
    return [word for word in map(fold, _WORD.findall(sentence)) if not is_function_word(word)]


def split_questions(sentence: str) -> list[str]:
    """Questions of a sentence that asks two things ("which port and how large …?"); else the sentence itself."""
    if not _JOINT.search(sentence):
        return [sentence]
    found = [half for half in _JOINT.split(sentence) if half]
    enough = all(
        len(half.split()) >= FEWEST_WORDS and not all(map(is_function_word, half.lower().split())) for half in found
    )
    return found if len(found) > 1 and enough and is_question(found[0]) else [sentence]
