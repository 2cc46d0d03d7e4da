"""Agent's side of RT: the reply page with the ready reply in it, comments on it, and answers to handovers. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from bot.channels.helpdesk.parse import AgentMessage, AskedTicket, to_own_words
from bot.channels.rt.parse import FIELD, OVER, SYSTEM, Part, Transaction, to_text

ASKED = "asked:"  # begins the custom field's value in tickets that the bot has opened
LONGEST_URL = 8_000  # characters; web servers refuse longer request lines (Apache: 8,190)


def comments_after(transactions: Sequence[Transaction], post: str, us: str) -> list[Transaction]:
    """Comments that people have written after the bot's own post."""
    return [t for t in transactions if t.type == "Comment" and t.by not in {us, *SYSTEM} and int(t.id) > int(post)]


def to_reply_url(root: str, ticket: str, html: str) -> str:
    """Web address of RT's reply page with a text in it, which an agent only has to send; empty: there can be none.

    share/html/Ticket/Update.html takes the text as UpdateContent. Links of other schemes than https are not shown.
    """
    filled = urlencode({"id": ticket, "Action": "Respond", "UpdateType": "response", "UpdateContent": html})
    url = f"{root}Ticket/Update.html?{filled}"
    return url if root.startswith("https://") and len(url) <= LONGEST_URL else ""


def changed_since(days: int) -> str:
    """Query for the tickets that a bot has claimed, and that were changed within so many days."""
    return f"'CF.{{{FIELD}}}' IS NOT NULL AND LastUpdated > '{days} days ago'"


def to_changed(page: Mapping[str, Any]) -> dict[str, str]:
    """Ids of a search result (GET /tickets) → when each was changed last, as RT writes it."""
    return {str(int(item["id"])): str(item.get("LastUpdated") or "") for item in page.get("items") or []}


def asked_since(days: int) -> str:
    """Query for the tickets that a bot has opened, and that were changed within so many days."""
    return f"'CF.{{{FIELD}}}' LIKE '{ASKED}' AND LastUpdated > '{days} days ago'"


def to_asked(page: Mapping[str, Any]) -> dict[str, AskedTicket]:
    """Tickets of a search result (GET /tickets), by their ids."""
    return {
        str(int(item["id"])): AskedTicket(str(item.get("LastUpdated") or ""), str(item.get("Status")) in OVER)
        for item in page.get("items") or []
    }


def replies_after(transactions: Sequence[Transaction], after: int, us: str) -> list[Transaction]:
    """Replies that others than the bot have written, with an id above `after`."""
    wanted = [t for t in transactions if t.type == "Correspond" and t.by not in {us, *SYSTEM}]
    return [transaction for transaction in wanted if int(transaction.id) > after]


def to_name(person: Mapping[str, Any]) -> str:
    """Name of an agent (GET /user/{name}); empty for whoever is none."""
    return str(person.get("RealName") or person.get("Name") or "") if int(person.get("Privileged") or 0) else ""


def to_message(transaction: Transaction, name: str, parts: Sequence[Part]) -> AgentMessage:
    """Answer of an agent, by the parts of its transaction."""
    is_html = not any(part.type in ("text/plain", "") and not part.filename for part in parts)
    files = tuple(part.filename for part in parts if part.filename)
    return AgentMessage(transaction.id, name, to_own_words(to_text(parts), is_html=is_html), files)


def is_marked(parts: Sequence[Part], mark: str) -> bool:
    """True if a message's subject holds the mark that it was written with."""
    return any(mark in part.first("subject") for part in parts)
