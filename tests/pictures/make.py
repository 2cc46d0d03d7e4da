"""Pictures of what people see in Slack: `python -m tests.pictures.make FOLDER` (npm, chromium, convert, .[browser]).

The messages are those that the bot sends to a fake Slack; slack-blocks-to-jsx (npm, MIT) draws them.
"""

import asyncio
import copy
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bot.answering.engine import load_engine
from bot.settings import Settings
from tests.browsing import browser
from tests.channels.slack.conversation import MENTION, Conversation, envelope, new_ts
from tests.channels.slack.running import Running, running
from tests.channels.slack.test_digest import DIGEST, fill
from tests.channels.slack.test_ticket_relay import BY_AGENT, handed_over, with_zammad
from tests.channels.zammad.test_zammad import fake
from tests.commands.test_check import ERROR, ZONE
from tests.servers.dns_server import DnsServer
from tests.servers.fake_slack import TEAM

HERE = Path(__file__).parent
WIDTHS = {760: "", 380: "-phone"}  # CSS pixels → ending of the file's name
PACKAGES = ("slack-blocks-to-jsx@1.1.1", "react@18", "react-dom@18")


async def messages(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """Name of each picture → the message or view."""
    found: dict[str, Mapping[str, Any]] = {}
    who: dict[str, Any] = {"postbote_slack_editors": "U10001,UED", "postbote_slack_helpers": "S0HELP,C0HELP"}
    fill(folder, *STAYED_OPEN)
    async with (
        DnsServer(ZONE) as server,
        running(
            folder,
            load_engine(Settings()),
            **who,
            postbote_nameservers=server.address,
            postbote_slack_digest=DIGEST,
        ) as bot,
    ):
        bot.slack.locale = "de-DE"
        bot.slack.names = {"UHELPER": "Grace"}
        found["digest"] = (await Conversation(bot, DIGEST).replies(1))[0]
        conversation = Conversation(bot, "C0001")
        asked, found["answer"] = await conversation.ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
        _, found["table"] = await conversation.ask(f"{MENTION} login max@firma.de")
        _, found["did-you-mean"] = await conversation.ask(f"{MENTION} Welcher Port?")
        _, found["decline"] = await conversation.ask(f"{MENTION} How do I set up Outlook?")
        await _handover(bot, found)
        await _above(bot, found)
        _, found["explained"] = await conversation.ask(f"{MENTION} Was heißt das? {ERROR}")
        await bot.slack.press(bot.url, found["explained"], "mx2.example.com jetzt prüfen")
        while "AAAA" not in bot.slack.posts[-1]["text"]:
            await asyncio.sleep(0.05)
        found["checked"] = bot.slack.posts[-1]
        _, found["codes"] = await conversation.ask(f"{MENTION} Bei mir kommt: 550 5.7.25 no PTR record for your IP")
        found["login"] = await _command(bot, "login", "max@firma.de", "U0008")
        link = f"https://example.slack.com/archives/C0001/p{asked.replace('.', '')}"
        found["why"] = await _command(bot, "faq", f"why {link}", "UED")
        found["gaps"] = await _command(bot, "faq", "gaps", "UED")
        await bot.slack.interact(bot.url, shortcut(bot))
        while not bot.slack.ephemeral:
            await asyncio.sleep(0.05)
        found["shortcut"] = bot.slack.ephemeral[-1]
        opened = {"type": "app_home_opened", "user": "U10001", "channel": "D1", "event_ts": "1.1", "tab": "home"}
        await bot.slack.deliver(bot.url, envelope(opened))
        while not bot.slack.views:
            await asyncio.sleep(0.05)
        found["home"] = bot.slack.views[-1]
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
    await _tickets(folder / "tickets", found)
    return found


STAYED_OPEN = (
    *("Wie richte ich Outlook ein?", "wie richte ich outlook ein", "Wie richte ich denn Outlook ein?"),
    *("Kann ich meinen Kalender mit dem Telefon abgleichen?", "Gibt es eine Weiterleitung an max@firma.de?"),
)


async def _handover(bot: Running, found: dict[str, Mapping[str, Any]]) -> None:
    """A request, what both sides say, and the end."""
    asker, helpers = Conversation(bot, "C0002"), Conversation(bot, "C0HELP")
    ts, declined = await asker.ask(f"{MENTION} Meine Rechnung für max@firma.de stimmt nicht, was nun?")
    await bot.slack.press(bot.url, declined, "Team fragen", user=asker.user)
    request = (await helpers.replies(1))[0]
    found["handover"] = copy.deepcopy(request)
    found["told"] = copy.deepcopy((await asker.replies(2))[1])
    await helpers.say("Wie lautet die Rechnungsnummer?", "UHELPER", thread=request["ts"])
    found["relayed-to-asker"] = (await asker.replies(3))[2]
    picture = {"id": "F1", "name": "rechnung.png", "title": "rechnung.png", "mimetype": "image/png", "mode": "hosted"}
    await asker.say("4711, hier ist ein Bild davon", thread=ts, subtype="file_share", files=[picture])
    found["relayed-to-helpers"] = (await helpers.replies(2))[1]
    await bot.slack.press(bot.url, request, "Gelöst", user="UHELPER")
    await asker.replies(4)
    found["solved"] = request


async def _above(bot: Running, found: dict[str, Mapping[str, Any]]) -> None:
    """A mention under somebody's error line."""
    channel = Conversation(bot, "C0003")
    bot.slack.names["U0002"] = "Anna"
    await channel.say("Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)", "U0002")
    _, found["above"] = await channel.ask(f"{MENTION} was heißt das?")


async def _tickets(folder: Path, found: dict[str, Mapping[str, Any]]) -> None:
    """A handover's ticket: its note, an agent's answer, and the end."""
    async with fake() as zammad, running(folder, load_engine(Settings()), **with_zammad(zammad)) as bot:
        bot.slack.locale = "de-DE"
        asker = Conversation(bot, "C0004")
        found["ticket"], ticket = await handed_over(asker, zammad)
        zammad.write(ticket, **BY_AGENT, body="Welches Outlook haben Sie? Die Nummer steht unter „Konto“.")
        found["relayed-from-ticket"] = (await asker.replies(3))[2]
        zammad.tickets[ticket]["state"] = "closed"
        found["closed"] = (await asker.replies(4))[3]


async def _command(bot: Running, name: str, text: str, user: str) -> dict[str, Any]:
    await bot.slack.command(bot.url, name, text, user=user, channel="C0001")
    while not bot.slack.ephemeral:
        await asyncio.sleep(0.05)
    return bot.slack.ephemeral.pop()


def shortcut(bot: Running) -> dict[str, Any]:
    """A bounce that somebody posted."""
    text = "Meine Mail kam zurück:\n> Remote host said: 511 sorry, no mailbox here by that name (#5.1.1 - chkuser)"
    return {
        "type": "message_action",
        "callback_id": "explain",
        "action_ts": new_ts(),
        "team": {"id": TEAM},
        "user": {"id": "U0007"},
        "channel": {"id": "C0001"},
        "response_url": f"{bot.slack.root}/commands/shortcut",
        "message_ts": "1515449522.000016",
        "message": {"type": "message", "text": text, "user": "U0001", "ts": "1515449522.000016"},
    }


def to_html(found: Mapping[str, Mapping[str, Any]], work: Path) -> Mapping[str, Path]:
    """Name of each picture → its page."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not (npm and node):
        raise SystemExit("npm, node and chromium are needed: apt-get install npm chromium")
    subprocess.run([npm, "install", "--silent", "--prefix", str(work), *PACKAGES], check=True)
    shutil.copy(HERE / "draw.mjs", work)
    pages = {}
    for name, message in found.items():
        (work / f"{name}.json").write_text(json.dumps(message), encoding="utf-8")
        html = subprocess.run([node, "draw.mjs", f"{name}.json"], cwd=work, check=True, capture_output=True).stdout
        pages[name] = work / f"{name}.html"
        pages[name].write_bytes(html)
    return pages


async def draw(pages: Mapping[str, Path], folder: Path) -> None:
    """PNGs of each page: in the width of a desktop, and of a phone."""
    async with browser() as chromium:
        for width, ending in WIDTHS.items():
            context = await chromium.new_context(viewport={"width": width, "height": 120})
            tab = await context.new_page()
            for name, page in pages.items():
                await tab.goto(page.as_uri())
                file = folder / f"{name}{ending}.png"
                await tab.screenshot(path=str(file), full_page=True)
                small = ["convert", str(file), "-strip", "+dither", "-colors", "64", f"png8:{file}"]
                await asyncio.to_thread(subprocess.run, small, check=True)


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else HERE).resolve()
    with tempfile.TemporaryDirectory() as work:
        pages = to_html(asyncio.run(messages(Path(work) / "data")), Path(work))
        asyncio.run(draw(pages, folder))


if __name__ == "__main__":
    main()
