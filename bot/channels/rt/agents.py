"""Agent's side of RT: the reply page with the ready reply in it, and comments that say whether it was right. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from bot.channels.rt.parse import FIELD, SYSTEM, Transaction

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
