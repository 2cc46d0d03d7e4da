"""Zammad's channel against a fake that follows its documentation: webhooks, polling, reading, writing once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.answering.engine import AnswerEngine, responder
from bot.channels.helpdesk.parse import to_account_name
from bot.channels.helpdesk.webhook import BadHook
from bot.channels.zammad import ZammadChannel, open_channel
from bot.channels.zammad.doctor import run_doctor_checks
from bot.channels.zammad.parse import to_ticket
from bot.channels.zammad.webhook import to_ticket_and_queue
from bot.contracts.channel import Disabled
from bot.core.mail.auto_response import MailboxContext
from bot.settings import Settings
from bot.tickets.assessment import assess
from bot.tickets.events import ticket_event
from tests.channels.helpdesk import running
from tests.channels.helpdesk.running import RunningBot
from tests.core.mail.test_auto_response import mail
from tests.rows import each_row
from tests.servers.fake_zammad import AGENT, SECRET, SYSTEM, TOKEN, FakeZammad, signed

SAMPLE = Path(__file__).parents[2] / "recorded" / "zammad" / "webhook.json"
QUESTION = "Guten Tag,\nwelcher Port ist für IMAP mit SSL richtig?"


def by(sender: str, body: str = QUESTION, **headers: Any) -> bytes:
    return mail(body, From=f"Anna <{sender}>", Return_Path=None, **headers)


def to_settings(zammad: FakeZammad, folder: Path, **changed: Any) -> Settings:
    values = {
        "postbote_data_dir": folder,
        "postbote_database_url": "",
        "postbote_zammad_url": zammad.url,
        "postbote_zammad_token": TOKEN,
        "postbote_zammad_webhook_secret": SECRET,
        "postbote_zammad_mode": "public, Sales=note, Off=off",
        "postbote_own_addresses": "support@example.test",
        "postbote_tickets_poll": 0.2,
        "postbote_tickets_per_hour": 10_000,
        "postbote_tickets_per_domain": 10_000,
    }
    return Settings.model_validate({**values, **changed})


def started(
    zammad: FakeZammad, engine: AnswerEngine, folder: Path, **changed: Any
) -> AbstractAsyncContextManager[RunningBot]:
    settings = to_settings(zammad, folder, **changed)
    return running.started(ZammadChannel, settings.zammad, settings, engine)


@asynccontextmanager
async def fake() -> AsyncIterator[FakeZammad]:
    zammad = FakeZammad()
    await zammad.start()
    try:
        yield zammad
    finally:
        await zammad.stop()


async def test_polling_finds_reads_and_answers_tickets(engine: AnswerEngine, tmp_path: Path) -> None:
    """By polling alone; what was there before the first start is left to people."""
    async with fake() as zammad:
        before = zammad.mail(by("before@a.example"))
        async with started(zammad, engine, tmp_path) as bot:
            while sum("tickets/search" in call for call in zammad.calls) < 3:  # the first look is over, and kept
                await asyncio.sleep(0.02)
            rows = [
                (zammad.mail(by("eva@a.example")), "public: nothing speaks"),
                (zammad.mail(by("eva@b.example"), "Sales"), "note: mode-note"),
                (zammad.mail(by("eva@c.example", Auto_Submitted="auto-replied")), "silent: auto-submitted"),
                (
                    zammad.mail(by("eva@d.example"), preferences={"is-auto-response": True}),
                    "silent: system-says-auto, zammad-is",
                ),
                (zammad.typed("eva@e.example", QUESTION), "public: nothing speaks"),
                (zammad.typed("eva@f.example", QUESTION, type="phone", created_by_id=AGENT), "note: opened-by-agent"),
                (
                    zammad.typed("eva@i.example", QUESTION, type="email", sender="Agent", created_by_id=AGENT),
                    "silent: not-a-customer",
                ),
                (zammad.mail(by("support@example.test")), "silent: own-address"),
                (zammad.mail(by("eva@g.example", "Wie setze ich mein Passwort zurück?")), "silent: not-covered"),
            ]
            for ticket, expected in rows:
                assert (await bot.until_decided(ticket)).startswith(expected), ticket
            off = zammad.mail(by("eva@h.example"), "Off")
            await asyncio.sleep(0.6)
            assert zammad.ours(off) == zammad.ours(before) == []
            assert not any(call.endswith(f"tickets/{before}") for call in zammad.calls)
            public, note = zammad.ours(rows[0][0]), zammad.ours(rows[1][0])
        assert [len(zammad.ours(ticket)) for ticket, _ in rows] == [1, 1, 0, 0, 1, 1, 0, 0, 0]
        assert {k: public[0][k] for k in ("type", "internal", "sender", "to", "content_type")} == {
            "type": "email",
            "internal": False,
            "sender": "Agent",
            "to": "eva@a.example",
            "content_type": "text/html",
        }
        assert public[0]["subject"].startswith("Re: ")
        assert "<code>993</code>" in public[0]["body"]
        assert (note[0]["type"], note[0]["internal"]) == ("note", True)
        assert sorted(m["to"] for m in zammad.mailed) == ["eva@a.example", "eva@e.example"]  # found in one look
        assert zammad.tags[rows[0][0]] == {"kb-bot"}
        assert zammad.tags[rows[2][0]] == set()


async def test_webhooks_enqueue_at_once_and_never_cause_a_second_answer(engine: AnswerEngine, tmp_path: Path) -> None:
    async with fake() as zammad, started(zammad, engine, tmp_path, postbote_tickets_poll=3600) as bot:
        await asyncio.sleep(0.3)
        ticket = zammad.mail(by("eva@a.example"))
        url = f"{bot.root}/hooks/zammad"
        assert await zammad.hook(url, ticket, "wrong secret") == 401
        assert await asyncio.gather(*(zammad.hook(url, ticket, delivery="one") for _ in range(5))) == [200] * 5
        await bot.until_decided(ticket)
        assert await zammad.hook(url, ticket) == 200
        zammad.write(ticket, type="email", sender="Customer", created_by_id=8, body="Danke!")
        assert await zammad.hook(url, ticket) == 200
        await asyncio.sleep(0.3)
        assert len(zammad.ours(ticket)) == 1
        async with aiohttp.ClientSession() as session:
            body = b"x" * 1_048_577
            async with session.post(url, data=BytesIO(body), headers=signed(body)) as response:
                assert response.status == 413
            async with session.get(url) as response:
                assert response.status == 405


async def test_errors_of_the_api_lose_and_repeat_nothing(engine: AnswerEngine, tmp_path: Path) -> None:
    """429, 503, an answer that is lost after the article was written, and an agent who is faster."""
    async with fake() as zammad, started(zammad, engine, tmp_path, postbote_tickets_poll=3600) as bot:
        await asyncio.sleep(0.3)
        for number, trouble in enumerate((["429"], ["503"], ["lost"])):
            zammad.trouble = trouble
            ticket = zammad.mail(by(f"eva@t{number}.example"))
            await zammad.hook(f"{bot.root}/hooks/zammad", ticket)
            assert (await bot.until_decided(ticket)).startswith("public")
            assert len(zammad.ours(ticket)) == 1, trouble
        answered = zammad.mail(by("eva@x.example"))
        zammad.write(
            answered, type="email", sender="System", created_by_id=SYSTEM, body="Wir haben Ihre E-Mail erhalten."
        )
        thought = zammad.mail(by("eva@y.example"))
        zammad.write(thought, type="note", sender="Agent", internal=True, created_by_id=AGENT, body="ich mach das")
        for ticket, expected in ((answered, "public"), (thought, "silent: answered-already")):
            async with aiohttp.ClientSession() as session:
                body = json.dumps({"ticket": {"id": ticket}, "article": {"sender": "Customer"}}).encode()
                async with session.post(f"{bot.root}/hooks/zammad", data=body, headers=signed(body)) as response:
                    assert response.status == 200
            assert (await bot.until_decided(ticket)).startswith(expected)


async def test_a_ticket_that_waits_when_the_process_ends_is_answered_by_the_next(
    engine: AnswerEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is tried again meets no closed connection, which would count as a bug of ours and end it for good."""
    monkeypatch.setattr("bot.durable.worker.PATIENCE", 0.5)
    async with fake() as zammad:
        zammad.trouble += ["503"] * 10_000
        async with started(zammad, engine, tmp_path) as bot:
            number = zammad.mail(by("anna@firma.example"))
            assert await zammad.hook(f"{bot.root}/hooks/zammad", number) == 200
            async with asyncio.timeout(10):
                while len(zammad.trouble) == 10_000:
                    await asyncio.sleep(0.05)
        zammad.trouble.clear()
        async with started(zammad, engine, tmp_path) as bot:
            await bot.until_decided(number, 20.0)
        assert len(zammad.ours(number)) == 1


async def test_a_second_installation_finds_the_post_of_the_first(engine: AnswerEngine, tmp_path: Path) -> None:
    """With a database of its own, so that nothing but the look before writing keeps it from posting again."""
    async with fake() as zammad:
        event = ticket_event("zammad", to_account_name(zammad.url), str(zammad.mail(by("eva@a.example"))))
        ids = []
        for name in ("one", "other"):
            settings = to_settings(zammad, tmp_path / name)
            channel = running.open_alone(ZammadChannel, settings.zammad, settings, engine)
            ticket = await channel.fetch(event)
            assert ticket
            found = await assess(replace(ticket, answered=False), MailboxContext(), responder(engine, settings))
            assert await channel.claim(ticket, name), "Zammad has no lock"
            written = replace(event, reply_to={**event.reply_to, **found.to, "as": "public"})
            ids.append(await channel.deliver(written, found.to_answer("public", ()), again=False))
            await channel.stop()
            await channel.close()
        assert ids[0] == ids[1] != ""
        assert len(zammad.ours(int(event.reply_to["ticket"]))) == 1


async def test_a_note_comes_with_the_reply_as_a_shared_draft(engine: AnswerEngine, tmp_path: Path) -> None:
    """Where the group shares drafts, and nobody has one in the ticket; the note comes in any case."""
    async with fake() as zammad, started(zammad, engine, tmp_path, postbote_tickets_poll=3600) as bot:
        await asyncio.sleep(0.3)
        theirs, off = {"body": "Mein Entwurf"}, "geteilter Entwurf"
        for number, (draft, shares) in enumerate(((None, True), (theirs, True), (None, False))):
            ticket = zammad.mail(by(f"eva@d{number}.example"), "Sales")
            zammad.shares_drafts = shares
            if draft:
                zammad.drafts[ticket] = draft
            await zammad.hook(f"{bot.root}/hooks/zammad", ticket)
            assert (await bot.until_decided(ticket)).startswith("note")
            note = zammad.ours(ticket)[0]["body"]
            assert "kb-wrong" in note
            assert (off in note) == (draft is None and shares)
            if draft is None and shares:
                made = zammad.drafts[ticket]
                assert (made["to"], made["type"], made["internal"]) == ("eva@d0.example", "email", False)
                assert (made["content_type"], made["ticket_id"]) == ("text/html", ticket)
                assert made["subject"].startswith("Re: ")
                assert "<code>993</code>" in made["body"]
                assert "automatische Antwort" not in made["body"], "a person sends it"
            else:
                assert zammad.drafts.get(ticket) == draft


async def test_what_agents_say_by_tag_or_note_reaches_the_gaps(engine: AnswerEngine, tmp_path: Path) -> None:
    async with fake() as zammad, started(zammad, engine, tmp_path) as bot:
        while sum("tickets/search" in call for call in zammad.calls) < 3:
            await asyncio.sleep(0.02)
        tagged, noted, other = (zammad.mail(by(f"eva@{name}.example"), "Sales") for name in ("t", "n", "o"))
        for ticket in (tagged, noted, other):
            await bot.until_decided(ticket)
        zammad.tag(tagged, "kb-wrong")
        note = {"type": "note", "sender": "Agent", "internal": True, "created_by_id": AGENT}
        zammad.write(noted, **note, body="<div>Falsch: gefragt war POP3</div>")
        zammad.write(other, **note, body="Ich rufe an.")
        for _ in range(500):
            found = {kept.key.rpartition(":")[2] for kept in bot.storage.decisions.recent() if kept.unhelpful}
            if len(found) == 2:
                break
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        assert found == {str(tagged), str(noted)}
        assert [kept.unhelpful for kept in bot.storage.decisions.recent() if kept.unhelpful] == [1, 1]


async def test_merged_tickets_are_left_to_the_person_who_has_merged_them(engine: AnswerEngine, tmp_path: Path) -> None:
    async with fake() as zammad, started(zammad, engine, tmp_path, postbote_tickets_poll=3600) as bot:
        await asyncio.sleep(0.3)
        first, second = (zammad.mail(by(f"eva@{name}.example")) for name in ("a", "b"))
        zammad.merge(second, first)
        again = zammad.mail(by("eva@c.example"))
        zammad.write(again, type="email", sender="Customer", created_by_id=8, body="Und noch etwas.")
        url = f"{bot.root}/hooks/zammad"
        for ticket, expected in (
            (first, "silent: answered"),
            (second, "silent: not-a-customer, answered"),
            (again, "public"),
        ):
            body = json.dumps({"ticket": {"id": ticket}, "article": {"sender": "Customer"}}).encode()
            async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=signed(body)):
                pass
            assert (await bot.until_decided(ticket)).startswith(expected)
        assert [len(zammad.ours(ticket)) for ticket in (first, second, again)] == [0, 0, 1]


async def test_without_elasticsearch_readiness_says_so_and_webhooks_work(engine: AnswerEngine, tmp_path: Path) -> None:
    async with fake() as zammad:
        zammad.elasticsearch = False
        ticket = zammad.mail(by("eva@a.example"))
        async with started(zammad, engine, tmp_path) as bot, aiohttp.ClientSession() as session:
            await asyncio.sleep(0.3)
            async with session.get(f"{bot.root}/readyz") as response:
                assert response.status == 200, "what else is configured goes on"
                assert "Elasticsearch" in (await response.json())["notices"]["zammad"]
            await zammad.hook(f"{bot.root}/hooks/zammad", ticket)
            assert (await bot.until_decided(ticket)).startswith("public")


async def test_the_doctor_names_groups_search_and_a_wrong_token(tmp_path: Path) -> None:
    async with fake() as zammad:
        zammad.mail(by("eva@a.example"))
        found = {check.name: check for check in await run_doctor_checks(to_settings(zammad, tmp_path))}
        assert all(check.ok for check in found.values())
        assert found["zammad groups"].says == "Support (public), Sales (note)"
        zammad.elasticsearch = False
        found = {check.name: check for check in await run_doctor_checks(to_settings(zammad, tmp_path))}
        assert not found["zammad search"].ok
        wrong = await run_doctor_checks(to_settings(zammad, tmp_path, postbote_zammad_token="wrong"))  # noqa: S106 - a test's own
        assert not wrong[0].ok
        assert "POSTBOTE_ZAMMAD_TOKEN" in wrong[0].says
    gone = await run_doctor_checks(to_settings(zammad, tmp_path))
    assert "cannot be reached" in gone[0].says


def test_the_documented_webhook_payload_is_a_ticket() -> None:
    body = SAMPLE.read_bytes()
    headers = {name.lower(): value for name, value in signed(body).items()}
    assert to_ticket_and_queue(SECRET, headers, body) == ("81", "Service Desk")
    sample = json.loads(body)
    ticket = to_ticket(
        {**sample["ticket"], "group": "Service Desk"}, [sample["article"]], None, 99, "https://z.example/"
    )
    assert (ticket.id, ticket.number, ticket.sender, ticket.kind) == ("81", "10081", "emily@example.com", "phone")
    assert (ticket.sender_is_customer, ticket.opened_by_agent) == (True, True)  # Christopher has entered the call
    assert ticket.url == "https://z.example/#ticket/zoom/81"
    assert ticket.created == pytest.approx(1605278075.282)


@each_row(
    ("body", "status"),
    [
        (b"[]", 400),
        (b"{}", 400),
        (b'{"ticket":{"id":"81"},"article":{}}', 400),
        (b'{"ticket":"Webhook","article":1}', 400),
    ],
)
def test_a_genuine_webhook_of_another_shape_is_refused(body: bytes, status: int) -> None:
    headers = {name.lower(): value for name, value in signed(body).items()}
    with pytest.raises(BadHook) as refused:
        to_ticket_and_queue(SECRET, headers, body)
    assert refused.value.status == status


def test_a_webhook_for_an_agents_article_is_ignored() -> None:
    body = json.dumps({"ticket": {"id": 81}, "article": {"sender": "Agent"}}).encode()
    assert to_ticket_and_queue(SECRET, {name.lower(): v for name, v in signed(body).items()}, body) == ("", "")


def test_the_fakes_signature_is_that_of_openssl() -> None:
    """openssl dgst -sha1 -hmac zammad-hook-secret."""
    assert signed(b"{}", SECRET)["X-Hub-Signature"] == "sha1=2dd3df1e6e80fef1adecb2b146d06c8f90a6f349"


def test_the_channel_is_disabled_without_a_url(tmp_path: Path) -> None:
    without: Any = None
    found = open_channel(Settings(postbote_data_dir=tmp_path), without)
    assert isinstance(found, Disabled)
    assert "POSTBOTE_ZAMMAD_URL" in found.cure
