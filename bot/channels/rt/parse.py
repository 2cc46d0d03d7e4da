"""Parser of RT's JSON: a ticket, its first mail, its transactions. Pure.

RT stores a mail as its parts, decoded, each with its headers as text (docs.bestpractical.com/rt/5.0.3/RT/REST2.html).
Put together again they are a mail that the loop rules and the MIME reader understand: headers and types as they were,
texts in UTF-8, and of everything else only that it was there.
"""

import base64
import binascii
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import quote

from bot.channels.helpdesk.parse import ListedTicket, to_account_name, to_seconds
from bot.core.model import Ticket

FIELD = "bot-state"  # the custom field that says which bot has a ticket
LARGEST_TEXT = 200_000  # bytes of one part that are read
MOST_TEXTS = 10  # parts that are read
APPEARS = 3_600.0  # seconds after its number was taken within which a ticket can be seen, with clocks that differ
OVER = frozenset({"resolved", "rejected", "deleted"})
# Types of what a person does to a ticket
ACTED = frozenset({"Correspond", "Comment", "Status", "Take", "Steal", "Give"})
TEXTS = frozenset({"text/plain", "text/html", "text/calendar"})  # that stand for each other
SYSTEM = frozenset({"RT_System", "Nobody"})
_REBUILT = frozenset({"content-type", "content-transfer-encoding", "content-length", "mime-version"})


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a mail, as RT keeps it."""

    id: str
    type: str
    headers: tuple[tuple[str, str], ...]  # names as they were
    filename: str
    content: bytes = b""  # decoded, text in UTF-8; empty: a multipart, not read, or nothing

    def first(self, name: str) -> str:
        """First value of a header, by its name in lower case; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def is_wanted(self) -> bool:
        """True for a part that may hold what is asked: text or a mail, and not too large."""
        size = self.first("content-length")
        small = not size.isdigit() or int(size) <= LARGEST_TEXT
        return small and self.type.startswith(("text/", "message/"))


def to_listed(page: Mapping[str, Any]) -> list[ListedTicket]:
    """Tickets of a search result (GET /tickets), in its order. Their position is the id."""
    return [
        ListedTicket(
            id=str(int(item["id"])),
            queue=queue_of(item),
            position=float(item["id"]),
            created=to_seconds(str(item.get("Created") or "")),
            claimed_by=claimed_by(item),
            can_be_claimed=has_field(item),
        )
        for item in page.get("items") or []
    ]


def is_new(listed: ListedTicket, last: float, now: float) -> bool:
    """True if a polling round that ended at the id `last` cannot have seen the ticket. `now`: since the epoch.

    RT numbers a ticket a moment before it can be seen, so one that was numbered lately is new too; HelpdeskChannel
    keeps it from being enqueued twice. What a round has seen and left, because its queue was off, is left to people
    when the queue is switched on.
    """
    return listed.position > last or now - listed.created < APPEARS


@dataclass(frozen=True, slots=True)
class Transaction:
    """RT's transaction: what somebody has done to a ticket."""

    id: str
    type: str
    by: str  # name of a user


def to_parts(page: Mapping[str, Any]) -> list[Part]:
    """Parts of a mail (GET /transaction/{id}/attachments), outermost first."""
    return [
        Part(
            str(item["id"]),
            str(item.get("ContentType") or "").lower(),
            tuple(to_headers(str(item.get("Headers") or ""))),
            str(item.get("Filename") or ""),
        )
        for item in sorted(page.get("items") or [], key=lambda item: int(item["id"]))
    ]


def to_headers(text: str) -> Iterator[tuple[str, str]]:
    """Names and values, unfolded, of the header lines that RT keeps."""
    name, value = "", ""
    for line in text.split("\n"):
        if line[:1] in (" ", "\t") and name:
            value += f" {line.strip()}"
            continue
        if name:
            yield name, value
        name, _, value = (piece.strip() for piece in line.partition(":"))
    if name:
        yield name, value


def to_content(attachment: Mapping[str, Any]) -> bytes:
    """Content of an attachment (GET /attachment/{id}), which is base64 for every type; at most LARGEST_TEXT bytes."""
    try:
        return base64.b64decode(str(attachment.get("Content") or ""))[:LARGEST_TEXT]
    except (binascii.Error, ValueError):
        return b""


def to_mail(parts: Sequence[Part]) -> bytes:
    """Mail put together of its parts: it says the same as the one that came."""
    root = parts[0]
    head = [f"{name}: {value}" for name, value in root.headers if name.lower() not in _REBUILT]
    body = _multipart(root.type, _grouped(parts[1:])) if root.type.startswith("multipart/") else _leaf(root)
    return "\n".join([*head, "MIME-Version: 1.0", ""]).encode("utf-8", "surrogatepass") + body


def _grouped(parts: Sequence[Part]) -> list[bytes]:
    """Parts as MIME, but alternatives together, because they say the same: of them RT tells only their order."""
    found: list[bytes] = []
    alternatives: list[Part] | None = None
    for part in [*parts, None]:
        joins = part and alternatives is not None and part.type in TEXTS - {p.type for p in alternatives}
        if part and alternatives is not None and joins and not part.filename:
            alternatives.append(part)
            continue
        if alternatives:
            found.append(_multipart("multipart/alternative", [_leaf(p) for p in alternatives]))
        alternatives = [] if part and part.type == "multipart/alternative" else None
        if part and not part.type.startswith("multipart/"):
            found.append(_leaf(part))
    return found


def _multipart(kind: str, pieces: Sequence[bytes]) -> bytes:
    """Multipart as MIME: the header of its type, and what it holds."""
    mark = f"=_{hashlib.sha256(b''.join(pieces)).hexdigest()[:40]}"
    between = f"\n--{mark}\n".encode()
    opened = f'Content-Type: {kind}; boundary="{mark}"\n'.encode()
    return opened + b"".join(between + piece for piece in pieces) + f"\n--{mark}--\n".encode()


def _leaf(part: Part) -> bytes:
    kind = part.type or "text/plain"
    name = f'; name="{quote(part.filename)}"' if part.filename else ""
    lines = [f"Content-Type: {kind}{'; charset=utf-8' if kind.startswith('text/') else ''}{name}"]
    lines += ["Content-Disposition: attachment"] if part.filename else []
    return "\n".join([*lines, "Content-Transfer-Encoding: 8bit", "", ""]).encode() + part.content


def to_transactions(page: Mapping[str, Any]) -> list[Transaction]:
    """Transactions of a ticket (GET /ticket/{id}/history), oldest first."""
    return [
        Transaction(str(i["id"]), str(i.get("Type") or ""), _name(i.get("Creator"))) for i in page.get("items") or []
    ]


def own_post(transactions: Collection[Transaction], us: str) -> str:
    """Id of the transaction in which `us` has written; empty where there is none."""
    return next(
        (
            transaction.id
            for transaction in transactions
            if transaction.by == us and transaction.type in ("Correspond", "Comment")
        ),
        "",
    )


def claimed_by(ticket: Mapping[str, Any]) -> str:
    """Installation that has claimed a ticket, by its custom field; empty: none."""
    for field in ticket.get("CustomFields") or []:
        if isinstance(field, dict) and field.get("name") == FIELD:
            return str(next(iter(field.get("values") or []), ""))
    return ""


def to_url(root: str, ticket: str) -> str:
    """Web address at which an agent opens a ticket, by its id. `root`: RT's URL with a slash at its end."""
    return f"{root}Ticket/Display.html?id={ticket}"


def has_field(ticket_or_queue: Mapping[str, Any]) -> bool:
    """True if a ticket, or a queue's tickets, have the custom field that claims are written to."""
    fields = ticket_or_queue.get("TicketCustomFields") or ticket_or_queue.get("CustomFields") or []
    return any(isinstance(field, dict) and field.get("name") == FIELD for field in fields)


def queue_of(ticket: Mapping[str, Any]) -> str:
    """Name of a ticket's queue; empty where RT does not tell it."""
    return str((ticket.get("Queue") or {}).get("Name") or "")


def to_ticket(
    found: Mapping[str, Any],
    etag: str,
    transactions: Sequence[Transaction],
    parts: Sequence[Part],
    us: str,
    root: str,
    person: Mapping[str, Any],
) -> Ticket:
    """Ticket of RT's JSON.

    `found`: GET /ticket/{id}, with its `etag`. `transactions`: its history, oldest first. `parts`: of the message that
    opened it. `us`: the bot's user name. `root`: RT's URL. `person`: the user who has opened it.
    """
    kind = _kind(parts)
    by = transactions[0].by if transactions else ""
    sender = _requestor(found)
    customer = sender == str(person.get("EmailAddress") or "").lower()
    privileged = bool(int(person.get("Privileged") or 0))
    by_agent = privileged and kind in ("web", "phone") and bool(sender) and not customer
    return Ticket(
        system="rt",
        account=to_account_name(root),
        id=str(found["id"]),
        number=str(found["id"]),
        subject=" ".join(str(found.get("Subject") or "").split()),
        first_message=transactions[0].id if transactions else "",
        mail=to_mail(parts) if kind == "email" and parts else None,
        text="" if kind == "email" else to_text(parts),
        sender=sender,
        sender_name=str(person.get("RealName") or "") if customer else "",
        sender_is_customer=by != us and by not in SYSTEM and (kind == "api" or by_agent or not privileged),
        opened_by_agent=by_agent and by != us,
        created=to_seconds(str(found.get("Created") or "")),
        kind=kind,
        auto_reasons=auto_reasons(parts),
        answered=str(found.get("Status")) in OVER
        or sum(transaction.type == "Create" for transaction in transactions) > 1  # somebody has merged another into it
        or any(_acts(transaction, us, by) for transaction in transactions[1:]),
        queue=queue_of(found),
        version=f"{etag.removeprefix('W/').strip(chr(34))}|{claimed_by(found)}",
        url=to_url(root, str(found["id"])),
    )


def _acts(transaction: Transaction, us: str, customer: str) -> bool:
    return (
        transaction.type in ACTED
        and transaction.by not in SYSTEM
        and (transaction.by == us or transaction.by != customer)
    )


def _kind(parts: Sequence[Part]) -> Literal["email", "web", "phone", "api"]:
    """Kind of a ticket, by X-RT-Interface, RT's own mark.

    RT::Interface::Web MakeMIMEEntity, RT::Interface::Email Gateway.
    """
    told = parts[0].first("x-rt-interface").lower() if parts else ""
    known = {"email": "email", "web": "web", "mobile": "web", "rest": "api", "rest2": "api"}
    return cast("Literal['email', 'web', 'phone', 'api']", known.get(told, "email"))


def auto_reasons(parts: Sequence[Part]) -> tuple[str, ...]:
    """Codes by which RT says that a machine wrote a message, by its parts; empty: none."""
    if not parts:
        return ()
    names = {"rt-detectedautogenerated": "rt-detected-auto-generated", "rt-squelch-replies-to": "rt-squelches-replies"}
    return tuple(code for name, code in names.items() if parts[0].first(name))


def to_text(parts: Sequence[Part]) -> str:
    """Text of a transaction, plain where there is a plain one."""
    texts = [part for part in parts if part.type in ("text/plain", "text/html", "") and not part.filename]
    texts.sort(key=lambda part: part.type == "text/html")
    return texts[0].content.decode("utf-8", "replace") if texts else ""


def _requestor(found: Mapping[str, Any]) -> str:
    """Address that gets a reply; RT sends it to all requestors, so several are as good as none."""
    people = found.get("Requestor") or []
    names = [str(p.get("EmailAddress") or p.get("id") or "").lower() for p in people if isinstance(p, dict)]
    return names[0] if len(names) == 1 and "@" in names[0] else ""


def recipients(found: Mapping[str, Any]) -> frozenset[str]:
    """Addresses, in lower case, that RT sends a public reply to, as far as the ticket itself says."""
    people = [*(found.get("Requestor") or []), *(found.get("Cc") or [])]
    return frozenset(str(p.get("EmailAddress") or p.get("id") or "").lower() for p in people if isinstance(p, dict))


def _name(user: Any) -> str:
    return str(user.get("id") or "") if isinstance(user, dict) else ""
