"""Composer of mails, as bytes: the public reply, the draft, and the note. Pure.

In all of them `to` is the event's `reply_to` (TicketChannel in bot/contracts/tickets.py), `address` ours, `at` the time
in seconds since the epoch.
"""

import hashlib
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from bot.core.mail.auto_response import MARK, OWN_ID
from bot.core.markdown.to_html import to_html
from bot.core.markdown.to_plain import to_plain

POLICY = SMTP.clone(max_line_length=78, cte_type="7bit")  # what every relay passes on
NAME = "Postbote"


def own_id(key: str, kind: str, address: str) -> str:
    """Message-ID of what is written for an event: always the same, so that it can be looked for.

    `kind`: public, draft or note.
    """
    name = hashlib.sha256(f"{key}|{kind}|answer-v1".encode()).hexdigest()[:32]
    return f"{OWN_ID}{name}@{address.rpartition('@')[2]}>"


def to_reply(markdown: str, language: str, to: Mapping[str, str], address: str, message_id: str, at: float) -> bytes:
    """Reply to the customer, with all that says that a machine wrote it (RFC 3834, 3.1.7; MS-OXCMAIL 2.1.3.2.20)."""
    message = _reply(markdown, language, to, address, message_id, at)
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    message[MARK] = "reply"
    return message.as_bytes(policy=POLICY)


def to_draft(markdown: str, language: str, to: Mapping[str, str], address: str, message_id: str, at: float) -> bytes:
    """Draft for an agent to send: once they do, it is theirs, so nothing marks it as a machine's."""
    return _reply(markdown, language, to, address, message_id, at).as_bytes(policy=POLICY)


def to_note(markdown: str, language: str, to: Mapping[str, str], address: str, message_id: str, at: float) -> bytes:
    """Note beside the customer's mail in our own mailbox; never sent."""
    message = _message(markdown, language, address, message_id, at)
    message["To"] = address
    message["Subject"] = to_header_text(f"[{NAME}] {to.get('subject', '')}")
    _thread(message, to)
    message["Auto-Submitted"] = "auto-generated"
    message[MARK] = "note"
    return message.as_bytes(policy=POLICY)


def _reply(
    markdown: str, language: str, to: Mapping[str, str], address: str, message_id: str, at: float
) -> EmailMessage:
    message = _message(markdown, language, address, message_id, at)
    message["To"] = to["to"]
    message["Subject"] = to_header_text(to.get("subject", ""))
    _thread(message, to)
    return message


def _message(markdown: str, language: str, address: str, message_id: str, at: float) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    message["From"] = f"{NAME} <{address}>"
    message["Date"] = formatdate(at, localtime=False)
    message["Message-ID"] = message_id
    message.set_content(to_plain(markdown) + "\n", charset="utf-8")
    head = f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8"></head>'
    html = f"{head}<body>{to_html(markdown)}</body></html>\n"
    message.add_alternative(html, subtype="html", charset="utf-8")
    message["Content-Language"] = language
    return message


def _thread(message: EmailMessage, to: Mapping[str, str]) -> None:
    if to.get("in_reply_to"):
        message["In-Reply-To"] = to_header_text(to["in_reply_to"])
    if to.get("references"):
        message["References"] = to_header_text(to["references"])


def to_header_text(text: str) -> str:
    """Text that may stand in a header: no control characters, whoever wrote it, and nothing that is no text."""
    plain = text.encode("utf-8", "replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())
