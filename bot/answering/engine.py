"""Answer engine: content, trained model and renderer, loaded as one, and swapped as one while the bot runs."""

import gc
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.answering.explain import explain
from bot.answering.router import make_responder
from bot.commands import ChannelAdmin, find_commands
from bot.content.content_cache import Content, content_key, load_or_read
from bot.content.folders import GENERAL
from bot.content.model_cache import cache_key, load_or_train
from bot.content.problems import KnowledgeError
from bot.content.renderer import Renderer
from bot.contracts.engine import Respond
from bot.core.dns.records import Lookup
from bot.core.matching.decision import Matcher
from bot.core.matching.example_counts import count_examples
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.young_base import learn
from bot.core.model import Answer, Knowledge, Language, Provider, Question
from bot.settings import PACKAGED, Settings

if TYPE_CHECKING:
    from bot.observability.metrics import Metrics

BOT = Path(__file__).parent.parent
CORE = BOT / "core"
READERS = (BOT / "content", BOT / "commands", CORE)  # the general layer lies in bot/content


@dataclass(frozen=True, slots=True)
class AnswerEngine:
    """Answer engine: one version of the content, the model trained on it, and the renderer of its words."""

    knowledge: Knowledge
    matcher: Matcher
    renderer: Renderer

    def explain(self, answer: Answer) -> str:
        """Explanation of the decision behind an answer, one fact a line."""
        return explain(answer, self.matcher.evidence_for, self._origin)

    def _origin(self, owner: str) -> str:
        """Layer that a topic comes from, and the general topics that an entry stands for; empty: neither."""
        if topic := self.knowledge.topics.get(owner):
            return "not covered, general layer" if topic.general else "not covered, own topic"
        entry = self.knowledge.entries.get(owner)
        return f"instead of {', '.join(entry.instead_of)}" if entry and entry.instead_of else ""

    def sections(self, language: Language) -> Mapping[str, Sequence[str]]:
        """Sections of the FAQ in its order → ids of their entries; those that it does not name come last."""
        entries = sorted(
            self.knowledge.entries.values(),
            key=lambda entry: (self.knowledge.place(entry.id), entry.kind == "error", entry.faq, entry.id),
        )
        found: dict[str, list[str]] = {}
        for entry in entries:
            found.setdefault(self.knowledge.section(entry.id, language), []).append(entry.id)
        return {section: tuple(ids) for section, ids in found.items()}

    def related(self, entry_ids: Sequence[str]) -> Sequence[str]:
        """Ids of the entries that help beside these, the first of each before the second ones."""
        lists = [self.knowledge.entries[i].related for i in entry_ids if i in self.knowledge.entries]
        found = (i for row in zip_longest(*lists) for i in row if i and i not in entry_ids)
        return tuple(dict.fromkeys(found))


def load_engine(settings: Settings) -> AnswerEngine:
    """Engine for the configured content: reads it, and trains the model or takes it from the cache.

    Raises KnowledgeError.
    """
    commands = find_commands()
    content = load_or_read(
        settings.postbote_data_dir / "cache", _content_key(settings), lambda: _read_content(settings, commands)
    )
    knowledge, counts = content.knowledge, content.counts
    extractor = FeatureExtractor(knowledge, counts.tokens)
    trained = load_or_train(
        [settings.postbote_data_dir / "cache", PACKAGED],
        cache_key([settings.postbote_knowledge, GENERAL, CORE]),
        lambda: learn(knowledge, extractor),
    )
    hints = {name: command.HINT for name, command in commands.items()}
    renderer = Renderer(settings.postbote_templates, knowledge, hints)
    return AnswerEngine(knowledge, Matcher(knowledge, extractor, trained, counts=counts), renderer)


def _content_key(settings: Settings) -> str:
    """Key of the content and of the code that reads, checks and counts it; empty where a file cannot be read."""
    try:
        return content_key([settings.postbote_knowledge, settings.postbote_templates, *READERS])
    except OSError:  # reading it will say what is wrong
        return ""


def _read_content(settings: Settings, commands: Collection[str]) -> Content:
    """Content as it stands in its folders, checked. Raises KnowledgeError."""
    from bot.content.loader import load  # with the schemas, an eighth of a start from the cache, which has no need

    knowledge = load(settings.postbote_knowledge)
    _check_references(settings, knowledge, commands)
    return Content(knowledge, count_examples(knowledge))


def _check_references(settings: Settings, knowledge: Knowledge, commands: Collection[str]) -> None:
    """Raises KnowledgeError where a template is missing, or names a figure that the provider lacks, as entries may."""
    from bot.content.references import missing_parts, unknown_figures  # as above
    from bot.content.template_files import read_templates

    templates = settings.postbote_templates
    sources = read_templates(templates)
    problems = [
        *missing_parts(templates, sources, commands, knowledge.languages),
        *unknown_figures(settings.postbote_knowledge, templates, sources, knowledge),
    ]
    if problems:
        raise KnowledgeError(problems)


def responder(
    engine: AnswerEngine, settings: Settings, metrics: "Metrics | None" = None, lookup: Lookup | None = None
) -> Respond:
    """Responder over one engine: the function that every question goes through.

    `lookup`: an own one is opened where None. Raises ValueError where POSTBOTE_NAMESERVERS is wrong.
    """
    understood = metrics.understanding.observe if metrics else None
    lookup = lookup or make_lookup(settings, metrics)
    return make_responder(engine.matcher, find_commands(), engine.knowledge.provider, lookup, understood)


def make_lookup(settings: Settings, metrics: "Metrics | None" = None) -> Lookup:
    """DNS look-up with the configured name servers. Raises ValueError where POSTBOTE_NAMESERVERS is wrong."""
    from bot.lookup import open_lookup  # with the resolver, a tenth of a start, which most questions have no need of

    on_query = metrics.looked_up if metrics else None
    return open_lookup(settings.postbote_nameservers, settings.internal_zones(), on_query=on_query)


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
