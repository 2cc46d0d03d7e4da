"""Answer engine: content, trained model and renderer, loaded as one (reload.py swaps it while the bot runs)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answering.explain import explain
from bot.answering.router import answer_unless_command, make_responder
from bot.commands import find_commands
from bot.content.content_cache import Content, content_key, load_or_read
from bot.content.folders import CORE, learnt_from
from bot.content.model_cache import cache_key, load_or_train
from bot.content.problems import KnowledgeError
from bot.content.renderer import Renderer
from bot.contracts.engine import Respond
from bot.core.dns.records import Lookup
from bot.core.matching.decision import Matcher
from bot.core.matching.example_counts import count_examples
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.training import TrainedModel
from bot.core.model import Answer, Knowledge, Language, Question
from bot.settings import PACKAGED, Settings

if TYPE_CHECKING:
    from bot.observability.metrics import Metrics

BOT = Path(__file__).parent.parent
READERS = (BOT / "content", BOT / "commands", CORE)  # the general layer lies in bot/content


@dataclass(frozen=True, slots=True)
class Speech:
    """Speech: one version of the content, and the renderer of its words."""

    knowledge: Knowledge
    renderer: Renderer


@dataclass(frozen=True, slots=True)
class AnswerEngine(Speech):
    """Answer engine: one version of the content, the renderer of its words, and the model trained on it."""

    matcher: Matcher

    def answer_unless_command(self, question: Question) -> Answer | None:
        """Answer to a message in one's own words, without an event loop; None for a command, which may wait."""
        return answer_unless_command(self.matcher, question, find_commands())

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


def load_engine(settings: Settings, on_learning: Callable[[], None] = lambda: None) -> AnswerEngine:
    """Engine for the configured content: reads it, and trains the model or takes it from the cache.

    `on_learning`: called before the model is trained, which takes seconds. Raises KnowledgeError.
    """
    content = load_content(settings)
    knowledge, counts = content.knowledge, content.counts
    extractor = FeatureExtractor(knowledge, counts.tokens)

    def train() -> TrainedModel:
        from bot.core.matching.learning import learn  # which a start that remembers has no need of

        on_learning()
        return learn(knowledge, extractor)

    folders = [settings.postbote_data_dir / "cache", PACKAGED]
    trained = load_or_train(folders, cache_key(learnt_from(settings.postbote_knowledge)), train)
    matcher = Matcher(knowledge, extractor, trained, counts=counts)
    return AnswerEngine(knowledge, _renderer(settings, knowledge), matcher)


def load_speech(settings: Settings) -> Speech:
    """Speech of the configured content, for which nothing need be learnt. Raises KnowledgeError."""
    knowledge = load_content(settings).knowledge
    return Speech(knowledge, _renderer(settings, knowledge))


def _renderer(settings: Settings, knowledge: Knowledge) -> Renderer:
    hints = {name: command.HINT for name, command in find_commands().items()}
    return Renderer(settings.postbote_templates, knowledge, hints)


def load_content(settings: Settings) -> Content:
    """Configured content: read, or taken from the cache. Raises KnowledgeError."""
    return load_or_read(
        settings.postbote_data_dir / "cache", _content_key(settings), lambda: _read_content(settings, find_commands())
    )


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
    # With the resolver, a tenth of a start, which most questions have no need of
    from bot.answering.lookup import open_lookup

    on_query = metrics.looked_up if metrics else None
    return open_lookup(settings.postbote_nameservers, settings.internal_zones(), on_query=on_query)
