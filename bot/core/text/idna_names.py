"""International domain names: as the DNS is asked (A-labels), and as people read them (U-labels).

IDNA 2008 (RFC 5891) with the mapping of UTS 46, and names that it does not permit and registries have given away.
"""

import unicodedata

import idna

from bot.core.lazy_regex import lazy_regex

LONGEST_NAME = 253
LONGEST_LABEL = 63
_LETTERS_DIGITS_HYPHENS = lazy_regex(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")  # RFC 1123 section 2.1
_EMOJI_PRESENTATION = "\ufe0f"  # asks for the coloured picture; no part of a name (UTS 51 section 2)
_EMOJI_PARTS = frozenset({_EMOJI_PRESENTATION, "\u200d", "-"})


def to_ascii(domain: str) -> str:
    """Domain name as it is asked in the DNS (A-labels). Raises idna.IDNAError where it is none.

    Names that IDNA 2008 does not permit and registries have given away all the same are taken: with a hyphen in the
    third and fourth place ("ab--cd.de"), and of emoji ("xn--ls8h.la").
    """
    if len(domain) > LONGEST_NAME:  # before any work: no A-label is shorter than what it encodes
        raise idna.IDNAError("longer than 253 characters")
    if _is_plain(domain):
        ascii_name = domain.lower()
    else:
        try:
            ascii_name = idna.encode(domain, uts46=True, std3_rules=True, transitional=False).decode("ascii").lower()
        except idna.IDNAError:
            ascii_name = ".".join(_label_to_ascii(label) for label in domain.split("."))
    if len(ascii_name) > LONGEST_NAME:
        raise idna.IDNAError("longer than 253 octets")
    if ascii_name.rsplit(".", 1)[-1].isdigit():
        raise idna.IDNAError("no top-level domain is a number (RFC 3696 section 2)")
    return ascii_name


def _is_plain(domain: str) -> bool:
    """True for a name, as nearly all are, of nothing but letters, digits and hyphens: it stays as it is."""
    return all(map(_LETTERS_DIGITS_HYPHENS.fullmatch, domain.split("."))) and "xn--" not in domain.lower()


def _label_to_ascii(label: str) -> str:
    """A-label of one label: letters, digits and hyphens as they are, emoji in Punycode. Raises idna.IDNAError."""
    if label.isascii() and not label.lower().startswith("xn--"):
        if not _LETTERS_DIGITS_HYPHENS.fullmatch(label):
            raise idna.IDNAError("no label of letters, digits and hyphens (RFC 1123 section 2.1)")
        return label.lower()
    shown = _decoded(label[4:]) if label.isascii() else label
    if not any(map(_is_emoji, shown)):
        return idna.encode(label, uts46=True, std3_rules=True, transitional=False).decode("ascii")
    if not all(map(_may_stand_beside_emoji, shown)):
        raise idna.IDNAError("no label of emoji, letters, digits and hyphens")
    encoded = f"xn--{shown.lower().replace(_EMOJI_PRESENTATION, '').encode('punycode').decode('ascii')}"
    if len(encoded) > LONGEST_LABEL:
        raise idna.IDNAError("longer than 63 octets")
    return encoded


def to_unicode(ascii_name: str) -> str:
    """Domain name as people read it (U-labels). Raises idna.IDNAError for a label that cannot be decoded."""
    if _is_plain(ascii_name):
        return ascii_name.lower()
    try:
        return idna.decode(ascii_name)
    except idna.IDNAError:
        return ".".join(_decoded(label[4:]) if label.startswith("xn--") else label for label in ascii_name.split("."))


def _decoded(punycode: str) -> str:
    try:
        return punycode.encode("ascii").decode("punycode")
    except UnicodeError as wrong:
        raise idna.IDNAError("no Punycode (RFC 3492)") from wrong


def _is_emoji(character: str) -> bool:
    return unicodedata.category(character) == "So"


def _may_stand_beside_emoji(character: str) -> bool:
    return (
        _is_emoji(character)
        or character in _EMOJI_PARTS
        or unicodedata.category(character) in ("Ll", "Lu", "Lo", "Nd", "Sk")  # Sk: skin tones
    )
