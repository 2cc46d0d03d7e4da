"""Logging: one line an event on standard error, for people (logfmt) or machines (JSON)."""

import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Literal, TextIO, cast

import structlog

from bot.core.privacy.redaction import redact


class LossyStream:
    """Stream that loses lines instead of failing: a full disk costs a log line, never the work that it tells of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Number of characters, written or lost (TextIO.write)."""
        with suppress(OSError, ValueError):  # no room, or closed
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flushes, or does nothing (TextIO.flush)."""
        with suppress(OSError, ValueError):
            self._stream.flush()


Form = Literal["logfmt", "json"]
_ORDER = ["timestamp", "level", "event", "key"]
_LINES: Mapping[Form, Callable[[], Any]] = {
    "logfmt": lambda: structlog.processors.LogfmtRenderer(key_order=_ORDER, drop_missing=True),
    "json": lambda: structlog.processors.JSONRenderer(ensure_ascii=False),
}


_FOREIGN = ("exception", "why")  # fields whose words are a library's, which may repeat what somebody has typed


def redact_foreign_text(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Log line without personal data in a traceback or a reason (a processor of structlog); all else is our own."""
    for name in _FOREIGN:
        if isinstance(line.get(name), str):
            line[name] = redact(line[name])
    return line


def configure(form: Form) -> None:
    """Configures structlog for the whole process."""
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", LossyStream(sys.stderr))),
        processors=[  # a list: structlog's capture_logs changes it in place
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact_foreign_text,
            _LINES[form](),
        ],
    )
