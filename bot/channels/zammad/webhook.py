"""Parser of a trigger's webhook: the ticket and its article. Pure.

Shape: admin-docs.zammad.org, manage/webhook/payload.
"""

from collections.abc import Mapping

from bot.channels.helpdesk.webhook import BadHook, is_genuine, to_object, to_ticket_id

LARGEST = 1_048_576  # bytes; with the article's whole HTML


def to_ticket_and_queue(secret: str, headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """Ticket of a webhook, as (id, name of its group); both empty where a customer has not written. Raises BadHook.

    X-Hub-Signature is "sha1=" and the HMAC-SHA1 of the body (lib/user_agent.rb). It holds no time: a replay is told by
    the ticket, which is answered once, as is a delivery that comes again (X-Zammad-Delivery).
    """
    if not is_genuine(secret, body, headers.get("x-hub-signature", ""), "sha1"):
        raise BadHook(401, "wrong signature")
    found = to_object(body)
    ticket, article = found.get("ticket"), found.get("article")
    if not isinstance(ticket, dict) or not isinstance(article, dict):
        raise BadHook(400, "`ticket` or `article` is missing: leave Zammad's own payload as it is")
    number, group = to_ticket_id(ticket.get("id"), "ticket.id"), ticket.get("group")
    if article.get("sender") != "Customer":
        return "", ""
    return number, str(group.get("name") or "") if isinstance(group, dict) else str(group or "")
