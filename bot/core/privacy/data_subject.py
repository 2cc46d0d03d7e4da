"""Data subject: a person about whom everything shall be erased; how they are named, and which text names them."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import idna

from bot.core.lazy_regex import lazy_regex
from bot.core.text.idna_names import to_ascii, to_unicode
from bot.core.text.normalize import INVISIBLE

_SLACK = lazy_regex(r"(?:(T[A-Z0-9]{2,20}):)?([UW][A-Z0-9]{2,20})")
_ADDRESS = lazy_regex(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,253}")
_WRITTEN = lazy_regex(r"(?:[^<>]{0,200}<)?(?:mailto:)?(?P<address>[^<>]{1,320})>?")  # 'Max <max@firma.de>', RFC 5322
GONE = "<person>"
_UMLAUTS = {"ä": "(?:ä|ae|a\u0308)", "ö": "(?:ö|oe|o\u0308)", "ü": "(?:ü|ue|u\u0308)", "ß": "(?:ß|ss)"}
# Between two words of an address, also as a decision has them, split by blanks; no mark that JSON needs
_BETWEEN = r"[ .+%@_/=~&*'|-]{1,3}"
_AT = rf"(?:%40|=40|&(?:#64|#x40|commat);|_at_|\\\\{{0,2}}@|[\s(\[{{]{{1,3}}(?:at|ät)[\s)\]}}]{{1,3}}|{_BETWEEN})"
_DOT = rf"(?:[\s(\[{{]{{1,3}}(?:dot|punkt)[\s)\]}}]{{1,3}}|{_BETWEEN})"
_LINE_BREAK = r"(?<=\\[nrt])"  # as JSON has it: its letter is none of the name's


@dataclass(frozen=True, slots=True)
class Person:
    """Person to erase: a Slack user or a mail address."""

    name: str  # "U0123ABCD", or "max@firma.de" in lower case
    team: str = ""  # "T0123ABCD": in this workspace only; empty: wherever the name stands

    @property
    def like(self) -> str:
        r"""Pattern for SQL's LIKE with the escape "\\", on lower-case text: finds at least all that name the person."""
        local, _, domain = self.name.lower().partition("@")
        told = self.name.lower() if len(_spellings(domain)) < 2 else local  # a domain in A-labels shares no letters
        return f"%{'%'.join(re.findall('[a-z]+|[0-9]+', told))}%"

    @property
    def addresses(self) -> tuple[str, ...]:
        """The address with each spelling of its domain; the id alone where the person is a Slack user."""
        local, at, domain = self.name.partition("@")
        return tuple(f"{local}@{spelling}" for spelling in _spellings(domain)) if at else (self.name,)

    def is_named_in(self, text: str) -> bool:
        """True if the text holds the whole name, in any spelling of an address that was ever stored.

        "max%firma.de" is what the bot says back as the user name, "max at firma punkt de" what people write, "max firma
        de" what a decision makes of it. A sub-address ("max+shop@firma.de", RFC 5233) names the person too, and text
        with invisible or wide characters.
        """
        pattern = self._pattern()
        return pattern.search(text) is not None or (not text.isascii() and pattern.search(_plain(text)) is not None)

    def redact(self, text: str) -> str:
        """Text with a mark (GONE) in place of the name."""
        pattern = self._pattern()
        marked = pattern.sub(GONE, text)
        return pattern.sub(GONE, _plain(marked)) if self.is_named_in(marked) else marked

    def owns(self, key: str) -> bool:
        """True if this id ("T0001:U0001", "U0001", an address) is the person's."""
        team, _, user = key.rpartition(":")
        return user.lower() == self.name.lower() and (not self.team or team == self.team)

    def is_in_workspace(self, values: Iterable[str]) -> bool:
        """True if a row with these values belongs to the person's workspace, or the person is one of any workspace."""
        return not self.team or any(v == self.team or v.startswith(f"{self.team}:") for v in values)

    def _pattern(self) -> re.Pattern[str]:
        if "@" not in self.name:
            return re.compile(rf"(?:(?<![A-Za-z0-9])|{_LINE_BREAK}){re.escape(self.name)}(?![A-Za-z0-9])")
        local, _, domain = unicodedata.normalize("NFC", self.name).partition("@")
        tag = "" if "+" in local else r"(?:\+[\w.+=-]{1,64})?"
        quote = r"(?:\\?\")?"  # as JSON has it
        spelt = "|".join(
            rf"{quote}{re.escape(local)}{tag}{quote}(?:%|{_AT}){re.escape(spelling)}"
            rf"|{_spelt(local, _BETWEEN)}{_AT}{_spelt(spelling, _DOT)}"
            for spelling in _spellings(domain)
        )
        return re.compile(rf"(?:(?<![\w.+%@-])|{_LINE_BREAK})(?:{spelt})(?![\w@-]|\.\w)", re.IGNORECASE)


def _spellings(domain: str) -> tuple[str, ...]:
    """Domain as it is written, in A-labels and in Unicode (RFC 5890): one, two or three that differ."""
    domain = unicodedata.normalize("NFC", domain).lower()
    try:
        ascii_name = to_ascii(domain)
    except (idna.IDNAError, UnicodeError):
        return (domain,)
    return tuple(dict.fromkeys((domain, ascii_name, to_unicode(ascii_name))))


def _plain(text: str) -> str:
    """Text without invisible characters, wide ones as usual; none that JSON needs comes in."""
    return unicodedata.normalize("NFKC", text.translate(INVISIBLE | {0xFF02: " ", 0xFF3C: " "}))


def _spelt(name: str, between: str) -> str:
    """Pattern of a half of an address: words and numbers, and `between` for what parts them; umlauts also folded."""
    spelt, apart = "", False
    for piece in re.findall(r"[\W_]+|[^\W\d_]+|\d+", name):
        if not piece.isalnum():
            apart = True
            continue
        parted = between if apart else f"(?:{between})?"  # a decision parts "max2" too
        spelt += (spelt and parted) + "".join(_UMLAUTS.get(c, re.escape(c)) for c in piece)
        apart = False
    return spelt or re.escape(name)


def to_person(text: str) -> Person:
    """Parser of `U…`, `T…:U…` or a mail address, as an operator writes it. Raises ValueError saying what to write."""
    text = text.strip()
    slack = _SLACK.fullmatch(text.removeprefix("<@").removesuffix(">"))
    if slack:
        return Person(slack[2], slack[1] or "")
    written = _WRITTEN.fullmatch(text)
    address = unicodedata.normalize("NFC", written["address"]).replace('"', "").strip().lower() if written else ""
    if "@" not in address and address.count("%") == 1:  # the user name, as the bot says it
        address = address.replace("%", "@")
    if _ADDRESS.fullmatch(address):
        return Person(address)
    raise ValueError(f"{text!r} names nobody; write U0123ABCD or T0123ABCD:U0123ABCD (Slack), or a mail address")
