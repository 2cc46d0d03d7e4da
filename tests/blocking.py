"""Watch over event loops: a database statement that bot/ runs on a loop's thread stops every channel until it is done.

The stack tells whose statement it is. A test may call the store directly from its own coroutine; what bot/ calls from a
coroutine of its own, or from a callback of the loop, must go through `asyncio.to_thread`.
"""

import asyncio
import inspect
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import sqlalchemy as sql

PROJECT = Path(__file__).parent.parent
BOT, TESTS = f"{PROJECT / 'bot'}/", f"{PROJECT / 'tests'}/"


class LoopWatch:
    """Listener on all SQLAlchemy engines of this process; `violations` names those who blocked a loop."""

    def __init__(self) -> None:
        self.violations: list[str] = []

    def start(self) -> None:
        sql.event.listen(sql.Engine, "before_cursor_execute", self._executing)

    def stop(self) -> None:
        sql.event.remove(sql.Engine, "before_cursor_execute", self._executing)

    def take(self) -> list[str]:
        """The violations since the last call."""
        found, self.violations = self.violations, []
        return found

    def _executing(self, connection: object, cursor: object, statement: str, *more: Any) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return  # a thread without a loop: nobody else waits for it
        who = caller_on_loop(sys._getframe(1))
        if who:
            self.violations.append(f"{who} ran on the event loop: {' '.join(statement.split())[:80]}")


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
