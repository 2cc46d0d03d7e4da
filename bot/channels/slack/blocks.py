"""Composer of messages: answer → blocks, buttons, and a fallback text that says the same.

Screen readers and notifications get the fallback text alone. A button's value carries all that its press needs
(docs.slack.dev/reference/block-kit).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from bot.channels.slack.mrkdwn import blocks_to_mrkdwn, inline, sections, to_mrkdwn, to_plain
from bot.channels.slack.tables import field_blocks, table_block
from bot.commands.faq import MODES
from bot.core.languages import next_language
from bot.core.markdown import to_plain as plain_text
from bot.core.markdown.layout import without_list_items
from bot.core.markdown.parser import Block as Part
from bot.core.markdown.parser import parse
from bot.core.model import LANGUAGES, Answer, Event, Language
from bot.core.text.excerpt import shorten

SECTION = 3_000  # characters; docs.slack.dev/reference/block-kit/blocks/section-block
MOST = 12_000  # characters; a message takes about 13,200 in all before msg_blocks_too_long (bolt-js issue 2509)
FALLBACK = 4_000  # characters of `text` that Slack advises (docs.slack.dev/reference/methods/chat.postMessage)
BUTTON, VALUE = 75, 2_000  # characters; docs.slack.dev/reference/block-kit/block-elements/button-element
MOST_RELATED = 2  # buttons of related entries: with the others a row or two
WITHOUT_BUTTONS = frozenset(  # templates
    {
        "thanks",
        "greeting",
        "aside",
        "feedback",
        "switched_off",
        "slow",
        "failure",
        "handover",
        "breaker",
        "person",
        "digest",
    }
)

# Templates after which a person may be wanted, also in private
UNSURE = frozenset({"decline", "suggest", "which_error"})

Label = Callable[[str, Language], str]
Related = Callable[[Sequence[str]], Sequence[str]]
Languages = Callable[[], Sequence[Language]]
Block = dict[str, Any]


class MessageComposer:
    """Composer of messages; every word comes from the templates and the knowledge base."""

    def __init__(
        self,
        render: Callable[[Answer], str],
        label: Label,
        title: Label,
        related: Related = lambda ids: (),
        languages: Languages = lambda: LANGUAGES,
    ) -> None:
        """`related`: ids of the entries that help beside others. `languages`: those of the knowledge base."""
        self._render, self._label, self._title = render, label, title
        self._related, self._languages = related, languages

    def message(
        self, event: Event, answer: Answer, *, private: bool, person: bool, reader: Language | None = None
    ) -> dict[str, Any]:
        """Message of an answer: arguments "text" and "blocks" of chat.postMessage.

        `private`: only one person sees it, and may share it. `person`: there is somebody to ask, so offer it. `reader`:
        language of the person's Slack, in which no other language is offered; None: not known.
        """
        if answer.template == "decline":  # the button says it
            answer = replace(answer, facts={**answer.facts, "can_ask_team": person})
        markdown = self._render(answer)
        chooses = answer.template == "suggest"
        shown = without_list_items(markdown) if chooses else markdown
        blocks = [*self._about_above(answer), *to_blocks(shown, tables=not private)]
        if answer.facts.get("about") == "why":  # one block, to be copied
            heading = to_blocks(markdown.partition("\n\n")[0])
            blocks = [*heading, preformatted("\n".join(answer.facts["lines"])[:SECTION])]
        if chooses:
            blocks += [actions([self._choice_button(event, answer, entry) for entry in answer.facts["suggested"]])]
        if answer.template not in WITHOUT_BUTTONS:
            others = answer.language != reader and len(self._languages()) > 1
            blocks += self._buttons(event, answer, private=private, person=person, others=others)
        if answer.facts.get("verdict") == "unhelpful":
            blocks += [actions(self._after_unhelpful(answer, person=person))]
        told = " ".join(element["text"] for block in self._about_above(answer) for element in block["elements"])
        return {"text": f"{told} {to_plain(markdown)}".strip()[:FALLBACK] or "…", "blocks": blocks}

    def _about_above(self, answer: Answer) -> list[Block]:
        """Line that says whose message was read, of an answer about one above the asker's."""
        above = answer.facts.get("above")
        if not above:
            return []
        line = to_mrkdwn(self._render(Answer("above", answer.language, above)))
        return [{"type": "context", "elements": [{"type": "mrkdwn", "text": line}]}]

    def button(self, label: str, language: Language, value: str, **more: str) -> Block:
        """Button with one of the labels of templates/labels.md. `more`: further fields of the button."""
        return plain_button(self._label(label, language), f"{label}:{language}", value, **more)

    def language_button(self, language: Language, value: str) -> Block:
        """Button of the base's next language after `language`, in that language's own words."""
        label = self._label("other_language", next_language(language, self._languages()))
        return plain_button(label, f"other_language:{language}", value)

    def _related_buttons(self, common: Mapping[str, Any], answer: Answer) -> list[Block]:
        """Buttons of the entries that an answer's entries name as related; each is answered when it is pressed."""
        shown = self._related(answer.facts["entries"])[:MOST_RELATED] if answer.template == "answer" else ()
        return [
            plain_button(
                self._title(entry, answer.language),
                f"related:{entry}",
                to_json({"act": "related", **common, "entry": entry}),
            )
            for entry in shown
        ]

    def _mode_buttons(self, common: Mapping[str, Any], answer: Answer) -> list[Block]:
        """Buttons of the modes that a channel does not have, where its mode is told."""
        others = [mode for mode in MODES if mode != answer.facts["mode"]] if answer.facts.get("about") == "mode" else []
        return [
            plain_button(mode, f"mode:{mode}", to_json({"act": "command", **common, "ask": ["faq", f"mode {mode}"]}))
            for mode in others
        ]

    def _choice_button(self, event: Event, answer: Answer, entry: str) -> Block:
        given = {k: answer.facts[k] for k in ("email", "domain") if answer.facts.get(k)}
        facts = {"act": "choose", "key": key_of(event), "entry": entry, "language": answer.language}
        value = to_json({**facts, **given})
        value = value if len(value) <= VALUE else to_json(facts)
        return plain_button(self._title(entry, answer.language), f"choose:{entry}", value)

    def _buttons(self, event: Event, answer: Answer, *, private: bool, person: bool, others: bool) -> list[Block]:
        """Rows of buttons. `others`: True if another language is offered; the rest as for `message`."""
        common = {"key": key_of(event), "language": answer.language}
        whole = {**common, "template": answer.template, "facts": dict(answer.facts)}
        row = [self._check_button(common, answer.language, check) for check in answer.facts.get("checks", [])]
        row += [*self._related_buttons(common, answer), *self._mode_buttons(common, answer)]
        if others and (other := self._other_language_value(event, answer, whole, common)):
            row.append(self.language_button(answer.language, other))
        if private and event.reply_to.get("channel") and is_worth_sharing(answer):
            shared = to_json({"act": "share", **whole, "in": event.reply_to.get("share_in", "")})
            label = "share_in_thread" if event.reply_to.get("share_in") else "share"
            row += [self.button(label, answer.language, shared)] if len(shared) <= VALUE else []
        if person and (answer.template in UNSURE or not private):
            row.insert(0 if answer.template == "decline" else len(row), self._person_button(answer, common))
        asks_back = answer.template == "answer"
        return ([self._feedback_buttons(common, answer.language)] if asks_back else []) + (
            [actions(row)] if row else []
        )

    def _person_button(self, answer: Answer, common: Mapping[str, Any]) -> Block:
        """Button that asks the team; the first thing to do where the FAQ says nothing."""
        more = {"style": "primary"} if answer.template == "decline" else {}
        return self.button("person", answer.language, to_json({"act": "person", **common}), **more)

    def _after_unhelpful(self, answer: Answer, *, person: bool) -> list[Block]:
        """Buttons after "Not helpful": to say why, and to ask the team."""
        common = {"key": answer.facts["key"], "language": answer.language}
        why = self.button("reason", answer.language, to_json({"act": "reason", **common}))
        return [why, *([self._person_button(answer, common)] if person else [])]

    def _check_button(self, common: Mapping[str, Any], language: Language, check: Mapping[str, str]) -> Block:
        """Button that asks the DNS whether the condition of an explained error still holds."""
        ask = ["check", f"{check['name']} {check['condition']}"]
        label = plain_text.to_plain(self._render(Answer("offer", language, {"name": check["name"]})))
        return plain_button(label, f"check:{check['name']}", to_json({"act": "check", **common, "ask": ask}))

    def _other_language_value(
        self, event: Event, answer: Answer, whole: Mapping[str, Any], common: Mapping[str, Any]
    ) -> str:
        """Value of the button for the other language; empty where there is no room for what it needs.

        A press brings no question of its own: what its button asked is asked by the next one too.
        """
        value = to_json({"act": "language", **whole})
        if len(value) <= VALUE:
            return value
        question = event.facts.get("ask") or [event.question.command, event.question.text]
        asked = to_json({"act": "language", **common, "ask": question})
        return asked if len(asked) <= VALUE else ""

    def _feedback_buttons(self, common: Mapping[str, Any], language: Language) -> Block:
        """Slack shows the one pressed (docs.slack.dev/reference/block-kit/block-elements/feedback-buttons-element)."""
        return {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "feedback",
                    "positive_button": self._feedback_button("helpful", common, language),
                    "negative_button": self._feedback_button("unhelpful", common, language),
                }
            ],
        }

    def _feedback_button(self, verdict: str, common: Mapping[str, Any], language: Language) -> Block:
        label = self._label(verdict, language)
        value = to_json({"act": verdict, **common})
        return {"text": {"type": "plain_text", "text": label}, "value": value, "accessibility_label": label}


def to_blocks(markdown: str, *, tables: bool = True) -> list[Block]:
    """Blocks of a text: sections, a context block for each paragraph in emphasis, the first table as a table block.

    `tables`: False: for what may hold no table block; its tables are fields, as are a message's further ones.

    At most MOST characters of sections and 45 blocks, of 50 that a message may have: some are left for the buttons.
    """
    blocks: list[Block] = []
    left = MOST
    for kind, parts in groupby(parse(markdown), _kind):
        if kind != "text":
            for part in parts:
                if kind == "note":
                    blocks.append(_note(part))
                elif tables and not any(block["type"] == "table" for block in blocks):
                    blocks.append(table_block(part.rows))
                else:
                    blocks += field_blocks(part.rows)
            continue
        for piece in sections(blocks_to_mrkdwn(parts), SECTION):
            if len(piece) <= left:
                blocks.append(section(piece))
                left -= len(piece)
    return blocks[:45]


def _kind(part: Part) -> str:
    return "table" if part.rows else "note" if part.is_note else "text"


def _note(part: Part) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": inline(part.spans[1:-1])[:2_000]}]}


def section(text: str) -> Block:
    """Section block of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def preformatted(text: str) -> Block:
    """Block of preformatted text, to the letter (docs.slack.dev/reference/block-kit/blocks/rich-text-block)."""
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [element]}


def actions(elements: Sequence[Block]) -> Block:
    """Actions block: a row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def plain_button(text: str, action_id: str, value: str, **more: str) -> Block:
    """Button element; its whole text is also its accessibility label, where the visible one is cut."""
    shown = shorten(text, BUTTON)
    label = {"type": "plain_text", "text": shown}
    return {"type": "button", "text": label, "action_id": action_id[:255], "value": value, **more}


def is_worth_sharing(answer: Answer) -> bool:
    """True if others may want to see it: no help, refusal, menu or decline, nor what only editors may see."""
    about = answer.facts.get("about") or answer.facts.get("problem") or answer.facts.get("help")
    return answer.template not in UNSURE and not about


def key_of(event: Event) -> str:
    """Event key of the question that a message is about, also where a button changed the message."""
    return str(event.reply_to.get("key") or event.key)


def to_json(value: Mapping[str, Any]) -> str:
    """JSON of a button's value, as short as it gets."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
