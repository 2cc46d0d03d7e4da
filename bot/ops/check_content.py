"""Content linter: what `postbote check` finds beyond the schema.

Answers that cannot be rendered or break a limit, Markdown that a channel would not show as it was meant, templates with
missing blocks, and example questions that lead to another entry.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from bot.answering.engine import AnswerEngine, Speech
from bot.channels.slack import mrkdwn
from bot.channels.slack.blocks import to_blocks
from bot.content.folders import GENERAL
from bot.content.loader import LONGEST_ANSWER
from bot.content.problems import Problem
from bot.content.references import PAGES, required_blocks
from bot.content.renderer import Renderer, RenderError
from bot.content.template_files import instead_of
from bot.content.template_source import to_markdown_lines
from bot.content.written_out_values import FIGURES, ProviderValues
from bot.content.yaml_lines import line_of, place_of
from bot.core.languages import KNOWN
from bot.core.markdown.lint import lint
from bot.core.markdown.to_html import to_html
from bot.core.markdown.to_plain import to_plain
from bot.core.model import LANGUAGES, Entry, Knowledge, Language, Topic
from bot.ops.sample_replies import rendering_problems

LONGEST_LABEL = 75  # characters of a Slack button
Converters = Mapping[str, Callable[[str], object]]  # where the result is shown → Markdown's converter
CONVERTERS: Converters = {
    "the terminal and mail": to_plain,
    "the page, tickets and mail": to_html,
    "Slack": to_blocks,
    "Slack's notifications": mrkdwn.to_plain,
}
_ASKERS = (  # address and domain of people who ask: nothing is known, and the longest that must fit
    ("", ""),
    ("max.mustermann@eine-lange-firma-mit-bindestrichen.example", "eine-lange-firma-mit-bindestrichen.example"),
)


def all_problems(
    folder: Path,
    templates: Path,
    engine: AnswerEngine,
    commands: Iterable[str],
    converters: Converters = CONVERTERS,
    *,
    asks_examples: bool = True,
) -> Iterator[Problem]:
    """Problems of the knowledge base in `folder` and of the `templates`, in the order of the files.

    `commands`: names of the slash commands, each of which needs a template. `asks_examples`: False: the examples are
    not asked again, which takes most of the time and finds nothing with which an answer would fail.
    """
    commands = list(commands)
    yield from rendering_problems(templates, engine.renderer, engine.knowledge, commands)
    yield from content_findings(folder, templates, engine, commands, converters)
    if asks_examples:
        yield from misranked_examples(folder, engine.knowledge, engine.matcher.better_owner)


def content_findings(
    folder: Path,
    templates: Path | None,
    engine: Speech,
    commands: Iterable[str],
    converters: Converters = CONVERTERS,
) -> Iterator[Problem]:
    """Problems of which no sample reply tells: what a start warns of. `templates`: None: they are sound."""
    if templates:
        yield from template_problems(templates, engine.renderer, commands, converters, engine.knowledge.languages)
    yield from entry_problems(folder, engine.knowledge, engine.renderer, converters)
    yield from source_problems(folder, engine.knowledge)


def entry_problems(
    folder: Path, knowledge: Knowledge, renderer: Renderer, converters: Converters = CONVERTERS
) -> Iterator[Problem]:
    """Answers that name an unknown variable, are too long once filled in, hold a figure that belongs into
    provider.yaml, or have Markdown that breaks in a channel.
    """
    for entry in knowledge.entries.values():
        file = folder / f"{entry.id}.yaml"
        for language in knowledge.languages:
            path = ["answer", language]
            for text in _answer_problems(entry, language, renderer, knowledge, converters):
                yield Problem(str(file), line_of(file, path), f"answer.{language}: {text}")
            for line, text in _lint(entry.answer[language]):
                yield Problem(str(file), line_of(file, path, within=line - 1), f"answer.{language}: {text}")


def _answer_problems(
    entry: Entry, language: Language, renderer: Renderer, knowledge: Knowledge, converters: Converters
) -> Iterator[str]:
    try:
        answers = [renderer.entry(entry.id, language, *asker) for asker in _ASKERS]
    except RenderError as wrong:
        yield f"{wrong}; knowledge/README.md lists the variables"
        return
    longest = max(map(len, answers))
    if longest > LONGEST_ANSWER:
        yield f"{longest} characters once filled in; shorten it to {LONGEST_ANSWER} (a Slack section holds 3,000)"
    found = ProviderValues(knowledge.provider).found(entry.answer[language], entry.title[language])
    for written, variable in dict.fromkeys((one.written, one.variable) for one in found if one.kind in FIGURES):
        yield f"{written!r} stands in provider.yaml; write {{{{ {variable} }}}}, so that it can change in one place"
    yield from _conversion_problems(answers[-1], converters)


def _conversion_problems(markdown: str, converters: Converters) -> Iterator[str]:
    for where, convert in converters.items():
        try:
            convert(markdown)
        except Exception as wrong:  # noqa: BLE001 (a converter must take any text: each exception is a finding)
            yield f"cannot be shown on {where} ({type(wrong).__name__}: {wrong}); write it more simply, and report it"


def _lint(source: str) -> Iterator[tuple[int, str]]:
    """Line (from 1) in a template's or entry's source, and fault. Empty where the source is no template."""
    try:
        lines = to_markdown_lines(source)
    except RenderError:
        return  # reported where it is rendered
    for line, text in lint("\n".join(markdown for _, markdown in lines)):
        yield lines[line][0], text


def source_problems(folder: Path, knowledge: Knowledge) -> Iterator[Problem]:
    """Sources of tables that name no entry: nothing is said of them."""
    file = folder / "provider.yaml"
    for table, ids in knowledge.provider.sources.items():
        for position, entry in enumerate(ids):
            if entry not in knowledge.entries:
                line = line_of(file, ["sources", table, position])
                yield Problem(
                    str(file), line, f"sources.{table}: there is no entry {entry!r}; correct the id or remove it"
                )


def template_problems(
    folder: Path,
    renderer: Renderer,
    commands: Iterable[str],
    converters: Converters = CONVERTERS,
    languages: Sequence[Language] = LANGUAGES,
) -> Iterator[Problem]:
    """Templates that are missing, cannot be read, lack a language, or break in a channel."""
    for name, blocks in required_blocks(commands, languages).items():
        file = folder / f"{name}.md"
        try:
            there = renderer.blocks(name)
        except RenderError as wrong:
            yield Problem(str(file), wrong.line, str(wrong))
            continue
        for block in sorted(one for one in set(blocks) - there if not instead_of(one, there)):
            yield Problem(str(file), 1, f"block {block!r} is missing; add {{% block {block} %}} … {{% endblock %}}")
        for one in (file, *(folder / language / file.name for language in KNOWN)):
            yield from _template_markdown(one, converters) if one.is_file() else ()
    yield from _label_problems(folder / "labels.md", renderer, languages, LONGEST_LABEL)
    for name in PAGES:
        yield from _label_problems(folder / f"{name}.md", renderer, languages)


def _template_markdown(file: Path, converters: Converters) -> Iterator[Problem]:
    """Faults of a reply's Markdown in all of its branches and languages, whatever is put in."""
    source = file.read_text(encoding="utf-8")
    for line, text in _lint(source):
        yield Problem(str(file), line, text)
    for block in _blocks_of(to_markdown_lines(source)):
        for text in _conversion_problems("\n".join(markdown for _, markdown in block), converters):
            yield Problem(str(file), block[0][0], text)


def _blocks_of(lines: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Runs of lines without an empty one between: paragraphs, lists and tables, each with its place."""
    for empty, run in groupby(lines, lambda line: not line[1].strip()):
        if not empty:
            yield list(run)


def _label_problems(
    file: Path, renderer: Renderer, languages: Sequence[Language], longest: int = 0
) -> Iterator[Problem]:
    """Labels that lack a language, or do not fit on a button. `longest`: characters; 0: any number."""
    try:
        blocks = renderer.blocks(file.stem)
    except RenderError as wrong:
        yield Problem(str(file), wrong.line, str(wrong))
        return
    for name in sorted({block.rpartition("_")[0] for block in blocks}):
        for language in languages:
            block = f"{name}_{language}"
            if block not in blocks and not instead_of(block, blocks):
                yield Problem(str(file), 1, f"block {block!r} is missing; add it")
            elif longest and len(renderer.label(name, language)) > longest:
                yield Problem(str(file), 1, f"{block!r} is too long; shorten it to {longest} characters")


def misranked_examples(
    folder: Path, knowledge: Knowledge, better_owner: Callable[[str, str], str]
) -> Iterator[Problem]:
    """Example questions that, learnt and asked again, clearly lead to something else.

    `better_owner`: (text, id of its owner) → id that it leads to, or empty.
    """
    # what the general layer leaves to the entries leads to them, and is not the hoster's to reword
    topics = [t for t in knowledge.topics.values() if not (t.general and knowledge.yields)]
    items: list[Entry | Topic] = [*knowledge.entries.values(), *topics]
    for item in items:
        yield from _misranked(_file_of(item, folder), item, knowledge, better_owner)


def _file_of(item: Entry | Topic, folder: Path) -> Path:
    """File of an entry, of the hoster's own topic, or of one of the general layer."""
    if isinstance(item, Entry):
        return folder / f"{item.id}.yaml"
    return (GENERAL if item.general else folder) / "not-covered" / f"{item.id}.yaml"


def _misranked(
    file: Path, item: Entry | Topic, knowledge: Knowledge, better_owner: Callable[[str, str], str]
) -> Iterator[Problem]:
    for language, asked in item.questions.items():
        for position, text in enumerate(asked):
            other = better_owner(text, item.id) or item.id
            if other != item.id and not (isinstance(item, Topic) and other not in knowledge.entries):
                more = [GENERAL / "conditions" / f"{name}.yaml" for name in getattr(item, "instead_of", ())]
                stands, line = place_of(file, ["questions", language, position], more)
                yield Problem(str(stands), line, f"{text!r} leads to {other!r}; reword it, or move it there")
