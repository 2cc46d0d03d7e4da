"""Presenter of the chat page: an answer as JSON and as HTML with its buttons, worded in every language of the base."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

from bot.contracts.engine import Engine
from bot.core.languages import next_language
from bot.core.markdown.layout import without_list_items
from bot.core.markdown.to_html import to_html
from bot.core.model import Answer, Decision, Language
from bot.web.chat.contact import Contact
from bot.web.chat.parse import CHANNEL
from bot.web.chat.table_labels import with_labels

ARTICLE = Path(__file__).parent / "article.html"
MOST_OTHERS = 3  # titles of what was close
CLOSE = 0.02  # least score of what is named as close: below it nobody would see a likeness
VERY_SURE, QUITE_SURE = 0.95, 0.8  # scores from which an answer is called so
# Templates that name the ways to a person
WITH_CONTACT = frozenset({"decline", "person", "none", "which_error", "failure"})
# Templates below which a person may be asked
_JUDGED = frozenset({"answer", "decline", "suggest", "none", "which_error", "person"})
_TAG = re.compile(r"<[^<>]{1,20}>")


class Presenter:
    """Presenter of replies; every word comes from the templates and the knowledge base."""

    def __init__(self, engine: Engine, contact: Contact, *, asks: bool = False) -> None:
        """`asks`: people can be asked from the page."""
        self._engine, self._contact, self._asks = engine, contact, asks

    def reply(self, answer: Answer, key: str, question: str = "") -> Mapping[str, Any]:
        """Reply as JSON values. `question`: as it was typed; the article's buttons carry it.

        "article": HTML with all buttons, by language; "in": the text alone; "choices": ids of suggestions with their
        titles; "why": empty where nothing was decided; "feedback": whether the reply can be judged; "person": whether a
        person can be asked from here.
        """
        answer = self._with_contact(answer)
        languages = list(dict.fromkeys([*self._engine.languages(), answer.language]))
        html = {language: self.html(replace(answer, language=language)) for language in languages}
        shared: dict[str, Any] = {
            "key": key,
            "feedback": answer.template == "answer",
            "person": self._asks and answer.template in _JUDGED and answer.facts.get("state") != "asked",
        }
        is_decided = answer.decision is not None and answer.outcome == answer.decision.outcome
        shown: dict[str, Any] = {
            **shared,
            "outcome": answer.decision.outcome if answer.decision else "answer",
            "language": answer.language,
            "understood": understood(answer),
            "html": html[answer.language],
            "in": html,
            "choices": self._choices(answer, languages),
            "checks": [self._check(check, languages) for check in answer.facts.get("checks") or []],
            "why": {language: self._reason(answer, language, question) for language in languages} if is_decided else {},
        }
        more = {"question": question, "is_menu": answer.template == "suggest", "opened": answer.template == "person"}
        return {**shown, "article": {one: self._article(one, languages, {**shown, **more}) for one in languages}}

    def html(self, answer: Answer) -> str:
        """HTML of an answer, without the list of titles where buttons carry them. Links open beside the page."""
        markdown = self._engine.render(answer)
        if answer.template == "suggest":
            markdown = _without_last_hint(without_list_items(markdown))
        return with_labels(to_html(markdown)).replace('<a href="https:', '<a target="_blank" href="https:')

    def knows(self, entry: str) -> bool:
        """True if there is such an entry or topic."""
        try:
            return bool(self._engine.title(entry, self._engine.languages()[0]))
        except KeyError:
            return False

    def _with_contact(self, answer: Answer) -> Answer:
        if answer.template not in WITH_CONTACT:
            return answer
        return replace(answer, facts={**answer.facts, "contact": self._contact.markdown(), "asks": self._asks})

    def _article(self, language: Language, languages: Sequence[Language], shown: Mapping[str, Any]) -> str:
        """HTML of a reply with its buttons, in a language."""
        other = next_language(language, languages) if len(languages) > 1 else ""
        facts = {
            **shown,
            "body": shown["in"][language],
            "choices": [{"entry": c["entry"], "title": c[language]} for c in shown["choices"]],
            "checks": [{"ask": c["ask"], "label": c[language]} for c in shown["checks"]],
            "why": shown["why"].get(language, ""),
            "other": other,
        }
        return self._engine.html(ARTICLE, CHANNEL, language, facts)

    def _choices(self, answer: Answer, languages: Sequence[Language]) -> list[dict[str, str]]:
        ids = answer.facts.get("suggested") or [] if answer.template in ("suggest", "answer") else []
        return [{"entry": i} | {language: self._engine.title(i, language) for language in languages} for i in ids]

    def _check(self, check: Mapping[str, str], languages: Sequence[Language]) -> Mapping[str, str]:
        """Button that asks the DNS whether the condition of an explained error still holds."""
        labels = {one: self._engine.render(Answer("offer", one, {"name": check["name"]})) for one in languages}
        plain = {language: unescape(_TAG.sub("", to_html(label))) for language, label in labels.items()}
        return {"ask": f"{check['name']} {check['condition']}"} | plain

    def _reason(self, answer: Answer, language: Language, question: str) -> str:
        """Reason for the decision, in plain words."""
        decision = answer.decision
        if decision is None:
            return ""
        meant = decision.normalised
        sure = "very" if decision.score >= VERY_SURE else "quite" if decision.score >= QUITE_SURE else "little"
        facts = {
            "understood": "" if _same_words(meant, question) else meant,
            "outcome": decision.outcome,
            "sure": sure,
            "others": self._close(decision, language),
        }
        return to_html(self._engine.render(Answer("why", language, facts)))

    def _close(self, decision: Decision, language: Language) -> list[str]:
        """Titles of the entries that came closest, beside those in the reply."""
        found = sorted((c for part in decision.parts for c in part.candidates), key=lambda c: -c.score)
        shown = [c.id for c in found if c.score >= CLOSE and c.id not in decision.entries and self._is_entry(c.id)]
        return [self._engine.title(entry, language) for entry in dict.fromkeys(shown)][:MOST_OTHERS]

    def _is_entry(self, name: str) -> bool:
        return any(name in ids for ids in self._engine.sections(self._engine.languages()[0]).values())


def understood(answer: Answer) -> str:
    """Question as understood, for the next one's "before"; empty where it was not covered."""
    decision = answer.decision
    return decision.normalised if decision and decision.outcome != "decline" else ""


def _same_words(one: str, other: str) -> bool:
    return re.findall(r"\w+", one.casefold()) == re.findall(r"\w+", other.casefold())


def _without_last_hint(markdown: str) -> str:
    """Menu without its last line in emphasis ("None of these? …"), which a button says."""
    lines = markdown.rstrip().split("\n")
    return "\n".join(lines[:-1]) if lines[-1].startswith("_") and lines[-1].endswith("_") else markdown
