"""World of the scenarios in which a process ends while what it must write to is away.

Work in hand of three kinds: mentions, whose answers go to Slack; tickets, whose notes go to the helpdesk; presses of
"Ask the team" under answers that stand, which open a ticket and tell so in Slack. Each event is in hand when the
process ends: stored, acknowledged, and not delivered.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from tests.faults.gate import WAYS, Gate
from tests.faults.world import Outcome, Worker, World
from tests.servers import fake_zammad
from tests.servers.fake_slack import buttons
from tests.servers.fake_zammad import FakeZammad

PERSON = "person"  # label of "Ask the team" (tests/engines.py)
QUICK = 0.5  # seconds that a stop waits for work under way: requests are cut off
PATIENCES = {1: QUICK, 2: 3.0}  # by the number of processes; the second: of some seconds, in which some are tried again


@dataclass(frozen=True)
class Away:
    """End of a process. `helpdesk`, `slack`: in which way they are away (gate.py); empty: they are there."""

    helpdesk: str
    slack: str
    signal: str  # SIGTERM or SIGKILL


AWAY = [
    Away(*ways, signal)
    for signal, way in product(("SIGTERM", "SIGKILL"), WAYS)
    for ways in ((way, ""), ("", way), (way, way))
]
SHORT_AWAY: Mapping[int, Sequence[Away]] = {  # by the number of processes
    1: [Away("refused", "silent", "SIGTERM"), Away("unconfirmed", "503", "SIGKILL")],
    2: [Away("503", "unconfirmed", "SIGTERM"), Away("silent", "refused", "SIGKILL")],
}


class AwayWorld(World):
    """World with a Zammad too; both stand behind gates."""

    def __init__(self, folder: Path, database: str, patience: float) -> None:
        """`patience`: seconds that a stop waits for work under way."""
        super().__init__(folder, database, PATIENCE=str(patience), FIRST_PAUSE="0.2")
        self.zammad = FakeZammad()
        self._tickets: list[int] = []  # ids of those that customers have opened
        self._gates = {"slack": Gate(), "helpdesk": Gate()}
        self._pressed = 0

    async def start(self, processes: int, socket_mode: bool = False) -> None:
        """Starts both, their gates, and so many processes on one database."""
        await self.zammad.start()
        await self._gates["helpdesk"].start(self.zammad.url)
        self._variables |= {
            "SLACK_API_URL": f"{self._gates['slack'].url}/api/",
            "POSTBOTE_ZAMMAD_URL": self._gates["helpdesk"].url,
            "POSTBOTE_ZAMMAD_TOKEN": fake_zammad.TOKEN,
            "POSTBOTE_ZAMMAD_WEBHOOK_SECRET": fake_zammad.SECRET,
            "POSTBOTE_ZAMMAD_MODE": "note",
            "POSTBOTE_TICKETS_POLL": "1",
            "POSTBOTE_SLACK_TICKETS": "zammad:Support",
        }
        await self.slack.start()
        await self._gates["slack"].start(self.slack.url)
        self.workers = [Worker(self.folder, self.slack, self.database, **self._variables) for _ in range(processes)]
        await asyncio.gather(*(worker.start() for worker in self.workers))

    async def run(self, ends: Sequence[Away], events: int) -> Outcome:
        """Ends the first process again and again, with so many events of each kind in hand; then all comes back."""
        await self.work(events)  # answers, to press buttons under
        await self.answered()
        longest = 0.0
        for end in ends:
            await self._gates["helpdesk"].close(end.helpdesk)
            await self._gates["slack"].close(end.slack)
            await self.work(events)
            await asyncio.sleep(random.uniform(0.2, 1.5))
            assert len(self.posted()) < self.sent or "unconfirmed" in (end.helpdesk, end.slack), "nothing is in hand"
            began = time.monotonic()
            await self._end(end)
            longest = max(longest, time.monotonic() - began)
            if len(self.workers) > 1:
                await asyncio.sleep(random.uniform(0.0, 3.0))  # the other one takes over while all is still away
            for gate in self._gates.values():
                await gate.open()
            await self.workers[0].start()
            await self.answered(60)
            assert len(self.posted()) == self.sent, f"lost: {end}"
        self.notes[f"longest stop of {len(self.workers)}"] = f"{longest:.1f} s"
        return await self.finish(len(ends))

    async def _end(self, end: Away) -> None:
        if end.signal == "SIGKILL":
            await self.workers[0].kill()
        else:
            assert await self.workers[0].end() == 0, f"ended badly: {end}"

    async def work(self, events: int) -> None:
        """Sends so many mentions and tickets each, and presses a button under as many answers that stand."""
        answers = [post for post in self.slack.posts if any(b["label"].startswith(PERSON) for b in buttons(post))]
        to_press = answers[self._pressed : self._pressed + events]
        self._pressed += len(to_press)
        self.sent += len(to_press)
        await asyncio.gather(
            self.burst(events, 0.3), self._open_tickets(events), *(self._press(post) for post in to_press)
        )

    async def _open_tickets(self, number: int) -> None:
        """Customers open tickets; the helpdesk's hook tells of each until it is taken."""
        self.sent += number
        for _ in range(number):
            ticket = self.zammad.typed(f"c{len(self._tickets)}@firma.example", "ticket", sender="Customer")
            self._tickets.append(ticket)
            worker = random.choice(self.workers)
            assert await self.zammad.hook(worker.url.replace("/slack/events", "/hooks/zammad"), ticket) == 200

    async def _press(self, post: dict[str, object]) -> None:
        label = next(b["label"] for b in buttons(post) if b["label"].startswith(PERSON))
        assert await self.slack.press(random.choice(self.workers).url, post, label) == 200

    def posted(self) -> Counter[str]:
        """Number of answers by event key, of notes by ticket, and of tickets by what they were opened for.

        A request to a person counts by the note that names its ticket; that it is known meanwhile is no answer.
        """
        found = Counter({key: n for key, n in super().posted().items() if n > 1 or not key.endswith(":told")})
        notes = Counter({f"ticket {ticket}": len(self.zammad.ours(ticket)) for ticket in self._tickets})
        opened = Counter(tag for tags in self.zammad.tags.values() for tag in tags if tag.startswith("postbote-"))
        return +(found + notes) + Counter({tag: n for tag, n in opened.items() if n > 1})

    async def finish(self, faults: int) -> Outcome:
        """Outcome, after everything has been ended."""
        outcome = await super().finish(faults)
        for gate in self._gates.values():
            await gate.stop()
        await self.zammad.stop()
        return outcome
