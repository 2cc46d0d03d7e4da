"""Parser of mail server URLs with credentials. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

PORTS = {"imaps": 993, "imap": 143, "smtps": 465, "smtp": 587}  # RFC 8314; RFC 9051, 11.1; RFC 6409


@dataclass(frozen=True, slots=True)
class Server:
    """Mail server, and an account there."""

    scheme: str  # imaps, smtps: TLS from the first byte; imap, smtp: STARTTLS where it is offered
    host: str
    port: int
    user: str  # empty: no login (SMTP within a machine)
    password: str = field(repr=False)
    folder: str  # of an IMAP URL's path; empty: INBOX


def to_server(url: str, schemes: Collection[str]) -> Server:
    """Server that a URL names. `schemes`: those that are allowed; the first one stands in the message's example.

    Raises ValueError that says what is wrong and never shows the URL, for it holds a password.
    """
    example = f"{next(iter(schemes))}://user:password@mail.example.org"
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as wrong:
        raise ValueError(
            f"the URL cannot be read (is a / or @ in the password percent-encoded?); write {example}"
        ) from wrong
    if parts.scheme not in schemes:
        raise ValueError(f"the URL must begin with {' or '.join(f'{s}://' for s in schemes)}; write {example}")
    if not parts.hostname:
        raise ValueError(f"the URL names no host; write {example}")
    if parts.scheme.startswith("imap") and not (parts.username and parts.password):
        raise ValueError(f"the URL needs a user and a password, both percent-encoded; write {example}")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    folder = unquote(parts.path.strip("/"))
    return Server(
        parts.scheme, parts.hostname, port or PORTS[parts.scheme], user=user, password=password, folder=folder
    )
