"""Bounces: which statements a message makes about errors, each to be decided by itself; of a bounce, one per recipient.

Read are the bounces of qmail, Exim, Postfix, sendmail, Exchange, Gmail, GMX and 1&1, delivery reports as text (RFC
3464), and logs with a time on every line. All of them name a recipient, or a time, where a new statement begins. A
message without any of this is one statement. Pure; linear in the length of the text.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from bot.core.lazy_regex import lazy_regex
from bot.core.matching.scaffolding import is_scaffolding, without_phrases
from bot.core.text.normalize import CACHED_MESSAGES

_ADDRESS = r"[\w.+=%'&/-]{1,64}@[\w.-]{1,255}"
# Where the reason for one recipient begins; the rest of the line belongs to the reason
_RECIPIENT = lazy_regex(
    rf"\A(?:<(?P<qmail>{_ADDRESS})>(?: \([^()\n]{{0,100}}\))?:(?:\s|$)"  # qmail, Postfix; indented, it is quoted
    rf"|[\s>|*]{{0,12}}(?:(?P<one>{_ADDRESS}):\s*$"  # 1&1, GMX
    rf"|(?:final|original)-recipient: ?[\w-]{{1,20}}; ?<?(?P<report>{_ADDRESS})"  # RFC 3464, 2.3.2
    rf"|(?P<exim>{_ADDRESS})(?: on \d[\d.: /]{{5,30}})?\s*$"  # Exim, Exchange: only where the reason stands below
    rf"|(?P<transcript>[45]\d\d [45]\.\d{{1,3}}\.\d{{1,3}} <{_ADDRESS}>\.\.\.)))",  # sendmail
    re.IGNORECASE,
)
_TIME = lazy_regex(
    r"\A[\s>|]{0,12}(?:<\d{1,3}>)?(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d|[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d"
    r"|@[0-9a-f]{24}|\[?\d\d:\d\d:\d\d)|\A(?:delivery|starting delivery|status:|new msg|info msg|end msg) ",
)
_REPORT_HEAD = lazy_regex(r"\A[\s>|]{0,12}reporting-mta: ?\w", re.IGNORECASE)
_REPORT_FIELD = lazy_regex(
    r"\A[\s>|]{0,12}(?P<name>action|status|remote-mta|diagnostic-code|last-attempt-date|will-retry-until|final-log-id"
    r"|x-[a-z-]{1,40}|original-recipient|arrival-date|reporting-mta|received-from-mta): ?(?P<value>.{0,2000})",
    re.IGNORECASE,
)
_REPLY = lazy_regex(r"\A[\s>|]{0,12}<<< ?(?P<code>[2-5]\d\d)")  # what the other server said, in sendmail's transcript
_OWN_END = lazy_regex(
    r"\A[\s>|]{0,12}(?:<<< ?)?5\d\d (?:5\.\d{1,3}\.\d{1,3} )?(?:<[^<>\n]{1,320}>\.\.\.|.{0,40}RCPT\b)"
)
_NAMES = lazy_regex(  # addresses, hosts, and the commands that a transcript shows
    rf"<[^<>\s]{{1,320}}>|{_ADDRESS}|\b(?:[\w-]{{1,63}}\.){{1,8}}[a-z]{{2,24}}\b|\b(?:from|rcpt to|mail from|data)\b:?",
    re.IGNORECASE,
)
_COMMANDS = frozenset({"from", "rcpt", "to", "mail", "data"})  # words of _NAMES
_QUOTES = lazy_regex(
    r"\A[\s>|*]{0,12}(?:the response(?: from the remote server)? was|(?:die )?antwort(?: (?:des|vom) \w{0,12} ?"
    r"(?:remote-?)?servers?)?(?: lautete)?) ?:?\s*\Z",
    re.IGNORECASE,
)
_WORTHLESS = lazy_regex(  # says only that it is final
    r"\A[\s>|]{0,12}this (?:is|has been) a permanent (?:error|failure)\b[^\n:]{0,100}\Z", re.IGNORECASE
)
_GIVEN_UP = lazy_regex(  # ends the attempts; before it stands only what the last one failed at
    r"retry timeout exceeded|retry time not reached|(?:been )?in the queue too long|all hosts for .{1,260} failing",
    re.IGNORECASE,
    needs=("retry time", "queue too long", "all hosts for "),
)
_UNREACHED = lazy_regex(
    r"connection (?:refused|timed out|reset)|could(?:n't| not) (?:be )?(?:reach|connect)|no route to host"
    r"|network is unreachable|timed? ?out|lost connection",
    re.IGNORECASE,
)
_CAUSE = lazy_regex(  # words of reasons, of which an introduction has none
    r"\b(?:because|weil|da|timed? ?out|too long|not found|nicht gefunden|existiert|exist|refused|denied"
    r"|rejected|abgelehnt|full|voll|unknown|unbekannt|relay\w*|tls|ssl|connect\w*|zeitlimit\w*|quota|unreachable"
    r"|[45]\.\d{1,3}\.\d{1,3}|[45][0-5]\d|couldn't be found|spam|blocked|gesperrt)\b",
    re.IGNORECASE,
)


class Statement(NamedTuple):
    """Statement about one recipient, or one line of a log, or what else is not split."""

    text: str  # its lines, joined by line breaks
    recipient: str  # address, as it stands there; empty where none is named


@lru_cache(CACHED_MESSAGES)
def statements(text: str) -> Sequence[Statement]:
    """Statements of a message, in its order; one for a message that is no bounce and no log; empty for an empty one.

    `text`: as bot/core/text/normalize.py's `without_returned` gives it. What a person wrote above the first recipient
    is a statement of its own.
    """
    lines = text.split("\n")
    begins = [n for n in range(len(lines)) if n == 0 or _begins_statement(lines, n)]
    blocks = [lines[begin:end] for begin, end in pairwise([*begins, len(lines)])]
    return tuple(found for block in blocks for found in [_to_statement(block)] if found.text.strip())


@lru_cache(CACHED_MESSAGES)
def names_no_cause(text: str) -> bool:
    """True if a text is a bounce's introduction without a reason: all is scaffolding. False for an empty text."""
    said = [line for line in text.split("\n") if re.search(r"\w", line)]
    return bool(said) and all(map(_gives_no_reason, said)) and not _CAUSE.search(text)


def _gives_no_reason(line: str) -> bool:
    """True if a line is scaffolding, or holds nothing but names beside a program's own phrases."""
    if is_scaffolding(line):
        return True
    left = without_phrases(line)
    if "<" not in left and any(w.isascii() and w.isalpha() and _is_word(w) for w in left.split()):
        return False  # nothing takes it away
    return not re.search(r"[^\W\d_]{2}", _NAMES.sub(" ", left))


def _is_word(word: str) -> bool:
    """True if a word of letters is not one of those of _NAMES."""
    return len(word) > 1 and word.lower() not in _COMMANDS


def names_cause(text: str) -> bool:
    """True if a text has a word that reasons have, and a bounce's introduction has not."""
    return bool(_CAUSE.search(text))


def _begins_statement(lines: Sequence[str], number: int) -> bool:
    line = lines[number]
    if _TIME.match(line) or _REPORT_HEAD.match(line):
        return True
    found = _RECIPIENT.match(line)
    if not found or found["transcript"]:
        return False
    below = next((one for one in lines[number + 1 : number + 3] if one.strip()), "")
    return not found["exim"] or below[:1] == " " or bool(re.match(r"\W{0,3}(?:[45]\d\d|remote server|#)", below, re.I))


def _to_statement(block: Sequence[str]) -> Statement:
    found = _RECIPIENT.match(block[0])
    recipient = next((a for a in found.groups() if a), "") if found else ""
    if any(_REPORT_FIELD.match(line) for line in block):
        return Statement("\n".join(_diagnosis(block)), recipient)
    kept = [line for line in _without_own_end(_response(block)) if not is_scaffolding(line) or _CAUSE.search(line)]
    if not any(map(_gives_reason, kept)):
        kept = list(block)
    return Statement(_last_cause("\n".join(kept)), recipient)


def _response(block: Sequence[str]) -> Sequence[str]:
    """Lines of the other server, where the program quotes them: its own words above are a guess (Gmail)."""
    begin = next((n + 1 for n, line in enumerate(block) if _QUOTES.match(line)), 0)
    return block[begin:] if any(map(_gives_reason, block[begin:])) else block


def _gives_reason(line: str) -> bool:
    return not _gives_no_reason(line)


def _diagnosis(block: Sequence[str]) -> Iterator[str]:
    """Lines of a report without the fields that name no cause: of Diagnostic-Code the text behind its type."""
    kept = True
    for line in block:
        field = _REPORT_FIELD.match(line)
        if field:
            kept = field["name"].lower() == "diagnostic-code"
            if kept:
                yield re.sub(r"\A[\w-]{1,20}; ?", "", field["value"])
        elif kept and not _RECIPIENT.match(line):
            yield line


def _without_own_end(block: Sequence[str]) -> list[str]:
    """Lines without sendmail's own conclusion below the other server's refusal: "550 5.1.1 <a@b>... User unknown"."""
    refused = False
    kept: list[str] = []
    for line in block:
        if _WORTHLESS.match(line) and kept:
            continue
        if refused and _OWN_END.match(line):
            continue
        reply = _REPLY.match(line)
        refused = refused or bool(reply and reply["code"][0] in "45")
        kept.append(line)
    return kept


def _last_cause(text: str) -> str:
    """Text without the cause before "retry timeout exceeded", where that only says that nothing could be reached."""
    given_up = _GIVEN_UP.search(text)
    if not given_up or not _UNREACHED.search(text, 0, given_up.start()) or re.search(r"\b[45]\d\d[ -]", text):
        return text
    begin = max(text.rfind(mark, 0, given_up.start()) for mark in ("\n", ": ", ". ", ") "))
    return text[begin + 1 :].strip() if begin > 0 else text
