"""Parts of a message: greeting, courtesy, closing (farewell, signature, disclaimer), and the sentences in between.

People write "Guten Tag, … Vielen Dank im Voraus! Mit freundlichen Grüßen …" around a question. Parts are told by place
and form: a greeting opens, a closing ends the message, a courtesy is a clause of nothing but polite words. Whatever is
none of these is a sentence. Where nothing else is left, everything is: "Danke!" alone is a message, too.
"""

import itertools
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from bot.core.lazy_regex import lazy_regex, phrases
from bot.core.text.closing import without_closing
from bot.core.text.function_words import is_function_word, word_set
from bot.core.text.normalize import CACHED_MESSAGES, clean, fold
from bot.core.text.polite_words import ASKING, POLITE, TELLING

PartKind = Literal["greeting", "courtesy", "closing", "sentence"]

MOST_SENTENCES = 60  # of a message; what follows is one more
WRAPPED_FROM = 60  # letters of a line that a program may have broken: the next one goes on with the sentence
MOST_NAMES = 3  # behind a greeting


_GREETING = lazy_regex(
    r"^\W{0,4}(?:(?:sehr )?(?:geehrte|verehrte|werte|liebe)[rs]?|hall(?:o|öchen|ihallo)|mahlzeit"
    r"|(?:schönen )?guten? (?:tag|morgen|abend)|moin(?: moin)?|servus|sal(?:ü|ut)"
    r"|gr(?:ü|ue)(?:ezi|ß gott|ss gott|ß euch)"
    r"|tach(?: auch)?|huhu|hi(?:ya)?|hello|hey|howdy|dear|greetings|good (?:morning|afternoon|evening|day)|morning"
    r"|to whom it may concern)\b",
    re.IGNORECASE,
)
_ADDRESSEE = word_set(
    """
    damen herren herr herrn frau dr prof liebes lieber liebe support supportteam team alle allerseits zusammen
    miteinander mitenand zaeme leute kundendienst kundenservice kundenbetreuung postbote helpdesk service kollegen
    und euch ihr auch da mal there all everyone everybody again folks guys sir madam sirs or mr mrs ms miss desk and
    customer friends gang you
    """
)
_ITEM = lazy_regex(r"^\W{0,4}\d{1,2}[.:]$")  # number in a list: nor does one behind it
_ABBREVIATION = lazy_regex(  # a full stop behind one of these ends no sentence
    r"\b(?:[a-zäöü]|bzw|ca|dr|prof|nr|tel|str|evtl|ggf|usw|etc|inkl|zb|mr|mrs|ms|st|vs|approx|incl|resp|max|min"
    r"|med|phil|jur|rer|nat|dipl|ing)\.$",
    re.IGNORECASE,
)
_LABEL = r"\w[^\s.]{0,40}(?: [^\s.]{1,40}){0,4}"
_LEADER = lazy_regex(  # dots of a form's line: "4. Port .... ???", "Server ........ ns0"; fewer are a pause
    rf"^(\d{{1,2}}[.)]\s{{0,3}}{_LABEL}(?=\s{{0,3}}\.{{4}})|{_LABEL}(?=\s{{0,3}}\.{{8}}))\s{{0,3}}\.{{4,80}}\s{{0,3}}(?=\S)",
    needs="....",
)
_DAY = lazy_regex(r"\b\d{1,2}\.$")  # "ab 1. Juli", "am 9.5. schrieb": of a date, where no new sentence begins
_GOES_ON = lazy_regex(
    r"[a-zäöü]|(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)[a-zäöü]{0,7}\b|(?:\d{1,2}|\d{4})\.?(?:\s|$)"
)
_END = lazy_regex(r"(?:[.!?…]{1,5}[\"')\]]{0,2}|;(?=\s))\s+|\n\s*")
_CODE = r":(?:[a-z][a-z0-9_+-]{1,29}|[+-]1):"  # Slack's emoji: docs.slack.dev/messaging/formatting-message-text
_PICTURE = r"[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f]"  # no arrow: it is a menu's path
_SMILE = lazy_regex(  # emoji, shortcode or emoticon with more behind it: ends a sentence; the first sign is found fast
    rf"(?=[:;]|{_PICTURE})(?:(?<!{_PICTURE}){_PICTURE}+|{_CODE}|(?<=\s)[:;]-?[)(DP])\s+(?=[^\W_])"
)
# What begins a sentence where people leave out the full stop, and the space before it, for which a text is searched
# fast; "Sie", "Ihr", "Du" and "I" are capitals anywhere
_BEGINS_BIG = lazy_regex(
    r" (?<=[a-zäöüß] )(?:Der|Die|Das|Den|Dem|Ein|Eine[nrm]?|Wir|Ich|Er|Es|Meine?|Unsere?|Und|Aber|Am|Im|Auf|Bei|Wie|Was"
    r"|Wo|Welche[rsnm]?|Wann|Warum|Kann|Muss|Ist|Sind|Gibt|Habe?n?|Bin|Wenn|Falls|Da|Dann|Jetzt|Nun|Nur|Auch|Danke"
    r"|The|This|That|We|My|Our|It|He|She|They|There|And|But|If|When|What|How|Which|Where|Why|Is|Are|Can|Could|Does|Do"
    r"|Would|Please|Thanks|Just|Now|Also|Any\w{0,6}|No)(?= [^\W_])"
)
_LEADS_ON = lazy_regex(  # before a capital: no sentence ends with it
    r"(?:\b(?:der|die|das|den|dem|des|ein\w{0,2}|bei|auf|unter|in|im|am|an|von|vom|zu|zum|zur|mit|für|über|und|oder|als|wie"
    r"|the|an?|at|on|of|for|to|from|with|and|or|as|under|says?|called|named|option|menu|feld|menü|namens) "
    r"|(?-i:\b[A-Z][a-z]{0,3} ))\Z",
    re.IGNORECASE,
)
FEWEST_WORDS = 3  # of either sentence, where no mark tells them apart
_ANNOUNCED = phrases(  # a question
    {
        "und noch was: ": (r"noch (?:was|etwas|eins|eine (?:\w{1,20} )?(?:frage|sache))"),
        "another question: ": r"(?:one|another) (?:\w{1,20} )?(?:thing|question)",
        "Meine Frage wäre folgende: ": (
            r"(?:hier |es geht um |ich hätte |nun zu |zu )?(?:meine[rm]?|unsere[rm]?|die|eine|folgende[snr]?|folgendes)"
            r"(?: (?:\w{1,20} )?(?:frage|anliegen|problem|sache))?"
            r"(?: (?:wäre|ist|lautet)(?: (?:die|folgende|folgendes|jetzt|nun))?)?"
        ),
        "Was ich gerne wüsste: ": (
            r"was (?:ich|wir|mich|uns) (?:\w{1,20} ){0,3}"
            r"(?:wüssten?|(?:wissen|fragen) (?:will|wollen|wollten?|möchten?|müssten?)|interessiert)"
            r"(?:,? (?:ist|wäre)(?: folgendes)?)?"
        ),
        "Here's my question: ": (
            r"(?:here(?:'s| is|s) )?(?:my|our|the|a) (?:\w{1,20} )?(?:question|issue|problem|request)(?: is)?"
        ),
        "Frage: ": r"(?:question|frage)",
        "What I'd like to know: ": (
            r"(?:what|here'?s what) (?:i|we)(?:'d| would)? (?:\w{1,20} ){0,2}"
            r"(?:like|want|need|wanted|love) to (?:know|ask)(?: is)?"
        ),
    },
    begin=r"\A\W{0,4}(?:(?:und|and|ok|okay|hallo|hi|aber|also|nur|kurz|just|so|well|nun|jetzt) ){0,3}",
    end=r"\s?:\s",
)
_SHORTCODE = lazy_regex(_CODE)
_EMOJI = lazy_regex(r"[\u2190-\u2bff\u3000-\u303f\U0001f000-\U0001faff\ufe0f]+")  # left out, arrows too
_CLAUSE = lazy_regex(r"[,;:–—]\s+|\s[-–—]\s+|[.!?…]{1,20}\s{0,4}$")
_WORD = lazy_regex(r"[^\W\d_]+|\d+")
_MENTION = lazy_regex(r"\W{0,4}@\w{2,30}[\s,:]*")
_LAST_WORD = lazy_regex(
    r"(?<=\w) {1,3}(?:bitte|please|pls|plz|danke|thx|merci)[\s.!]{0,4}$",
    re.IGNORECASE,
    needs=("bitte", "please", "pls", "plz", "danke", "thx", "merci"),
)
_NEXT_WORD = lazy_regex(r"[^\S\n]*([^\W\d_][\w.'-]*)")
_SURNAME = lazy_regex(r" ?[A-ZÄÖÜ][\w'-]+ ?[,!.]")


class MessagePart(NamedTuple):
    """Part of a message: its kind, and its text as it stands there."""

    kind: PartKind
    text: str


def split_message(cleaned: str) -> list[MessagePart]:
    """Parts of a cleaned message, in its order; empty for an empty message. At least one is a sentence otherwise."""
    parts = [p for p in _parts(cleaned) if p.text]
    if any(p.kind == "sentence" for p in parts):
        return parts
    polite = [p for p in parts if p.kind != "closing"]  # nothing else is said: then that is the message
    return [p if polite and p.kind == "closing" else MessagePart("sentence", p.text) for p in parts]


def own_sentences(cleaned: str) -> list[str]:
    """Sentences of a cleaned message, without greeting, courtesy and closing; empty for an empty one."""
    return list(_own_sentences(cleaned))


@lru_cache(CACHED_MESSAGES)
def _own_sentences(cleaned: str) -> tuple[str, ...]:
    return tuple(p.text for p in split_message(cleaned) if p.kind == "sentence")


def without_courtesy(text: str) -> str:
    """Sentences of a text that need not be cleaned, as a message is read: `own_sentences`, joined by blanks."""
    return " ".join(own_sentences(clean(text)))


def says_something(cleaned: str) -> bool:
    """True if a cleaned message has a sentence besides greeting, courtesy and closing."""
    return any(p.kind == "sentence" for p in _parts(cleaned))


def _parts(cleaned: str) -> list[MessagePart]:
    lines = _unwrapped([_LEADER.sub(r"\1: ", line.strip()) for line in cleaned.split("\n")])
    body, closing = without_closing(lines)
    parts: list[MessagePart] = []
    for marked in _sentences("\n".join(body)):
        for sentence in _unmarked(marked):
            parts += _read_sentence(sentence, first=not parts)
    return [*parts, *(MessagePart("closing", text) for text in closing)]


def _unwrapped(lines: Sequence[str]) -> list[str]:
    """Lines, those joined that a program broke within a sentence."""
    joined: list[str] = []
    previous = ""  # line, as it was written
    for line in lines:
        goes_on = line[:1].islower() and len(previous) >= WRAPPED_FROM and previous[-1:] not in ".?!:;"
        if goes_on and joined:
            joined[-1] += f" {line}"
        else:
            joined.append(line)
        previous = line
    return joined


def _sentences(text: str) -> list[str]:
    """Sentences of a text: they end with a mark and a blank, or with the line; "SSL(host=?) what is it" is one."""
    found: list[str] = []
    begin = 0
    for end in _END.finditer(text):
        if len(found) == MOST_SENTENCES:
            break
        sentence = text[begin : end.end()].strip()
        within = sentence.endswith(")") and "(" in sentence[1:] and text[end.end() : end.end() + 1].islower()
        is_day = _DAY.search(sentence) and _GOES_ON.match(text, end.end())
        is_short = _ITEM.search(sentence) or ("\n" not in end[0] and _ABBREVIATION.search(sentence))
        if within or is_day or is_short:
            continue
        found.append(sentence)
        begin = end.end()
    return [s for s in (*found, text[begin:].strip()) if s]


def _unmarked(sentence: str) -> list[str]:
    """Sentences of one that has no mark within: "nur pop Der Drucker spinnt auch", "no panic :) which port"."""
    ends = [0, *(found.end() for found in _SMILE.finditer(sentence)), len(sentence)]
    found: list[str] = []
    for begin, end in itertools.pairwise(ends):
        for big in _BEGINS_BIG.finditer(sentence, begin, end):
            place = big.start() + 1
            before, behind = sentence[begin:place], sentence[place:end]
            if min(len(before.split()), len(behind.split())) >= FEWEST_WORDS and not _LEADS_ON.search(before):
                found.append(before.strip())
                begin = place
        found.append(sentence[begin:end].strip())
    return [s for s in found if s]


def _read_sentence(sentence: str, *, first: bool) -> list[MessagePart]:
    """Parts of one sentence. `first`: True if it opens the message."""
    parts = [MessagePart("courtesy", code) for code in _SHORTCODE.findall(sentence)]
    sentence = _SHORTCODE.sub(" ", sentence).strip()
    if first and (mention := _MENTION.match(sentence)):
        parts.append(MessagePart("greeting", mention[0].strip()))
        sentence = sentence[mention.end() :]
    while found := _GREETING.match(sentence):
        end = _end_of_greeting(sentence, found.end(), first=first)
        parts.append(MessagePart("greeting", sentence[:end].strip()))
        sentence = sentence[end:].strip()
    if announced := _ANNOUNCED.match(sentence):
        parts.append(MessagePart("courtesy", announced[0].strip()))
        sentence = sentence[announced.end() :].strip()
    text = _EMOJI.sub(" ", sentence).strip()
    left, right = _without_polite_clauses(text)
    if behind_it := _LAST_WORD.search(text, left, right):
        right = behind_it.start()
    kept = text[left:right].strip(" ,;:-–—")
    if not _WORD.search(kept):
        return [*parts, MessagePart("courtesy", sentence)] if sentence else parts
    before, behind = text[:left].strip(), text[right:].strip()
    if before:
        parts.append(MessagePart("courtesy", before))
    parts.append(MessagePart("sentence", kept))
    if _WORD.search(behind):
        parts.append(MessagePart("courtesy", behind))
    return parts


def _end_of_greeting(sentence: str, end: int, *, first: bool) -> int:
    """Position behind a greeting and the name that goes with it. `first`: True if it opens the message."""
    names = 0
    while found := _NEXT_WORD.match(sentence, end):
        if fold(found.group(1)).strip(".'-") not in _ADDRESSEE:
            if not (first and names < MOST_NAMES and _is_part_of_name(found.group(1), sentence[found.end() :], names)):
                break
            names += 1
        end = found.end()
    return end + len(sentence[end:]) - len(sentence[end:].lstrip(" \n,.!:;–-"))


def _is_part_of_name(word: str, behind: str, names: int) -> bool:
    """True if a word behind a greeting is a name: it begins big, and the greeting ends with it or with the next one."""
    ends = behind.lstrip(" ")[:1] in (*",!.\n", "")
    return word[0].isupper() and (names > 0 or ends or bool(_SURNAME.match(behind)))


def _without_polite_clauses(text: str) -> tuple[int, int]:
    """(begin, end) of a sentence without polite clauses at its beginning and end; equal where nothing is left."""
    ends = [*(m.end() for m in _CLAUSE.finditer(text)), len(text)]
    clauses = [(begin, end) for begin, end in zip([0, *ends], ends, strict=False) if begin < end]
    while clauses and _is_polite(text[slice(*clauses[0])]):
        clauses.pop(0)
    while len(clauses) > 1 and _is_polite(text[slice(*clauses[-1])]):  # the first one is not
        clauses.pop()
    return (clauses[0][0], clauses[-1][1]) if clauses else (0, 0)


def _is_polite(text: str) -> bool:
    """True for a clause of polite words and words that build sentences alone; True for no word at all."""
    words = _WORD.findall(fold(text))
    if not words:
        return True
    if TELLING.isdisjoint(words) or not ASKING.isdisjoint(words):
        return False
    return all(w in POLITE or is_function_word(w) for w in words)
