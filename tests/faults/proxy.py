"""Proxy of TCP connections that go silent without being closed, as when a cable is pulled."""

import asyncio
from contextlib import suppress


class Proxy:
    """Proxy to a port of loopback; passes nothing on while `silent`."""

    def __init__(self, to: int) -> None:
        self._to = to
        self.silent = False
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listens, on `port`."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def heal(self) -> None:
        """Closes the silent connections, so that the server sees it, and passes new ones on again."""
        for writer in self._writers:
            writer.close()
        self._writers.clear()
        self.silent = False

    async def stop(self) -> None:
        """Closes everything."""
        await self.heal()
        for task in self._tasks:
            task.cancel()
        self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers += [writer, back]
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pass_on(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65_536):
                while self.silent:
                    await asyncio.sleep(0.05)
                target.write(data)
                await target.drain()
            if not self.silent:
                target.close()
