"""Deferred look-up: opened when the first name is asked. Most questions in a terminal ask none."""

from collections.abc import Callable
from functools import cache

from bot.core.dns.records import Lookup, MxHost, MxResult


class DeferredLookup:
    """Deferred look-up (records.Lookup)."""

    def __init__(self, opened: Callable[[], Lookup], person: str = "") -> None:
        """`opened`: called once, when the first name is asked. `person`: as of `asked_by`."""
        self._opened, self._person = cache(opened), person

    def asked_by(self, person: str) -> "DeferredLookup":
        """Look-up that is the same, counted as this person's."""
        return DeferredLookup(self._opened, person)

    async def mx(self, domain: str) -> MxResult:
        """Mail servers of a domain; see Lookup."""
        return await self._opened().asked_by(self._person).mx(domain)

    async def host(self, name: str) -> MxHost:
        """Addresses of a host; see Lookup."""
        return await self._opened().asked_by(self._person).host(name)
