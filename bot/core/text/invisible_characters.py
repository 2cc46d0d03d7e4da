"""Invisible characters in pasted addresses: a stray space, or a character without width.

A space counts only inside <…> or quotes, where it is part of the address as given (`MAIL FROM:<a@example.com >`); a
character without width counts wherever it touches an address.
"""

import re
import unicodedata
from collections.abc import Iterator

from bot.core.lazy_regex import lazy_regex
from bot.core.model import DamagedAddress

MOST = 3  # damaged addresses of one message that are named
SPACE = "␣"  # U+2423, stands for a plain space

# General category Cf as far as it comes along with a paste (soft hyphen, zero-width space, joiners, marks of direction,
# word joiner, byte order mark) and the spaces that look like U+0020 or like nothing (Unicode 16, Zs)
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LETTER = r"[\w.!#$%&'*+/=?^{|}~-]"
_ENCLOSED = lazy_regex(  # one "@" between marks that belong together
    r"<([^<>@\n]{0,80}@[^<>@\n]{1,255})>|\"([^\"@\n]{0,80}@[^\"@\n]{1,255})\"|'([^'@\n]{0,80}@[^'@\n]{1,255})'"
)
_RUN = lazy_regex(rf"(?<!{_LETTER})(?:{_LETTER}|[{_UNSEEN}]){{1,80}}@(?:[\w.-]|[{_UNSEEN}]){{1,255}}")
_ADDRESS = lazy_regex(rf"{_LETTER}{{1,64}}@(?:[\w-]{{1,63}}\.){{1,8}}[^\W\d_][\w-]{{1,62}}")
_SPACE = lazy_regex(rf"[ \t{_SPACES}]")
_BETWEEN_WORDS = lazy_regex(rf"[^@. \t{_SPACES}][ \t{_SPACES}]{{1,9}}[^@. \t{_SPACES}]")
_STRAY = lazy_regex(rf"[ \t{_UNSEEN}{_SPACES}]")


def damaged_addresses(pasted: str) -> tuple[DamagedAddress, ...]:
    """Addresses of a message that hold a stray character, at most three; empty for most messages.

    `pasted`: as the person gave it, without the channel's mark-up (bot/core/text/normalize.py's `strip_markup`).
    """
    found: dict[str, DamagedAddress] = {}
    for run in _runs(pasted):
        damaged = _to_damaged(run)
        if damaged:
            found.setdefault(damaged.address, damaged)
    return tuple(found.values())[:MOST]


def _runs(text: str) -> Iterator[str]:
    """Stretches of the text that may be an address."""
    for enclosed in _ENCLOSED.finditer(text):
        run = next(group for group in enclosed.groups() if group is not None)
        if not _BETWEEN_WORDS.search(_SPACE.sub(" ", run).strip()):
            yield run
    for match in _RUN.finditer(text):
        yield match.group().rstrip(".")


def _to_damaged(run: str) -> DamagedAddress | None:
    address = _STRAY.sub("", run)
    positions = [match.start() for match in _STRAY.finditer(run)]
    if not positions or not _ADDRESS.fullmatch(address):
        return None
    before, after = _STRAY.sub("", run[: positions[0]]), _STRAY.sub("", run[positions[0] :])
    return DamagedAddress(
        address=address,
        marked=_STRAY.sub(_mark, run),
        characters=tuple(dict.fromkeys(_name(run[position]) for position in positions)),
        position="start" if not before else "inside" if after else "end",
    )


def _mark(stray: re.Match[str]) -> str:
    return SPACE if stray.group() == " " else f"[U+{ord(stray.group()):04X}]"


def _name(character: str) -> str:
    name = unicodedata.name(character, "TAB" if character == "\t" else "")
    return name if character == " " else f"U+{ord(character):04X} {name}".strip()
