"""Watch over event loops: what bot/ runs on a loop's thread for long stops every channel until it is done.

That is every database statement, and what grows with the stored data (SLOW). The stack tells whose it is. A test may
call the store directly from its own coroutine; what bot/ calls from a coroutine of its own, or from a callback of the
loop, must go through `asyncio.to_thread`.
"""

import asyncio
import functools
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import sqlalchemy as sql

from bot.core import gaps

PROJECT = Path(__file__).parent.parent
SLOW = ((gaps, "group_alike"),)  # (module, function that it calls by this name): work that grows with the stored data
BOT, TESTS = f"{PROJECT / 'bot'}/", f"{PROJECT / 'tests'}/"


class LoopWatch:
    """Listener on all SQLAlchemy engines of this process; `violations` names those who blocked a loop."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self._unwatched = [(module, name, getattr(module, name)) for module, name in SLOW]

    def start(self) -> None:
        sql.event.listen(sql.Engine, "before_cursor_execute", self._executing)
        for module, name, function in self._unwatched:
            setattr(module, name, self._watched(function))

    def stop(self) -> None:
        sql.event.remove(sql.Engine, "before_cursor_execute", self._executing)
        for module, name, function in self._unwatched:
            setattr(module, name, function)

    def take(self) -> list[str]:
        """The violations since the last call."""
        found, self.violations = self.violations, []
        return found

    def _executing(self, connection: object, cursor: object, statement: str, *more: Any) -> None:
        self._note(statement)

    def _watched(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself, after a look who calls it."""

        @functools.wraps(function)
        def watched(*given: Any) -> Any:
            self._note(function.__name__)
            return function(*given)

        return watched

    def _note(self, what: str) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return  # a thread without a loop: nobody else waits for it
        who = caller_on_loop(sys._getframe(2))
        if who:
            self.violations.append(f"{who} ran on the event loop: {' '.join(what.split())[:80]}")


def caller_on_loop(frame: FrameType | None) -> str:
    """The function of bot/ that the loop runs, as "file:line function"; empty where a test calls the store itself."""
    inside = ""  # the outermost function of bot/ so far
    while frame:
        code = frame.f_code
        if code.co_filename.startswith(TESTS):
            return ""
        if code.co_filename.startswith(BOT):
            inside = f"{code.co_filename.removeprefix(BOT)}:{frame.f_lineno} {code.co_qualname}"
            if code.co_flags & inspect.CO_COROUTINE:
                return inside
        if code.co_qualname == "Handle._run":
            return inside
        frame = frame.f_back
    return inside
