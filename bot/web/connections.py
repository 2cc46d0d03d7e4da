"""Connections of the HTTP server, bounded in number and in the time that they may wait for a request.

uvicorn closes only a connection that is silent after a response; one that never sends a request, or sends its headers
for ever, would hold its descriptor until none is left. The body's time is bounded in middleware.py.
"""

import asyncio
import logging
import resource
import time
from typing import Any

import h11
import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from bot.core.rate_limit import RateLimiter

log = structlog.get_logger()

SLOWEST_HEADERS = 20.0  # seconds from the connection, or the response before, until a request's headers are there
LAST_HEADERS = 0.5  # seconds, the same for a connection that is made while the server ends
BACKLOG = 100  # connections that are accepted at one turn of the event loop; asyncio's own default
LINES, LINES_EVERY = 5, 60.0  # log lines of one kind at once, then one every so many seconds
_lines = RateLimiter(LINES, LINES_EVERY)


class ConnectionPool:
    """Pool of a server's connections: beyond `most`, the one whose request is waited for longest is closed."""

    def __init__(self, most: int = 0, slowest_headers: float = SLOWEST_HEADERS) -> None:
        """`most`: connections; 0: half of the descriptors that the process may have. `slowest_headers`: seconds."""
        self.most = most or max(1, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
        self.slowest_headers = slowest_headers
        self.is_ending = False  # True: each connection has one request more at most
        self._open: dict[BoundedProtocol, bool] = {}  # → True if a request, or its body, is waited for; oldest first

    def end(self) -> None:
        """Notes that the server ends. uvicorn tells its connections, but not those that are accepted and not yet made.

        Such a one was kept alive: a busy client held up the end until its deadline.
        """
        self.is_ending = True
        self.slowest_headers = LAST_HEADERS

    def wait(self, connection: "BoundedProtocol") -> None:
        """Notes that a connection waits for a request, from now on; closes one where there are too many."""
        self._open.pop(connection, None)
        self._open[connection] = True
        if len(self._open) > self.most:
            next(oldest for oldest, waits in self._open.items() if waits).abort()

    def serve(self, connection: "BoundedProtocol") -> None:
        """Notes that a connection's request is whole, and under way."""
        self._open[connection] = False

    def forget(self, connection: "BoundedProtocol") -> None:
        """Forgets a connection that is closed."""
        self._open.pop(connection, None)


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol of one connection within a pool."""

    def __init__(self, *given: Any, pool: ConnectionPool, **named: Any) -> None:
        super().__init__(*given, **named)
        self._pool = pool
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts the time for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the time."""
        self._stop_waiting()
        self._pool.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads what has arrived; the time goes on until a request's headers are whole."""
        super().data_received(data)
        if self._is_serving:
            self._stop_waiting()
            if self._pool.is_ending:
                self.cycle.keep_alive = False
            if not self.cycle.more_body:
                self._pool.serve(self)

    def on_response_complete(self) -> None:
        """Starts the time for the next request, unless it is there already."""
        super().on_response_complete()
        if not self._is_serving and not self.transport.is_closing():
            self._stop_waiting()
            self._wait()

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP where that is still possible, and closes the connection in any case."""
        if self._is_serving:
            self.cycle.disconnected = True  # the response is ours now
            self.cycle.message_event.set()
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:  # a response has begun, or may have no body
            self.transport.close()

    def abort(self) -> None:
        """Closes the connection at once."""
        self._pool.forget(self)
        self.transport.abort()

    @property
    def _is_serving(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # None until the first request, whatever its type says
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(self._pool.slowest_headers, self.abort)
        self._pool.wait(self)

    def _stop_waiting(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None


class RepeatedWarnings(logging.Filter):
    """Filter that drops a warning which was logged too often lately; strangers can cause any number of them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True if the record is to be logged."""
        return record.levelno > logging.WARNING or not _lines.try_acquire(record.msg, time.monotonic())


def log_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Exception handler of the event loop (asyncio.loop.set_exception_handler).

    At the limit of descriptors asyncio reports each attempt to accept a connection, with a trace.
    """
    if isinstance(context.get("exception"), OSError) and "accept" in str(context.get("message")):
        if not _lines.try_acquire("accept", time.monotonic()):
            log.warning("connection_not_accepted", why=str(context["exception"]))
        return
    loop.default_exception_handler(context)
