"""Excerpt of a long text. Of a message: its beginning, its end, and from between them the lines that look like errors.

What a person says stands at the top or at the bottom; the error of a pasted log stands anywhere. Pure; linear.
"""

import re
from collections.abc import Sequence

from bot.core.lazy_regex import lazy_regex

MOST_READ = 400_000  # characters that are looked at; what follows is left out, but for the end
HEAD, TAIL = 0.3, 0.2  # shares of the excerpt
LINE = 1_000  # characters of a line from which it is cut into pieces
OVERLAP = 200  # characters that two pieces share, so that no error is cut

_CODES = lazy_regex(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])|(?<![\w.,-])[45][0-5]\d(?=[ -][#\[<A-Za-z\d])")
_WORDS = lazy_regex(
    r"sorry|refused|denied|reject|unknown|not found|timed? ?out|unable|cannot|could ?n[o']t|failed|failure|deferred"
    r"|bounced"
    r"|error|no data|non-exist|does(?: not|n't)|not available|unavailable|no such|no mailbox"
    r"|invalid|expired|giv(?:ing|en) up|too long|not allowed|not permitted"
    r"|relay(?:ing)? |blocked|blacklist|badmailfrom|dns_mx|lib\(0\)|unrout|reason:|said:|\*\* "
    r"|abgelehnt|verweigert|unbekannt|nicht (?:gefunden|verfügbar|zugestellt|erreichbar|möglich)|fehlgeschlagen|fehler",
    re.IGNORECASE,
)
_SAME = lazy_regex(r"[\W\d_]+")


def shorten(text: str, longest: int) -> str:
    """Beginning of a text, with an ellipsis where it is longer than `longest` characters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def excerpt(text: str, longest: int) -> str:
    """Text of at most `longest` characters; the text itself where it is no longer.

    Lines that differ in numbers alone are taken once. Pieces stand in their order, each on lines of its own.
    """
    if len(text) <= longest:
        return text
    head, tail = int(longest * HEAD), int(longest * TAIL)
    begin = text.rfind("\n", 0, head) + 1 or head
    end = text.find("\n", len(text) - tail) + 1 or len(text) - tail
    middle = _best(_lines(text[begin : min(end, MOST_READ)]), longest - begin - (len(text) - end) - 2)
    return "\n".join((text[:begin], *middle, text[end:]))[:longest]


def _lines(text: str) -> list[str]:
    """Lines, those longer than LINE in pieces."""
    return [
        line[begin : begin + LINE]
        for line in text.split("\n")
        for begin in range(0, max(len(line) - OVERLAP, 1), LINE - OVERLAP)
    ]


def _likeness(line: str) -> int:
    """Likeness of a line to an error: 0 to 6."""
    return 3 * bool(_CODES.search(line)) + min(3, len(_WORDS.findall(line)))


def _best(lines: Sequence[str], room: int) -> list[str]:
    """Lines that look most like errors, each with the one before and after it, in their order."""
    of_line = {line: _likeness(line) for line in set(lines)}  # a log repeats its lines
    likeness = [of_line[line] for line in lines]
    kept: set[int] = set()
    seen: set[str] = set()
    for number in sorted(range(len(lines)), key=lambda n: -likeness[n]):
        if not likeness[number] or room <= 0:
            break
        same = _SAME.sub("", lines[number])
        if same in seen:
            continue
        seen.add(same)
        near = [n for n in (number - 1, number, number + 1) if 0 <= n < len(lines) and n not in kept]
        room -= sum(len(lines[n]) + 1 for n in near)
        if room >= 0:
            kept.update(near)
    return [lines[n] for n in sorted(kept)]
