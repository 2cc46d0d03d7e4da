"""Decision saver: the one writer of what the dialogue decided, for follow-ups, `postbote why`, gaps and dashboard.

The dialogue manager only says what is to be saved (Reply.decided). Whoever delivers the reply has it saved meanwhile:
the durable worker (bot/durable/decide.py), and the synchronous dialogue of the chat page.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.contracts.channel import Channel
from bot.contracts.engine import Engine
from bot.core.model import QUESTION_ACTS, DecisionToSave
from bot.core.privacy.redacted_decision import without_words
from bot.storage import Storage


class DecisionSaver:
    """Decision saver of one storage; the engine's explanations and the permalinks of the open channels go in."""

    def __init__(self, engine: Engine, storage: Storage, channels: Mapping[str, Channel]) -> None:
        self._engine, self._storage, self._channels = engine, storage, channels

    async def save(self, decided: DecisionToSave) -> None:
        """Saves a decision as its event's row; once more for the same event replaces it. Raises DatabaseError.

        Of a message that did not address the bot, and gets no answer, no word is kept.
        """
        event, answer, reason = decided.event, decided.answer, decided.reason
        channel = self._channels.get(event.channel)
        if reason and event.act not in QUESTION_ACTS and answer.decision:
            answer = replace(answer, decision=without_words(answer.decision))
        why = f"{self._engine.explain(answer)}\nmode        {decided.mode if event.location else '-'}" + (
            reason and f"\nsilent      {reason}"
        )
        link = await channel.permalink(event) if channel else ""
        spoke = not decided.edit and not reason and bool(event.facts.get("thread"))
        kept = decided.undelivered
        await self._storage.database.write(
            lambda: self._storage.decisions.save(
                event, answer, reason=reason, why=why, link=link, spoke=spoke, reply=kept
            )
        )
