"""What cannot be seen in a pasted address: a stray space, or a character without width.

Only inside <…> or quotes is a space part of what was given as the address (`MAIL FROM:<a@example.com >`); what has no
width is odd wherever it touches an address.
"""

import re
import unicodedata
from collections.abc import Iterator

from bot.core.model import DamagedAddress

MOST = 3  # addresses of one message that are shown
SPACE = "␣"  # U+2423, what a plain space is shown as

# General category Cf as far as it comes along with a paste (soft hyphen, zero-width space, joiners, marks of direction,
# word joiner, byte order mark) and the spaces that look like U+0020 or like nothing (Unicode 16, Zs)
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LETTER = r"[\w.!#$%&'*+/=?^{|}~-]"
_ENCLOSED = re.compile(  # one "@" between marks that belong together
    r"<([^<>@\n]{0,80}@[^<>@\n]{1,255})>|\"([^\"@\n]{0,80}@[^\"@\n]{1,255})\"|'([^'@\n]{0,80}@[^'@\n]{1,255})'"
)
_RUN = re.compile(rf"(?<!{_LETTER})(?:{_LETTER}|[{_UNSEEN}]){{1,80}}@(?:[\w.-]|[{_UNSEEN}]){{1,255}}")
_ADDRESS = re.compile(rf"{_LETTER}{{1,64}}@(?:[\w-]{{1,63}}\.){{1,8}}[^\W\d_][\w-]{{1,62}}")
_SPACE = re.compile(rf"[ \t{_SPACES}]")
_BETWEEN_WORDS = re.compile(rf"[^@. \t{_SPACES}][ \t{_SPACES}]{{1,9}}[^@. \t{_SPACES}]")
_ODD = re.compile(rf"[ \t{_UNSEEN}{_SPACES}]")


def damaged_addresses(pasted: str) -> tuple[DamagedAddress, ...]:
    """What is odd about the addresses in a message, at most three; mostly nothing.

    `pasted`: as the person gave it, without the channel's mark-up (bot/core/text/normalize.py's `strip_markup`).
    """
    found: dict[str, DamagedAddress] = {}
    for run in _runs(pasted):
        odd = _odd(run)
        if odd:
            found.setdefault(odd.address, odd)
    return tuple(found.values())[:MOST]


def _runs(text: str) -> Iterator[str]:
    """Stretches of the text that may be an address."""
    for enclosed in _ENCLOSED.finditer(text):
        run = next(group for group in enclosed.groups() if group is not None)
        if not _BETWEEN_WORDS.search(_SPACE.sub(" ", run).strip()):
            yield run
    for match in _RUN.finditer(text):
        yield match.group().rstrip(".")


def _odd(run: str) -> DamagedAddress | None:
    address = _ODD.sub("", run)
    places = [match.start() for match in _ODD.finditer(run)]
    if not places or not _ADDRESS.fullmatch(address):
        return None
    before, after = _ODD.sub("", run[: places[0]]), _ODD.sub("", run[places[0] :])
    return DamagedAddress(
        address=address,
        marked=_ODD.sub(_mark, run),
        characters=tuple(dict.fromkeys(_name(run[place]) for place in places)),
        position="start" if not before else "inside" if after else "end",
    )


def _mark(odd: re.Match[str]) -> str:
    return SPACE if odd.group() == " " else f"[U+{ord(odd.group()):04X}]"


def _name(character: str) -> str:
    name = unicodedata.name(character, "TAB" if character == "\t" else "")
    return name if character == " " else f"U+{ord(character):04X} {name}".strip()
