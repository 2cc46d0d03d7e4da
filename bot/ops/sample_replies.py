"""Sample replies: every command's and every ticket's, rendered with the content at hand, by check and at the start."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.commands.mx import assess_mx
from bot.content.problems import Problem
from bot.content.renderer import Renderer, RenderError
from bot.content.yaml_lines import line_of
from bot.core.dns.records import MxResult
from bot.core.model import Answer, Knowledge
from bot.core.text.addresses import to_login

EMAIL, DOMAIN = "max@example.com", "example.com"


def rendering_problems(
    folder: Path, renderer: Renderer, knowledge: Knowledge, commands: Iterable[str]
) -> Iterator[Problem]:
    """Templates of `folder` whose reply cannot be rendered, each once. `commands`: names of the slash commands."""
    problems: dict[str, Problem] = {}
    for template, facts in [*_help(commands), *_samples(knowledge)]:
        for language in knowledge.languages:
            file = folder / f"{template}.md"
            try:
                renderer.render(Answer(template, language, facts))
            except RenderError as wrong:
                text = f"a reply in {language!r} cannot be rendered: {wrong}; correct the template or provider.yaml"
                problems.setdefault(template, Problem(str(file), wrong.line, text))
    yield from problems.values()


def entry_failures(folder: Path, renderer: Renderer, knowledge: Knowledge) -> Iterator[Problem]:
    """Entries of the knowledge base in `folder` whose answer cannot be rendered; check_content finds more in them."""
    for entry in knowledge.entries:
        for language in knowledge.languages:
            try:
                renderer.entry(entry, language, EMAIL, DOMAIN)
            except RenderError as wrong:
                file = folder / f"{entry}.yaml"
                place = line_of(file, ["answer", language], within=wrong.line - 1)
                yield Problem(str(file), place, f"answer.{language}: {wrong}; knowledge/README.md lists the variables")


def settings_facts(knowledge: Knowledge) -> Mapping[str, Any]:
    """Facts of templates/login.md for an address: the table of all settings."""
    asker = {"email": EMAIL, "domain": DOMAIN, "damaged_addresses": [], "left_over": ["?"]}
    return {"help": False, **asker, "login": to_login(EMAIL, knowledge.provider.login)}


def _help(commands: Iterable[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Template and facts of each command's help."""
    for name in commands:
        yield name, {"help": True}


def _samples(knowledge: Knowledge) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Template and facts of each kind of reply whose facts are simple enough to be made up."""
    entries = list(knowledge.entries)
    asker = {"email": EMAIL, "domain": DOMAIN, "damaged_addresses": [], "left_over": ["?"]}
    answer = {
        "entries": entries[:3],
        "suggested": entries[:3],
        "codes": list(knowledge.status)[:3],
        "checks": [],
        **asker,
    }
    ticket = {**answer, "name": "Max", "draft": False, "reasons": ["not-sure"], "said": "", "with_draft": True}
    ticket |= {"understood": [], "reply_url": "", "drafted": True, "wrong_by": "tag", "wrong_tag": "kb-wrong"}
    ticket |= {"outcome": "answer", "score": 0.9, "candidates": [{"id": entries[0], "score": 0.5}]}
    yield "ports", {"help": False}
    yield "login", settings_facts(knowledge)
    yield "mx", assess_mx(DOMAIN, MxResult("timeout"))
    yield "check", {"help": False, "results": []}
    for template in ("answer", "suggest", "decline"):
        yield template, answer
    yield "decline", {**answer, "foreign": True}
    person = {"question": "?", "number": "1", "note": "?", "email": EMAIL}
    for state, asks in (("words", True), ("words", False), ("asked", True), ("request", True)):
        yield "person", {**person, "state": state, "asks": asks}
    for template in ("greeting", "thanks", "switched_off", "none", "which_error"):
        yield template, {}
    yield "none", {"unclear": True}
    yield "none", {"no_more": True}
    yield "ticket", ticket
    yield "ticket_note", ticket
    yield "ticket_note", {**ticket, "outcome": "decline", "entries": [], "suggested": []}
