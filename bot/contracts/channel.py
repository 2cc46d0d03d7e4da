"""Contract of a channel: what every system that events come from has to offer; defaults for what it lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.core.model import Answer, Event, Language

if TYPE_CHECKING:
    from starlette.routing import BaseRoute  # a tenth of a second that the command line need not wait for


@dataclass(frozen=True, slots=True)
class ThreadAbove:
    """Messages above one that points at them: of its thread what others wrote since the bot last did; of a channel the
    nearest ones.
    """

    texts: tuple[str, ...]  # the newest first, at last the thread's first message; without those that have no words
    unreadable: int = 0  # files there that hold no text: pictures
    problem: str = ""  # rate-limit, permission or unavailable: why nothing could be read; empty: it was read
    authors: tuple[str, ...] = ()  # of each text the author's name, "" for the asker's own; none: they are of a thread
    in_channel: bool = False  # True: above a message that stands in no thread, so whose line is meant is to be told


@dataclass(frozen=True, slots=True)
class Disabled:
    """Disabled channel: it is not configured."""

    name: str
    cure: str  # names the variable that turns it on; empty: nothing is said of it


@dataclass(frozen=True, slots=True)
class DoctorResult:
    """Doctor result: one line of `postbote doctor`."""

    name: str
    ok: bool
    says: str  # what was found, and the cure where it is not ok


class Channel(Protocol):
    """Channel: turns what arrives from one system into events, and delivers replies in its dialect."""

    @property
    def name(self) -> str: ...

    @property
    def routes(self) -> "Sequence[BaseRoute]":
        """Routes mounted in the one web server; empty where the channel needs none."""
        ...

    @property
    def blocks_readiness(self) -> bool:
        """True if another process may be able to answer where this one's channel has a problem: /readyz says 503."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """Receives nothing more. Replies can still be delivered: the worker finishes the runs under way."""
        ...

    async def close(self) -> None:
        """Closes the connections; called once the worker has ended, so that no run meets a closed one."""
        ...

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """Delivery of a reply (None: only what `reply_to` says, such as a deletion).

        Returns the channel's id of the post, empty where it has none. `again`: True where an earlier attempt may have
        got through, so that the channel looks for its own post before it sends. Raises TryLater.
        """
        ...

    async def language_hint(self, event: Event) -> Language | None:
        """Language of the asker as the channel knows it, looked up after the event is stored; None: not known."""
        ...

    async def read_full_text(self, event: Event) -> str:
        """Full text of a question whose event holds only its beginning (long snippets). Raises TryLater."""
        ...

    async def read_thread(self, event: Event) -> ThreadAbove | None:
        """Messages above one that points at them ("was bedeutet das?"): of its thread, or of the channel around it;
        None where there are none.
        """
        ...

    async def show_busy(self, event: Event, language: Language) -> None:
        """Sign that the answer is being looked up, where the channel can show one. Raises nothing."""
        ...

    async def permalink(self, event: Event) -> str:
        """Permalink of a question; empty: not known."""
        ...

    async def may(self, event: Event, what: str) -> bool:
        """Permission of the person: to set the channel's mode ("mode"), or to read stored decisions ("edit")."""
        ...

    async def readiness_problem(self) -> str:
        """Readiness problem, one line for /readyz; empty where the channel is usable."""
        ...


class ChannelDefaults:
    """Defaults for channels without user, permission or link data, whose system is the same for every process."""

    blocks_readiness = False

    async def close(self) -> None:
        """No connections that outlive a delivery."""

    async def language_hint(self, event: Event) -> Language | None:
        """No hint: the question's own words decide."""
        return None

    async def read_full_text(self, event: Event) -> str:
        """Text of the event, which is complete."""
        return event.question.text

    async def read_thread(self, event: Event) -> ThreadAbove | None:
        """No threads."""
        return None

    async def show_busy(self, event: Event, language: Language) -> None:
        """No sign: a reply comes when it is there."""

    async def permalink(self, event: Event) -> str:
        """No permalink."""
        return ""

    async def may(self, event: Event, what: str) -> bool:
        """No permission: no person is known."""
        return False

    async def readiness_problem(self) -> str:
        """No problem: usable whenever the server is."""
        return ""
