"""SMTP: one reply to one person. aiosmtplib (MIT), because it is asynchronous and knows the null envelope sender."""

import ssl
from collections.abc import Awaitable, Callable

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from bot.channels.mail.imap import LOOPBACK
from bot.core.mail.server_url import Server
from bot.core.model import TryLater

TIMEOUT = 30.0  # seconds for a connection, and for each answer
BROKEN = (OSError, SMTPException, ValueError)


class Refused(Exception):
    """The server will never take this reply; says why."""


async def send(server: Server, recipient: str, raw: bytes, before: Callable[[], Awaitable[None]]) -> None:
    """Sends a mail with the null envelope sender, so that no bounce comes back (RFC 3834, 3.3; RFC 5321, 4.5.5).

    `before` is awaited when nothing is missing but the mail itself. Raises Refused; TryLater, with `maybe_sent` where
    the server may have taken it.
    """
    client = await connected(server)
    try:
        try:
            await client.mail("")
            await client.rcpt(recipient)
        except BROKEN as wrong:
            raise _judged(wrong) from None
        await before()
        try:
            await client.data(raw)
        except SMTPResponseException as wrong:
            raise _judged(wrong) from None
        except BROKEN as wrong:
            raise TryLater(f"the connection broke while the mail was sent ({_said(wrong)})", maybe_sent=True) from None
    finally:
        client.close()


async def connected(server: Server) -> SMTP:
    """Logged in. Raises TryLater: a wrong password is put right by a person, and nothing is lost until then."""
    client = SMTP(
        hostname=server.host,
        port=server.port,
        timeout=TIMEOUT,
        use_tls=server.scheme == "smtps",
        start_tls=None if server.scheme == "smtp" else False,
        tls_context=ssl.create_default_context(),
    )
    try:
        await client.connect()
        if server.user:
            if server.host not in LOOPBACK and not client.get_transport_info("sslcontext"):
                raise OSError("the server offers no TLS, and a password is not sent in the clear; use smtps://")
            await client.login(server.user, server.password)
    except BROKEN as wrong:
        client.close()
        raise TryLater(f"SMTP: {_said(wrong)}") from None
    return client


def _judged(wrong: Exception) -> Exception:
    """5xx is final (RFC 5321, 4.2.1), all else passes."""
    if isinstance(wrong, SMTPResponseException) and wrong.code >= 500:
        return Refused(_said(wrong))
    if isinstance(wrong, ValueError | aiosmtplib.SMTPNotSupported):
        return Refused(_said(wrong))  # an address that this server cannot be told
    return TryLater(f"SMTP: {_said(wrong)}")


def _said(wrong: Exception) -> str:
    """What the server said, on one line; never what we sent."""
    if isinstance(wrong, aiosmtplib.SMTPAuthenticationError):
        return f"the server refuses the user name or the password ({wrong.code})"
    if isinstance(wrong, SMTPResponseException):
        return f"{wrong.code} {' '.join(str(wrong.message).split())[:200]}"
    return f"{type(wrong).__name__}: {' '.join(str(wrong).split())[:200]}"
