"""Composer of the messages of a handover: the request, the notes at both sides, and what people say there."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.channels.slack.blocks import (
    FALLBACK,
    SECTION,
    Block,
    Label,
    actions,
    plain_button,
    section,
    to_blocks,
    to_json,
)
from bot.channels.slack.mrkdwn import literal, sections, to_mrkdwn, to_plain
from bot.core.model import Answer, Language


class HandoverComposer:
    """Composer of messages with mentions of those who take part: the only mentions that are ever live."""

    def __init__(self, render: Callable[[Answer], str], label: Label) -> None:
        self._render, self._label = render, label

    def request(self, answer: Answer, ping: str, *, relayed: bool) -> dict[str, Any]:
        """Request to helpers. `ping`: mentions in Slack's markup; empty: nobody is called. `relayed`: True if they read
        it elsewhere than the asker.
        """
        facts, language = answer.facts, answer.language
        asker = f"<@{str(facts['asker']).partition(':')[2]}>"
        where = self._label("direct_message", language) if facts["direct"] else f"<#{facts['channel']}>"
        who = f"{self._label('asker', language)}: {asker} · {self._label('where', language)}: {where}"
        markdown = self._render(Answer("handover", language, {**facts, "relayed": relayed}))
        first = f"{ping}\n{who}" if ping else who
        blocks = [section(first), *to_blocks(markdown), actions([self._solved_button(answer)])]
        return {"text": f"{ping} {asker} {to_plain(markdown)}".strip()[:FALLBACK], "blocks": blocks}

    def told(self, answer: Answer) -> dict[str, Any]:
        """Note for the asker: where the answer will come. It can be ended from there too."""
        message = self.note(answer)
        return {**message, "blocks": [*message["blocks"], actions([self._solved_button(answer)])]}

    def note(self, answer: Answer, who: str = "") -> dict[str, Any]:
        """Note of one sentence or two. `who`: mention that it begins with; empty: it names nobody."""
        markdown = self._render(answer)
        text = f"{who} {to_plain(markdown)}".strip()[:FALLBACK]
        return {"text": text, "blocks": [section(f"{who} {to_mrkdwn(markdown)}".strip()[:SECTION])]}

    def words(self, answer: Answer, who: str, words: str) -> dict[str, Any]:
        """Words of one side for the other one. `who`: mention of who says it; of an agent in a helpdesk the name, which
        may be empty. `words`: mrkdwn that calls nobody.

        Files cannot be handed on: they are named.
        """
        who = (f"({literal(who)})" if who else "") if answer.facts["by"] == "helpdesk" else who
        lead = f"{self._label('from_' + answer.facts['by'], answer.language)} {who}".strip()
        files = [f"{self._label('file', answer.language)}: {literal(name)}" for name in answer.facts.get("files", [])]
        said = "\n".join([words, *files]).strip()
        blocks = [{"type": "context", "elements": [{"type": "mrkdwn", "text": lead}]}]
        blocks += [section(piece) for piece in sections(said, SECTION)[:4]]
        return {"text": f"{lead}: {said}"[:FALLBACK], "blocks": blocks}

    def helpdesk(self, language: Language) -> str:
        """Name of those who answer in the helpdesk, at the beginning of a sentence."""
        return self._label("helpdesk", language)

    def solved(self, answer: Answer, shown: Mapping[str, Any], who: str) -> dict[str, Any]:
        """Message that was shown, without its button and with who solved it: the record of the request stays."""
        kept: list[Block] = [block for block in shown.get("blocks") or [] if block.get("type") != "actions"]
        note = self.note(Answer("handover", answer.language, {"state": "solved"}), who)
        ending = {"type": "context", "elements": [{"type": "mrkdwn", "text": note["blocks"][0]["text"]["text"]}]}
        return {"text": f"{shown.get('text') or ''}\n{note['text']}".strip()[-FALLBACK:], "blocks": [*kept, ending]}

    def _solved_button(self, answer: Answer) -> Block:
        carried = {name: answer.facts[name] for name in ("request", "conversation")}
        value = to_json({"act": "solved", **carried, "language": answer.language})
        return plain_button(self._label("solved", answer.language), f"solved:{answer.language}", value)
