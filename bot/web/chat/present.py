"""Answer → what the page shows: the words in both languages, the suggestions to choose from, and why."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import unescape
from typing import Any

from bot.core.markdown.to_html import to_html
from bot.core.model import LANGUAGES, Answer, Candidate, Decision, Language

MOST_CANDIDATES = 5
_TAG = re.compile(r"<[^<>]{1,20}>")
Title = Callable[[str, Language], str]


class Shown:
    """Puts replies together; every word comes from the templates and the knowledge base."""

    def __init__(self, render: Callable[[Answer], str], title: Title, why: Callable[[Answer], str]) -> None:
        self._render, self._title, self._why = render, title, why

    def reply(self, answer: Answer, key: str) -> Mapping[str, Any]:
        """JSON. "choices": ids with their titles; "why": empty where nothing was decided; "feedback": may one judge?"""
        choices = self._choices(answer)
        html = {language: self.html(replace(answer, language=language)) for language in LANGUAGES}
        return {
            "key": key,
            "outcome": answer.decision.outcome if answer.decision else "answer",
            "language": answer.language,
            "understood": understood(answer),
            "html": html[answer.language],
            "in": html,
            "choices": choices,
            "checks": [self._check(check) for check in answer.facts.get("checks") or []],
            "feedback": answer.template == "answer",
            "why": self._reason(answer),
        }

    def html(self, answer: Answer) -> str:
        """Without the list of titles, where buttons carry them."""
        markdown = self._render(answer)
        if answer.template == "suggest":
            markdown = "\n".join(line for line in markdown.split("\n") if not line.startswith("- "))
        return to_html(markdown)

    def knows(self, entry: str) -> bool:
        """Is there such an entry or topic?"""
        try:
            return bool(self._title(entry, "de"))
        except KeyError:
            return False

    def _choices(self, answer: Answer) -> list[dict[str, str]]:
        ids = answer.facts.get("suggested") or [] if answer.template in ("suggest", "answer") else []
        return [{"entry": i} | {language: self._title(i, language) for language in LANGUAGES} for i in ids]

    def _check(self, check: Mapping[str, str]) -> Mapping[str, str]:
        """Asks the DNS whether the condition of an explained error still holds."""
        labels = {language: self._render(Answer("offer", language, {"name": check["name"]})) for language in LANGUAGES}
        plain = {language: unescape(_TAG.sub("", to_html(label))) for language, label in labels.items()}
        return {"ask": f"{check['name']} {check['condition']}"} | plain

    def _reason(self, answer: Answer) -> Mapping[str, Any]:
        """The decision, in words in both languages, and as the lines that support people read."""
        decision = answer.decision
        if decision is None:
            return {}
        words: dict[str, str] = {
            language: to_html(self._render(self._explained(decision, language))) for language in LANGUAGES
        }
        return {**words, "lines": self._why(answer)}

    def _explained(self, decision: Decision, language: Language) -> Answer:
        facts = {
            "understood": decision.normalised,
            "outcome": decision.outcome,
            "percent": _percent(decision.score),
            "candidates": self._candidates([c for part in decision.parts for c in part.candidates], language),
        }
        return Answer("why", language, facts)

    def _candidates(self, found: Sequence[Candidate], language: Language) -> list[dict[str, Any]]:
        """The best of all parts, each once, as the knowledge base names them."""
        best = {c.id: c.score for c in sorted(found, key=lambda c: c.score) if self.knows(c.id)}  # no "not …"
        shown = sorted(((score, identity) for identity, score in best.items()), reverse=True)[:MOST_CANDIDATES]
        return [{"title": self._title(i, language), "percent": _percent(s)} for s, i in shown if _percent(s)]


def _percent(share: float) -> int:
    """Never 100: no decision is certain."""
    return min(99, round(100 * share))


def understood(answer: Answer) -> str:
    """The whole question, for the next one's "before"; empty where it was not covered."""
    decision = answer.decision
    return decision.normalised if decision and decision.outcome != "decline" else ""
