"""Error policy: kinds of failure, by who must act, for all work that the worker does for an event.

- TryLater (the world is to blame) passes through; the workflow tries again.
- Undeliverable (refused for good; a person must act) passes through; the workflow ends.
- A DatabaseError of our own tables becomes TryLater.
- Anything else is a bug of ours: logged with its trace, counted, answered with a neutral reply. It ends no workflow.

Work runs on the main event loop, to which the channels' sockets belong.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.core.model import Answer, Event, TryLater, Undeliverable
from bot.observability.event_log import EventLog
from bot.storage import DatabaseError

T = TypeVar("T")
log = structlog.get_logger()


class ErrorPolicy:
    """Error policy and main event loop of one worker."""

    loop: asyncio.AbstractEventLoop  # set by `start`

    def __init__(self, event_log: EventLog) -> None:
        self._event_log = event_log

    def start(self) -> None:
        """Takes the running event loop as the main one."""
        self.loop = asyncio.get_running_loop()

    async def run(self, event: Event, work: Callable[[], Awaitable[T]]) -> T | None:
        """Value of the work; None where it failed through a bug of ours, which is reported.

        Raises TryLater and Undeliverable.
        """
        try:
            return await self.on_main_loop(work)
        except (TryLater, Undeliverable):
            raise
        except DatabaseError as wrong:
            raise TryLater(f"the database cannot be used ({type(wrong).__name__})", maybe_sent=True) from wrong
        except Exception:  # noqa: BLE001 - its trace is logged
            self.report_bug(event)
            return None

    def report_bug(self, event: Event) -> None:
        """Logs and counts a bug of ours; to be called while its exception is handled."""
        log.exception("unexpected_error", key=event.key)
        self._event_log.metrics.bugs.labels(event.channel).inc()

    async def on_main_loop(self, work: Callable[[], Awaitable[T]]) -> T:
        """Value of the work, run on the main loop.

        The engine runs recovered workflows on a loop of its own; sockets belong to the loop that opened them.
        """
        if asyncio.get_running_loop() is self.loop:
            return await work()

        async def wrapped() -> T:
            return await work()

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(wrapped(), self.loop))


def failure_answer(event: Event) -> Answer:
    """Neutral answer for the person where our code is at fault; never the exception's text."""
    return Answer("failure", event.question.language or event.question.language_hint or "de")
