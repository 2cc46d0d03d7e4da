"""Mail addresses and domain names in what people type.

Syntax after RFC 5321 section 4.1.2 (dot-string local parts; quoted ones are legal and nobody's) and RFC 1035 section
2.3.4 (labels of at most 63 octets, names of at most 253); international names after UTS 46.
"""

import ipaddress
import re
from collections.abc import Collection
from functools import partial

import idna
from rapidfuzz.distance import OSA

from bot.core.lazy_regex import lazy_regex
from bot.core.model import UserError
from bot.core.text.excerpt import shorten
from bot.core.text.idna_names import to_ascii, to_unicode

LONGEST_LOCAL = 64
LONGEST_SHOWN = 100  # characters of a refused input that are repeated to the person
_shown = partial(shorten, longest=LONGEST_SHOWN)

# fmt: off
# Never asked in the public DNS: example, invalid, localhost, test (RFC 2606, RFC 6761), local (RFC 6762), onion (RFC
# 7686), arpa (home.arpa: RFC 8375), alt (RFC 9476), internal (ICANN 2024), corp, home and mail (ICANN 2018), and what
# private networks use besides (RFC 6762 appendix G).
RESERVED = frozenset({
    "alt", "arpa", "corp", "example", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain",
    "localhost", "mail", "onion", "private", "test",
})
FREEMAIL = frozenset({
    "aol.com", "arcor.de", "bluewin.ch", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net",
    "googlemail.com", "hotmail.com", "hotmail.de", "icloud.com", "live.com", "live.de", "mail.com", "mailbox.org",
    "me.com", "outlook.com", "outlook.de", "posteo.de", "proton.me", "protonmail.com", "t-online.de", "web.de",
    "yahoo.com", "yahoo.de",
})
# Endings that make a bare word a domain. A list, because "mehr.Bitte" and "config.php" are none and a wrong
# smtp.<domain> costs more than a missing one; .es, .in, .is, .it, .me, .no, .so, .us are words after a forgotten blank.
_ENDINGS = frozenset({
    "at", "au", "be", "ca", "cc", "ch", "co", "cz", "de", "dk", "eu", "fi", "fr", "gr", "hu", "ie", "io", "li", "lu",
    "nl", "nz", "pl", "pt", "ro", "se", "si", "sk", "tv", "uk",
    "app", "berlin", "biz", "cloud", "com", "dev", "edu", "email", "example", "gmbh", "gov", "hamburg", "info", "koeln",
    "net", "online", "org", "shop", "site", "store", "swiss", "tirol", "wien",
})
# fmt: on
# A label that names a service, not the person's domain: smtp.firma.de and mx2.firma.de are firma.de's
_SERVICE = lazy_regex(r"(?:smtps?|pop3?s?|imap4?s?|mail|mx|www|webmail|autodiscover|autoconfig|ns|ssl|ftp)-?\d{0,3}")

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]"
_LOCAL = lazy_regex(rf"{_ATEXT}{{1,64}}(?:\.{_ATEXT}{{1,64}})*")
_SLACK_ESCAPES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}  # docs.slack.dev/messaging/formatting-message-text
_MAILTO = lazy_regex(r"<?(?:mailto:)([^|<>\s]*)(?:\|[^<>]*)?>?", re.IGNORECASE)
_SLACK_LINK = lazy_regex(r"<(?:https?://)?[^|<>\s]*\|([^<>|]+)>|<((?:https?://)[^|<>\s]+)>", re.IGNORECASE)
_NAMED = lazy_regex(r"[^<>@]*<([^<>\s]+)>")  # Max Muster <max@firma.de> (RFC 5322 section 3.4)
_INVISIBLE = lazy_regex("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")  # come along with a paste
# What people put beside the one domain that a command wants
_COURTESY = lazy_regex(
    r"(?:bitte|please|pls|plz|danke|thanks|mal|von|für|for|of|the|die|der|domain|domäne|server)[,:]?", re.IGNORECASE
)
_SEPARATOR = lazy_regex(r"[\s,;]")
_ADDRESS_IN_TEXT = lazy_regex(
    r"(?<![\w.+%@-])([\w!#$&'*+/=?^{|}~-][\w.!#$&'*+/=?^{|}~%-]{0,63})@((?:[\w-]{1,63}\.)+[^\W\d_][\w-]{1,62})(?![\w@-])"
)
_DOMAIN_IN_TEXT = lazy_regex(r"(?<![\w.@%/-])((?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24})(?![\w@-]|\.\w)")


def parse_address(text: str) -> str:
    """Mail address that `text` is: local part as typed, domain in lower case.

    Raises UserError with one of the problems no-address, two-addresses, two-ats, no-at, no-local, bad-local, space, and
    those of parse_domain.
    """
    plain = _unwrapped(text)
    if not plain:
        raise UserError("no-address")
    if "@" not in plain:
        raise UserError("no-at", given=_shown(plain))
    if plain.count("@") > 1:
        raise UserError("two-addresses" if _SEPARATOR.search(plain) else "two-ats", given=_shown(plain))
    local, domain = plain.split("@")
    if not local:
        raise UserError("no-local", given=_shown(plain))
    if re.search(r"\s", plain):
        raise UserError("space", given=_shown(plain))
    if not _LOCAL.fullmatch(local) or len(local) > LONGEST_LOCAL or not local.isprintable():
        raise UserError("bad-local", given=_shown(plain), reason=_why_bad(local))
    return f"{local}@{parse_domain(domain)}"


def _why_bad(local: str) -> str:
    """Reason for which a local part is none: length, dot or character."""
    if len(local) > LONGEST_LOCAL:
        return "length"
    return "dot" if re.search(r"^\.|\.\.|\.$", local) else "character"


def parse_domain(text: str) -> str:
    """Domain name in a name, URL or mail address: lower case, international names as typed but normalised.

    Raises UserError with one of the problems no-domain, ip-address, single-label, underscore, bad-domain, two-domains.
    """
    authority = _authority(_unwrapped(_without_courtesy(text)))
    if _SEPARATOR.search(authority):
        raise UserError("two-domains", given=_shown(authority))
    host = _host(authority)
    if not host:
        raise UserError("no-domain")
    if _is_ip(host):
        raise UserError("ip-address", given=_shown(host))
    if "." not in host:
        raise UserError("single-label", given=_shown(host))
    try:
        return to_unicode(to_ascii(host))
    except (idna.IDNAError, UnicodeError) as wrong:
        raise UserError("underscore" if "_" in host else "bad-domain", given=_shown(host)) from wrong


def is_reserved(domain: str) -> bool:
    """True for a name that no public name server may be asked for; its top-level label is in RESERVED."""
    return domain.rsplit(".", 1)[-1].lower() in RESERVED


def to_login(address: str, form: str) -> str:
    """User name for a mail address; empty for an empty address or form.

    `form`: "{local}%{domain}" makes webmaster%example.com of webmaster@example.com, "{email}" the address itself.
    """
    local, _, domain = address.rpartition("@")
    parts = {"{email}": address, "{local}": local, "{domain}": domain}
    return re.sub(r"\{(?:email|local|domain)\}", lambda part: parts[part[0]], form) if address else ""


def find_address(text: str) -> str:
    """First mail address in a message, its domain in lower case; empty if there is none that is valid."""
    for found in _ADDRESS_IN_TEXT.finditer(text) if "@" in text else ():
        try:
            return parse_address(found.group())
        except UserError:
            continue
    return ""


def find_domain(text: str, own: Collection[str]) -> str:
    """Domain that is the person's own: of the address in the message, else the first domain named; empty for none.

    `own`: the hoster's host names, which are nobody's own domain; nor are freemail providers, file names, links
    and reserved names (but .example, which people use as a placeholder). A service's host counts as its domain.
    """
    if "." not in text:
        return ""
    named = (found.group(1).lower() for found in _DOMAIN_IN_TEXT.finditer(text))
    hosts = [find_address(text).partition("@")[2], *(host for host in named if host.rsplit(".", 1)[-1] in _ENDINGS)]
    return next((domain for domain in map(_without_service, hosts) if domain and _may_be_own(domain, own)), "")


def near_miss(domain: str) -> str:
    """Well-known mail domain that differs by one slip (two in a long name): "did you mean"; empty if none does."""
    slips = 2 if len(domain) >= 9 else 1
    near = sorted((OSA.distance(domain, known), known) for known in FREEMAIL if known != domain)
    return near[0][1] if near and near[0][0] <= slips and domain not in FREEMAIL else ""


def _may_be_own(domain: str, own: Collection[str]) -> bool:
    hosters = {parent if "." in (parent := name.partition(".")[2]) else name for name in own}
    if domain in FREEMAIL or any(domain == hoster or domain.endswith(f".{hoster}") for hoster in hosters):
        return False
    if is_reserved(domain) and not domain.endswith(".example"):
        return False
    try:
        return bool(parse_domain(domain))
    except UserError:
        return False


def _without_service(host: str) -> str:
    first, _, rest = host.partition(".")
    return _without_service(rest) if "." in rest and _SERVICE.fullmatch(first) else host


def _without_courtesy(text: str) -> str:
    """One word that is no courtesy, of several; the whole text where there is none, or more than one."""
    words = text.split()
    named = [word for word in words if not _COURTESY.fullmatch(word)]
    return named[0] if len(named) == 1 and len(words) > 1 else text


def _unwrapped(text: str) -> str:
    """Text without what Slack, mail clients and people put around an address."""
    for escaped, plain in _SLACK_ESCAPES.items():
        text = text.replace(escaped, plain)
    text = _INVISIBLE.sub("", text).strip()
    text = _SLACK_LINK.sub(lambda m: m.group(1) or m.group(2), _MAILTO.sub(r"\1", text))
    if named := _NAMED.fullmatch(text):
        text = named.group(1)
    while (bare := text.strip().strip("<>\"'`„“”‚‘’«»‹›()").strip().rstrip(".,;:!?…").rstrip()) != text:
        text = bare
    return text[1:-1] if re.fullmatch(r"\[.*\]|([*_~]).*\1", text, re.DOTALL) and len(text) > 1 else text


def _authority(text: str) -> str:
    """Authority of a URL: between its scheme and its path (RFC 3986 section 3.2)."""
    text = re.sub(r"^(?:[a-z][a-z0-9+.-]*:)?//", "", text, flags=re.IGNORECASE)
    return re.split(r"[/?#]", text, maxsplit=1)[0]


def _host(authority: str) -> str:
    """Host of an authority: without user, port and brackets; with plain dots (others: RFC 3490 section 3.1)."""
    text = re.sub(r"[。．｡]", ".", authority.rsplit("@", 1)[-1])
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    text = re.sub(r"^ipv6:", "", text, flags=re.IGNORECASE)  # address literals, RFC 5321 section 4.1.3
    if text.count(":") == 1:
        text = text.partition(":")[0]
    return text.strip().rstrip(".")


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return bool(re.fullmatch(r"\d+(\.\d+)*", text))
    return True
