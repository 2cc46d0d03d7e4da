"""Agent's side of RT: the reply page with the ready reply, and comments that are read as feedback."""

from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from bot.channels.rt.agents import LONGEST_URL, comments_after, to_changed, to_reply_url
from bot.channels.rt.api import RtApi
from bot.channels.rt.parse import Transaction
from bot.settings.helpdesk import HelpdeskAccount
from tests.servers.serving import serve_aiohttp


def test_the_reply_page_opens_with_the_reply_in_it() -> None:
    url = to_reply_url("https://rt.example.org/rt/", "17", "<p>Port 993 für IMAP & SSL</p>")
    parts = urlsplit(url)
    assert (parts.netloc, parts.path) == ("rt.example.org", "/rt/Ticket/Update.html")
    assert parse_qs(parts.query) == {
        "id": ["17"],
        "Action": ["Respond"],
        "UpdateType": ["response"],
        "UpdateContent": ["<p>Port 993 für IMAP & SSL</p>"],
    }


def test_there_is_no_reply_page_where_its_address_would_not_work() -> None:
    """A link without TLS is not shown, and servers refuse a request line that is too long."""
    assert to_reply_url("http://rt.example.org/", "17", "<p>993</p>") == ""
    assert to_reply_url("https://rt.example.org/", "17", "x" * LONGEST_URL) == ""


def test_feedback_is_what_people_comment_behind_the_bots_post() -> None:
    history = [
        Transaction("50", "Create", "kunde@kunde.test"),
        Transaction("51", "Comment", "eva"),
        Transaction("60", "Comment", "kbbot"),
        Transaction("61", "Correspond", "eva"),
        Transaction("62", "Comment", "RT_System"),
        Transaction("63", "Comment", "eva"),
    ]
    assert [comment.id for comment in comments_after(history, "60", "kbbot")] == ["63"]


def test_a_search_tells_when_each_ticket_was_changed() -> None:
    assert to_changed({"items": [{"id": "3", "LastUpdated": "2026-11-27T22:52:00Z"}]}) == {"3": "2026-11-27T22:52:00Z"}
    assert to_changed({}) == {}


async def test_who_becomes_an_agent_is_heard_at_once() -> None:
    """And nothing is kept of the customers who wrote in the ticket."""
    users = {"7": {"Name": "kbbot"}, "eva": {"Name": "eva"}, "kunde": {"Name": "kunde"}}
    history = [{"id": number, "Type": "Correspond", "Creator": {"id": by}} for number, by in ((8, "kunde"), (9, "eva"))]

    async def answer(request: web.Request) -> web.Response:
        kind, *rest = request.match_info["path"].split("/")
        items = history if rest[-1] == "history" else []
        return web.json_response(users[rest[0]] if kind == "user" else {"items": items})

    app = web.Application()
    app.router.add_get("/REST/2.0/{path:.*}", answer)
    runner, root = await serve_aiohttp(app)
    api = RtApi(HelpdeskAccount("rt", root, "1-7-ab", "", ""))
    try:
        assert await api.agent_messages("5", 0) == []
        users["eva"]["Privileged"] = "1"
        assert [message.id for message in await api.agent_messages("5", 0)] == ["9"]
    finally:
        await api.client.close()
        await runner.cleanup()
