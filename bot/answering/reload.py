"""Reload: the answer engine in use, swapped as one for another while the bot runs.

bot/content/watcher.py sees that the content has changed, and calls `ReloadableEngine.reload`.
"""

import gc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.answering.engine import AnswerEngine, load_engine, make_lookup, responder
from bot.commands import ChannelAdmin
from bot.content.problems import KnowledgeError
from bot.core.model import Answer, Language, Provider, Question
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.observability.metrics import Metrics


class ReloadableEngine:
    """Engine in use (bot/contracts/engine.py): a reload swaps it, and requests in flight finish with the old one."""

    def __init__(self, engine: AnswerEngine, settings: Settings, metrics: "Metrics | None" = None) -> None:
        """Raises ValueError where POSTBOTE_NAMESERVERS is wrong."""
        self._settings, self._metrics = settings, metrics
        self._lookup = make_lookup(settings, metrics)  # outlives reloads: its DNS cache, and each person's share
        self._use(engine)

    async def respond(self, question: Question, admin: ChannelAdmin | None = None, person: str = "") -> Answer:
        """Answer to a question or command; see Respond."""
        return await self._respond(question, admin, person)

    def render(self, answer: Answer) -> str:
        """Channel-neutral Markdown of a whole reply."""
        return self.current.renderer.render(answer)

    def label(self, name: str, language: Language) -> str:
        """Text of a button or heading: a block of templates/labels.md."""
        return self.current.renderer.label(name, language)

    def title(self, entry_id: str, language: Language) -> str:
        """Title of an entry or uncovered topic. Raises KeyError."""
        return self.current.renderer.title(entry_id, language)

    def prompts(self, language: Language) -> Sequence[str]:
        """Questions to begin with, at most four."""
        return self.current.renderer.prompts(language)

    def sections(self, language: Language) -> Mapping[str, Sequence[str]]:
        """Sections of the FAQ in its order → ids of their entries."""
        return self.current.sections(language)

    def related(self, entry_ids: Sequence[str]) -> Sequence[str]:
        """Ids of the entries that help beside these."""
        return self.current.related(entry_ids)

    def explain(self, answer: Answer) -> str:
        """Explanation of the decision behind an answer, one fact a line."""
        return self.current.explain(answer)

    def provider(self) -> Provider:
        """Hoster whose content is in use."""
        return self.current.knowledge.provider

    def languages(self) -> Sequence[Language]:
        """Languages in which everything is said, the first where none can be told."""
        return self.current.knowledge.languages

    def html(self, file: Path, words: str, language: Language, facts: Mapping[str, Any]) -> str:
        """HTML page from a template file; its words: blocks of templates/<words>.md."""
        return self.current.renderer.html(file, words, language, facts)

    def page_text(self, words: str, name: str, language: Language) -> str:
        """Text of a page for what is no template (the words of a chart): a block of templates/<words>.md."""
        return self.current.renderer.page_text(words, name, language)

    def reload(self) -> str:
        """Reload of the content from its folders. Returns the first problem, and then nothing changes; else empty."""
        try:
            engine = load_engine(self._settings)
        except KnowledgeError as wrong:
            return str(wrong.problems[0])
        self._use(engine)
        freeze_gc()
        return ""

    def _use(self, engine: AnswerEngine) -> None:
        self.current, self._respond = engine, responder(engine, self._settings, self._metrics, self._lookup)


def freeze_gc() -> None:
    """Moves all live objects to the garbage collector's permanent generation (gc.freeze).

    Each full collection over an engine and the libraries stopped everything for 0.1 s: the p99 of a reply was 90 to
    130 ms, and is 15 to 25 (tests/bench/path.py). What was frozen before is collected once more: an old engine goes
    then.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
