"""Parser of Zammad's JSON. Pure. Shapes: docs.zammad.org/en/latest/api/ticket."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, cast

from bot.channels.helpdesk.feedback import Feedback, to_verdict
from bot.channels.helpdesk.parse import (
    AgentMessage,
    AskedTicket,
    ListedTicket,
    to_account_name,
    to_own_words,
    to_seconds,
)
from bot.core.mail.mailboxes import to_mailboxes
from bot.core.model import Ticket

TAG = "kb-bot"  # on every ticket that we have written in
ASKED_TAG = "kb-asked"  # on every ticket that we have opened for somebody
WRONG_TAG = "kb-wrong"  # that agents put on a ticket in which we were wrong
MERGED = frozenset({"merged_into", "received_merge"})  # types of history entries (app/models/ticket.rb, merge_to)
OVER = frozenset({"closed", "merged", "removed"})
_KINDS = {"email": "email", "web": "web", "phone": "phone"}

Object = Mapping[str, Any]


def to_listed(found: Any) -> list[ListedTicket]:
    """Tickets of a search result (GET /tickets/search?expand=true), in its order. Their position is their time."""
    listed = [ticket for ticket in found if isinstance(ticket, dict)] if isinstance(found, list) else []
    created = [to_seconds(str(ticket.get("created_at") or "")) for ticket in listed]
    return [
        ListedTicket(str(t["id"]), str(t.get("group") or ""), at, at) for t, at in zip(listed, created, strict=True)
    ]


def to_stamp(seconds: float) -> str:
    """Time stamp as Zammad writes it, of seconds since the epoch: 2026-11-25T10:00:00.000Z."""
    at = datetime.fromtimestamp(max(seconds, 0.0), UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_ticket(
    found: Object, articles: Sequence[Object], raw: bytes | None, us: int, root: str, *, merged: bool = False
) -> Ticket:
    """Ticket of Zammad's JSON.

    `found`: GET /tickets/{id}?expand=true. `articles`: oldest first. `raw`: the first one's mail; None: it is none, or
    Zammad has not kept it. `us`: id of the bot's user. `root`: Zammad's URL with a slash at its end. `merged`: True if
    another ticket was merged into it, so that somebody is at work on it.
    """
    first = articles[0] if articles else {}
    kind = _kind(first)
    names = [name for name, _ in to_mailboxes([str(first.get("from") or "")])]
    sender, name = address_of(first), names[0] if names else ""
    return Ticket(
        system="zammad",
        account=to_account_name(root),
        id=str(found["id"]),
        number=str(found.get("number") or found["id"]),
        subject=" ".join(str(found.get("title") or "").split()),
        first_message=str(first.get("id") or ""),
        mail=raw if kind == "email" else None,
        text="" if kind == "email" and raw is not None else str(first.get("body") or ""),
        sender=sender or _customer(found),
        sender_name=name,
        sender_is_customer=_is_customers(first, us),
        opened_by_agent=_is_customers(first, us) and not _is_typed_by_customer(first, found),
        created=to_seconds(str(found.get("created_at") or "")),
        kind=kind,
        auto_reasons=_auto(first),
        answered=str(found.get("state")) in OVER
        or bool(own_article(articles, us))
        or any(map(_is_agents, articles[1:]))
        or merged,
        queue=str(found.get("group") or ""),
        version="",
        url=to_url(root, str(found["id"])),
    )


def own_article(articles: Collection[Object], us: int) -> str:
    """Id of the article that `us` has written; empty where there is none."""
    return next((str(article["id"]) for article in articles if article.get("created_by_id") == us), "")


def to_url(root: str, ticket: str) -> str:
    """Web address at which an agent opens a ticket, by its id. `root`: Zammad's URL with a slash at its end."""
    return f"{root}#ticket/zoom/{ticket}"


def address_of(article: Object) -> str:
    """Address of an article's sender, in lower case; empty where it has none.

    Zammad gives a whole mailbox, "Emily Adams <emily@example.com>".
    """
    found = to_mailboxes([str(article.get("reply_to") or article.get("from") or "")])
    return found[0][1] if found else ""


def _kind(article: Object) -> Literal["email", "web", "phone", "api"]:
    return cast("Literal['email', 'web', 'phone', 'api']", _KINDS.get(str(article.get("type")), "api"))


def _is_customers(article: Object, us: int) -> bool:
    """True for the customer's words, whoever has typed them."""
    return article.get("sender") == "Customer" and article.get("created_by_id") != us


def _is_typed_by_customer(article: Object, ticket: Object) -> bool:
    """False for a call or a message that an agent has entered for the customer."""
    return article.get("type") == "email" or article.get("created_by_id") == ticket.get("customer_id")


def _is_agents(article: Object) -> bool:
    return article.get("sender") == "Agent"


def _auto(article: Object) -> tuple[str, ...]:
    """Codes by which Zammad says that a machine wrote an article.

    Filter 0006 of its mail parser sets them (app/models/channel/filter/auto_response_check.rb).
    """
    preferences = article.get("preferences")
    said = isinstance(preferences, Mapping) and str(preferences.get("is-auto-response")).lower() == "true"
    return ("zammad-is-auto-response",) if said else ()


def _customer(found: Object) -> str:
    """Address of a ticket without a mail: the customer's login, which is one as a rule."""
    name = str(found.get("customer") or "").lower()
    return name if "@" in name else ""


def was_merged(history: Any) -> bool:
    """True if a ticket's history (GET /ticket_history/{id}) tells that another one was merged into it."""
    entries = history.get("history") if isinstance(history, dict) else None
    listed = entries if isinstance(entries, list) else []
    return any(isinstance(entry, dict) and entry.get("type") in MERGED for entry in listed)


def shares_drafts(found: Any, group: str) -> bool:
    """False if the answer to a new draft tells that a group shows drafts to nobody. `group`: its name.

    `found`: of PUT /tickets/{id}/shared_draft; its `assets` hold the groups of who wrote the draft.
    """
    assets = found.get("assets") if isinstance(found, dict) else None
    groups = assets.get("Group") if isinstance(assets, dict) else None
    listed = groups.values() if isinstance(groups, dict) else ()
    own = [each for each in listed if isinstance(each, dict) and each.get("name") == group]
    return all(each.get("shared_drafts") is not False for each in own)


def to_changed(found: Any) -> dict[str, str]:
    """Ids of a search result → when each ticket was changed last, as Zammad writes it."""
    listed = [ticket for ticket in found if isinstance(ticket, dict)] if isinstance(found, list) else []
    return {str(ticket["id"]): str(ticket.get("updated_at") or "") for ticket in listed}


def to_feedback(articles: Sequence[Object], us: int) -> list[Feedback]:
    """Feedback that agents have given in internal notes behind the bot's own article."""
    own = int(own_article(articles, us) or 0)
    notes = [a for a in articles if own and int(a["id"]) > own and a.get("type") == "note" and _is_agents(a)]
    said = [(note, to_verdict(str(note.get("body") or ""))) for note in notes if note.get("created_by_id") != us]
    return [
        Feedback(str(note["ticket_id"]), str(note["id"]), str(note.get("created_by_id") or ""), verdict)
        for note, verdict in said
        if verdict
    ]


def to_asked(found: Any) -> dict[str, AskedTicket]:
    """Tickets of a search result, by their ids. One that was merged is left out: it goes on elsewhere."""
    listed = [ticket for ticket in found if isinstance(ticket, dict)] if isinstance(found, list) else []
    return {
        str(t["id"]): AskedTicket(str(t.get("updated_at") or ""), str(t.get("state")) in OVER)
        for t in listed
        if t.get("state") != "merged"
    }


def to_agent_messages(articles: Sequence[Object], after: int, us: int) -> list[AgentMessage]:
    """Public articles of agents with an id above `after`; none of machines, and none of the bot's own."""
    public = [a for a in articles if _is_agents(a) and not a.get("internal") and a.get("created_by_id") != us]
    return [_to_message(article) for article in public if int(article["id"]) > after and not _auto(article)]


def _to_message(article: Object) -> AgentMessage:
    words = to_own_words(str(article.get("body") or ""), is_html=article.get("content_type") != "text/plain")
    attached = article.get("attachments")
    files = [str(f.get("filename") or "") for f in attached if isinstance(f, Mapping)] if attached else []
    return AgentMessage(str(article["id"]), _name_of(article), words, tuple(filter(None, files)))


def _name_of(article: Object) -> str:
    """Name of who has written an article; empty where only an address is told."""
    told = str(article.get("from") or "")
    names = [name for name, _ in to_mailboxes([told])]
    return (names[0] if names else "") or ("" if "@" in told else told.strip())
