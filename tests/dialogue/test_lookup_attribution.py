"""Attribution of DNS look-ups: who asks reaches the name servers' rate limit, from an event on."""

import asyncio
import weakref
from pathlib import Path
from typing import Any

from bot.answering.router import make_responder
from bot.commands import ChannelAdmin, find_commands
from bot.core.dns.records import Lookup, MxHost, MxResult
from bot.core.model import Answer, Event, Provider, Question
from bot.dialogue.manager import DialogueManager
from bot.storage import create_storage
from tests.commands.test_commands import Silent
from tests.engines import EchoEngine

PROVIDER = Provider("OVH")


class Counted:
    """A look-up that knows who asked."""

    def __init__(self, person: str = "", asked: list[str] | None = None) -> None:
        self._person = person
        self.asked = [] if asked is None else asked

    def asked_by(self, person: str) -> Lookup:
        return Counted(person, self.asked)

    async def mx(self, domain: str) -> MxResult:
        self.asked.append(f"{self._person} {domain}")
        return MxResult("null")

    async def host(self, name: str) -> MxHost:
        raise NotImplementedError


class CommandEngine(EchoEngine):
    """Runs commands; no question is decided."""

    def __init__(self, lookup: Lookup) -> None:
        core: Any = Silent()  # no command but /faq asks it
        self._respond = make_responder(core, find_commands(), PROVIDER, lookup)

    async def respond(self, question: Question, admin: ChannelAdmin | None = None, person: str = "") -> Answer:
        return await self._respond(question, admin, person)


def dialogue(folder: Path, lookup: Lookup) -> DialogueManager:
    storage = create_storage("", folder)
    storage.database.open()
    manager = DialogueManager(CommandEngine(lookup), storage, {})
    weakref.finalize(manager, storage.database.close)
    return manager


def test_a_command_counts_for_its_asker(tmp_path: Path) -> None:
    lookup = Counted()
    event = Event("T1:C1:1:command", "slack", Question("example.com", "mx", language="de"), person="T1:U1")
    reply = asyncio.run(dialogue(tmp_path, lookup).handle(event))
    assert isinstance(reply.answer, Answer)
    assert lookup.asked == ["T1:U1 example.com"]


def test_a_command_within_faq_counts_for_its_asker_too(tmp_path: Path) -> None:
    lookup = Counted()
    event = Event("T1:C1:2:command", "slack", Question("/mx example.com", "faq", language="de"), person="T1:U1")
    asyncio.run(dialogue(tmp_path, lookup).handle(event))
    assert lookup.asked == ["T1:U1 example.com"]


def test_a_button_for_the_other_language_counts_for_who_pressed(tmp_path: Path) -> None:
    """It asks again where the answer does not fit into it."""
    lookup = Counted()
    facts = {"key": "T1:C1:1:command", "language": "de", "ask": ["mx", "example.com"]}
    event = Event("T1:C1:2:press", "slack", Question(""), act="language", facts=facts, person="T1:U2")
    asyncio.run(dialogue(tmp_path, lookup).handle(event))
    assert lookup.asked == ["T1:U2 example.com"]


def test_nobody_in_particular_asks_in_a_terminal() -> None:
    lookup = Counted()
    core: Any = Silent()
    respond = make_responder(core, find_commands(), PROVIDER, lookup)
    asyncio.run(respond(Question("/mx example.com")))
    assert lookup.asked == [" example.com"]
