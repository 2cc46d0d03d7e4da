"""Own hosts in errors: "connect to smtp.<provider>: Connection refused" is no error that the provider's server reports.

Somebody's program could not reach us. The entry that explains why our server did not reach the recipient's has all of
its words, and is not about it. Pure.
"""

import re

from bot.core.lazy_regex import lazy_regex

_BEFORE_TARGET = lazy_regex(
    r"(?:\b(?:to|host|server|lookup|resolve|telnet|dienst|zu|mit|an|von|für)[ :]{1,2}|\bH=|\w://)[\[(\"']?$",
    re.IGNORECASE,
)
_BEHIND_TARGET = lazy_regex(r" ?(?:[\[(][\da-f.:]{2,45}[\])]|:\d|port \d)", re.IGNORECASE)  # its address, or a port
_ANSWERED = lazy_regex(r"\b(?:said|replied|answered|returned|in reply to)\b|\b[245]\d\d[ -]", re.IGNORECASE)
_FAILED = lazy_regex(
    r"time[ds]? ?out|zeitüberschreitung|refused|verweigert|unreachable|nicht erreichbar|no route|keine route|reset by"
    r"|(?:could|can|did|does)(?: ?not|n['’]t) (?:connect|reach|respond|resolve|find|be (?:reached|resolved))"
    r"|unable to|fail(?:ed|ure)|nicht gefunden|fehlgeschlagen|no such host|not known|host not found",
    re.IGNORECASE,
)
# Address or host name
_NAME = lazy_regex(r"[\w.+%-]{1,64}@[\w.-]{3,255}|\b(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b", re.IGNORECASE)


def fails_to_reach(text: str, hosts: tuple[str, ...]) -> bool:
    """True if a line of a text says that a connection to one of the hosts failed, and names no other host or address.

    `hosts`: names in lower case; with none, False.
    """
    if not any(host in text.lower() for host in hosts):
        return False
    return any(_fails_in_line(line, hosts) for line in text.split("\n") if _FAILED.search(line))


def _fails_in_line(line: str, hosts: tuple[str, ...]) -> bool:
    """True if one of the hosts is what a line could not reach: named behind "to", or before an address or a port."""
    names = list(_NAME.finditer(line))
    if _ANSWERED.search(line) or any(name[0].lower() not in hosts for name in names):
        return False
    return any(_BEFORE_TARGET.search(line[: name.start()]) or _BEHIND_TARGET.match(line, name.end()) for name in names)
