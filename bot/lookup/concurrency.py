"""One person cannot keep the name servers from all others, and all together do no more than the process bears."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.core.dns.records import Lookup, MxHost, MxResult
from bot.core.model import UserError
from bot.lookup.mail_records import MailDns
from bot.lookup.name_policy import NamePolicy

AT_ONCE = 50  # look-ups under way; questions.AT_ONCE bounds their sockets
AT_ONCE_EACH = 2  # of one person
WAITING = 200  # that wait for their turn before more are refused at once
WAITING_EACH = 8  # of one person: an error line may name several hosts to check
PATIENCE = 4.0  # seconds that a look-up waits for its turn


class LookupLimiter:
    """Places for look-ups, in the memory of this process."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        each: int = AT_ONCE_EACH,
        waiting_each: int = WAITING_EACH,
        patience: float = PATIENCE,
    ) -> None:
        self._each, self._most_each, self._patience = each, each + waiting_each, patience
        self._all = asyncio.Semaphore(at_once)
        self._own: dict[str, asyncio.Semaphore] = {}
        self._here: Counter[str] = Counter()  # look-ups that wait or are under way, by person

    @asynccontextmanager
    async def place(self, person: str) -> AsyncIterator[None]:
        """Holds a place, after a wait for one. Raises UserError "busy" where there is none in time.

        `person`: an opaque id; empty: nobody in particular, so only the places of all together count.
        """
        if person and self._here[person] >= self._most_each:
            raise UserError("busy", own=True)
        if self._here.total() >= AT_ONCE + WAITING:
            raise UserError("busy", own=False)
        self._here[person] += 1
        try:
            async with AsyncExitStack() as places:
                await self._wait(person, places)
                yield
        finally:
            self._here[person] -= 1
            if not self._here[person]:
                del self._here[person]
                self._own.pop(person, None)

    async def _wait(self, person: str, places: AsyncExitStack) -> None:
        own = bool(person)
        try:
            async with asyncio.timeout(self._patience):
                if person:
                    each = self._own.setdefault(person, asyncio.Semaphore(self._each))
                    await places.enter_async_context(each)
                own = False
                await places.enter_async_context(self._all)
        except TimeoutError:
            raise UserError("busy", own=own) from None


class SharedLookup:
    """A Lookup in which everybody has a share."""

    def __init__(self, asks: MailDns, names: NamePolicy, shares: LookupLimiter, person: str = "") -> None:
        self._asks, self._names, self._shares, self._person = asks, names, shares, person

    def asked_by(self, person: str) -> Lookup:
        """See Lookup."""
        return SharedLookup(self._asks, self._names, self._shares, person)

    async def mx(self, domain: str) -> MxResult:
        """See Lookup."""
        self._names.check(domain)
        async with self._shares.place(self._person):
            return await self._asks.mx(domain)

    async def host(self, name: str) -> MxHost:
        """See Lookup."""
        self._names.check(name)
        async with self._shares.place(self._person):
            return await self._asks.host(name)
