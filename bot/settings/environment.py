"""Environment: the variables that are set, in the process and in the file `.env` of the working directory."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

FILE = Path(".env")


def environment(names: Collection[str]) -> dict[str, str]:
    """Values of the variables with these names (in small letters), however they are written; empty ones are not set.

    The process's come before those of `.env`. Raises OSError or UnicodeError where that cannot be read.
    """
    found: dict[str, str] = {}
    for source in (dotenv(), os.environ):
        found |= {name.lower(): value for name, value in source.items() if value and name.lower() in names}
    return found


def dotenv() -> Mapping[str, str | None]:
    """Variables of `.env`, None for one without "="; empty where there is no such file. Raises as `environment`."""
    if not FILE.exists():
        return {}
    from dotenv import dotenv_values  # a reader that few starts have need of

    return dotenv_values(FILE, encoding="utf-8")
