"""Redaction of personal data and secrets in text: addresses, mentions, tokens, passwords, accounts, telephone numbers.

Data without a form of its own stays: names of people, streets, a domain that is somebody's name, a password that
stands alone.
"""

import ipaddress
import re
from collections.abc import Callable

from bot.core.lazy_regex import lazy_regex


def _if_address(found: re.Match[str]) -> str:
    """Mark for an IPv6 address with "::" for zeros (RFC 4291, 2.2); what only looks like one (C++) stays."""
    try:
        ipaddress.IPv6Address(found[0].replace("<ip>", "192.0.2.1").rstrip(":") if found[0] != "::" else "x")
    except ValueError:
        return found[0]
    return "<ip>"


_MARKUP = r"[*_`~]{0,3}"  # Slack's, around a word
_AFTER = r"(?:\"[^\"\n]{1,200}\"|„[^“”\n]{1,200}[“”]|\S{1,200})"
_CREDENTIAL = r"(?i:pass(?:wor[dt]|wd|phrase|code)?|kennwort|pwd?|secret)"
_NAMES_ONE = r"[PpKkSs](?i:ass|ennwort|w|ecret)"  # the letters first, which is five times as fast
_SAID_DOT = r"\s?[(\[{]?(?:\s|(?<=[(\[{]))(?:punkt|dot)(?:\s|(?=[)\]}]))[)\]}]?\s?"
_DOT = rf"(?:\.|{_SAID_DOT})"
_FOR = r"(?:\s(?:für|fuer|for|von|of|zu|to)(?:\s[^\s?!:]{0,63}[^\s?!:.,]){1,2})?"  # "my password for the mailbox is"
# What a password is, and no password: "Passwort ist Falsch"
_STATES = (
    "falsch|richtig|korrekt|nicht|abgelaufen|gesperrt|ungültig|gültig|bekannt|unbekannt|leer|weg|neu|alt|pflicht|nötig"
    "|wrong|right|correct|not|expired|locked|invalid|valid|known|unknown|empty|gone|new|old|required|incorrect|case"
    "|password"
)
_PRODUCTS = "office|outlook|exchange|windows|win|imap|pop|smtp|android|ios|iphone|ipad|thunderbird|tls|ssl|port"

# (sign, pattern, mark). Every match of the pattern holds the sign somewhere, which is searched first: far faster
_MARK: tuple[tuple[str, str, str | Callable[[re.Match[str]], str]], ...] = (
    # tokens: Slack's (docs.slack.dev/authentication/tokens), JWT (RFC 7519), GitHub's, AWS's, PEM (RFC 7468)
    (r"x(?:ox|app)", r"\bx(?:ox[a-z]|app)[-.][A-Za-z0-9.-]{5,300}", "<token>"),
    (r"https:", r"https://hooks\.slack(?:-gov)?\.com/[^\s>|]{1,300}", "<token>"),
    (r"eyJ", r"\beyJ[\w-]{8,4000}\.[\w-]{2,4000}(?:\.[\w-]{0,4000})?", "<token>"),
    (r"_|AKIA", r"\b(?:gh[opsu]_|github_pat_)\w{20,255}|\bAKIA[A-Z0-9]{16}\b", "<token>"),
    (
        r"-----BEGIN",
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?",
        "<token>",
    ),
    ("", r"(?i)\b(bearer|basic|auth (?:plain|login|cram-md5|xoauth2))(\s{1,3})[\w+/=.~-]{6,4000}", r"\1\2<token>"),
    (  # of services: Stripe's and OpenAI's, GitLab's, npm's, SendGrid's, Google's
        r"[sr]k[-_]|glpat-|npm_|SG\.|AIza",
        r"\b(?:[sr]k[-_][\w-]{16,300}|glpat-[\w-]{16,100}|npm_\w{20,100}|SG\.[\w-]{10,100}\.[\w-]{10,100}|AIza[\w-]{30,60})",
        "<token>",
    ),
    (
        r"[TtAaCc](?i:oken|pi|ccess|uth|lient)",
        r"(?i)\b((?:api|access|auth|client)[ _-]?(?:key|token|secret|schlüssel)|token)"
        rf"({_MARKUP}\s{{0,3}}[:=]\s{{0,3}}{_MARKUP}\s?){_AFTER}",
        r"\1\2<token>",
    ),
    # passwords: after a colon whatever comes; after "is" and "ist" what is not an everyday word; else only what mixes
    # letters and figures, and is no product's name
    (
        _NAMES_ONE,
        rf"(?i)\b({_CREDENTIAL})({_FOR}{_MARKUP}(?:\s{{0,3}}[:=]|\s(?:lautet|is:|ist:)){_MARKUP}\s{{0,3}}{_MARKUP}){_AFTER}",
        r"\1\2<secret>",
    ),
    (
        _NAMES_ONE,
        rf"\b((?i:{_CREDENTIAL}))({_FOR}\s(?i:is|ist|war|was)\s{{1,3}}{_MARKUP})(?!<)"
        r"(?:[\"'„“][^\"'“”\n]{1,200}[\"'“”]|(?=\S{0,100}(?:\d|[^\W\d_][!$%&/\\?#*+~^=_@-]+\w|[a-zäöüß][A-ZÄÖÜ]))\S{4,200}"
        rf"|(?!(?i:{_STATES})\b)[A-ZÄÖÜ][\wäöüß]{{3,200}})",
        r"\1\2<secret>",
    ),
    (
        _NAMES_ONE,
        rf"(?i)\b({_CREDENTIAL})(\s{{1,3}}{_MARKUP})(?!<|(?:{_PRODUCTS})\d)(?=[^\W_]{{0,100}}(?:\d[^\W\d_]|[^\W\d_]\d))[^\s.:,]{{6,200}}",
        r"\1\2<secret>",
    ),
    (r"://", r"(?<=://)[^\s:/@]{1,200}:[^\s/@]{1,200}(?=@)", "<secret>"),  # RFC 3986, 3.2.1
    # people: Slack's mentions, mail addresses (RFC 5322, 3.4.1; also as "max%firma.de", as "max (at) firma.de")
    (r"<@", r"<@[UW][A-Z0-9]{2,20}(?:\|[^>]{0,200})?>", "<person>"),
    (r"@", r'"[^"\s@]{1,64}(?: [^"\s@]{1,64})?"@[\w.-]{1,253}', "<address>"),
    (
        r"(?i)[\s([{](?:at|ät)[\s)\]}]",
        rf"(?i)[\w.+=-]{{1,64}}\s?[(\[{{]\s?(?:at|ät)\s?[)\]}}]\s?[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,8}}"
        rf"|[\w.+=-]{{1,64}}\s(?:at|ät)\s[\w-]{{1,63}}(?:{_SAID_DOT}[\w-]{{1,63}}){{1,8}}",
        "<address>",
    ),
    (r"%", r"[\w.+=-]{1,64}%[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", "<address>"),
    (r"@", r"[\w.+=~&*-][\w.+=~&'*-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}", "<address>"),
    (r"@", r"[\w.+=~-]{1,64}\s{0,2}@\s{0,2}[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", "<address>"),
    # networks
    (r"\.\d{1,3}\.\d", r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)", "<ip>"),
    (
        r":[0-9A-Fa-f]{1,4}:",
        r"(?:(?<![0-9A-Fa-f:])|(?<=IPv6:))(?:[0-9A-Fa-f]{1,4}:){3,7}[0-9A-Fa-f]{1,4}(?![0-9A-Fa-f:])",
        "<ip>",
    ),
    # accounts (ISO 13616) and cards, telephone numbers (E.164; DIN 5008; 555-123-4567), any other long number
    (r"[A-Z]{2}\d", r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?\b", "<account>"),
    (r"\d{3}", r"(?i)\b[a-z]{2}\d{2}[ -]?[a-z0-9]{4}(?:[ -]?\d{4}){2,6}(?:[ -]?\d{1,3})?\b", "<account>"),
    (r"\d{3}", r"(?<!\d)(?:\d{4}[ -]){3}\d{1,7}(?!\d)", "<account>"),
    (
        r"[+0][1-9]",
        r"(?<![\d.:,#])(?!\d\d?\.\d\d?\.\d{2,4}\b)(?:\+|\(00?|00?)[1-9](?:[ ./()-]{0,3}\d){5,16}(?!\d)",
        "<number>",
    ),
    (r"\d{3}", r"(?<!\d)\(?\d{3}\)?[ .-]?\d{3}[.-]\d{4}(?!\d)", "<number>"),
    (r"\d{3}", r"(?<![\w.])\d{9,40}(?![\w.])", "<number>"),
    (  # what is short for networks, last: it may end in an <ip>
        r"::",
        r"(?:(?<![\w:])|(?<=IPv6:))[0-9A-Fa-f:]{0,35}::[0-9A-Fa-f:]{0,35}(?:<ip>|(?:\.\d{1,3}){3})?(?:%\w{1,15})?",
        _if_address,
    ),
)
_RULES = tuple((lazy_regex(sign), lazy_regex(pattern), mark) for sign, pattern, mark in _MARK)


MARKS = ("token", "secret", "person", "address", "ip", "account", "number")  # that stand for what was taken out


def word_marks(text: str, label: Callable[[str], str]) -> str:
    """Redacted text for people: "<address>" → "[E-Mail-Adresse]". `label`: words for "redacted_<mark>"."""
    for mark in MARKS if "<" in text else ():
        text = text.replace(f"<{mark}>", label(f"redacted_{mark}"))
    return text


def redact(text: str) -> str:
    """Text with a mark for each piece of personal data: "<address>", "<token>", "<ip>" …; idempotent."""
    missing = set()  # signs; no mark brings one in
    for sign, pattern, mark in _RULES:
        if sign in missing:
            continue
        if sign.search(text):
            text = pattern.sub(mark, text)
        else:
            missing.add(sign)
    return text
