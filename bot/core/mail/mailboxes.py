"""Parser of From, Reply-To, To and Cc: mailboxes (RFC 5322, 3.4) as mail programs really write them. Pure.

Programs leave out quotation marks: "kunde@firma.de <kunde@firma.de>", "Anna @ Firma <kunde@firma.de>", "Muster, Anna
<kunde@firma.de>". Python's parser takes such a name for a second address. What stands in angle brackets is the address
here, and what stands before it its name; an address without brackets counts where it is all that stands between commas.
"""

import re
from collections.abc import Iterator, Sequence

from bot.core.lazy_regex import lazy_regex

LONGEST = 20_000  # characters of a header that are read
_TOKEN = lazy_regex(  # a quoted string, a comment, an address in brackets (perhaps never closed), or what separates
    r'"(?:[^"\\]|\\.){0,998}"|\((?:[^()\\]|\\.){0,998}\)|<{1,3}(?P<address>(?:"(?:[^"\\]|\\.){0,200}"|[^<>"]){0,998})(?:>{1,3}|$)'
    r"|(?P<end>[,;])|[^\"(<,;]+|."
)
_GROUP = lazy_regex(r"^[^\"<>@:]{0,200}:(?!//)")  # "undisclosed-recipients:" (RFC 5322, 3.4)
_SCHEME = lazy_regex(r"^(?:mailto|smtp):", re.IGNORECASE)
_ROUTE = lazy_regex(r"^@[^:\s]{1,200}:")  # obsolete: <@relay.example:max@firma.example> (RFC 5322, 4.4)
_NEEDLESS = lazy_regex(r'"[\w!#$%&*+/=?^{|}~.-]{1,64}"')  # quotation marks that mean nothing (RFC 5321, 4.1.2)
_BARE = lazy_regex(r'(?:"(?:[^"\\]|\\.){1,64}"|[^\s"<>()\[\],;:@]{1,64})@[^\s"<>()\[\],;:@]{1,253}')


def to_mailboxes(values: Sequence[str]) -> list[tuple[str, str]]:
    """Display name (empty: none) and address, in lower case, of each mailbox in header values; each address once.

    `values`: unfolded, encoded words not decoded; several fields are read together.
    """
    found: dict[str, str] = {}
    for value in values:
        for name, address in _mailboxes(value[:LONGEST]):
            found[address] = found.get(address) or name
    return [(name, address) for address, name in found.items()]


def _mailboxes(value: str) -> Iterator[tuple[str, str]]:
    pending: list[str] = []  # what stands before an address in brackets, or is one without
    for token in _TOKEN.finditer(_GROUP.sub("", value)):
        if token["address"] is not None:
            address = _address(token["address"])
            if address:
                bare, name = _split_name(pending, address)
                yield from bare
                yield name, address
            pending = []
        else:
            pending.append(token[0])
    yield from _without_brackets(pending)


def _split_name(pending: Sequence[str], address: str) -> tuple[list[tuple[str, str]], str]:
    """(mailboxes without brackets before the last comma, the name behind them)."""
    pieces = _pieces(pending)
    bare: list[tuple[str, str]] = []
    while pieces and (found := _only_address(pieces[0])) and len(pieces) > 1:
        bare.append(("", found))
        pieces.pop(0)
    name = ", ".join(filter(None, (_plain(piece) for piece in pieces)))
    return bare, "" if name.lower().strip("'") == address else name


def _without_brackets(pending: Sequence[str]) -> Iterator[tuple[str, str]]:
    for piece in _pieces(pending):
        found = _BARE.search(_SCHEME.sub("", "".join(t for t in piece if not t.startswith("(")).strip()))
        if found:
            comment = next((t[1:-1] for t in piece if t.startswith("(")), "")
            yield comment.strip(), _address(found[0])


def _pieces(pending: Sequence[str]) -> list[list[str]]:
    """Tokens between commas and semicolons."""
    pieces: list[list[str]] = [[]]
    for token in pending:
        if token in (",", ";"):
            pieces.append([])
        else:
            pieces[-1].append(token)
    return [piece for piece in pieces if "".join(piece).strip()]


def _only_address(piece: Sequence[str]) -> str:
    """Address that is all of a piece; empty where anything else stands there."""
    text = _SCHEME.sub("", "".join(t for t in piece if not t.startswith("(")).strip())
    return _address(text) if _BARE.fullmatch(text) else ""


def _address(inside: str) -> str:
    """Address between brackets, in lower case; empty where it is none."""
    text = _ROUTE.sub("", _SCHEME.sub("", inside.strip())).strip().strip("'").rstrip(".")
    local, at, domain = text.rpartition("@")
    if _NEEDLESS.fullmatch(local):
        local = local[1:-1]
    local = local if local.startswith('"') else "".join(local.split())
    return f"{local}@{''.join(domain.split())}".lower() if at and local and domain.strip() else ""


def _plain(piece: Sequence[str]) -> str:
    """Name as it is meant, without quotation marks."""
    text = " ".join("".join(re.sub(r"\\(.)", r"\1", t[1:-1]) if t[:1] == '"' == t[-1:] else t for t in piece).split())
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text
