"""The log: one line an event on standard error, for people (logfmt) or machines (JSON)."""

import sys
from collections.abc import Callable, Mapping
from typing import Any, Literal

import structlog

Form = Literal["logfmt", "json"]
_ORDER = ["timestamp", "level", "event", "key"]
_LINES: Mapping[Form, Callable[[], Any]] = {
    "logfmt": lambda: structlog.processors.LogfmtRenderer(key_order=_ORDER, drop_missing=True),
    "json": lambda: structlog.processors.JSONRenderer(ensure_ascii=False),
}


def configure(form: Form) -> None:
    """For the whole process."""
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=(
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _LINES[form](),
        ),
    )
