"""Data subject: a person about whom everything shall be erased; how they are named, and which text names them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SLACK = re.compile(r"(?:(T[A-Z0-9]{2,20}):)?([UW][A-Z0-9]{2,20})")
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,253}")
GONE = "<person>"


@dataclass(frozen=True, slots=True)
class Person:
    """Person to erase: a Slack user or a mail address."""

    name: str  # "U0123ABCD", or "max@firma.de" in lower case
    team: str = ""  # "T0123ABCD": in this workspace only; empty: wherever the name stands

    @property
    def like(self) -> str:
        r"""Pattern for SQL's LIKE with the escape "\\", on lower-case text: finds at least all that name the person."""
        escaped = re.sub(r"([\\%_])", r"\\\1", self.name.lower())
        return f"%{escaped.replace('@', '_')}%"

    def is_named_in(self, text: str) -> bool:
        """True if the text holds the whole name; also as "max%firma.de", which the bot says back as the user name."""
        return self._pattern().search(text) is not None

    def redact(self, text: str) -> str:
        """Text with a mark (GONE) in place of the name."""
        return self._pattern().sub(GONE, text)

    def owns(self, key: str) -> bool:
        """True if this id ("T0001:U0001", "U0001", an address) is the person's."""
        team, _, user = key.rpartition(":")
        return user.lower() == self.name.lower() and (not self.team or team == self.team)

    def is_in_workspace(self, values: Iterable[str]) -> bool:
        """True if a row with these values belongs to the person's workspace, or the person is one of any workspace."""
        return not self.team or any(v == self.team or v.startswith(f"{self.team}:") for v in values)

    def _pattern(self) -> re.Pattern[str]:
        if "@" not in self.name:
            return re.compile(rf"(?<![A-Za-z0-9]){re.escape(self.name)}(?![A-Za-z0-9])")
        local, _, domain = self.name.partition("@")
        return re.compile(rf"(?<![\w.+%@-]){re.escape(local)}[@%]{re.escape(domain)}(?![\w@-]|\.\w)", re.IGNORECASE)


def to_person(text: str) -> Person:
    """Parser of `U…`, `T…:U…` or a mail address, as an operator writes it. Raises ValueError saying what to write."""
    text = text.strip().removeprefix("<@").removesuffix(">")
    slack = _SLACK.fullmatch(text)
    if slack:
        return Person(slack[2], slack[1] or "")
    if _ADDRESS.fullmatch(text):
        return Person(text.lower())
    raise ValueError(f"{text!r} names nobody; write U0123ABCD or T0123ABCD:U0123ABCD (Slack), or a mail address")
