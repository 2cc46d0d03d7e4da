"""Presenter of the chat page: an answer as JSON, worded in both languages, with suggestions and the reason."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import unescape
from typing import Any

from bot.contracts import Engine
from bot.core.markdown.layout import without_list_items
from bot.core.markdown.to_html import to_html
from bot.core.model import LANGUAGES, Answer, Candidate, Decision, Language

MOST_CANDIDATES = 5
_TAG = re.compile(r"<[^<>]{1,20}>")


class Presenter:
    """Presenter of replies; every word comes from the templates and the knowledge base."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reply(self, answer: Answer, key: str) -> Mapping[str, Any]:
        """Reply as JSON values.

        "choices": ids of suggestions with their titles; "why": empty where nothing was decided; "feedback": whether the
        reply can be judged.
        """
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
        """HTML of an answer, without the list of titles where buttons carry them."""
        markdown = self._engine.render(answer)
        if answer.template == "suggest":
            markdown = without_list_items(markdown)
        return to_html(markdown)

    def knows(self, entry: str) -> bool:
        """True if there is such an entry or topic."""
        try:
            return bool(self._engine.title(entry, "de"))
        except KeyError:
            return False

    def _choices(self, answer: Answer) -> list[dict[str, str]]:
        ids = answer.facts.get("suggested") or [] if answer.template in ("suggest", "answer") else []
        return [{"entry": i} | {language: self._engine.title(i, language) for language in LANGUAGES} for i in ids]

    def _check(self, check: Mapping[str, str]) -> Mapping[str, str]:
        """Button that asks the DNS whether the condition of an explained error still holds."""
        labels = {
            language: self._engine.render(Answer("offer", language, {"name": check["name"]})) for language in LANGUAGES
        }
        plain = {language: unescape(_TAG.sub("", to_html(label))) for language, label in labels.items()}
        return {"ask": f"{check['name']} {check['condition']}"} | plain

    def _reason(self, answer: Answer) -> Mapping[str, Any]:
        """Reason for the decision: in words in both languages, and as lines for support people."""
        decision = answer.decision
        if decision is None:
            return {}
        words: dict[str, str] = {
            language: to_html(self._engine.render(self._explained(decision, language))) for language in LANGUAGES
        }
        return {**words, "lines": self._engine.explain(answer)}

    def _explained(self, decision: Decision, language: Language) -> Answer:
        facts = {
            "understood": decision.normalised,
            "outcome": decision.outcome,
            "percent": _percent(decision.score),
            "candidates": self._candidates([c for part in decision.parts for c in part.candidates], language),
        }
        return Answer("why", language, facts)

    def _candidates(self, found: Sequence[Candidate], language: Language) -> list[dict[str, Any]]:
        """Best candidates of all parts, each once, by their titles."""
        best = {c.id: c.score for c in sorted(found, key=lambda c: c.score) if self.knows(c.id)}  # no "not …"
        shown = sorted(((score, identity) for identity, score in best.items()), reverse=True)[:MOST_CANDIDATES]
        return [{"title": self._engine.title(i, language), "percent": _percent(s)} for s, i in shown if _percent(s)]


def _percent(share: float) -> int:
    """Percentage 0..99: no decision is certain."""
    return min(99, round(100 * share))


def understood(answer: Answer) -> str:
    """Question as understood, for the next one's "before"; empty where it was not covered."""
    decision = answer.decision
    return decision.normalised if decision and decision.outcome != "decline" else ""
