"""Parts of a message: greeting, courtesy, closing (farewell, signature, disclaimer), and the sentences in between.

People write "Guten Tag, … Vielen Dank im Voraus! Mit freundlichen Grüßen …" around a question. Parts are told by place
and form: a greeting opens, a closing ends the message, a courtesy is a clause of nothing but polite words. Whatever is
none of these is a sentence. Where nothing else is left, everything is: "Danke!" alone is a message, too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.lazy_regex import lazy_regex
from bot.core.text.language import is_function_word
from bot.core.text.normalize import fold

Kind = Literal["greeting", "courtesy", "closing", "sentence"]

MOST_SENTENCES = 60  # of a message; what follows is one more
NAME_WORDS = 4  # that a name, or what stands behind a farewell in its line, may have
WRAPPED_FROM = 60  # letters of a line that a program may have broken: the next one goes on with the sentence
MOST_NAMES = 3  # behind a greeting
LONGEST_FAREWELL = 120  # letters of a line, from its end, in which a farewell is looked for
CLOSING_LINES = 25  # that a farewell may have below it


def _words_of(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Words of courtesy, folded. A clause of these and of words that build sentences says nothing else.
_POLITE = _words_of(
    """
    danke dank dankend dankbar bedanke vielen besten herzlichen lieben schoenen recht voraus vorab mal schonmal
    schon merci bitte gern gerne gruss gruesse grussle gruessle freundliche freundlichen freundlichem beste
    herzliche liebe viele schoene hallo hallihallo halloechen hi hey hei moin servus salue gruezi gruess gott tach
    huhu na guten gute tag morgen abend mitenand zaeme zusammen alle allerseits leute team support supportteam
    kundendienst kundenservice kundenbetreuung postbote helpdesk hilfe service damen herren werte werter sehr
    geehrte geehrter geehrten liebes lieber sorry entschuldigung entschuldigen verzeihung pardon stoerung kurze kurz
    kleine dumme bloede bloed doof frage fragen haette habe nochmal muehe unterstuetzung antwort rueckmeldung
    nachricht bemuehungen hoffe hoffentlich wochenende feierabend schoenes tolle tollen super prima perfekt klasse
    alles klar ok okay vielmals wenns falls dringend eilig eilt thanks thank thx thankyou ta cheers please pls
    regards kind best warm sincerely yours truly faithfully hello hiya howdy greetings dear sir madam sirs folks
    everyone everybody all there guys gang good morning afternoon evening day again quick quickly short little silly
    stupid dumb question questions bother bothering trouble advance help lot bunch million wishes weekend nice great
    awesome appreciated appreciate reply answer customer urgent asap
    """
)
# Of a polite clause at least one word is one of these: "hilfe" or "antwort" alone asks something
_TELLING = _words_of(
    """
    danke dank dankend dankbar bedanke merci bitte gruss gruesse grussle gruessle hallo hallihallo halloechen hi hey
    hei moin servus salue gruezi gruess tach huhu guten gute damen geehrte geehrter geehrten lieber liebes werte
    sorry entschuldigung entschuldigen verzeihung pardon frage fragen schoenes klar ok okay super prima perfekt
    klasse liebe thanks thank thx thankyou ta cheers please pls regards hello hiya howdy greetings dear sincerely
    morning evening afternoon question quick appreciated appreciate wishes
    """
)
_GREETING = lazy_regex(
    r"^\W{0,4}(?:(?:sehr )?(?:geehrte|verehrte|werte|liebe)[rs]?|hall(?:o|öchen|ihallo)|mahlzeit"
    r"|(?:schönen )?guten? (?:tag|morgen|abend)|moin(?: moin)?|servus|sal(?:ü|ut)"
    r"|gr(?:ü|ue)(?:ezi|ß gott|ss gott|ß euch)"
    r"|tach(?: auch)?|huhu|hi(?:ya)?|hello|hey|howdy|dear|greetings|good (?:morning|afternoon|evening|day)|morning"
    r"|to whom it may concern)\b",
    re.IGNORECASE,
)
_ADDRESSEE = _words_of(
    """
    damen herren herr herrn frau dr prof liebes lieber liebe support supportteam team alle allerseits zusammen
    miteinander mitenand zaeme leute kundendienst kundenservice kundenbetreuung postbote helpdesk service kollegen
    und euch ihr auch da mal there all everyone everybody again folks guys sir madam sirs or mr mrs ms miss desk and
    customer friends gang you
    """
)
_ASKING = _words_of(
    """
    wie was wo wer wann warum wieso wohin woher welche welcher welches welchen welchem wieviel kann darf muss how
    what which where when who why can may must whose
    """
)
# What begins a farewell or thanks, at the end of a line; then may come polite words and a name
_FAREWELL = (
    r"(?:(?:mit )?(?:den )?(?:freundlich|best|herzlich|lieb|viel|schön|nett|sonnig|kollegial)\w{1,3} "
    r"(?:dank und )?gr(?:ü|u|ue)(?:ß|ss)\w{0,3}"
    r"|gr(?:ü|u|ue)(?:ß|ss)(?:e|le)?|mfg|[vl]g|hochachtungsvoll|bis (?:bald|dann|morgen)|tschüss?"
    r"|(?:with )?(?:best |kind |warm |many |kindest )?regards|(?:best|all the best|kind|warm) wishes"
    r"|all the best|best(?=,)"
    r"|cheers|yours (?:sincerely|faithfully|truly)|sincerely|talk soon)"
)
_THANKS = (
    r"(?:(?:mit |haben sie )?(?:vielen |beste[nm] |herzliche[nm] |lieben |schönen |freundlichem )?dank"
    r"|danke|merci|ich danke|wir danken"
    r"|(?:many )?thanks|thank you|thx|ta)"
)
_LEAVE = lazy_regex(rf"(?<!\w)(?:(?P<farewell>{_FAREWELL})|{_THANKS})(?!\w)", re.IGNORECASE)
_SIGNATURE_LINE = lazy_regex(  # RFC 3676 section 4.3, and what telephones and programs add
    r"^(?:-- ?|_{5,80}|(?:von|gesendet|geschickt|verfasst) (?:mit|von|aus|über|vom|meinem|der)\b.{0,60}"
    r"|.{0,40}\b(?:gesendet|geschickt)\.?"
    r"|(?:sent|get) (?:from|outlook|with|using|via)\b.{0,80}|holen sie sich outlook.{0,40}"
    r"|virenfrei\b.{0,60}|virus-free\b.{0,60})$",
    re.IGNORECASE,
)
_PS = lazy_regex(r"^\W{0,3}p\.? ?s\.?\b[:.]?", re.IGNORECASE)
# A disclaimer or a firm's imprint has one of the first at least, and two of both together
_LEGAL = _words_of(
    """
    vertraulich vertrauliche vertraulichen vertraulichkeit adressat vernichten unbefugte unerlaubte irrtuemlich umwelt
    ausdrucken datenschutz geschaeftsfuehrer handelsregister amtsgericht hrb confidential confidentiality privileged
    intended unauthorised unauthorized disclosure environment printing
    """
)
_LEGAL_TOO = _words_of(
    """
    empfaenger absender loeschen bestimmt geschuetzte informationen sitz ust website recipient recipients sender notify
    delete solely addressee nachricht message mail england
    """
)
_ABBREVIATION = lazy_regex(  # a full stop behind one of these, or behind a number in a list, ends no sentence
    r"\b(?:[a-zäöü]|bzw|ca|dr|prof|nr|tel|str|evtl|ggf|usw|etc|inkl|zb|mr|mrs|ms|st|vs|approx|incl|resp|max|min)\.$"
    r"|^\W{0,4}\d{1,2}[.:]$",
    re.IGNORECASE,
)
_END = lazy_regex(r"(?:[.!?…]{1,5}[\"')\]]{0,2}|[:;](?=\s))\s+|\n\s*")
_SHORTCODE = lazy_regex(
    r":(?:[a-z][a-z0-9_+-]{1,29}|[+-]1):"
)  # Slack's emoji: docs.slack.dev/messaging/formatting-message-text
_EMOJI = lazy_regex(r"[\u2190-\u2bff\u3000-\u303f\U0001f000-\U0001faff\ufe0f]+")
_CLAUSE = lazy_regex(r"[,;:–—]\s+|\s[-–—]\s+|[.!?…]{1,20}\s{0,4}$")
_WORD = lazy_regex(r"[^\W\d_]+|\d+")
_MENTION = lazy_regex(r"\W{0,4}@\w{2,30}[\s,:]*")
_LAST_WORD = lazy_regex(r"(?<=\w) {1,3}(?:bitte|please|pls|plz|danke|thx|merci)[\s.!]{0,4}$", re.IGNORECASE)
_NEXT_WORD = lazy_regex(r"[^\S\n]*([^\W\d_][\w.'-]*)")
_SURNAME = lazy_regex(r" ?[A-ZÄÖÜ][\w'-]+ ?[,!.]")
_NAME_OR_WORD = lazy_regex(r"[^\W_][\w'-]*")
_GOES_ON = lazy_regex(r"(?<=[^\W\d_]{2})[.!]\s+[^\W_]")  # another sentence


@dataclass(frozen=True, slots=True)
class MessagePart:
    """Part of a message: its kind, and its text as it stands there."""

    kind: Kind
    text: str


def split_message(cleaned: str) -> list[MessagePart]:
    """Parts of a cleaned message, in its order; empty for an empty message. At least one is a sentence otherwise."""
    parts = [p for p in _parts(cleaned) if p.text]
    if any(p.kind == "sentence" for p in parts):
        return parts
    polite = [p for p in parts if p.kind != "closing"]  # nothing else is said: then that is the message
    return [p if polite and p.kind == "closing" else MessagePart("sentence", p.text) for p in parts]


def own_sentences(cleaned: str) -> list[str]:
    """Sentences of a cleaned message that say something, without greeting, courtesy and closing."""
    return [p.text for p in split_message(cleaned) if p.kind == "sentence"]


def says_something(cleaned: str) -> bool:
    """True if a cleaned message has a sentence besides greeting, courtesy and closing."""
    return any(p.kind == "sentence" for p in _parts(cleaned))


def _parts(cleaned: str) -> list[MessagePart]:
    lines = _unwrapped([line.strip() for line in cleaned.split("\n")])
    body, closing = _without_closing(lines)
    parts: list[MessagePart] = []
    for sentence in _sentences("\n".join(body)):
        parts += _read_sentence(sentence, first=not parts)
    return [*parts, *closing]


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


def _without_closing(lines: Sequence[str]) -> tuple[list[str], list[MessagePart]]:
    """(lines before the closing and those below it that ask something, the closing's parts)."""
    kept: list[str] = []
    closing: list[MessagePart] = []
    for place, line in enumerate(lines):
        if closing:
            mark = _PS.match(line)
            if mark or "?" in line:
                kept.append(line[mark.end() :].strip() if mark else line)
                closing += [MessagePart("closing", mark[0])] if mark else []
            else:
                closing.append(MessagePart("closing", line))
        elif (begin := _begin_of_closing(lines, place)) is not None and (begin or kept):
            kept.append(line[:begin].rstrip(" ,-–—"))
            closing.append(MessagePart("closing", line[begin:]))
        else:
            kept.append(line)
    while len(kept) > 1 and (not kept[-1] or _is_small_print(kept[-1])):
        closing.insert(0, MessagePart("closing", kept.pop()))
    return kept, closing


def _begin_of_closing(lines: Sequence[str], place: int) -> int | None:
    """Position in a line where the message's closing begins; None where it goes on.

    It begins with a farewell, with thanks above a name, or with a signature's mark.
    """
    line = lines[place]
    if _SIGNATURE_LINE.match(line):
        return 0
    below = [other for other in lines[place + 1 :] if other]
    if len(below) > CLOSING_LINES:
        return None
    signed = bool(below) and _is_name(below[0]) and not _LEAVE.match(below[0]) and "?" not in "".join(below)
    for found in _LEAVE.finditer(line, max(0, len(line) - LONGEST_FAREWELL)):
        ends = bool(found["farewell"]) or signed or not below
        if ends and _is_leave(line[found.end() :], most_others=1 if found["farewell"] else 0):
            return found.start()
    return None


def _is_leave(text: str, most_others: int) -> bool:
    """True if nothing follows a farewell's beginning but polite words and a name. `most_others`: of other words."""
    if "?" in text or _GOES_ON.search(text):
        return False
    words = [w for w in _NAME_OR_WORD.findall(text) if fold(w) not in _POLITE and not is_function_word(fold(w))]
    names = [w for w in words if w[0].isupper() and not any(c.isdigit() for c in w)]
    return (
        len(names) <= NAME_WORDS
        and len(words) - len(names) <= most_others
        and _ASKING.isdisjoint(map(fold, _WORD.findall(text)))
    )


def _is_name(line: str) -> bool:
    words = line.strip(" ,.!").split()
    return 0 < len(words) <= NAME_WORDS and all(w[:1].isupper() or w in ("von", "van", "de", "i.", "pp") for w in words)


def _is_small_print(line: str) -> bool:
    """True for a signature's line of a program, or a disclaimer: two legal words at least, and no question."""
    if _SIGNATURE_LINE.match(line):
        return True
    words = set(_WORD.findall(fold(line)))
    return "?" not in line and not words.isdisjoint(_LEGAL) and len(words & (_LEGAL | _LEGAL_TOO)) > 1


def _sentences(text: str) -> list[str]:
    """Sentences of a text: they end with a mark and a blank, or with the line."""
    found: list[str] = []
    begin = 0
    for end in _END.finditer(text):
        if len(found) == MOST_SENTENCES:
            break
        sentence = text[begin : end.end()].strip()
        if _ABBREVIATION.search(sentence):
            continue
        found.append(sentence)
        begin = end.end()
    return [s for s in (*found, text[begin:].strip()) if s]


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
    while clauses and _is_polite(text[slice(*clauses[-1])]):
        clauses.pop()
    return (clauses[0][0], clauses[-1][1]) if clauses else (0, 0)


def _is_polite(text: str) -> bool:
    """True for a clause of polite words and words that build sentences alone; True for no word at all."""
    words = _WORD.findall(fold(text))
    if not words:
        return True
    polite = all(w in _POLITE or is_function_word(w) for w in words)
    return polite and not _TELLING.isdisjoint(words) and _ASKING.isdisjoint(words)
