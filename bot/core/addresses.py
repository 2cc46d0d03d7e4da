"""Mail addresses and domain names in what people type.

Syntax after RFC 5321 section 4.1.2 (dot-string local parts; quoted ones are legal and nobody's) and RFC 1035 section
2.3.4 (labels of at most 63 octets, names of at most 253); international names after UTS 46.
"""

import ipaddress
import re
from collections.abc import Collection

import idna
from rapidfuzz.distance import OSA

from bot.core.model import UserError

LONGEST_NAME = 253
LONGEST_LOCAL = 64

# RFC 2606, RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476 and ICANN's .internal (2024): never asked in the public DNS
RESERVED = frozenset(
    {
        "test",
        "example",
        "invalid",
        "localhost",
        "local",
        "arpa",
        "onion",
        "internal",
        "alt",
        "home",
        "corp",
        "mail",
        "lan",
        "localdomain",
    }
)
FREEMAIL = frozenset(
    [
        "aol.com",
        "gmail.com",
        "googlemail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.de",
        "gmx.net",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.com",
        "me.com",
        "outlook.com",
        "outlook.de",
        "posteo.de",
        "proton.me",
        "protonmail.com",
        "t-online.de",
        "web.de",
        "yahoo.com",
        "yahoo.de",
        "bluewin.ch",
        "freenet.de",
    ]
)
# A label that names a service, not the person's domain: smtp.firma.de is firma.de's
SERVICES = frozenset(
    {"smtp", "pop", "pop3", "imap", "mail", "www", "webmail", "mx", "mx1", "mx2", "autodiscover", "ns0", "ssl0"}
)

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]"
_LOCAL = re.compile(rf"{_ATEXT}{{1,64}}(?:\.{_ATEXT}{{1,64}})*")
_MAILTO = re.compile(r"<?(?:mailto:)([^|<>\s]*)(?:\|[^<>]*)?>?", re.IGNORECASE)
_SLACK_LINK = re.compile(r"<(?:https?://)?[^|<>\s]*\|([^<>|]+)>|<((?:https?://)[^|<>\s]+)>", re.IGNORECASE)
_ADDRESS_IN_TEXT = re.compile(
    r"(?<![\w.+%@-])([\w!#$&'*+/=?^{|}~-][\w.!#$&'*+/=?^{|}~%-]{0,63})@((?:[\w-]{1,63}\.)+[^\W\d_][\w-]{1,62})(?![\w@-])"
)
_DOMAIN_IN_TEXT = re.compile(r"(?<![\w.@%/-])((?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24})(?![\w@-]|\.\w)")
_FILE_ENDINGS = frozenset(
    [
        "pdf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "zip",
        "txt",
        "php",
        "py",
        "js",
        "html",
        "htm",
        "jpg",
        "png",
        "eml",
        "msg",
        "ini",
        "conf",
        "cfg",
        "log",
        "net",
        "exe",
        "csv",
    ]
) - {"net"}


def parse_address(text: str) -> str:
    """The one mail address that `text` is: local part as typed, domain in lower case.

    Raises UserError with one of the problems no-address, two-addresses, no-at, no-local, bad-local, space, and those
    of parse_domain.
    """
    plain = _bare(text)
    if not plain:
        raise UserError("no-address")
    if "@" not in plain:
        raise UserError("no-at", given=plain)
    if plain.count("@") > 1:
        raise UserError("two-addresses" if re.search(r"[\s,;]", plain) else "two-ats", given=plain)
    local, domain = plain.split("@")
    if not local:
        raise UserError("no-local", given=plain)
    if re.search(r"\s", plain):
        raise UserError("space", given=plain)
    if not _LOCAL.fullmatch(local) or len(local) > LONGEST_LOCAL:
        raise UserError("bad-local", given=plain, local=local)
    return f"{local}@{parse_domain(domain)}"


def parse_domain(text: str) -> str:
    """The domain name in a name, URL or mail address: lower case, international names as typed but normalised.

    Raises UserError with one of the problems no-domain, ip-address, single-label, bad-domain, two-domains.
    """
    plain = _bare(text)
    host = _host(plain)
    if not host:
        raise UserError("no-domain")
    if _is_ip(host):
        raise UserError("ip-address", given=host)
    if re.search(r"[\s,;]", host):
        raise UserError("two-domains", given=host)
    if "." not in host:
        raise UserError("single-label", given=host)
    try:
        return idna.decode(to_ascii(host))
    except (idna.IDNAError, UnicodeError) as wrong:
        raise UserError("bad-domain", given=host) from wrong


def to_ascii(domain: str) -> str:
    """The name as it is asked in the DNS (A-labels). Raises idna.IDNAError where it is none."""
    ascii_name = idna.encode(domain, uts46=True, std3_rules=True, transitional=False).decode("ascii").lower()
    if len(ascii_name) > LONGEST_NAME:
        raise idna.IDNAError("longer than 253 octets")
    return ascii_name


def is_reserved(domain: str) -> bool:
    """Is this a name that no public name server may be asked for?"""
    return domain.rsplit(".", 1)[-1].lower() in RESERVED


def to_login(address: str, separator: str) -> str:
    """The user name for a mail address: webmaster@example.com → webmaster%example.com (FAQ: POP3, Prinzip)."""
    return address.replace("@", separator, 1)


def find_address(text: str) -> str:
    """The first mail address in a message, its domain in lower case; empty if there is none that is valid."""
    for found in _ADDRESS_IN_TEXT.finditer(text):
        try:
            return parse_address(found.group())
        except UserError:
            continue
    return ""


def find_domain(text: str, own: Collection[str]) -> str:
    """The person's own domain in a message: their address's, else the first domain named; empty if there is none.

    `own`: the hoster's host names, which are nobody's own domain; nor are freemail providers, file names and
    reserved names.
    """
    hosts = [find_address(text).partition("@")[2]] + [m.group(1) for m in _DOMAIN_IN_TEXT.finditer(text)]
    for host in hosts:
        domain = _without_service(host.lower())
        if host and _may_be_own(domain, own):
            return domain
    return ""


def near_miss(domain: str) -> str:
    """The well-known mail domain that differs by one slip (two in a long name); empty if none does."""
    slips = 2 if len(domain) >= 9 else 1
    near = sorted((OSA.distance(domain, known), known) for known in FREEMAIL if known != domain)
    return near[0][1] if near and near[0][0] <= slips and domain not in FREEMAIL else ""


def _may_be_own(domain: str, own: Collection[str]) -> bool:
    hosters = {name.split(".", 1)[-1] for name in own}
    ending = domain.rsplit(".", 1)[-1]
    if "." not in domain or ending in _FILE_ENDINGS or domain in FREEMAIL:
        return False
    if (
        domain in hosters
        or any(domain.endswith(f".{h}") for h in hosters)
        or (is_reserved(domain) and ending != "example")
    ):
        return False
    try:
        return bool(parse_domain(domain))
    except UserError:
        return False


def _without_service(host: str) -> str:
    first, _, rest = host.partition(".")
    return rest if first in SERVICES and "." in rest else host


def _bare(text: str) -> str:
    """Without what Slack, mail clients and people put around an address."""
    text = _SLACK_LINK.sub(lambda m: m.group(1) or m.group(2), _MAILTO.sub(r"\1", text.strip()))
    text = text.strip().strip("<>\"'`„“”‚‘’()[]").strip()
    return text.rstrip(".,;:!?").strip()


def _host(text: str) -> str:
    text = re.sub(r"^[a-z][a-z0-9+.-]*://", "", text, flags=re.IGNORECASE)
    text = text.rsplit("@", 1)[-1]
    if text.startswith("["):
        return text.partition("]")[0].lstrip("[").removeprefix("IPv6:")
    text = re.split(r"[/?#]", text, maxsplit=1)[0]
    if text.count(":") == 1:
        text = text.partition(":")[0]
    return text.strip().rstrip(".")


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return bool(re.fullmatch(r"\d+(\.\d+)*", text))
    return True
