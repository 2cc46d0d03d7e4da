"""Bounded sockets for dnspython: an answer is parsed in one go, on the event loop of all, so its size has a limit."""

import socket
from typing import Any, cast

import dns.asyncbackend
import dns.exception

LARGEST = 16_384  # octets of an answer over TCP, which would allow 65,535 (RFC 1035 section 4.2.2)
LARGEST_DATAGRAM = 4_096  # octets over UDP; resolver.PAYLOAD was offered


class TooLarge(dns.exception.FormError):
    """Answer beyond LARGEST. The server is passed over, as after any malformed answer."""


def bounded_backend() -> Any:
    """Backend of dnspython for the running event loop, with bounded sockets."""
    return _Backend(dns.asyncbackend.get_default_backend())


class _Proxy:
    """Proxy of `inner`; a subclass overrides what it limits."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def __aenter__(self) -> Any:
        await self._inner.__aenter__()
        return self

    async def __aexit__(self, *raised: Any) -> None:
        await self._inner.__aexit__(*raised)


class _Backend(_Proxy):
    async def make_socket(self, family: int, kind: int, *more: Any) -> Any:
        opened = await self._inner.make_socket(family, kind, *more)
        return _Stream(opened) if kind == socket.SOCK_STREAM else _Datagrams(opened)


class _Stream(_Proxy):
    async def recv(self, size: int, timeout: float | None) -> bytes:
        if size > LARGEST:
            raise TooLarge
        return cast("bytes", await self._inner.recv(size, timeout))


class _Datagrams(_Proxy):
    async def recvfrom(self, size: int, timeout: float | None) -> tuple[bytes, Any]:
        """Next datagram that is small enough. A larger one is dropped and no error: anybody may send one."""
        while True:
            wire, source = await self._inner.recvfrom(size, timeout)
            if len(wire) <= LARGEST_DATAGRAM:
                return wire, source
