"""Composer of views: App Home, and the form of the global shortcut
(docs.slack.dev/surfaces/app-home, docs.slack.dev/surfaces/modals)."""

from collections.abc import Callable, Sequence
from typing import Any

from bot.channels.slack.blocks import (
    BUTTON,
    Block,
    Label,
    Languages,
    MessageComposer,
    actions,
    plain_button,
    section,
    to_blocks,
    to_json,
)
from bot.channels.slack.interactions import ASK, HOME_FIELD, REASON
from bot.channels.slack.mrkdwn import escape, literal
from bot.core.languages import next_language
from bot.core.model import LANGUAGES, Answer, Language
from bot.core.privacy.redaction import word_marks

Prompts = Callable[[Language], Sequence[str]]
BUTTONS_IN_A_ROW = 25  # elements of an actions block
MOST_BLOCKS = 100  # of a view
LONGEST_QUESTION = 3_000  # characters of a plain_text_input
HEADER = 150  # characters of a header block


class ViewComposer:
    """Composer of views; every word comes from the templates and the knowledge base."""

    def __init__(
        self,
        composer: MessageComposer,
        render: Callable[[Answer], str],
        label: Label,
        title: Label,
        prompts: Prompts,
        languages: Languages = lambda: LANGUAGES,
        editor_url: str = "",
    ) -> None:
        """`languages`: those of the knowledge base. `editor_url`: of the dashboard's gaps; empty: no link to it."""
        self._editor_url = editor_url
        self._composer, self._render, self._label, self._title = composer, render, label, title
        self._prompts, self._languages = prompts, languages

    def home_tab(self, answer: Answer) -> dict[str, Any]:
        """Home tab: one entry, where one was tapped; what the bot can do, topics, last questions, gaps for editors."""
        language, facts = answer.language, answer.facts
        blocks = to_blocks(self._render(answer), tables=False)
        blocks.insert(1, self._field_to_ask(language))
        blocks += [*self._language_row(language), self._header("topics", language)]
        for name, ids in facts["sections"].items():
            blocks += [section(f"*{escape(name)}*")]
            blocks += [actions([self._topic_button(i, language) for i in ids[:BUTTONS_IN_A_ROW]])]
        if facts["last"]:
            label = self._words_in(language)
            last = [word_marks(text, label) for text in facts["last"]]
            blocks += [self._header("last", language), *(_plain(f"• {text[:300]}") for text in last)]
        if facts["editor"]:
            blocks += [*self._trend(answer), self._header("gaps", language), *self._gaps(answer)]
        return {"type": "home", "blocks": blocks[:MOST_BLOCKS]}

    def question_form(self, language: Language) -> dict[str, Any]:
        """Modal of the global shortcut: one text field."""
        words = {name: {"type": "plain_text", "text": self._label(name, language)} for name in ("ask", "send", "close")}
        return {
            "type": "modal",
            "callback_id": ASK,
            "title": words["ask"],
            "submit": words["send"],
            "close": words["close"],
            "blocks": [
                {
                    "type": "input",
                    "block_id": "question",
                    "label": {"type": "plain_text", "text": self._label("question", language)},
                    "hint": {"type": "plain_text", "text": self._label("question_hint", language)},
                    "element": {
                        "type": "plain_text_input",
                        "action_id": "question",
                        "multiline": True,
                        "max_length": LONGEST_QUESTION,
                    },
                }
            ],
        }

    def reason_form(self, language: Language, carried: str) -> dict[str, Any]:
        """Modal after "Not helpful": one field that may stay empty. `carried`: JSON that the form sends along."""
        words = {"title": "reason_title", "submit": "reason_send", "close": "close"}
        field = {"type": "plain_text_input", "action_id": "reason", "multiline": True, "max_length": LONGEST_QUESTION}
        return {
            "type": "modal",
            "callback_id": REASON,
            "private_metadata": carried,
            **{name: {"type": "plain_text", "text": self._label(word, language)} for name, word in words.items()},
            "blocks": [
                {
                    "type": "input",
                    "block_id": "reason",
                    "optional": True,
                    "label": {"type": "plain_text", "text": self._label("reason_title", language)},
                    "hint": {"type": "plain_text", "text": self._label("reason_hint", language)},
                    "element": field,
                }
            ],
        }

    def suggested_prompts(self, language: Language) -> list[dict[str, str]]:
        """Suggested prompts, at most four (docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts)."""
        return [{"title": text, "message": text} for text in self._prompts(language)]

    def topic(self, entry: str, language: Language) -> dict[str, Any]:
        """Modal with an entry. Raises KeyError where there is none."""
        self._title(entry, language)
        facts = {"entries": [entry], "suggested": [], "email": "", "domain": ""}
        words = {name: {"type": "plain_text", "text": self._label(name, language)} for name in ("topic", "back")}
        return {
            "type": "modal",
            "title": words["topic"],
            "close": words["back"],
            "blocks": to_blocks(self._render(Answer("answer", language, facts)), tables=False),
        }

    def _field_to_ask(self, language: Language) -> Block:
        """Input block that asks when Enter is pressed (docs.slack.dev/reference/block-kit/blocks/input-block)."""
        return {
            "type": "input",
            "block_id": HOME_FIELD,
            "dispatch_action": True,
            "label": {"type": "plain_text", "text": self._label("question", language)},
            "hint": {"type": "plain_text", "text": self._label("home_hint", language)},
            "element": {"type": "plain_text_input", "action_id": HOME_FIELD, "max_length": LONGEST_QUESTION},
        }

    def _topic_button(self, entry: str, language: Language) -> Block:
        value = to_json({"act": "topic", "entry": entry, "language": language})
        return plain_button(self._title(entry, language)[:BUTTON], f"topic:{entry}", value)

    def _language_row(self, language: Language) -> list[Block]:
        """Row with the button of the next language; none where the knowledge base speaks one alone."""
        other = next_language(language, self._languages())
        value = to_json({"act": "home", "language": other})
        return [actions([self._composer.language_button(language, value)])] if other != language else []

    def _header(self, name: str, language: Language) -> Block:
        return {"type": "header", "text": {"type": "plain_text", "text": self._label(name, language)[:HEADER]}}

    def _gaps(self, answer: Answer) -> list[Block]:
        rows = answer.facts["gaps"]
        link_text = escape(self._label("work_on_gaps", answer.language)).replace("|", "/")
        link = [section(f"<{self._editor_url}|{link_text}>")] if self._editor_url else []
        if not rows:
            return [section(escape(self._label("no_gaps", answer.language))), *link]
        label = self._words_in(answer.language)
        rows = [
            {
                **row,
                "example": word_marks(row["example"], label),
                "remarks": [word_marks(r, label) for r in row["remarks"]],
            }
            for row in rows
        ]
        missing = label("missing")
        lines = ([_gap_line(row), *(f"{missing}: {_inline(r)}" for r in row["remarks"])] for row in rows)
        return [*link, *(section("\n".join(of_row)) for of_row in lines)]

    def _words_in(self, language: Language) -> Callable[[str], str]:
        return lambda name: self._label(name, language)

    def _trend(self, answer: Answer) -> list[Block]:
        weeks = answer.facts.get("weeks")
        if not weeks:
            return []
        shown = to_blocks(self._render(Answer("trend", answer.language, {"weeks": weeks})), tables=False)
        return [self._header("trend", answer.language), *shown]


def _plain(text: str) -> Block:
    """Block of what a person typed: no markup of it works."""
    return {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _gap_line(row: Any) -> str:
    return f"{row['count']}× ({row['language']}) {_linked(row)}"


def _inline(text: Any) -> str:
    """Line of mrkdwn with a person's words, in which no markup of theirs works."""
    return literal(" ".join(str(text)[:200].split()))


def _linked(row: Any) -> str:
    """Example of a gap in mrkdwn, linked where its permalink, which Slack made, is known."""
    shown = _inline(row["example"]).replace("|", "/")
    return f"<{row['link']}|{shown}>" if str(row["link"]).startswith("https://") else shown
