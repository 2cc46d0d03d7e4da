"""Gaps in chat: `/faq gaps` and App Home read and group them beside the event loop (tests/blocking.py watches)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answering.engine import AnswerEngine
from bot.answering.reload import ReloadableEngine
from bot.contracts.channel import Channel
from bot.core.mail.ticket_modes import parse_modes
from bot.core.model import Answer, Event, Question
from bot.dialogue.actions import ButtonActions
from bot.dialogue.channel_admin import StoredChannelAdmin
from bot.dialogue.handover import HandoverDialogue
from bot.settings import Settings
from bot.storage import Storage, create_storage
from tests.blocking import LoopWatch
from tests.tickets.test_workflow import FakeHelpdesk


class Permissive(FakeHelpdesk):
    """Everybody is an editor."""

    async def may(self, event: Event, what: str) -> bool:
        return True


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    """Three like gaps of the team T1, one of another team."""
    opened = create_storage("", tmp_path)
    opened.database.open()
    for number, team in enumerate(("T1", "T1", "T1", "T2")):
        event = Event(f"{team}:C1:{number}", "slack", Question("wie richte ich das ein?"), location=f"{team}:C1")
        opened.decisions.save(event, Answer("decline", "de"))
    yield opened
    opened.database.close()


async def test_faq_gaps_are_grouped_in_a_thread(storage: Storage, loop_watch: LoopWatch) -> None:
    channel: Channel = Permissive(parse_modes("note"))
    event = Event("T1:C1:9", "slack", Question("gaps", "faq"), location="T1:C1", person="T1:U1")
    found = await StoredChannelAdmin(event, storage, channel).gaps()
    assert [gap.count for gap in found] == [3]
    assert loop_watch.take() == []


async def test_app_home_groups_gaps_in_a_thread(
    storage: Storage, engine: AnswerEngine, loop_watch: LoopWatch, tmp_path: Path
) -> None:
    async def everything(event: Event, what: str) -> bool:
        return True

    def no_admin(event: Event) -> None: ...

    reloadable = ReloadableEngine(engine, Settings(postbote_data_dir=tmp_path))
    actions = ButtonActions(storage, reloadable, everything, no_admin, HandoverDialogue(storage, reloadable))
    reply = await actions.handlers["home"](Event("T1:home", "slack", Question(""), person="T1:U1", act="home"))
    assert reply.answer
    assert [gap["count"] for gap in reply.answer.facts["gaps"]] == [3]
    assert loop_watch.take() == []


def test_only_so_many_decisions_are_read_and_none_that_was_answered(storage: Storage) -> None:
    for number in range(30):
        event = Event(f"T1:C2:{number}", "slack", Question("x"), location="T1:C2")
        storage.decisions.save(event, Answer("help", "de"))
    assert len(storage.decisions.unanswered("T1", limit=2)) == 2
    assert len(storage.decisions.unanswered("T1")) == 3
