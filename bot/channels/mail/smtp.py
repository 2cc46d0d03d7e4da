"""SMTP client: one reply to one person.

aiosmtplib (MIT), because it is asynchronous and knows the null envelope sender.
"""

import ssl
from collections.abc import Awaitable, Callable

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from bot.channels.mail.imap import LOOPBACK
from bot.core.mail.server_url import Server
from bot.core.model import TryLater

TIMEOUT = 30.0  # seconds for a connection, and for each answer
SMTP_ERRORS = (OSError, SMTPException, ValueError)


class ReplyRefused(Exception):
    """Refusal: the server will never take this reply; says why."""


async def send(server: Server, recipient: str, raw: bytes, before: Callable[[], Awaitable[None]]) -> None:
    """Sends a mail with the null envelope sender, so that no bounce comes back (RFC 3834, 3.3; RFC 5321, 4.5.5).

    `before` is awaited when nothing is missing but the mail itself. Raises ReplyRefused; TryLater, with `maybe_sent`
    where the server may have taken it.
    """
    client = await connect(server)
    try:
        try:
            await client.mail("")
            await client.rcpt(recipient)
        except SMTP_ERRORS as wrong:
            raise _to_error(wrong) from None
        await before()
        try:
            await client.data(raw)
        except SMTPResponseException as wrong:
            raise _to_error(wrong) from None
        except SMTP_ERRORS as wrong:
            raise TryLater(
                f"the connection broke while the mail was sent ({_error_text(wrong)})", maybe_sent=True
            ) from None
    finally:
        client.close()


async def connect(server: Server) -> SMTP:
    """Connection, logged in where the URL names a user.

    Raises TryLater: a wrong password is put right by a person, and nothing is lost until then.
    """
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
    except SMTP_ERRORS as wrong:
        client.close()
        raise TryLater(f"SMTP: {_error_text(wrong)}") from None
    return client


def _to_error(wrong: Exception) -> Exception:
    """Error to raise: 5xx is final (RFC 5321, 4.2.1), all else passes."""
    if isinstance(wrong, SMTPResponseException) and wrong.code >= 500:
        return ReplyRefused(_error_text(wrong))
    if isinstance(wrong, ValueError | aiosmtplib.SMTPNotSupported):
        return ReplyRefused(_error_text(wrong))  # an address that this server cannot be told
    return TryLater(f"SMTP: {_error_text(wrong)}")


def _error_text(wrong: Exception) -> str:
    """Error as one line: what the server said, never what we sent."""
    if isinstance(wrong, aiosmtplib.SMTPAuthenticationError):
        return f"the server refuses the user name or the password ({wrong.code})"
    if isinstance(wrong, SMTPResponseException):
        return f"{wrong.code} {' '.join(str(wrong.message).split())[:200]}"
    return f"{type(wrong).__name__}: {' '.join(str(wrong).split())[:200]}"
