"""Status in a thread while its reply is being looked up (docs.slack.dev/reference/methods/assistant.threads.setStatus).

Slack takes it away when the reply comes, or after two minutes. The scope chat:write is enough for it.
"""

import structlog

from bot.channels.slack.web_client import API_FAILURES
from bot.channels.slack.workspaces import Workspaces
from bot.core.model import Event

log = structlog.get_logger()


async def show_status(workspaces: Workspaces, event: Event, status: str) -> None:
    """Shows it; not where the reply is private or stands in no thread, where nothing would take it away."""
    to = event.reply_to
    if not to.get("thread_ts") or to.get("ephemeral") or to.get("private"):
        return
    about = {"channel_id": to["channel"], "thread_ts": to["thread_ts"], "status": status}
    try:
        client = await workspaces.client(to.get("team", ""))
        if client:
            await client.api_call("assistant.threads.setStatus", json=about)
    except API_FAILURES as wrong:
        log.info("status_not_shown", why=str(wrong))
