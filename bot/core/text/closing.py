"""Closing of a message: farewell, signature, disclaimer."""

import re
from collections.abc import Sequence

from bot.core.lazy_regex import lazy_regex, phrases
from bot.core.text.asking import asks_in_words
from bot.core.text.function_words import is_function_word, word_set
from bot.core.text.normalize import fold
from bot.core.text.polite_words import ASKING, POLITE

NAME_WORDS = 4  # that a name, or what stands behind a farewell in its line, may have
LONGEST_FAREWELL = 120  # letters of a line, from its end, in which a farewell is looked for
CLOSING_LINES = 25  # that a farewell may have below it

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
_FAREWELL_OR_THANKS = lazy_regex(
    rf"(?<!\w)(?:(?P<farewell>{_FAREWELL})|{_THANKS})(?!\w)",
    re.IGNORECASE,
    needs=(
        *("gru", "grü", "mfg", "vg", "lg", "hochachtungsvoll", "bis ", "tsch", "regards", "wishes", "best", "cheers"),
        *("yours", "sincerely", "talk soon", "dank", "merci", "thank", "thx", "ta"),
    ),
)
_SIGNATURE_LINE = phrases(
    {
        "-- ": r"-- ?",  # RFC 3676 section 4.3; the others telephones and programs add
        "__________": r"_{5,80}",
        "Gesendet von meinem iPhone": (
            r"(?:von|gesendet|geschickt|verfasst) (?:mit|von|aus|über|vom|meinem|der)\b.{0,60}"
        ),
        "Vom Handy gesendet.": r".{0,40}\b(?:gesendet|geschickt)\.?",
        "Sent from my iPhone": r"(?:sent|get) (?:from|outlook|with|using|via)\b.{0,80}",
        "Holen Sie sich Outlook für iOS": r"holen sie sich outlook.{0,40}",
        "Virenfrei. www.avast.com": r"virenfrei\b.{0,60}",
        "Virus-free. www.avast.com": r"virus-free\b.{0,60}",
    },
    begin="^",
    end="$",
)
_PS = lazy_regex(r"^\W{0,3}p\.? ?s\.?\b[:.]?", re.IGNORECASE)
# A disclaimer or a firm's imprint has one of the first at least, and two of both together
_LEGAL = word_set(
    """
    vertraulich vertrauliche vertraulichen vertraulichkeit adressat vernichten unbefugte unerlaubte irrtuemlich
    geschaeftsfuehrer handelsregister amtsgericht hrb confidential confidentiality privileged intended unauthorised
    unauthorized disclosure
    """
)
_LEGAL_BESIDE = word_set(
    """
    empfaenger absender loeschen bestimmt geschuetzte informationen sitz ust website recipient recipients sender notify
    delete solely addressee nachricht message mail england
    """
)
_LEGAL_TOGETHER = (  # words of which each alone stands in people's own sentences
    word_set("umwelt ausdrucken"),
    word_set("environment printing"),
    word_set("datenschutz informationen"),
    word_set("datenschutz website"),
)
_WRITER = word_set("ich wir mein meine unser i we my")
_NAME_OR_WORD = lazy_regex(r"[^\W_][\w'-]*")
_CONTACT = lazy_regex(  # a line of a signature that says where its writer is reached
    r"(?:^|[|·•,/]\s{0,3})(?:tel(?:efon)?|fon|phone|ph|mob(?:il(?:e|funk)?)?|handy|fax|durchwahl|direct|cell|office|reception"
    r"|t|m|f|p|web|www|e-?mail|mail)\b\s?[.:]{0,2}\s{0,3}(?:[+(]?\d[\d ()/–.-]{4,}|(?:https?://|www\.)\S+|\S+@\S+)",
    re.IGNORECASE,
)
SIGNATURE_LINES = 6  # of a signature without a farewell, at most
LONGEST_OF_SIGNATURE = 60  # letters of one of its lines
_GOES_ON = lazy_regex(r"(?<=[^\W\d_]{2})[.!]\s+[^\W_]")  # another sentence
_WORD = lazy_regex(r"[^\W\d_]+|\d+")


def without_closing(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """(lines before the closing and those below it that ask something, the closing's parts), of stripped lines."""
    kept: list[str] = []
    closing: list[str] = []
    for place, line in enumerate(lines):
        if closing:
            mark = _PS.match(line)
            if mark or "?" in line:
                kept.append(line[mark.end() :].strip() if mark else line)
                closing += [mark[0]] if mark else []
            else:
                closing.append(line)
        elif (begin := _begin_of_closing(lines, place)) is not None and (begin or kept):
            kept.append(line[:begin].rstrip(" ,-–—"))
            closing.append(line[begin:])
        else:
            kept.append(line)
    while len(kept) > 1 and (not kept[-1] or _is_small_print(kept[-1])):
        closing.insert(0, kept.pop())
    begin = _begin_of_signature(kept)
    return kept[:begin], [*kept[begin:], *closing]


def _begin_of_signature(lines: Sequence[str]) -> int:
    """Number of the line where a signature without a farewell begins: a last block of short lines with a telephone."""
    if "" not in lines:  # the block of most messages is the whole
        return len(lines)
    begin = len(lines) - next(n for n, line in enumerate(reversed(lines)) if not line)
    block = lines[begin:]
    is_short = len(block) <= SIGNATURE_LINES and all(len(line) <= LONGEST_OF_SIGNATURE for line in block)
    asks = any("?" in line for line in block)
    is_signature = is_short and not asks and any(map(_CONTACT.search, block)) and _is_name(block[0])
    return begin if is_signature else len(lines)


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
    signed = (
        bool(below) and _is_name(below[0]) and not _FAREWELL_OR_THANKS.match(below[0]) and "?" not in "".join(below)
    )
    for found in _FAREWELL_OR_THANKS.finditer(line, max(0, len(line) - LONGEST_FAREWELL)):
        ends = bool(found["farewell"]) or signed or not below
        if ends and _ends_message(line[found.end() :], most_others=1 if found["farewell"] else 0):
            return found.start()
    return None


def _ends_message(text: str, most_others: int) -> bool:
    """True if nothing follows a farewell's beginning but polite words and a name. `most_others`: of other words."""
    if "?" in text or _GOES_ON.search(text):
        return False
    words = [w for w in _NAME_OR_WORD.findall(text) if fold(w) not in POLITE and not is_function_word(fold(w))]
    names = [w for w in words if w[0].isupper() and not any(c.isdigit() for c in w)]
    return (
        len(names) <= NAME_WORDS
        and len(words) - len(names) <= most_others
        and ASKING.isdisjoint(map(fold, _WORD.findall(text)))
    )


def _is_name(line: str) -> bool:
    words = line.strip(" ,.!").split()
    return 0 < len(words) <= NAME_WORDS and all(w[:1].isupper() or w in ("von", "van", "de", "i.", "pp") for w in words)


def _is_small_print(line: str) -> bool:
    """True for a signature's line of a program, or a disclaimer: two legal words, and its writer asks nothing."""
    if _SIGNATURE_LINE.match(line):
        return True
    words = set(_WORD.findall(fold(line)))
    if "?" in line or (not words.isdisjoint(_WRITER) and asks_in_words(line)):
        return False
    is_legal = not words.isdisjoint(_LEGAL) and len(words & (_LEGAL | _LEGAL_BESIDE)) > 1
    return is_legal or any(together <= words for together in _LEGAL_TOGETHER)
