"""Redaction of personal data and secrets in text: addresses, mentions, tokens, passwords, accounts, telephone numbers.

Data without a form of its own stays: names of people, streets, a domain that is somebody's name, a password that
stands alone.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from bot.core.lazy_regex import lazy_regex, lower_case
from bot.core.privacy.credentials import PASSWORDS, TOKENS
from bot.core.text.normalize import CACHED_MESSAGES

Mark = str | Callable[[re.Match[str]], str]

_ends_a_clause = lazy_regex(r"(?<!:):$")  # a colon behind an address, and none of it


def _if_address(found: re.Match[str]) -> str:
    """Mark for an IPv6 address with "::" for zeros (RFC 4291, 2.2); what only looks like one (C++) stays."""
    try:
        ipaddress.IPv6Address(
            _ends_a_clause.sub("", found[0].replace("<ip>", "192.0.2.1")) if found[0] != "::" else "x"
        )
    except ValueError:
        return found[0]
    return "<ip>"


_SAID_DOT = r"\s?[(\[{]?(?:\s|(?<=[(\[{]))(?:punkt|dot)(?:\s|(?=[)\]}]))[)\]}]?\s?"
_DOT = rf"(?:\.|{_SAID_DOT})"

# (sign, pattern, mark). Every match of the pattern holds the sign somewhere, which is looked for first: far faster.
# It is one of some letters, in lower case, or where a pattern has none, a form. Figures of scores ("0.97") are no sign.
_MARK: tuple[tuple[str | tuple[str, ...], str, Mark], ...] = (
    *TOKENS,
    *PASSWORDS,
    # people: Slack's mentions, mail addresses (RFC 5322, 3.4.1; also as "max%firma.de", as "max (at) firma.de")
    (("<@",), r"<@[UW][A-Z0-9]{2,20}(?:\|[^>]{0,200})?>", "<person>"),
    (("@",), r'"[^"\s@]{1,64}(?: [^"\s@]{1,64})?"@[\w.-]{1,253}', "<address>"),
    (
        r"[\s([{][AaÄä][Tt][\s)\]}]",
        rf"(?i)[\w.+=-]{{1,64}}\s?[(\[{{]\s?(?:at|ät)\s?[)\]}}]\s?[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,8}}"
        rf"|[\w.+=-]{{1,64}}\s(?:at|ät)\s[\w-]{{1,63}}(?:{_SAID_DOT}[\w-]{{1,63}}){{1,8}}",
        "<address>",
    ),
    (
        ("\\@", "=40", "_at_"),
        r"[\w.+-]{1,63}[A-Za-z0-9](?:\\@|=40|_[Aa][Tt]_)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}",
        "<address>",
    ),
    (("%",), r"[\w.+=-]{1,64}%[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", "<address>"),
    (("@",), r"[\w.+=~&*-][\w.+=~&'*-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}", "<address>"),
    (("@",), r"[\w.+=~-]{1,64}\s{0,2}@\s{0,2}[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", "<address>"),
    # networks
    (r"\.\d{1,3}\.\d", r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)", "<ip>"),
    (
        ("[.", "(."),
        r"(?<![\d.])\d{1,3}(?:(?:\.|\[\.\]|\(\.\))\d{1,3}){3}(?!\.?\d)",
        "<ip>",
    ),  # as security people write it
    (  # within the name that a provider gives to a connection: "203-0-113-77.dip.example", "p54A1B2C3.dip0.example"
        r"[-.](?:[\dA-Fa-f]{1,3}-|dip)",
        r"\b\d{1,3}(?:-\d{1,3}){3}(?=\.[a-z])|\bp[0-9A-Fa-f]{8}(?=\.dip)|\b(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}\b",
        "<ip>",
    ),
    (
        r":[0-9A-Fa-f]{1,4}:",
        r"(?:(?<![0-9A-Fa-f:])|(?<=IPv6:))(?:[0-9A-Fa-f]{1,4}:){3,7}[0-9A-Fa-f]{1,4}(?![0-9A-Fa-f:])",
        "<ip>",
    ),
    # accounts (ISO 13616) and cards, telephone numbers (E.164; DIN 5008; 555-123-4567), any other long number
    (r"[A-Z]{2}\d\d", r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?\b", "<account>"),
    (r"\d{4}", r"(?i)\b[a-z]{2}\d{2}[ .-]?[a-z0-9]{4}(?:[ .-]?\d{4}){2,6}(?:[ .-]?\d{1,3})?\b", "<account>"),
    (r"\d{4}", r"(?<!\d)(?:(?:\d{4}[ -]){3}\d{1,7}|\d{4}[ -]\d{6}[ -]\d{5})(?!\d)", "<account>"),
    (
        r"[+0][1-9](?:[ ./⁄∕()-]{0,3}\d){5}",
        r"(?<![\d.:,#])(?!\d\d?\.\d\d?\.\d{2,4}\b)(?:\+|\(00?|00?)[1-9](?:[ ./⁄∕()-]{0,3}\d){5,16}(?!\d)",
        "<number>",
    ),
    (r"\d{4}", r"(?<!\d)\(?\d{3}\)?[ .-]?\d{3}[.-]\d{4}(?!\d)", "<number>"),
    (  # that its name tells
        ("tel", "rufn", "handy", "mobil", "fax", "phone"),
        r"(?i)\b((?:tel(?:efon)?(?:nummer)?|rufnummer|handy(?:nummer)?|mobil(?:nummer|funk)?|fax|phone|mobile)\.?(?:\s?:|\s(?:ist|is))?\s{0,2})"
        r"(?!<)\d(?:[ ./()-]{0,3}\d){4,16}(?!\d)",
        r"\1<number>",
    ),
    (r"\d{4}", r"(?<![\w.])\d{9,40}(?![\w.])", "<number>"),
    (  # what is short for networks, last: it may end in an <ip>
        ("::",),
        r"(?:(?<![\w:])|(?<=IPv6:))[0-9A-Fa-f:]{0,35}::[0-9A-Fa-f:]{0,35}(?:<ip>|(?:\.\d{1,3}){3})?(?:%\w{1,15})?",
        _if_address,
    ),
)
Sign = tuple[str, ...] | re.Pattern[str]
Rule = tuple[Sign, re.Pattern[str], Mark]


def _rules(marks: Iterable[tuple[str | tuple[str, ...], str, Mark]]) -> Iterable[Rule]:
    forms: dict[str, Sign] = {}  # one of each: a form that is missing is searched once
    for sign, pattern, mark in marks:
        yield forms.setdefault(sign, lazy_regex(sign)) if isinstance(sign, str) else sign, lazy_regex(pattern), mark


_RULES = tuple(_rules(_MARK))


MARKS = ("token", "secret", "person", "address", "ip", "account", "number")  # that stand for what was taken out


def word_marks(text: str, label: Callable[[str], str]) -> str:
    """Redacted text for people: "<address>" → "[E-Mail-Adresse]". `label`: words for "redacted_<mark>"."""
    for mark in MARKS if "<" in text else ():
        text = text.replace(f"<{mark}>", label(f"redacted_{mark}"))
    return text


@lru_cache(CACHED_MESSAGES)  # a question is redacted as it was asked, as it was understood, and for its row
def redact(text: str) -> str:
    """Text with a mark for each piece of personal data: "<address>", "<token>", "<ip>" …; idempotent."""
    return _redact(text, _RULES)


def redact_secrets(text: str) -> str:
    """Text with a mark for each password and token; addresses, names and numbers stay."""
    return _redact(text, _RULES[: len(TOKENS) + len(PASSWORDS)])


def _redact(text: str, rules: Sequence[Rule]) -> str:
    folded = lower_case(text)
    missing = set[int]()  # ids of signs, as letters take long to compare; no mark brings one in
    for sign, pattern, mark in rules:
        if id(sign) in missing:
            continue
        if has_sign(text, folded, sign):
            text = pattern.sub(mark, text)
        else:
            missing.add(id(sign))
    return text


def has_sign(text: str, folded: str, sign: Sign) -> bool:
    """True if a text, or what it was before some of it was marked, has a rule's sign. `folded`: by `lower_case`."""
    if isinstance(sign, tuple):
        return any(map(folded.__contains__, sign))
    return bool(sign.search(text))
