"""Requests to a person from the page: a ticket in the helpdesk, or a message in the helpers' channel in Slack.

The page's visitors are known to nobody, so each request names the address that the answer goes to. Nothing is ever sent
to that address from here: a stranger could name anybody's.
"""

from collections.abc import Awaitable, Callable

import structlog

from bot.contracts.tickets import OpenTicket, idempotency_key
from bot.core.model import Answer, Event, Language, Question

log = structlog.get_logger()

SUBJECT = 100  # characters of a ticket's subject
ACT = "request"  # of the event that Slack's message is made of


class PersonRequests:
    """Opener of one request for each question and address: asked again, it is the same one."""

    def __init__(
        self,
        open_ticket: OpenTicket | None,
        label: Callable[[str, Language], str],
        enqueue: Callable[[Event], Awaitable[None]] | None = None,
        helpers: str = "",
    ) -> None:
        """`open_ticket`: None where no helpdesk is named: then `enqueue` stores an event for the channel `helpers`
        (C…) in Slack; empty: nobody can be asked. `label`: words of templates/labels.md, by name.
        """
        self._open, self._label, self._enqueue, self._helpers = open_ticket, label, enqueue, helpers

    @property
    def possible(self) -> bool:
        """True if somebody can be asked."""
        return self._open is not None or bool(self._helpers and self._enqueue)

    async def request(self, press: Event) -> Answer:
        """Asks a person. `press`: of the act "person", with "email" and "note" in its facts. Raises TryLater."""
        language = press.question.language or "de"
        told = {"email": press.facts["email"], "note": press.facts["note"], "question": press.question.text}
        mark = idempotency_key(f"{press.facts['key']}:{press.facts['email'].lower()}")
        number = await self._ask(Answer("person", language, {**told, "state": "request"}), mark)
        log.info("person_requested", key=press.facts["key"], ticket=number)
        return Answer("person", language, {"state": "asked", "number": number, "email": press.facts["email"]})

    async def _ask(self, request: Answer, mark: str) -> str:
        """Number of the ticket; empty where Slack is asked."""
        if self._open:
            words = " ".join(request.facts["question"].split())
            subject = f"{self._label('page_subject', request.language)}: {words}"[:SUBJECT]
            return (await self._open(subject, request, mark, again=False)).number
        if self._enqueue:
            to = {"channel": self._helpers}
            facts = {**request.facts, "language": request.language}
            await self._enqueue(Event(f"web:request:{mark}", "slack", Question(""), to, act=ACT, facts=facts))
        return ""
