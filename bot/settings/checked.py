"""Checks of values that belong to other services: tokens and web addresses, as far as their form tells."""

import re

from pydantic import SecretStr


def checked_token(value: SecretStr | None) -> SecretStr | None:
    """Checked token, which goes into a header of HTTP. Raises ValueError, which never has the value in it."""
    if value and not re.fullmatch(r"[!-~]+", value.get_secret_value()):
        raise ValueError("it has a blank, a line break or a letter that no token has; copy it again, on one line")
    return value


def is_web_address(value: str) -> bool:
    """True for http(s)://host[:port][/path], without a user and a query."""
    host = r"(?:[\w.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
    return re.fullmatch(rf"https?://{host}(?::\d{{1,5}})?(?:/[^\s@?#]*)?", value) is not None
