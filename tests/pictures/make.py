"""Pictures of what people see in Slack: `python -m tests.pictures.make FOLDER` (needs npm and chromium).

The messages are those that the bot sends to a fake Slack; slack-blocks-to-jsx (npm, MIT) draws them.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.answering.engine import load_engine
from bot.settings import Settings
from tests.channels.slack.conversation import MENTION, Conversation, envelope, new_ts
from tests.channels.slack.running import Running, running
from tests.commands.test_check import ERROR, ZONE
from tests.servers.dns_server import DnsServer
from tests.servers.fake_slack import TEAM

HERE = Path(__file__).parent
PACKAGES = ("slack-blocks-to-jsx@1.1.1", "react@18", "react-dom@18")


async def messages(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """Name of each picture → the message or view."""
    found: dict[str, Mapping[str, Any]] = {}
    who: dict[str, Any] = {"postbote_slack_editors": "U10001", "postbote_slack_helpers": "S0HELP,C0HELP"}
    async with (
        DnsServer(ZONE) as server,
        running(folder, load_engine(Settings()), **who, postbote_nameservers=server.address) as bot,
    ):
        bot.slack.locale = "de-DE"
        conversation = Conversation(bot, "C0001")
        _, found["answer"] = await conversation.ask(f"{MENTION} Welcher Port für POP3 mit SSL?")
        _, found["did-you-mean"] = await conversation.ask(f"{MENTION} Welcher Port?")
        _, found["decline"] = await conversation.ask(f"{MENTION} How do I set up Outlook?")
        await bot.slack.press(bot.url, found["decline"], "Ask the team")
        found["handover"] = (await Conversation(bot, "C0HELP").replies(1))[0]
        _, found["explained"] = await conversation.ask(f"{MENTION} Was heißt das? {ERROR}")
        await bot.slack.press(bot.url, found["explained"], "mx2.example.com jetzt prüfen")
        while "AAAA" not in bot.slack.posts[-1]["text"]:
            await asyncio.sleep(0.05)
        found["checked"] = bot.slack.posts[-1]
        _, found["codes"] = await conversation.ask(f"{MENTION} Bei mir kommt: 550 5.7.25 no PTR record for your IP")
        await bot.slack.command(bot.url, "login", "max@firma.de", user="U0008", channel="C0001")
        while not bot.slack.ephemeral:
            await asyncio.sleep(0.05)
        found["login"] = bot.slack.ephemeral.pop()
        await bot.slack.interact(bot.url, shortcut(bot))
        while not bot.slack.ephemeral:
            await asyncio.sleep(0.05)
        found["shortcut"] = bot.slack.ephemeral[-1]
        opened = {"type": "app_home_opened", "user": "U10001", "channel": "D1", "event_ts": "1.1", "tab": "home"}
        await bot.slack.deliver(bot.url, envelope(opened))
        while not bot.slack.views:
            await asyncio.sleep(0.05)
        found["home"] = bot.slack.views[-1]
    return found


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


def draw(found: Mapping[str, Mapping[str, Any]], work: Path, folder: Path) -> None:
    """One PNG each."""
    npm, node, chromium = (shutil.which(name) for name in ("npm", "node", "chromium"))
    if not (npm and node and chromium):
        raise SystemExit("npm, node and chromium are needed: apt-get install npm chromium")
    subprocess.run([npm, "install", "--silent", "--prefix", str(work), *PACKAGES], check=True)
    shutil.copy(HERE / "draw.mjs", work)
    for name, message in found.items():
        (work / f"{name}.json").write_text(json.dumps(message), encoding="utf-8")
        html = subprocess.run([node, "draw.mjs", f"{name}.json"], cwd=work, check=True, capture_output=True).stdout
        (work / f"{name}.html").write_bytes(html)
        height = {"home": 1_750, "login": 560, "codes": 350}.get(name, 290)
        subprocess.run(
            [
                *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--user-data-dir={work / 'profile'}", f"--window-size=760,{height}"),
                *(f"--screenshot={folder / name}.png", (work / f"{name}.html").as_uri()),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else HERE).resolve()
    with tempfile.TemporaryDirectory() as work:
        draw(asyncio.run(messages(Path(work) / "data")), Path(work), folder)


if __name__ == "__main__":
    main()
