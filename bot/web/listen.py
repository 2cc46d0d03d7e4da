"""Listening sockets of the web server, bound before anything is started: a port in use is found out at once."""

import errno
import socket
from contextlib import ExitStack
from typing import Any

SKIPPED = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)  # of a name's several addresses: a host without IPv6 has no ::1


class CannotListen(Exception):
    """Host or port that the server cannot listen on; the text names the variable and the cure."""


def bind(host: str, port: int) -> list[socket.socket]:
    """Sockets bound to all addresses of `host`, not listening yet. `port`: 0 for any free one, the same in all.

    Raises CannotListen.
    """
    with ExitStack() as opened:
        found: list[socket.socket] = []
        try:
            addresses = list(dict.fromkeys(_addresses(host, port)))
            for family, address in addresses:
                chosen = found[0].getsockname()[1] if found else port
                one = socket.socket(family, socket.SOCK_STREAM)
                opened.callback(one.close)
                if _is_bound(one, (address[0], chosen, *address[2:]), last=not found and address == addresses[-1][1]):
                    found.append(one)
        except (OSError, UnicodeError) as wrong:  # UnicodeError: a label of the host is empty or too long
            raise CannotListen(explain(wrong, host, port)) from wrong
        opened.pop_all()
    return found


def explain(wrong: Exception, host: str, port: int) -> str:
    """Variable and cure of an error of binding or listening."""
    number = getattr(wrong, "errno", None)
    if number == errno.EADDRINUSE:
        return (
            f"POSTBOTE_PORT: port {port} of {host} is in use, perhaps by another Postbote; stop that program, or set "
            f"another port (0: any free one)"
        )
    if number in (errno.EACCES, errno.EPERM):
        return f"POSTBOTE_PORT: this user may not listen on port {port}; set one from 1024 on (0: any free one)"
    return (
        f"POSTBOTE_HOST: {host[:60]!r} is no address of this machine; set 127.0.0.1 for this one only, 0.0.0.0 for all"
    )


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, Any]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return [(family, address) for family, _, _, _, address in found]


def _is_bound(one: socket.socket, address: Any, *, last: bool) -> bool:
    """True if the socket is bound; False for an address that this host lacks. `last`: no other one is left."""
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if one.family == socket.AF_INET6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        one.bind(address)
    except OSError as wrong:
        if wrong.errno in SKIPPED and not last:
            return False
        raise
    return True
