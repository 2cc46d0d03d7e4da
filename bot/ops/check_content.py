"""What `postbote check` finds beyond the schema.

Answers that cannot be worded or break a limit, templates with holes, examples that mislead."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from bot.content.loader import LONGEST_ANSWER, Problem, line_of
from bot.content.renderer import Renderer, WordingError
from bot.core.matching.decision import Matcher
from bot.core.model import LANGUAGES, Entry, Knowledge, Language, Topic

# Kinds of reply that the core itself needs; every command adds its own template.
REPLIES = (
    *("answer", "suggest", "decline", "failure"),
    *("thanks", "greeting", "slow", "switched_off", "feedback", "handover", "home", "why"),
    *("ticket", "ticket_note", "breaker"),
    *("damaged_address", "offer", "checked", "codes"),
)
PAGES = ("web", "dashboard")  # what stands on the pages for browsers: a block for each text, like the labels
LONGEST_LABEL = 75  # characters of a Slack button
_ASKERS = (
    ("", ""),
    ("max.mustermann@eine-lange-firma-mit-bindestrichen.example", "eine-lange-firma-mit-bindestrichen.example"),
)


class AnswerEngine(Protocol):
    """What is checked: a knowledge base that was read, and the parts that were made from it."""

    @property
    def knowledge(self) -> Knowledge: ...

    @property
    def matcher(self) -> Matcher: ...

    @property
    def renderer(self) -> Renderer: ...


def all_problems(
    folder: Path, templates_folder: Path, engine: AnswerEngine, commands: Iterable[str]
) -> Iterator[Problem]:
    """Everything, in the order of the files."""
    yield from templates(templates_folder, engine.renderer, commands)
    yield from answers(folder, engine.knowledge, engine.renderer)
    yield from misleading(folder, engine.knowledge, engine.matcher.top_ranked)


def answers(folder: Path, knowledge: Knowledge, renderer: Renderer) -> Iterator[Problem]:
    """Answers that name an unknown variable, are too long once filled in, or hide a figure that belongs

    into provider.yaml.
    """
    for entry in knowledge.entries.values():
        file = folder / f"{entry.id}.yaml"
        for language in LANGUAGES:
            for text in _answer_problems(entry, language, renderer, knowledge):
                yield Problem(str(file), line_of(file, ["answer", language]), f"answer.{language}: {text}")


def _answer_problems(entry: Entry, language: Language, renderer: Renderer, knowledge: Knowledge) -> Iterator[str]:
    try:
        longest = max(len(renderer.entry(entry.id, language, *asker)) for asker in _ASKERS)
    except WordingError as wrong:
        yield f"{wrong}; knowledge/README.md lists the variables"
        return
    if longest > LONGEST_ANSWER:
        yield f"{longest} characters once filled in; shorten it to {LONGEST_ANSWER} (a Slack section holds 3,000)"
    for figure in figures(knowledge):
        if figure in entry.answer[language]:
            yield f"{figure!r} stands in provider.yaml; write its variable instead, so that it can change in one place"


def figures(knowledge: Knowledge) -> list[str]:
    """The figures and names that only provider.yaml may hold."""
    provider = knowledge.provider
    limits = (str(v) for v in provider.limits.values() if not isinstance(v, int))
    return [*provider.servers.values(), *map(str, provider.ports.values()), *limits]


def templates(folder: Path, renderer: Renderer, commands: Iterable[str]) -> Iterator[Problem]:
    """Templates that are missing, cannot be read, or lack a language."""
    needed: dict[str, list[str]] = {name: list(LANGUAGES) for name in REPLIES}
    needed |= {name: [f"{kind}_{lang}" for kind in ("summary", "help") for lang in LANGUAGES] for name in commands}
    for name, blocks in needed.items():
        file = folder / f"{name}.md"
        try:
            missing = set(blocks) - renderer.blocks(name)
        except WordingError as wrong:
            yield Problem(str(file), wrong.line, str(wrong))
            continue
        for block in sorted(missing):
            yield Problem(str(file), 1, f"block {block!r} is missing; add {{% block {block} %}} … {{% endblock %}}")
    yield from _labels(folder / "labels.md", renderer, LONGEST_LABEL)
    for name in PAGES:
        yield from _labels(folder / f"{name}.md", renderer)


def _labels(file: Path, renderer: Renderer, longest: int = 0) -> Iterator[Problem]:
    """Labels that lack a language, or do not fit on a button. `longest`: characters; 0: any number."""
    try:
        blocks = renderer.blocks(file.stem)
    except WordingError as wrong:
        yield Problem(str(file), wrong.line, str(wrong))
        return
    for name in sorted({block.rpartition("_")[0] for block in blocks}):
        for language in LANGUAGES:
            block = f"{name}_{language}"
            if block not in blocks:
                yield Problem(str(file), 1, f"block {block!r} is missing; add it")
            elif longest and len(renderer.label(name, language)) > longest:
                yield Problem(str(file), 1, f"{block!r} is too long; shorten it to {longest} characters")


def misleading(folder: Path, knowledge: Knowledge, first: Callable[[str], str]) -> Iterator[Problem]:
    """Example questions that, learnt and asked again, lead to something else. `first`: text → id ranked first."""
    homes: Mapping[Path, Iterable[Entry | Topic]] = {
        folder: knowledge.entries.values(),
        folder / "not-covered": knowledge.topics.values(),
    }
    for home, items in homes.items():
        for item in items:
            yield from _misleading_examples(home / f"{item.id}.yaml", item, knowledge, first)


def _misleading_examples(
    file: Path, item: Entry | Topic, knowledge: Knowledge, first: Callable[[str], str]
) -> Iterator[Problem]:
    for language in LANGUAGES:
        for position, text in enumerate(item.questions[language]):
            other = first(text) or item.id
            if other != item.id and not (isinstance(item, Topic) and other in knowledge.topics):
                line = line_of(file, ["questions", language, position])
                yield Problem(str(file), line, f"{text!r} leads to {other!r}; reword it, or move it there")
