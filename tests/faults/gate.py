"""Gate in front of a fake destination, which can be away: in each way that a client sees differently.

refused       Nobody listens.
503           Every request is answered with that status, as by a proxy whose server is down.
silent        Connections are accepted, requests are read, and nothing is answered.
unconfirmed   Requests arrive and are carried out, and no answer comes back.
"""

import asyncio
import re
from contextlib import suppress
from urllib.parse import urlsplit

from tests.faults.world import free_port

WAYS = ("refused", "503", "silent", "unconfirmed")
REPLY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
PIECE = 65_536  # bytes


class Gate:
    """Gate to the server of a URL; open at first."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._way = ""  # one of WAYS; empty: open
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, url: str) -> None:
        """Listens, and passes on to the server of this URL."""
        self._to = urlsplit(url).port
        await self._listen()

    async def close(self, way: str) -> None:
        """Away from now on, in one of WAYS; the connections that are open end. Empty: it stays open."""
        if not way:
            return
        self._way = way
        if way == "refused" and self._server:
            self._server.close()
            self._server = None
        self._end_connections()

    async def open(self) -> None:
        """Back again; who waits for an answer gets none, and sees the connection end."""
        self._way = ""
        self._end_connections()
        if self._server is None:
            await self._listen()

    async def stop(self) -> None:
        """Closes everything."""
        self._end_connections()
        for task in self._tasks:
            task.cancel()
        if self._server:
            self._server.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    def _end_connections(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            if self._way == "503":
                await _read_request(reader)
                writer.write(REPLY)
                writer.close()
            elif self._way == "silent":
                await reader.read(-1)
            else:
                await self._pass_on(reader, writer)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        confirmed = not self._way
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers.add(back)
        for source, target in ((reader, back), (there, writer if confirmed else None)):
            task = asyncio.create_task(_copy(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter | None) -> None:
    """Copies until the end. `target`: None: nowhere."""
    with suppress(ConnectionError):
        while data := await source.read(PIECE):
            if target:
                target.write(data)
                await target.drain()
        if target:
            target.close()


async def _read_request(reader: asyncio.StreamReader) -> None:
    """Reads a whole request: a connection that is closed with unread bytes is reset, and its answer may be lost."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    await reader.readexactly(int(length[1]) if length else 0)
