"""Helpers: the people whom "Ask the team" calls."""

from dataclasses import dataclass

MOST_HELPERS = 8  # people who are written to one by one: a larger team has a channel


@dataclass(frozen=True, slots=True)
class Helpers:
    """Helpers that "Ask the team" calls (POSTBOTE_SLACK_HELPERS)."""

    ping: str = ""  # mentions in Slack's markup, <!subteam^S…> <@U…>; empty: nobody is mentioned
    channel: str = ""  # where requests are posted; empty: in the thread itself, or to each of them
    tickets: bool = False  # True: a ticket is opened too

    def can_be_asked(self) -> bool:
        """True if "Ask the team" reaches somebody, in Slack or by a ticket."""
        return bool(self.tickets or self.ping or self.channel)

    def groups(self) -> list[str]:
        """Ids of the user groups."""
        return [mark[10:-1] for mark in self.ping.split() if mark.startswith("<!subteam^")]

    def users(self) -> list[str]:
        """Ids of the people who are named one by one."""
        return [mark[2:-1] for mark in self.ping.split() if mark.startswith("<@")]
