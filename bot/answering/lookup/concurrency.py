"""Concurrency limits of look-ups: per person, so that nobody keeps the name servers from all others, and for all.

Limits are kept in the memory of this process.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.answering.lookup.mail_records import MailRecords
from bot.answering.lookup.name_policy import NamePolicy
from bot.core.dns.records import Lookup, MxHost, MxResult
from bot.core.model import STRANGERS, UserError

AT_ONCE = 50  # look-ups under way; query.AT_ONCE bounds their sockets
AT_ONCE_EACH = 2  # of one person
WAITING = 200  # that wait for their turn before more are refused at once
WAITING_EACH = 8  # of one person: an error line may name several hosts to check
# Of all strangers on the chat page, who can be any number of persons: the rest is left to everybody else
STRANGERS_AT_ONCE, STRANGERS_WAITING = 15, 60
PATIENCE = 4.0  # seconds that a look-up waits for its turn


class LookupLimiter:
    """Limiter of simultaneous look-ups: semaphores for each person, strangers and all, with bounded waiting."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        each: int = AT_ONCE_EACH,
        waiting_each: int = WAITING_EACH,
        strangers: int = STRANGERS_AT_ONCE,
        strangers_waiting: int = STRANGERS_WAITING,
        patience: float = PATIENCE,
    ) -> None:
        """`at_once`: for all; `each`, `waiting_each`: for one person; `strangers`, `strangers_waiting`: for
        all of them together; `patience`: seconds to wait for a permit.
        """
        self._each, self._most_each, self._patience = each, each + waiting_each, patience
        self._all, self._strangers = asyncio.Semaphore(at_once), asyncio.Semaphore(strangers)
        self._most_strangers, self._active_strangers = strangers + strangers_waiting, 0
        self._own: dict[str, asyncio.Semaphore] = {}
        self._active: Counter[str] = Counter()  # look-ups that wait or are under way, by person

    @asynccontextmanager
    async def permit(self, person: str) -> AsyncIterator[None]:
        """Permit for one look-up, held while the context lasts. Raises UserError "busy" where none gets free in time.

        `person`: an opaque id; empty: nobody in particular, so that only the limit for all counts. One that begins
        with STRANGERS has a permit of theirs too; STRANGERS alone is any of them.
        """
        stranger = person.startswith(STRANGERS)
        if person not in ("", STRANGERS) and self._active[person] >= self._most_each:
            raise UserError("busy", own=True)
        if stranger and self._active_strangers >= self._most_strangers:
            raise UserError("busy", own=False)
        if self._active.total() >= AT_ONCE + WAITING:
            raise UserError("busy", own=False)
        self._active[person] += 1
        self._active_strangers += stranger
        try:
            async with AsyncExitStack() as held:
                await self._acquire(person, held)
                yield
        finally:
            self._active_strangers -= stranger
            self._active[person] -= 1
            if not self._active[person]:
                del self._active[person]
                self._own.pop(person, None)

    async def _acquire(self, person: str, held: AsyncExitStack) -> None:
        own = person not in ("", STRANGERS)
        try:
            async with asyncio.timeout(self._patience):
                if own:
                    each = self._own.setdefault(person, asyncio.Semaphore(self._each))
                    await held.enter_async_context(each)
                own = False
                if person.startswith(STRANGERS):
                    await held.enter_async_context(self._strangers)
                await held.enter_async_context(self._all)
        except TimeoutError:
            raise UserError("busy", own=own) from None


class LimitedLookup:
    """Lookup within the limits, for names that may be asked. Implements bot/core/dns/records.py's protocol."""

    def __init__(self, mail_dns: MailRecords, names: NamePolicy, limiter: LookupLimiter, person: str = "") -> None:
        self._mail_dns, self._names, self._limiter, self._person = mail_dns, names, limiter, person

    def asked_by(self, person: str) -> Lookup:
        """Look-up that is the same, counted as this person's."""
        return LimitedLookup(self._mail_dns, self._names, self._limiter, person)

    async def mx(self, domain: str) -> MxResult:
        """Mail servers of a domain. Raises UserError: single-label, reserved, internal or busy."""
        self._names.check(domain)
        async with self._limiter.permit(self._person):
            return await self._mail_dns.mx(domain)

    async def host(self, name: str) -> MxHost:
        """Addresses of a host. Raises UserError as `mx`."""
        self._names.check(name)
        async with self._limiter.permit(self._person):
            return await self._mail_dns.host(name)
