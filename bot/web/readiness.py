"""Readiness at /readyz: 503 for what keeps this process from answering, a notice for what only a person must look at.

A load balancer or Kubernetes takes a process out of service for the 503. So a part that is the same for every process
(a helpdesk, a mailbox, the content) is never a reason: taking all of them away would only silence the rest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

import structlog
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.contracts.channel import Channel
from bot.web.auth import is_local

log = structlog.get_logger()

Problems = Callable[[], Awaitable[Mapping[str, str]]]  # part of the system → its problem; empty: it is ready
MaySee = Callable[[HTTPConnection], Awaitable[bool]]  # True for a request that may read a problem in full

TROUBLE = "does not work: see the log"  # what a stranger reads of any problem; they name addresses, paths and files
AGE = 1.0  # seconds for which the problem of queue and database is not asked for again: to ask writes a row
NOTICE = "needs somebody's attention: see the log"


class RecentProblem:
    """Cache of one part's problem: asked for once in AGE seconds, however many requests come, and never twice at once.

    Strangers may ask for /readyz, and must not make the database write as often as they like.
    """

    def __init__(self, ask: Callable[[], Awaitable[str]]) -> None:
        """`ask`: see Readiness.worker."""
        self._ask = ask
        self._asked: asyncio.Future[str] | None = None
        self._at = 0.0

    async def __call__(self) -> str:
        """Problem of at most AGE seconds ago; empty: none."""
        now = asyncio.get_running_loop().time()
        if self._asked is None or (self._asked.done() and now - self._at >= AGE):
            self._asked, self._at = asyncio.ensure_future(self._ask()), now
        return await asyncio.shield(self._asked)  # whoever waits and goes away does not end it for the others


@dataclass(frozen=True, slots=True)
class Readiness:
    """Readiness of all parts of the system, asked anew each time; only `worker` may be an answer of a second ago."""

    worker: Callable[[], Awaitable[str]]  # problem of queue and database ("jobs" in what it says); empty: none
    content: Callable[[], str]  # problem that keeps newer content from being used; empty: none
    channels: Mapping[str, Channel]
    pages: Collection[str]  # names; they are usable whenever the server is

    async def problems(self) -> Mapping[str, str]:
        """Problems of the parts without which this process cannot answer; empty texts where there is none."""
        return {"jobs": await self.worker(), **await self._of_channels(blocks=True)}

    async def notices(self) -> Mapping[str, str]:
        """Problems of all parts whose system is the same for every process; empty texts where there is none."""
        return {"knowledge": self.content(), **await self._of_channels(blocks=False)}

    async def all_parts(self) -> Mapping[str, str]:
        """Problems and notices, and the pages, which have none: for the metrics and the dashboard."""
        return {**await self.notices(), **await self.problems(), **dict.fromkeys(self.pages, "")}

    async def _of_channels(self, *, blocks: bool) -> Mapping[str, str]:
        chosen = {name: channel for name, channel in self.channels.items() if channel.blocks_readiness == blocks}
        return {name: await channel.readiness_problem() for name, channel in chosen.items()}


def readyz_route(problems: Problems, notices: Problems, may_see: MaySee) -> Route:
    """Route of /readyz: {"ready": true or false, "trouble": {part: problem}, "notices": {part: problem}}.

    `problems`: make it answer 503. `notices`: do not. `may_see`: True for a request that may read the problems in full;
    any other one reads TROUBLE and NOTICE in their place. The log has them in full, once for each change.
    """
    changes = ChangeLog()

    async def readyz(request: Request) -> Response:
        found = {part: problem for part, problem in (await problems()).items() if problem}
        noticed = {part: problem for part, problem in (await notices()).items() if problem}
        changes.record({**noticed, **found})
        status = 503 if found else 200
        if not await may_see(request):
            found, noticed = dict.fromkeys(found, TROUBLE), dict.fromkeys(noticed, NOTICE)
        return JSONResponse({"ready": not found, "trouble": found, "notices": noticed}, status)

    return Route("/readyz", readyz)


async def local_may_see(request: HTTPConnection) -> bool:
    """True for a request from this machine itself."""
    return is_local(request)


async def no_problems() -> Mapping[str, str]:
    """No problem in any part."""
    return {}


class ChangeLog:
    """Log of readiness problems: a line where one begins, changes or ends, however often it is asked."""

    def __init__(self) -> None:
        self._known: Mapping[str, str] = {}

    def record(self, problems: Mapping[str, str]) -> None:
        """Logs what is new since the last call. `problems`: part → problem, of the parts that have one."""
        known, self._known = self._known, problems
        for part, problem in problems.items():
            if known.get(part) != problem:
                log.warning("part_in_trouble", part=part, problem=problem)
        for part in known.keys() - problems.keys():
            log.info("part_recovered", part=part)
