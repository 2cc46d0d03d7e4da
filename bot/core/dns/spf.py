"""SPF records: parser (RFC 7208). Which terms are valid, and the result for senders that none of them lists.

No term is evaluated and nothing that it names is looked up.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.lazy_regex import lazy_regex

MOST_LOOKUPS = 10  # terms that need the DNS (section 4.6.4)
LONGEST_TERM = 512  # characters; a name has 253, and no macro needs more

# Section 12. Each pattern runs through a text once: who may write a record may write any.
_RECORD = lazy_regex(r"v=spf1(?: |$)", re.IGNORECASE)
_TERM = lazy_regex(
    r"(?P<qualifier>[+?~-]?)(?P<name>[a-z][a-z0-9_.-]*)(?:(?P<sign>[:=/])(?P<rest>[!-~]*))?", re.IGNORECASE
)
_MACROS = lazy_regex(r"(?:[!-$&-~]|%[%_-]|%\{[slodiphcrtv][0-9]*r?[.+,/_=-]*\})+", re.IGNORECASE)
_WITH_PREFIX = lazy_regex(r"(?P<spec>.*?)(?:/(?P<ip4>[0-9]{1,2}))?(?://(?P<ip6>[0-9]{1,3}))?")
_LABEL = lazy_regex(r"[a-z0-9-]+", re.IGNORECASE)
_ALL = {"": "pass", "+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}  # section 4.6.2
_LOOKUPS = frozenset({"include", "exists", "a", "mx", "ptr", "redirect"})


class WrongTerm(ValueError):
    """Term that is not valid; the message is the term."""


@dataclass(frozen=True, slots=True)
class Spf:
    """Valid SPF record, in brief."""

    others: str  # of senders that it does not list: fail, softfail, neutral, pass; redirect; "": it says nothing
    by: str  # the term that says so, as written; "": none
    lookups: int  # terms that need the DNS, of this record alone


def is_spf(text: str) -> bool:
    """True if a TXT record is an SPF record (section 4.5; all others are ignored)."""
    return bool(_RECORD.match(text))


def parse_spf(record: str) -> Spf:
    """SPF record, parsed. Raises WrongTerm for its first invalid term, which makes it invalid (section 4.6)."""
    written = [term for term in record.split(" ")[1:] if term]
    terms = [_parsed(term) for term in written]
    modifiers = [name for name, sign, _ in terms if sign == "=" and name in ("redirect", "exp")]
    for name in modifiers:
        if modifiers.count(name) > 1:  # section 6
            raise WrongTerm(f"{name}=")
    others, by = _result_for_others(terms, written)
    return Spf(others, by, sum(name in _LOOKUPS for name, _, _ in terms))


def _parsed(term: str) -> tuple[str, str, str]:
    """Term as (name in lower case, sign, qualifier)."""
    found = _TERM.fullmatch(term) if len(term) <= LONGEST_TERM else None
    if not found:
        raise WrongTerm(term)
    name, sign, rest = found["name"].lower(), found["sign"] or "", found["rest"] or ""
    if sign == "=":
        valid = not found["qualifier"] and (_is_spec(rest) if name in ("redirect", "exp") else True)
    else:
        valid = _is_mechanism(name, sign, rest)
    if not valid:
        raise WrongTerm(term)
    return name, sign, found["qualifier"]


def _is_mechanism(name: str, sign: str, rest: str) -> bool:
    """True for a valid mechanism (section 5). `sign`: ":" before an argument, "/" before a prefix length, or empty."""
    if name in ("a", "mx"):
        return _is_host(sign, rest)
    if name == "all":
        return not sign
    if name == "ptr":
        return not sign or (sign == ":" and _is_spec(rest))
    if name in ("include", "exists"):
        return sign == ":" and _is_spec(rest)
    return sign == ":" and _is_network(rest, {"ip4": 4, "ip6": 6}.get(name, 0))


def _is_host(sign: str, rest: str) -> bool:
    """True for a valid argument of a and mx: a domain, prefix lengths, both or neither (sections 5.3 and 5.4)."""
    found = _WITH_PREFIX.fullmatch(rest if sign == ":" else f"{sign}{rest}")
    if not found or (sign == ":") != bool(found["spec"]):
        return False
    return int(found["ip4"] or 0) <= 32 and int(found["ip6"] or 0) <= 128 and (sign != ":" or _is_spec(found["spec"]))


def _is_spec(text: str) -> bool:
    """True for a domain-spec: it ends in a top-level label or a macro (section 7.1)."""
    if not _MACROS.fullmatch(text):
        return False
    label = text.removesuffix(".").rpartition(".")[2]
    dotted = label != text.removesuffix(".")
    return text.endswith("}") or bool(dotted and _LABEL.fullmatch(label) and not label.isdigit())


def _is_network(text: str, version: int) -> bool:
    """True for a network of this IP version (section 5.6)."""
    try:
        return ipaddress.ip_network(text, strict=False).version == version
    except ValueError:
        return False


def _result_for_others(terms: Sequence[tuple[str, str, str]], written: Sequence[str]) -> tuple[str, str]:
    """Result for senders that are not listed, and the term that says so: section 5.1, else 6.1, else 4.7."""
    for (name, sign, qualifier), text in zip(terms, written, strict=True):
        if name == "all" and not sign:
            return _ALL[qualifier], text
    redirect = next((text for text in written if text.lower().startswith("redirect=")), "")
    return ("redirect", redirect) if redirect else ("", "")
