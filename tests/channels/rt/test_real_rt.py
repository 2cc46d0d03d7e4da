"""Mail in → ticket → note or public reply → the customer's mailbox, against a real Request Tracker 5."""

import asyncio
import re
from pathlib import Path

import pytest

from bot.answering.engine import AnswerEngine
from bot.channels.helpdesk.parse import to_account_name
from bot.channels.rt import RtChannel
from bot.channels.rt.agents import to_reply_url
from bot.channels.rt.doctor import run_doctor_checks
from bot.contracts.tickets import TicketMessage
from bot.core.model import Answer, Event, TryLater
from bot.core.stored_records import Handover
from bot.core.ticket_place import to_ticket_place
from bot.storage import create_storage
from bot.tickets.events import ticket_event
from tests.channels.helpdesk.running import open_alone
from tests.channels.rt.real import PORT, QUESTION, REAL_RT, log_of, to_settings, told, until
from tests.channels.rt.running import POLL, Bot
from tests.servers.rt_server import US, RtServer, customers_mail

pytestmark = [*REAL_RT, pytest.mark.asyncio(loop_scope="module")]


async def test_a_public_queue_answers_the_customer_once_and_as_a_machine(rt: RtServer, bot: Bot) -> None:
    assert "on   rt (/hooks/rt)" in bot.printed
    await rt.mail(customers_mail("anna@kunde.test", QUESTION))
    assert await until(rt, "anna@kunde.test") == [["Correspond"]]
    answers = [mail for mail in rt.sent("anna@kunde.test") if mail["X-RT-Originator"] == "kbbot@example.test"]
    assert len(answers) == 1
    assert answers[0]["Auto-Submitted"] == "auto-replied"
    assert answers[0]["X-Auto-Response-Suppress"] == "All"
    for kind in ("plain", "html"):
        body = answers[0].get_body((kind,))
        assert body
        assert "995" in body.get_content()
        assert "automatische Antwort" in body.get_content()


async def test_a_note_is_for_agents_only(rt: RtServer, bot: Bot) -> None:
    await rt.mail(customers_mail("note@kunde.test", QUESTION), "Notes")
    assert await until(rt, "note@kunde.test") == [["Comment"]]
    assert [m for m in rt.sent("note@kunde.test") if m["X-RT-Originator"] == "kbbot@example.test"] == []


async def test_a_vacation_answer_opens_a_ticket_and_gets_nothing(rt: RtServer, bot: Bot) -> None:
    """RT threads by its subject tag alone; the control shows that the same words from a person are answered."""
    marks = {"Auto_Submitted": "auto-replied (vacation)", "In_Reply_To": "<rt-1@example.test>"}
    await rt.mail(customers_mail("urlaub@kunde.test", QUESTION, "Abwesend", **marks))
    await rt.mail(customers_mail("zurueck@kunde.test", QUESTION, "Bin zurück"))
    assert await until(rt, "zurueck@kunde.test") == [["Correspond"]]
    assert await until(rt, "urlaub@kunde.test", 0) == [[]]
    why = await told(bot, rt, "urlaub@kunde.test")
    assert "silent" in why
    assert "auto-submitted" in why
    assert "rt-detected-auto-generated" in why


async def test_a_question_with_html_and_an_attached_bounce_is_answered(rt: RtServer, bot: Bot) -> None:
    raw = (Path(__file__).parents[2] / "recorded" / "rt" / "bounce.eml").read_bytes()
    await rt.mail(raw)
    assert await until(rt, "bounced@kunde.test") == [["Correspond"]]
    why = await told(bot, rt, "bounced@kunde.test")
    assert "error-no-mailbox-here" in why


async def test_a_webhook_alone_is_enough_and_delays_no_mail(rt: RtServer, bot: Bot, data: Path) -> None:
    await bot.end()
    hooked = Bot(rt, data, PORT, POSTBOTE_TICKETS_POLL="3600")
    await hooked.start()
    await hooked.looked()
    before = len(log_of(rt))
    await rt.mail(customers_mail("hook@kunde.test", QUESTION))
    assert await until(rt, "hook@kunde.test") == [["Correspond"]]
    await hooked.end()
    assert "Postbote hook:" not in log_of(rt)[before:]
    await bot.start()


async def test_of_two_claims_one_wins(rt: RtServer, tmp_path: Path, engine: AnswerEngine) -> None:
    """In a queue that the running bot leaves alone."""
    await rt.mail(customers_mail("race@kunde.test", QUESTION), "Quiet")
    number = (await rt.tickets("race@kunde.test"))[0]
    settings = [to_settings(rt, tmp_path / name) for name in ("one", "other")]
    channels = [open_alone(RtChannel, each.rt, each, engine) for each in settings]
    event = ticket_event("rt", to_account_name(rt.url), str(number))
    tickets = [await channel.fetch(event) for channel in channels]
    assert tickets[0] == tickets[1]
    assert tickets[0]

    async def claims(channel: RtChannel, by: str) -> bool:
        ticket = await channel.fetch(event)
        assert ticket
        return await channel.claim(ticket, by)

    found = await asyncio.gather(
        *(channel.claim(tickets[0], by) for channel, by in zip(channels, ("a", "b"), strict=True)),
        return_exceptions=True,
    )
    assert found.count(True) == 1, found
    assert any(isinstance(late, TryLater) for late in found), found
    again = [await claims(channel, by) for channel, by in zip(channels, ("a", "b"), strict=True)]
    assert again == [first is True for first in found]
    for channel in channels:
        await channel.stop()
        await channel.close()


async def test_a_ticket_for_slack_is_opened_once_and_answered_by_nobody(
    rt: RtServer, bot: Bot, tmp_path: Path, engine: AnswerEngine
) -> None:
    settings = to_settings(rt, tmp_path)
    channel = open_alone(RtChannel, settings.rt, settings, engine)
    facts = {"state": "request", "question": "Wie richte ich Outlook ein?", "entries": [], "link": "https://x.test/p1"}
    request = Answer(
        "handover", "de", {**facts, "outcome": "decline", "said": [], "reason": "", "direct": False, "asker": ""}
    )
    opened = [await channel.open_ticket("Support", "Frage aus Slack", request, "0a1b", again=n > 0) for n in range(2)]
    assert opened[0] == opened[1]
    assert opened[0].url == f"{rt.url}/Ticket/Display.html?id={opened[0].number}"
    with pytest.raises(TryLater, match="the queue 'Nowhere'; check POSTBOTE_RT_TOKEN and the bot's rights"):
        await channel.open_ticket("Nowhere", "Frage", request, "0a1c", again=False)
    await asyncio.sleep(4 * POLL)
    assert await rt.written(int(opened[0].number)) == []
    await channel.stop()
    await channel.close()


async def test_agent_and_asker_talk_through_a_ticket_until_it_is_resolved(
    rt: RtServer, bot: Bot, tmp_path: Path, engine: AnswerEngine
) -> None:
    """A comment is for agents; a reply is relayed once, without what it quotes; the asker's words come as a reply."""
    settings, events = to_settings(rt, tmp_path), list[Event]()
    channel = open_alone(RtChannel, settings.rt, settings, engine, events)
    facts = {"state": "request", "question": "Wie?", "outcome": "decline", "said": [], "reason": "", "link": ""}
    request = Answer("handover", "de", {**facts, "direct": False, "asker": ""})
    opened = await channel.open_ticket("Support", "Frage aus Slack", request, "0b1c", again=False)
    place = to_ticket_place(opened.place)
    assert place
    store = create_storage("", tmp_path).handovers
    store.add(Handover(opened.place, "press", "T1:C1:1.0", "T1:C1:1.0", "T1:U1", "de"))
    relay = channel._relay
    await relay.poll_once()
    assert events == []
    said = [("private", "Wer kennt sich aus?"), ("response", "Welches <b>Outlook</b>?<blockquote>Wie?</blockquote>")]
    async with rt.browser() as agent:
        for kind, words in said:
            form = {"id": place.ticket, "UpdateType": kind, "UpdateContent": words, "UpdateContentType": "text/html"}
            assert (await agent.post("/Ticket/Update.html", data=form | {"SubmitTicket": "1"})).status_code == 200
        for _ in range(3):
            await relay.poll_once()
        assert [(e.act, e.question.text, e.facts["name"]) for e in events] == [
            ("ticket_answer", "Welches Outlook?", "Enoch Root")
        ]
        lead = Answer(
            "handover", "de", {"state": "relayed", "by": "asker", "edited": False, "name": "Max", "files": []}
        )
        for again in (False, True):
            message = TicketMessage(lead, "Outlook 2016\n& 2019", by_asker=True, mark="0b1c2d")
            await channel.write_in_ticket(place, message, again=again)
        assert await rt.written(int(place.ticket)) == ["Correspond"]
        history = await rt.get(f"ticket/{place.ticket}/history", fields="Type,Creator")
        (mine,) = [t["id"] for t in history["items"] if (t["Type"], t["Creator"]["id"]) == ("Correspond", US)]
        assert "Outlook 2016<br>&amp; 2019" in (await channel.api._parts(mine))[0].content.decode()
        await agent.post("/Ticket/Modify.html", data={"id": place.ticket, "Status": "resolved", "SubmitTicket": "1"})
        for _ in range(3):
            await relay.poll_once()
    assert [event.act for event in events[1:]] == ["ticket_closed"] * 2, "the queue takes its key once"
    assert events[1].key == events[2].key
    await channel.stop()
    await channel.close()


async def test_what_an_agent_comments_reaches_the_gaps(rt: RtServer, bot: Bot) -> None:
    senders = ("wrong@kunde.test", "right@kunde.test")
    for sender in senders:
        await rt.mail(customers_mail(sender, QUESTION), "Notes")
        assert await until(rt, sender) == [["Comment"]]
    async with rt.browser() as agent:
        for sender, comment in zip(senders, ("Falsch: gefragt war etwas anderes", "Ich rufe an."), strict=True):
            number = str((await rt.tickets(sender))[0])
            form = {"id": number, "UpdateType": "private", "UpdateContent": comment, "SubmitTicket": "Update"}
            assert (await agent.post("/Ticket/Update.html", data=form)).status_code == 200
    for _ in range(100):
        if (wrong := await bot.gaps()).strip() != "no gaps":
            break
        await asyncio.sleep(0.5)
    assert wrong.count("POP3") == 1, wrong
    assert "unhelpful" in wrong


async def test_an_agent_can_send_the_ready_reply_from_rts_reply_page(rt: RtServer, bot: Bot) -> None:
    """The address is that of the note; RT is reached over TLS there."""
    await rt.mail(customers_mail("page@kunde.test", QUESTION), "Quiet")
    number = str((await rt.tickets("page@kunde.test"))[0])
    url = to_reply_url("https://rt.example.org/", number, "<p>Port <code>995</code> für POP3</p>")
    async with rt.browser() as agent:
        page = (await agent.get(url.removeprefix("https://rt.example.org"))).text
    assert "&lt;p&gt;Port &lt;code&gt;995&lt;/code&gt; für POP3&lt;/p&gt;</textarea>" in page
    assert re.search(r'value="response"\s+selected', page), "a reply, no comment"


async def test_merged_tickets_are_left_to_people_and_calls_get_a_note(rt: RtServer, bot: Bot) -> None:
    """An agent merges two while the bot is away, and enters a call for a customer."""
    await bot.end()
    numbers = []
    for sender in ("merged@kunde.test", "target@kunde.test"):
        await rt.mail(customers_mail(sender, QUESTION))
        numbers.append(str((await rt.tickets(sender))[0]))
    async with rt.browser() as agent:
        form = {"id": numbers[0], f"{numbers[0]}-MergeInto": numbers[1], "SubmitTicket": "Save"}
        await agent.post("/Ticket/ModifyLinks.html", data=form)
        form = {"Queue": "Support", "id": "new", "Requestors": "call@kunde.test", "Subject": "Anruf"}
        form |= {"Content": "Welcher Port gilt für POP3 mit SSL?", "ContentType": "text/plain", "Status": "new"}
        await agent.post("/Ticket/Create.html", data={**form, "SubmitTicket": "Create"})
    await bot.start()
    assert await until(rt, "call@kunde.test") == [["Comment"]]
    assert "opened-by-agent" in await told(bot, rt, "call@kunde.test")
    assert await until(rt, "target@kunde.test", 0) == [[]]
    assert "answered-already" in await told(bot, rt, "target@kunde.test")
    assert [mail for mail in rt.sent("call@kunde.test") if mail["X-RT-Originator"] == "kbbot@example.test"] == []


async def test_the_doctor_names_the_queues_and_a_wrong_token(rt: RtServer, tmp_path: Path) -> None:
    found = {check.name: check for check in await run_doctor_checks(to_settings(rt, tmp_path))}
    assert found["rt"].says.startswith("RT 5.")
    assert found["rt queue Support"].says == "public, support@example.test"
    assert all(check.ok for check in found.values())
    wrong = to_settings(rt, tmp_path, postbote_rt_token=rt.token[:-4] + "0000")
    checks = await run_doctor_checks(wrong)
    assert not checks[0].ok
    assert "POSTBOTE_RT_TOKEN" in checks[0].says
