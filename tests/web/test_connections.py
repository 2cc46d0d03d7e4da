"""Connections of strangers: what they send or leave out costs a bounded time and number, and no trace."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web.connections import ConnectionPool
from bot.web.middleware import LARGEST_BODY
from bot.web.server import make_asgi_app, make_server, port_of
from tests.rows import each_row
from tests.servers.serving import serving


async def echo(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())}\n")


async def slow(request: Request) -> Response:
    await asyncio.sleep(0.5)
    return PlainTextResponse("slow\n")


async def no_problems() -> dict[str, str]:
    return {}


@asynccontextmanager
async def running(most: int = 0, slowest_headers: float = 0.3) -> AsyncIterator[uvicorn.Server]:
    """Server with these bounds, and its end."""
    app = make_asgi_app([Route("/", echo, methods=["GET", "POST"]), Route("/slow", slow)], no_problems)
    server = make_server(app, pool=ConnectionPool(most, slowest_headers))
    async with serving(server):
        yield server


@asynccontextmanager
async def served(most: int = 0, slowest_headers: float = 0.3) -> AsyncIterator[int]:
    """Port of a server with these bounds."""
    async with running(most, slowest_headers) as server:
        yield port_of(server)


async def exchange(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """All that is answered until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(5):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
            return await reader.read()
    except ConnectionError:
        return b"reset"
    finally:
        writer.close()


POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = POST + b"Content-Length: 1\r\n\r\nx"
NO_HTTP = [
    ("no HTTP", [b"\x16\x03\x01\x02\x00\r\n\r\n"]),
    ("a bad chunk", [CHUNKED + b"zz\r\n"]),
    ("a bad chunk later", [CHUNKED, b"1\r\nx\r\n", b"zz\r\n"]),
    ("a bad chunk after a good body", [CHUNKED + b'd\r\n{"text": "x"}\r\nzz\r\n']),
    ("a bad chunk to HEAD", [b"HEAD / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"]),
    ("a chunk that is longer than it says", [CHUNKED + b"1\r\nxyz\r\n0\r\n\r\n"]),
    (
        "a bad chunk after the refusal",
        [CHUNKED + b"%x\r\n" % (LARGEST_BODY + 1), b"x" * (LARGEST_BODY + 1), b"\r\nzz\r\n"],
    ),
    ("two lengths", [POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"]),
    ("a length that is none", [POST + b"Content-Length: zz\r\n\r\n"]),
    ("no host", [b"POST / HTTP/1.1\r\n\r\n"]),
    ("a bad header", [POST + b"a b: c\r\n\r\n"]),
    ("headers without end", [POST, *[b"a: " + b"x" * 9_000 + b"\r\n"] * 9]),
    ("a bad request after a good one", [WHOLE, b"\0\r\n\r\n"]),
    ("a bad request behind a good one", [WHOLE + b"\0\r\n\r\n"]),
    (
        "an upgrade to something else",
        [b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"],
    ),
]


@pytest.mark.parametrize("pieces", [row[1] for row in NO_HTTP], ids=[row[0] for row in NO_HTTP])
async def test_what_is_no_http_is_refused_without_a_trace(
    pieces: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    async with served() as port:
        answered = await exchange(port, *pieces, pause=0.05)
        assert b"HTTP/1.1 5" not in answered
        assert b"ok" in await exchange(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    lines = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in lines if record.exc_info] == []
    assert len(lines) <= 2  # uvicorn's two about an upgrade


async def test_a_thousand_bad_requests_are_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    async with served() as port:
        for _ in range(100):
            await exchange(port, b"\0\r\n\r\n")
    assert len(caplog.records) <= 5


SLOW = [
    ("nothing", []),
    ("half a header", [POST]),
    ("endless headers", [POST, *[b"a: b\r\n"] * 100]),
    ("nothing after a response", [WHOLE]),
    ("half a header after a response", [WHOLE, POST, *[b"a: b\r\n"] * 100]),
    ("a body that is sent on after its refusal", [POST + b"Content-Length: 9999999\r\n\r\n", *[b"x"] * 100]),
]


@each_row("pieces", [row[1] for row in SLOW], ids=[row[0] for row in SLOW])
async def test_a_connection_without_a_whole_request_is_closed(pieces: list[bytes]) -> None:
    async with served(slowest_headers=0.3) as port:
        began = time.monotonic()
        await exchange(port, *pieces, pause=0.02)
        assert 0.25 < time.monotonic() - began < 2.5


async def test_a_request_that_comes_in_time_is_answered_again_and_again() -> None:
    async with served(slowest_headers=0.8) as port:  # less than the five take together, and much more than one
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(5):
            await asyncio.sleep(0.2)
            writer.write(WHOLE)
            assert b"200" in await reader.readuntil(b"\r\n\r\n1\n")
        writer.write(WHOLE + WHOLE)  # pipelined
        assert await reader.readuntil(b"\r\n\r\n1\n")
        assert await reader.readuntil(b"\r\n\r\n1\n")
        writer.close()


async def test_beyond_the_bound_the_connection_that_waited_longest_is_closed() -> None:
    async with served(most=10, slowest_headers=60) as port:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(10)]
        busy_reader, busy = await asyncio.open_connection("127.0.0.1", port)  # closes the first
        busy.write(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(0.05)
        more = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        for _, half in more[10:]:  # a body that does not come keeps nobody out either
            half.write(POST + b"Content-Length: 2\r\n\r\nx")
        await asyncio.sleep(0.05)
        more += [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        assert b"ok" in await exchange(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"200" in await busy_reader.readuntil(b"\r\n\r\nslow\n")
        for reader, _ in idle:
            assert await asyncio.wait_for(reader.read(), 1) == b""
        for _, writer in [*idle, *more, (busy_reader, busy)]:
            writer.close()


LATE = [
    ("a request", [WHOLE], b"200 OK"),
    ("several requests", [WHOLE * 3], b"200 OK"),
    ("nothing", [], b""),
]


@each_row("row", LATE, ids=[row[0] for row in LATE])
async def test_a_connection_that_arrives_as_the_server_ends_does_not_hold_it_up(
    row: tuple[str, list[bytes], bytes],
) -> None:
    """It was accepted before the port was closed, and is made after all others were told that this is the end."""
    _, pieces, expected = row
    async with running(slowest_headers=60) as server:
        busy = asyncio.create_task(exchange(port_of(server), b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"))
        await asyncio.sleep(0.1)
        server.should_exit = True
        while server.servers[0].sockets:
            await asyncio.sleep(0.01)
        reader, writer = await accepted(server)
        async with asyncio.timeout(2):  # a connection that is kept alive is closed after five seconds
            for piece in pieces:
                writer.write(piece)
                await asyncio.sleep(0.05)
            answered = await reader.read()
        writer.close()
        assert answered.count(b"HTTP/1.1") == bool(expected)
        assert expected in answered
        assert b"200 OK" in await busy


async def accepted(server: uvicorn.Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Our side of a connection that asyncio has accepted for a server."""
    ours, theirs = socket.socketpair()
    protocol: Any = server.config.http_protocol_class
    make = partial(protocol, config=server.config, server_state=server.server_state, app_state={})
    await asyncio.get_running_loop().connect_accepted_socket(make, theirs)
    return await asyncio.open_connection(sock=ours)
