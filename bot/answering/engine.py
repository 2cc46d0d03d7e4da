"""All that is needed to answer: the content, what was learnt from it, and its words; and the one that is in use."""

import gc
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.answering.router import make_responder
from bot.commands import find_commands
from bot.content.loader import KnowledgeError, load
from bot.content.model_cache import fingerprint, load_or_train
from bot.content.renderer import Renderer
from bot.core.dns.records import Lookup
from bot.core.matching.decision import Core
from bot.core.matching.features import Reader
from bot.core.matching.training import examples_of, train
from bot.core.model import Answer, Knowledge
from bot.lookup import open_lookup
from bot.settings import PACKAGED, Settings

if TYPE_CHECKING:
    from bot.observability.metrics import Metrics

CORE = Path(__file__).parent.parent / "core"


@dataclass(frozen=True, slots=True)
class AnswerEngine:
    """What answers, without any channel."""

    knowledge: Knowledge
    core: Core
    renderer: Renderer


def load_engine(settings: Settings) -> AnswerEngine:
    """Reads the content and learns from it (or remembers). Raises KnowledgeError."""
    knowledge = load(settings.postbote_knowledge)
    reader = Reader(knowledge)
    trained = load_or_train(
        [settings.postbote_data_dir / "cache", PACKAGED],
        fingerprint([settings.postbote_knowledge, CORE]),
        lambda: train(knowledge, reader, examples_of(knowledge)),
    )
    return AnswerEngine(knowledge, Core(knowledge, reader, trained), Renderer(settings.postbote_templates, knowledge))


def responder(
    engine: AnswerEngine, settings: Settings, metrics: "Metrics | None" = None, lookup: Lookup | None = None
) -> Callable[..., Coroutine[Any, Any, Answer]]:
    """The one function that questions go through. Raises ValueError where the name servers are wrong."""
    understood = metrics.understanding.observe if metrics else None
    lookup = lookup or make_lookup(settings, metrics)
    return make_responder(engine.core, find_commands(), engine.knowledge.provider, lookup, understood)


def make_lookup(settings: Settings, metrics: "Metrics | None" = None) -> Lookup:
    """Raises ValueError where the name servers are wrong."""
    seen = metrics.looked_up if metrics else None
    return open_lookup(settings.postbote_nameservers, settings.internal_zones(), seen=seen)


class ReloadableEngine:
    """The mind in use. Another takes its place when the content changes; who is being answered keeps the old one."""

    def __init__(self, engine: AnswerEngine, settings: Settings, metrics: "Metrics | None" = None) -> None:
        """Raises ValueError where the name servers are wrong."""
        self._settings, self._metrics = settings, metrics
        self._lookup = make_lookup(settings, metrics)  # one for all: what is known of the DNS, and whose turn it is
        self._take(engine)

    async def respond(self, *question: Any, **more: Any) -> Answer:
        """See responder."""
        return await self._respond(*question, **more)

    def reload(self) -> str:
        """Reads the content anew; what is wrong with it, and then nothing changes."""
        try:
            engine = load_engine(self._settings)
        except KnowledgeError as wrong:
            return str(wrong.problems[0])
        self._take(engine)
        return ""

    def _take(self, engine: AnswerEngine) -> None:
        self.engine, self._respond = engine, responder(engine, self._settings, self._metrics, self._lookup)
        freeze_gc()


def freeze_gc() -> None:
    """The garbage collector looks no more at what there is now, and lives as long as the process.

    Each of its looks at a mind and the libraries stopped everything for 0.1 s: the p99 of a reply was 90 to 130 ms, and
    is 15 to 25 (tests/bench/path.py). What was set aside before is looked at once more: an old mind goes then.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def sections_of(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Sections of the FAQ → ids of their entries; error messages last."""
    found: dict[str, list[str]] = {}
    for entry in sorted(knowledge.entries.values(), key=lambda entry: (entry.kind == "error", entry.faq, entry.id)):
        found.setdefault(entry.faq, []).append(entry.id)
    return {section: tuple(ids) for section, ids in found.items()}
