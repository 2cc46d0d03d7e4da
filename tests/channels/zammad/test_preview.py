"""`postbote tickets preview`: a dry run over the newest tickets of a helpdesk."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from bot.answering.engine import AnswerEngine, responder
from bot.answering.reload import ReloadableEngine
from bot.core.model import TryLater
from bot.ops.ticket_preview import open_channels, preview, summary, to_json, to_text
from tests.channels.zammad.test_zammad import by, fake, to_settings
from tests.servers.fake_zammad import AGENT, TOKEN


async def test_a_dry_run_assesses_the_newest_tickets_and_writes_nothing(engine: AnswerEngine, tmp_path: Path) -> None:
    async with fake() as zammad:
        zammad.mail(by("old@a.example"))
        answered = zammad.mail(by("eva@a.example"), "Sales")
        zammad.write(answered, type="email", sender="Agent", created_by_id=AGENT, body="Port 993")
        zammad.mail(by("eva@b.example", Auto_Submitted="auto-replied"), "Off")
        zammad.mail(by("eva@c.example", "Wie setze ich mein Passwort zurück?"))
        settings = to_settings(zammad, tmp_path)
        channels = open_channels(settings, ReloadableEngine(engine, settings))
        found = []
        async for one in preview(channels, settings.ticket_mode, responder(engine, settings), 3):
            found.append(to_json(one, "Hallo\n995"))
        assert [(f["verdict"], f["mode"], f["now"], f["answered"]) for f in found] == [
            ("silent", "public", "silent", False),
            ("silent", "off", "silent", False),
            ("public", "note", "note", True),
        ]
        assert found[2]["entries"] == ["imap-ssl"]
        assert "would be    public (the queue's mode is note, so now: note)" in to_text(found[2])
        assert summary(found) == (
            "3 tickets: 1 public, 0 notes, 2 silent (1 not-covered, 1 auto-submitted). Nothing was written."
        )
        assert not any(zammad.ours(ticket) or zammad.tags[ticket] for ticket in zammad.tickets)
        assert not [call for call in zammad.calls if call.startswith("POST")]
    channels = open_channels(settings, ReloadableEngine(engine, settings))
    with pytest.raises(TryLater, match="cannot be reached"):
        async for _ in preview(channels, settings.ticket_mode, responder(engine, settings), 1):
            pass


async def test_the_preview_command_prints_one_object_a_ticket(data: Path) -> None:
    async with fake() as zammad:
        zammad.mail(by("eva@a.example"))
        zammad.mail(by("eva@b.example", "Wie setze ich mein Passwort zurück?"))
        variables = {
            "POSTBOTE_DATA_DIR": str(data),
            "POSTBOTE_ZAMMAD_URL": zammad.url,
            "POSTBOTE_ZAMMAD_TOKEN": TOKEN,
            "POSTBOTE_RT_URL": None,
            "POSTBOTE_MAIL_IMAP_URL": None,
        }
        command = ["tickets", "preview", "--last", "9", "--json"]
        done = await asyncio.to_thread(CliRunner().invoke, main, command, env=variables)
    assert done.exit_code == 0, done.output
    shown = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [(one["verdict"], "993" in one["reply"]) for one in shown] == [("silent", False), ("public", True)]
