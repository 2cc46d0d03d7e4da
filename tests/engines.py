"""Answer engines for tests: one that echoes, and the real one over a knowledge base that is loaded already."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.commands import ChannelAdmin
from bot.core.model import LANGUAGES, Answer, Language, Provider, Question


class EchoEngine:
    """Engine that says what it heard (bot/contracts/engine.py)."""

    async def respond(self, question: Question, admin: ChannelAdmin | None = None, person: str = "") -> Answer:
        facts = {"text": f"{question.command} {question.text}"}
        return Answer("echo", question.language or question.language_hint or "de", facts)

    def render(self, answer: Answer) -> str:
        return f"**{answer.language}** {answer.facts.get('text', answer.template)}".strip()

    def label(self, name: str, language: Language) -> str:
        return f"{name} {language}"

    def title(self, entry_id: str, language: Language) -> str:
        return f"{entry_id} {language}"

    def prompts(self, language: Language) -> Sequence[str]:
        return [f"prompt {number} {language}" for number in (1, 2, 3, 4)]

    def sections(self, language: Language) -> Mapping[str, Sequence[str]]:
        return {}

    def related(self, entry_ids: Sequence[str]) -> Sequence[str]:
        return ()

    def explain(self, answer: Answer) -> str:
        return ""

    def provider(self) -> Provider:
        return Provider("Echo")

    def languages(self) -> Sequence[Language]:
        return LANGUAGES

    def html(self, file: Path, words: str, language: Language, facts: Mapping[str, Any]) -> str:
        return f"{file.name} {language} {dict(facts)}"

    def page_text(self, words: str, name: str, language: Language) -> str:
        return name
