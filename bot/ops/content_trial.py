"""Content trial: what a change of the knowledge base would do, found out on a copy before it is published.

A program of its own (`postbote trial`), because learning takes 5 to 25 seconds of CPU: the dashboard
starts it, hands it a task as JSON on standard input and reads JSON lines from its standard output: {"step": …} while it
works, {"previews": …} as soon as the change can be read, at last {"result": …}.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.answering.engine import AnswerEngine, load_engine, load_speech
from bot.channels.slack.mrkdwn import to_mrkdwn
from bot.commands import find_commands
from bot.content.problems import KnowledgeError
from bot.content.renderer import Renderer, RenderError
from bot.core.markdown.to_html import to_html
from bot.core.markdown.to_plain import to_plain
from bot.core.model import Answer, Decision, Knowledge, Language, Question
from bot.ops.check_content import all_problems, content_findings, misranked_examples
from bot.ops.evaluate import read_set, run_set
from bot.ops.sample_replies import settings_facts
from bot.settings import Settings

Tell = Callable[[str, Any], None]
NICE = 10  # questions that are asked meanwhile come first
SETS = "labelled"  # folder of the base with labelled sets of its own: *.jsonl as for `postbote evaluate`
PROVIDER = "provider"  # name of the file that holds the hoster's servers, figures and names
MOST_SHOWN = 50  # problems, and questions that are answered differently


def run_trial(
    staged: Settings,
    current: Settings,
    target: str,
    questions: Sequence[str],
    tell: Tell = lambda name, value: None,
) -> Mapping[str, Any]:
    """Result of a trial, as JSON values.

    `staged`, `current`: settings with the changed copy and with the base in use. `target`: id of the entry or topic
    that was changed, whose examples are asked again (those of a whole base take half a minute of CPU). `questions`:
    that were asked, each as often as it was. `tell`: gets ("step", learning, checking or comparing), and ("previews",
    see to_previews).

    problems: lines of `postbote check`; with any the content must not be published, and there is nothing else.
    examples: its lines about examples that lead elsewhere; these are only warnings.
    asked, changed: number of questions that were asked again, and of those that are answered differently.
    differences: {question, count, before, after}, the most frequent first; before and after: {outcome, entries}.
    sets: {name, lines, before, after, worse, better} of each labelled set; before and after: its score −1..1.
    """
    tell("step", "learning")
    folder, templates = staged.postbote_knowledge, staged.postbote_templates
    try:
        speech = load_speech(staged)
        if found := list(content_findings(folder, None, speech, ())):  # what would not be rendered, with file and line
            return {"problems": _lines(found, staged)}
        tell("previews", to_previews(speech.knowledge, templates, target))
        after = load_engine(staged)
    except (KnowledgeError, RenderError) as wrong:
        return {"problems": _lines(getattr(wrong, "problems", [wrong]), staged)}
    tell("step", "checking")
    if found := list(all_problems(folder, templates, after, find_commands(), asks_examples=False)):
        return {"problems": _lines(found, staged)}
    examples = misranked_examples(folder, _only(after.knowledge, target), after.matcher.better_owner)
    warnings = _lines(list(examples), staged)
    tell("step", "comparing")
    before = load_engine(current)
    differences = _differences(before, after, Counter(questions))
    return {
        "problems": [],
        "examples": warnings[:MOST_SHOWN],
        "asked": len(questions),
        "changed": sum(row["count"] for row in differences),
        "differences": differences[:MOST_SHOWN],
        "sets": [_compared(file, before, after) for file in sorted((folder / SETS).glob("*.jsonl"))],
    }


def to_previews(knowledge: Knowledge, templates: Path, target: str) -> Mapping[str, Mapping[str, str]]:
    """Answer of an entry as each channel shows it, by language: html (page, tickets), plain (terminal, mail), slack.

    Of the provider, its table of all settings. Empty for what is never said. Raises RenderError.
    """
    if target not in (*knowledge.entries, PROVIDER):
        return {}
    hints = {name: command.HINT for name, command in find_commands().items()}
    renderer = Renderer(templates, knowledge, hints)

    def said(language: Language) -> str:
        if target == PROVIDER:
            return renderer.render(Answer("login", language, settings_facts(knowledge)))
        return renderer.entry(target, language)

    answers = {language: said(language) for language in knowledge.languages}
    return {
        language: {"html": to_html(answer), "plain": to_plain(answer), "slack": to_mrkdwn(answer)}
        for language, answer in answers.items()
    }


def _only(knowledge: Knowledge, target: str) -> Knowledge:
    """Base with one entry or topic alone."""
    of_topic = {one.id: one for one in knowledge.topics.values() if one.id == target}
    return replace(knowledge, entries={e.id: e for e in knowledge.entries.values() if e.id == target}, topics=of_topic)


def _differences(before: AnswerEngine, after: AnswerEngine, questions: Counter[str]) -> list[dict[str, Any]]:
    found = []
    for text, count in questions.most_common():
        old, new = (_outcome(engine.matcher.decide(Question(text))) for engine in (before, after))
        if old != new:
            found.append({"question": text, "count": count, "before": old, "after": new})
    return found


def _outcome(decision: Decision) -> dict[str, Any]:
    """Outcome as a person would see it: a suggestion shows at most three entries, whose order makes no difference."""
    shown = sorted(decision.entries[:3]) if decision.outcome == "suggest" else decision.entries
    return {"outcome": decision.outcome, "entries": list(shown)}


def _compared(file: Path, before: AnswerEngine, after: AnswerEngine) -> dict[str, Any]:
    """A labelled set, before and after. Raises ValueError where it cannot be read."""
    lines = read_set(file)
    old, new = ([result.score for result in run_set(lines, engine.matcher.decide)] for engine in (before, after))
    return {
        "name": file.stem,
        "lines": len(lines),
        "before": round(sum(old) / len(old), 3),
        "after": round(sum(new) / len(new), 3),
        "better": sum(n > o for o, n in zip(old, new, strict=True)),
        "worse": sum(n < o for o, n in zip(old, new, strict=True)),
    }


def _lines(problems: Sequence[object], staged: Settings) -> list[str]:
    """Problems with their files as they are called within the knowledge folder."""
    return [str(problem).replace(f"{staged.postbote_knowledge}{os.sep}", "") for problem in problems[:MOST_SHOWN]]


def main() -> None:
    """Runs the task of standard input: knowledge, templates, data_dir, staged, staged_data_dir, target, questions."""
    os.nice(NICE)
    task = json.load(sys.stdin)

    def settings(knowledge: str, data: str) -> Settings:
        paths = {"postbote_knowledge": knowledge, "postbote_data_dir": data, "postbote_templates": task["templates"]}
        return Settings(**{name: Path(path) for name, path in paths.items()})

    staged = settings(task["staged"], task["staged_data_dir"])
    try:
        current = settings(task["knowledge"], task["data_dir"])
        result = run_trial(staged, current, task["target"], task["questions"], _tell)
    except ValueError as wrong:  # a labelled set that cannot be read
        result = {"problems": [str(wrong)]}
    _tell("result", result)


def _tell(name: str, value: object) -> None:
    print(json.dumps({name: value}), flush=True)  # noqa: T201 - its whole output
