"""Provider's values in texts: hosts, ports, sizes and addresses that stand in provider.yaml → their variables.

`postbote check` asks for a variable wherever a value of provider.yaml is written out, and `postbote import` puts it
there: both find the same places.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.core.languages import KNOWN
from bot.core.lazy_regex import lazy_regex
from bot.core.provider import Connection, Provider

FIGURES = frozenset({"host", "limit", "port"})  # kinds that an answer must not write out
SMALL_PORT = 100  # a number below it is a port only where it is called one: 25 is a day and a size, too
_UNIT = r"(?:[kKMGT]i?B|Byte|%|€|Euro|Uhr)\b"
_END = r"(?![\w-]|\.\w)"  # no longer name, no decimal
_AROUND = {  # protocol → words beside a server or a port that tell which connection is meant
    "smtp": lazy_regex(r"\bsmtp|postausgang|ausgang|senden|verschick|versand|outgoing|send", re.IGNORECASE),
    "pop3": lazy_regex(r"\bpop", re.IGNORECASE),
    "imap": lazy_regex(r"\bimap", re.IGNORECASE),
}
_HOST = lazy_regex(r"(?<![\w.@/-])(?:[a-z0-9][a-z0-9-]*\.){2,}[a-z]{2,}(?![\w-]|\.\w)", re.IGNORECASE)
_FIGURE = lazy_regex(r"(?<![\w.-])(?:Ports? `?\d{2,5}`?|\d+(?:[.,]\d+)? ?[kMGT]B)(?![\w-]|\.\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    """Value of provider.yaml in a text. `start`, `end`: its place; `variable`: as in {{ servers.smtps }}."""

    kind: str  # link, host, limit (a size), time (a limit that is a number, with its unit) or port
    start: int
    end: int
    written: str
    variable: str


class ProviderValues:
    """Values of one provider, with the variables that answers name them by."""

    def __init__(self, provider: Provider) -> None:
        self._rows = provider.connections
        self._pattern = _pattern(provider)
        self._links = {url: f"links.{name}" for name, url in provider.links.items()}
        self._limits = {str(v): f"limits.{name}" for name, v in [*provider.limits.items()][::-1] if isinstance(v, str)}
        self._times = _times(provider)
        self._known_hosts = {host for url in provider.links.values() if (host := urlsplit(url).hostname)}

    def found(self, text: str, context: str = "") -> Iterator[Value]:
        """Values in a text, in its order. `context`: its heading, which may tell which connection is meant."""
        for match in self._pattern.finditer(text) if self._pattern else ():
            begin, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
            line, place = text[begin : end if end >= 0 else len(text)], match.start() - begin
            variable = self._variable(match, line, place, context)
            if variable:
                yield Value(str(match.lastgroup), match.start(), match.end(), match[0], variable)

    def with_variables(self, text: str, context: str, rest: Callable[[str], str] = str) -> tuple[str, tuple[str, ...]]:
        """Text with variables for the values in it, and the names of these. `rest`: converts what stands between."""
        parts, at, used = [], 0, []
        for value in self.found(text, context):
            parts += [rest(text[at : value.start]), f"{{{{ {value.variable} }}}}"]
            at = value.end
            used.append(value.variable)
        return "".join([*parts, rest(text[at:])]), tuple(dict.fromkeys(used))

    def unknown(self, text: str) -> list[str]:
        """Host names, ports and sizes in a text that provider.yaml does not have, each once."""
        known = [range(value.start, value.end) for value in self.found(text)]
        places = (match for pattern in (_HOST, _FIGURE) for match in pattern.finditer(text))
        return list(
            dict.fromkeys(
                match[0]
                for match in places
                if match[0].lower() not in self._known_hosts
                and not any(span.start < match.end() and match.start() < span.stop for span in known)
            )
        )

    def _variable(self, match: re.Match[str], line: str, place: int, context: str) -> str:
        """Name of the variable; empty where the number is none of the provider's."""
        written = match[0]
        if match["link"]:
            return self._links[written]
        if match["limit"]:
            return self._limits[written]
        if match["time"]:
            return self._times[written]
        if match["host"]:
            rows = [row for row in self._rows if row.server == written]
            return f"servers.{_meant(rows, line, place, context).key}"
        if int(written) < SMALL_PORT and not _is_called_port(line, place, written):
            return ""
        rows = [row for row in self._rows if str(row.port) == written]
        return f"ports.{_meant(rows, line, place, context).key}"


def _pattern(provider: Provider) -> re.Pattern[str] | None:
    """Pattern of all values, the longest first; None where the provider has none."""
    limits = [value for value in provider.limits.values() if isinstance(value, str)]
    kinds = {
        "link": (provider.links.values(), r"(?<!\w)({})(?![^\s<>()\[\]\"'`.,;:!?„“”|]|[.,;:!?][\w/])"),
        "host": (provider.hosts, rf"(?<![\w.-])({{}}){_END}"),
        "limit": (limits, rf"(?<![\w.-])({{}}){_END}"),
        "time": (_times(provider), rf"(?<![\w.-])({{}}){_END}"),
        "port": (map(str, provider.ports.values()), rf"(?<![\w.-])({{}}){_END}(?!\s?{_UNIT})"),
    }
    parts = [
        form.format(f"?P<{kind}>{'|'.join(re.escape(v) for v in sorted(set(values), key=len, reverse=True)) or '(?!)'}")
        for kind, (values, form) in kinds.items()
    ]
    return re.compile("|".join(parts)) if provider.connections or provider.links or provider.limits else None


def _times(provider: Provider) -> Mapping[str, str]:
    """Times as texts say them ("24 Stunden") → variable with its filter; of counts that one limit alone has."""
    counts = [value for value in provider.limits.values() if isinstance(value, int)]
    found: dict[str, str] = {}
    for name, value in provider.limits.items():
        if isinstance(value, int) and counts.count(value) == 1:
            for row in KNOWN.values():
                found |= {
                    f"{value} {words[value != 1]}": f"limits.{name} | {unit}" for unit, words in row.units.items()
                }
    return found


def _is_called_port(line: str, place: int, written: str) -> bool:
    before, after = line[max(0, place - 20) : place], line[place + len(written) :]
    return bool(re.search(r"port", before, re.IGNORECASE)) or (before.endswith("`") and after.startswith("`"))


def _meant(rows: list[Connection], line: str, place: int, context: str) -> Connection:
    """Connection that a server or port belongs to: by a port beside it, by the words nearest to it, by the heading."""
    named = [row for row in rows if row.port and re.search(rf"(?<!\d){row.port}(?!\d)", line)]
    rows = named or rows
    for text, at in ((line, place), (context, 0)):
        near = [
            (abs(word.start() - at), position)
            for position, row in enumerate(rows)
            for word in _AROUND[row.protocol].finditer(text)
        ]
        if near:
            return rows[min(near)[1]]
    return rows[0]
