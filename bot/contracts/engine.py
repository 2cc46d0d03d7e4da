"""Contract of the answer engine, as channels and dialogue use it."""

from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from bot.commands import ChannelAdmin
from bot.core.model import Answer, Language, Provider, Question


class Respond(Protocol):
    """Responder: question → answer.

    `admin`: what a command may change and see in the channel it was given in; None where there is no channel.
    `person`: opaque id of the asker, by which look-ups are counted; empty: not known.
    """

    def __call__(
        self, question: Question, admin: ChannelAdmin | None = None, person: str = ""
    ) -> Coroutine[Any, Any, Answer]: ...


class Engine(Protocol):
    """Answer engine in use: answers questions and words answers (ReloadableEngine of bot/answering/reload.py)."""

    def respond(
        self, question: Question, admin: ChannelAdmin | None = None, person: str = ""
    ) -> Coroutine[Any, Any, Answer]:
        """Answer to a question or command; see Respond."""
        ...

    def render(self, answer: Answer) -> str:
        """Channel-neutral Markdown of a whole reply."""
        ...

    def label(self, name: str, language: Language) -> str:
        """Text of a button or heading: a block of templates/labels.md."""
        ...

    def title(self, entry_id: str, language: Language) -> str:
        """Title of an entry or uncovered topic. Raises KeyError."""
        ...

    def prompts(self, language: Language) -> Sequence[str]:
        """Questions to begin with, at most four."""
        ...

    def sections(self, language: Language) -> Mapping[str, Sequence[str]]:
        """Sections of the FAQ in its order, by their names in a language → ids of their entries."""
        ...

    def related(self, entry_ids: Sequence[str]) -> Sequence[str]:
        """Ids of the entries that help beside these, those that belong closest first; none of these themselves."""
        ...

    def explain(self, answer: Answer) -> str:
        """Explanation of the decision behind an answer, one fact a line."""
        ...

    def provider(self) -> Provider:
        """Hoster whose content is in use: name, links, contact, brand."""
        ...

    def languages(self) -> Sequence[Language]:
        """Languages in which everything is said, the first where none can be told."""
        ...

    def html(self, file: Path, words: str, language: Language, facts: Mapping[str, Any]) -> str:
        """HTML page from a template file; its words: blocks of templates/<words>.md."""
        ...

    def page_text(self, words: str, name: str, language: Language) -> str:
        """Text of a page for what is no template (the words of a chart): a block of templates/<words>.md."""
        ...
