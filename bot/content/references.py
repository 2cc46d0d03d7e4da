"""References: what templates and entries name must exist, or a command or an answer would fail when it is asked for.

Found in the text alone, in all branches at once, in a few milliseconds: every start does it. `postbote check` renders
besides (bot/ops/check_content.py).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bot.content.problems import Problem
from bot.content.template_files import in_one, instead_of
from bot.content.yaml_lines import line_of
from bot.core.languages import KNOWN
from bot.core.lazy_regex import lazy_regex
from bot.core.model import LANGUAGES, Knowledge, Language

# Kinds of reply that the core itself needs; every command adds its own template.
REPLIES = (
    *("answer", "suggest", "decline", "failure"),
    *("thanks", "greeting", "slow", "switched_off", "feedback", "handover", "home", "why", "none", "person"),
    "which_error",
    *("ticket", "ticket_note", "breaker"),
    *("damaged_address", "offer", "checked", "codes"),
)
PAGES = ("web", "dashboard")  # templates of pages for browsers: a block for each text, like the labels
OF_OPERATORS = ("dashboard",)  # templates that no asker reads: they speak LANGUAGES, whatever the base speaks
# Neither goes past the next opening: what is never closed would be searched to the end from each of them
_COMMENT = lazy_regex(r"\{#(?:(?!\{#).)*?#\}", re.DOTALL)
_TAG = lazy_regex(r"\{([{%])((?:(?!\{[{%]).)*?)[%}]\}", re.DOTALL)
_BLOCK = lazy_regex(r"\{%[-+]?\s*block\s+(\w+)")
_FIGURE = lazy_regex(r"""(?<![.\w"'])(servers|aliases|ports|limits|links)(?:\.|\[["'])(\w+)(\s+is\s+defined)?""")


def untranslated(folder: Path, sources: Mapping[str, str], languages: Sequence[Language]) -> Iterator[Problem]:
    """Warnings: texts that the templates lack in a further language of the base; they are said in another one.

    `sources`: as `read_templates` gives them.
    """
    for name, source in in_one(sources).items():
        blocks = {*_BLOCK.findall(source)}
        if name.removesuffix(".md") in OF_OPERATORS:
            continue
        for language in (one for one in languages if one not in LANGUAGES):
            wanted = {
                re.sub(r"(^|_)en$", rf"\1{language}", block) for block in blocks if re.search("(?:^|_)en$", block)
            }
            if missing := sorted(wanted - blocks):
                text = f"warning: no {KNOWN[language].name} for {', '.join(missing)}; English is said until it is added"
                yield Problem(str(folder / language / name), 1, text)


def unnamed_sections(folder: Path, knowledge: Knowledge) -> Iterator[Problem]:
    """Warnings: sections of the FAQ that base.yaml does not name in each language, so that sources mix languages.

    Each at the first entry that has it. `folder`: of the knowledge base.
    """
    first = {entry.faq: entry.id for entry in reversed([*knowledge.entries.values()])}
    several = len(knowledge.languages) > 1
    for section, entry in sorted(first.items(), key=lambda one: one[1]) if several else ():
        named = next((names for names in knowledge.sections if section in names.values()), {})
        if missing := [one for one in knowledge.languages if one not in named]:
            file = folder / f"{entry}.yaml"
            text = f"warning: faq: {section!r} has no name in {', '.join(missing)}; add it to `sections` in base.yaml"
            yield Problem(str(file), line_of(file, ["faq"]), text)


def required_blocks(commands: Iterable[str], languages: Sequence[Language] = LANGUAGES) -> dict[str, Collection[str]]:
    """Template → blocks that it must have. `commands`: names of the slash commands; `languages`: of the base."""
    needed: dict[str, Collection[str]] = dict.fromkeys(REPLIES, languages)
    parts = ("", "summary_", "help_")
    return needed | {name: [f"{part}{lang}" for part in parts for lang in languages] for name in commands}


def missing_parts(
    folder: Path, sources: Mapping[str, str], commands: Iterable[str], languages: Sequence[Language] = LANGUAGES
) -> Iterator[Problem]:
    """Templates and blocks that are not there. `sources`: as `read_templates` gives them, of `folder`.

    A block of a further language is not there if nothing can be said instead.
    """
    sources = in_one(sources)
    needed: dict[str, Collection[str]] = dict.fromkeys([*PAGES, "labels"], ())
    for name, blocks in (needed | required_blocks(commands, languages)).items():
        file = folder / f"{name}.md"
        if file.name not in sources:
            yield Problem(str(file), 1, "the template is missing; add it")
            continue
        there = set(_BLOCK.findall(sources[file.name]))
        for block in sorted(one for one in set(blocks) - there if not instead_of(one, there)):
            yield Problem(str(file), 1, f"block {block!r} is missing; add {{% block {block} %}} … {{% endblock %}}")


def unknown_figures(
    knowledge_folder: Path, folder: Path, sources: Mapping[str, str], knowledge: Knowledge
) -> Iterator[Problem]:
    """Figures that templates or entries name, and provider.yaml lacks."""
    known = knowledge.provider.figures

    def lacking(figure: str) -> str:
        there = sorted(one for one in known if one.partition(".")[0] == figure.partition(".")[0])
        of_these = f"it has {', '.join(there)}: correct the name, or add it there" if there else "add it there"
        return f"{figure} is named, and {knowledge_folder / 'provider.yaml'} lacks it; {of_these}"

    for name, source in sources.items():
        for line, figure in _figures(source, known):
            yield Problem(str(folder / name), line, lacking(figure))
    for entry in knowledge.entries.values():
        file = knowledge_folder / f"{entry.id}.yaml"
        for language in knowledge.languages:
            for line, figure in _figures(entry.answer[language], known):
                place = line_of(file, ["answer", language], within=line - 1)
                yield Problem(str(file), place, f"answer.{language}: {lacking(figure)}")


def _figures(source: str, known: Collection[str]) -> Iterator[tuple[int, str]]:
    """Line (from 1) and name ("ports.imaps") of each figure that is not known; one asked `is defined` is let pass."""
    text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), source)
    found = [(tag.start(2) + one.start(), one) for tag in _TAG.finditer(text) for one in _FIGURE.finditer(tag[2])]
    asked = {f"{one[1]}.{one[2]}" for _, one in found if one[3]}
    for place, one in found:
        if (figure := f"{one[1]}.{one[2]}") not in known and figure not in asked:
            yield text.count("\n", 0, place) + 1, figure
