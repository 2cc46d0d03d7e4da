"""Jinja renderer: Answer → channel-neutral Markdown. All wording stands in templates/ and knowledge/.

Templates and entries are sandboxed, and a fact that is missing is an error, never an empty space in a sentence.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.content.compiled_templates import CompiledTemplates
from bot.content.first_sentence import first_sentence
from bot.content.provider_facts import provider_facts
from bot.content.template_files import in_one, instead_of, read_templates
from bot.content.template_filters import FILTERS, series
from bot.core.languages import KNOWN, among
from bot.core.matching.smtp_codes import meanings
from bot.core.model import Answer, Knowledge, Language
from bot.core.privacy.redaction import word_marks
from bot.core.provider import MOST_PROMPTS
from bot.core.text.addresses import to_login

PARSED = 1_000  # entries whose answers are kept parsed
LABELS = 1_000  # that are kept rendered: a reply has up to six
LONGEST = 100_000  # characters of a reply; Slack cuts at 40,000
# Entries may hold words, figures, filters of ours, and a condition. No loop, call, assignment or file
_ALLOWED_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Filter, nodes.If, nodes.Const,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip
_COMPILED = CompiledTemplates()


@dataclass(frozen=True, slots=True)
class CommandUsage:
    """Slash command as the texts list it: in help, in App Home, in the greeting and in Slack's manifest."""

    name: str  # without the slash: "mx"
    hint: str  # its argument in the reader's language: "Domain"; empty: it takes none
    summary: str  # one line, from the command's template

    @property
    def usage(self) -> str:
        """Name and argument without the slash, as typed in a mention: "mx Domain", "ports"."""
        return f"{self.name} {self.hint}".strip()


class RenderError(Exception):
    """Template or entry that cannot be rendered. `line`: where in its source, from 1."""

    def __init__(self, text: str, line: int = 1) -> None:
        super().__init__(text)
        self.line = line


@contextmanager
def _as_render_error() -> Iterator[None]:
    try:
        yield
    except jinja2.TemplateNotFound as wrong:
        raise RenderError(wrong.message or f"there is no template {wrong.name}; add it") from wrong
    except jinja2.TemplateSyntaxError as wrong:
        raise RenderError(f"{wrong.message}; correct it", wrong.lineno) from wrong
    except (jinja2.TemplateError, OverflowError, RecursionError) as wrong:
        raise RenderError(str(wrong)) from wrong


class Renderer:
    """Renderer of answers, from a folder of templates and a knowledge base.

    All methods raise RenderError for a wrong template and return Markdown, if they do not say otherwise.
    """

    def __init__(self, templates: Path, knowledge: Knowledge, commands: Mapping[str, str]) -> None:
        """`commands`: name of each slash command → usage hint ("domain"; empty: no argument)."""
        self._hints = dict(sorted(commands.items()))
        self._knowledge = knowledge
        self._provider = provider_facts(knowledge)
        self._environment = ImmutableSandboxedEnvironment(
            # read once: a template that is edited while the bot runs is reloaded with all others, or not at all
            loader=jinja2.DictLoader(in_one(read_templates(templates))),
            bytecode_cache=_COMPILED,
            undefined=jinja2.StrictUndefined,
            autoescape=False,  # the result is Markdown; each channel's converter escapes
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(FILTERS, series=series, worded=self._worded)
        self._parsed = lru_cache(PARSED)(self._compile_entry)
        self._labels = lru_cache(LABELS)(self._render_label)
        self._words = lru_cache(LABELS)(self.page_text)
        self._usages = lru_cache(len(KNOWN))(self._to_usages)
        self._variables = lru_cache(len(KNOWN))(self._to_variables)

    def compile_templates(self) -> None:
        """Compiles all templates, so that no reply waits for it; it takes half a second."""
        with _as_render_error():
            for name in self._environment.list_templates():
                self._environment.get_template(name)

    def render(self, answer: Answer) -> str:
        """Whole reply, in its language, or one of the base's."""
        language = among(answer.language, self._knowledge.languages)
        return self.block(answer.template, language, language, answer.facts)

    def block(self, template: str, block: str, language: Language, facts: Mapping[str, Any] | None = None) -> str:
        """One block of a template, such as "de", "help_de" or "summary_en". `facts`: what its variables stand for.

        English where a further language of the base has none.
        """
        with _as_render_error():
            found = self._environment.get_template(f"{template}.md")
            said = block if block in found.blocks else instead_of(block, found.blocks)
            if not said:
                raise RenderError(f"{template}.md has no block {block!r}; add it")
            facts = facts or {}
            whole = {
                "whole": lambda other: self.block(other, language, language, facts),  # one reply within another
                "in_each": lambda name: self._in_each(template, name, language, facts),
            }
            context = found.new_context({**self._variables(language), **whole, **facts})
            return tidy(_join(found.blocks[said](context)))

    def _in_each(self, template: str, name: str, language: Language, facts: Mapping[str, Any]) -> str:
        """Block of a template in every language of the base, `language` first."""
        languages = dict.fromkeys((language, *self._knowledge.languages))
        return "\n\n".join(self.block(template, f"{name}_{other}", other, facts) for other in languages)

    def commands(self, language: Language) -> Sequence[CommandUsage]:
        """Every slash command, sorted by name; in templates `commands()`. Raises RenderError without a summary."""
        return self._usages(language)

    def _to_usages(self, language: Language) -> Sequence[CommandUsage]:
        return tuple(
            CommandUsage(name, self._hint(name, hint, language), self.block(name, f"summary_{language}", language))
            for name, hint in self._hints.items()
        )

    def _hint(self, name: str, hint: str, language: Language) -> str:
        """Command's block hint_<language>; without one, the hint of its module."""
        block = f"hint_{language}"
        return self.block(name, block, language) if block in self.blocks(name) else hint

    @jinja2.pass_context
    def _worded(self, context: jinja2.runtime.Context, text: str) -> str:
        """Filter for what was redacted: its marks, in words of the reply's language."""
        return word_marks(str(text), lambda name: self.label(name, context["language"]))

    def label(self, name: str, language: Language) -> str:
        """Text of a button or a heading, no Markdown: a block of templates/labels.md, kept once rendered."""
        return self._labels(name, language)

    def _render_label(self, name: str, language: Language) -> str:
        return self.block("labels", f"{name}_{language}", language)

    def title(self, entry_id: str, language: Language) -> str:
        """Title of an entry, or of a topic that is not covered, as it stands there. Raises KeyError."""
        known = self._knowledge.entries.get(entry_id) or self._knowledge.topics[entry_id]
        return known.title.get(language) or next(iter(known.title.values()))  # the general layer lacks some languages

    def html(self, file: Path, words: str, language: Language, facts: Mapping[str, Any]) -> str:
        """HTML page from a template beside its channel's code, in which everything put in is escaped.

        `say("name")` in it is a block of templates/<words>.md: no wording is written in the page itself. `prompts` are
        the questions to begin with.
        """

        def say(name: str, into: Language = language, **more: Any) -> str:
            return self.block(words, f"{name}_{into}", into, more) if more else self._words(words, name, into)

        with _as_render_error():
            page = _page_environment(file.parent).get_template(file.name)
            return page.render({"prompts": self.prompts(language), **facts, "language": language, "say": say})

    def page_text(self, folder: str, name: str, language: Language) -> str:
        """Text of a channel's page for code that is no template, such as a chart: a block of templates/<folder>.md."""
        return self.block(folder, f"{name}_{language}", language)

    def blocks(self, template: str) -> set[str]:
        """Names of a template's blocks."""
        with _as_render_error():
            return set(self._environment.get_template(f"{template}.md").blocks)

    def entry(self, entry_id: str, language: Language, email: str = "", domain: str = "") -> str:
        """An entry's answer with the hoster's figures and what the asker gave (empty: nothing). Raises KeyError.

        A backtick in an address becomes "'": entries put addresses into code, which it would end.
        """
        answers = self._knowledge.entries[entry_id].answer
        first = next(iter(answers.values()))
        source = answers.get(language) or first  # a page may be in a language that the base lacks
        facts = {
            **self._variables(language),
            "email": email.replace("`", "'"),
            "login": to_login(email.replace("`", "'"), self._knowledge.provider.login),
            "domain": domain or KNOWN[language].example_domain,
        }
        with _as_render_error():
            return tidy(self._parsed(source).render(facts))

    def _compile_entry(self, source: str) -> jinja2.Template:
        """Entry as a template. Raises RenderError where it holds more than words, figures and conditions."""
        tree = self._environment.parse(source)
        for node in tree.find_all(nodes.Node):
            strange = isinstance(node, nodes.Filter) and node.name not in FILTERS
            if not isinstance(node, _ALLOWED_NODES) or strange:
                what = node.name if isinstance(node, nodes.Filter) else type(node).__name__
                raise RenderError(
                    f"an entry is text and figures, {what} is not allowed in it; write it out", node.lineno
                )
        return self._environment.from_string(tree)

    def _to_variables(self, language: Language) -> Mapping[str, Any]:
        return {
            **self._provider,
            "language": language,
            "prompts": self.prompts(language) or [""],
            "language_names": [KNOWN[language].names[other] for other in self._knowledge.languages],
            "note": lambda row: row.note.get(language, ""),
            "settings_note": self._knowledge.provider.settings_note.get(language, ""),
            "sources": self._sources,
            "label": lambda name: self.label(name, language),
            "login_of": lambda email: to_login(email, self._knowledge.provider.login),
            "entry": self.entry,
            "gist": lambda entry_id: first_sentence(self.entry(entry_id, language)),
            "title": lambda entry_id: self.title(entry_id, language),
            "known": self._knowledge.entries.__contains__,
            "commands": lambda: self.commands(language),
            "section": lambda entry_id: self._knowledge.section(entry_id, language),
            "checked": lambda row: self.block("checked", language, language, {"row": row}),
            "meanings": lambda codes: self._meanings(codes, language),
            "problem": "",
            "help": False,
            "in_slack": False,
            "unknown": "",
            "editor": False,
            "what": "",
            "reason": "",
            "codes": (),
            "damaged_addresses": (),
            "left_over": (),
        }

    def prompts(self, language: Language) -> Sequence[str]:
        """Questions to begin with, at most MOST_PROMPTS: the provider's; where it has none, the entries' first ones."""
        own = self._knowledge.provider.prompts.get(language)
        answers = (e for e in self._knowledge.entries.values() if e.kind == "answer" and e.questions.get(language))
        return own or tuple(entry.questions[language][0] for entry in islice(answers, MOST_PROMPTS))

    def _sources(self, table: str) -> Sequence[str]:
        """Ids of the entries that say what a table shows; only those that exist."""
        named = self._knowledge.provider.sources.get(table, ())
        return [entry for entry in named if entry in self._knowledge.entries]

    def _meanings(self, codes: Sequence[str], language: Language) -> list[Mapping[str, str]]:
        """Rows for templates/codes.md: the general meaning of codes of a pasted SMTP reply; the last is their class."""
        rows = [(code, row) for code, row in meanings(codes, self._knowledge.status) if language in row.means]
        return [{"code": code, "means": row.means[language], "source": row.source} for code, row in rows]


@lru_cache
def _page_environment(folder: Path) -> jinja2.Environment:
    return ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def tidy(markdown: str) -> str:
    """Markdown without blanks at line ends and with at most one empty line in a row."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip(" \t") for line in markdown.split("\n"))).strip()


def _join(pieces: Iterator[str]) -> str:
    """All pieces as one text. Raises RenderError where it grows beyond LONGEST."""
    found, length = [], 0
    for piece in pieces:
        found.append(piece)
        length += len(piece)
        if length > LONGEST:
            raise RenderError(f"the reply is longer than {LONGEST} characters")
    return "".join(found)
