"""Reader of long snippets: with a message Slack sends only their first lines (`preview`), the error often stands below.

Slack makes a snippet of what is too long for a message, so a pasted log or bounce arrives as one. A text of 182 lines
comes with `lines_more: 177`: five lines (docs.slack.dev/reference/objects/file-object, …/methods/files.info).
"""

from collections.abc import Mapping
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from bot.channels.slack.api_errors import CURES
from bot.channels.slack.web_client import API_FAILURES
from bot.channels.slack.workspaces import Workspaces
from bot.core.model import Event, TryLater

log = structlog.get_logger()

MAX_FILES = 4  # files of a message that are read
# Characters that are read of a long one: a bounce gives its reason first, a log last
HEAD, TAIL = 14_000, 5_000


def previews(message: Mapping[str, Any]) -> list[str]:
    """Beginnings of a message's snippets; the whole of short ones."""
    return [str(file.get("plain_text") or file.get("preview") or "") for file in _files(message)]


def truncated(message: Mapping[str, Any]) -> dict[str, str]:
    """Snippets of which the message holds only the beginning: file id → preview."""
    cut = [file for file in _files(message) if file.get("preview_is_truncated") or _number(file.get("lines_more")) > 0]
    return {str(file.get("id", "")): str(file.get("preview") or "") for file in cut if file.get("id")}


async def read_in_full(workspaces: Workspaces, event: Event) -> str:
    """Text of the question with its snippets whole; with their beginnings where Slack does not give more.

    Raises TryLater where Slack asks to wait.
    """
    text = event.question.text
    snippets = event.facts.get("snippets") or {}
    client = await workspaces.client(event.reply_to.get("team", "")) if snippets else None
    for file, preview in snippets.items():
        content = await _content(client, event, file) if client else ""
        if content:
            text = text.replace(preview, content, 1) if preview and preview in text else f"{text}\n{content}"
    return text


async def _content(client: Any, event: Event, file: str) -> str:
    try:
        found = await client.files_info(file=file)
    except SlackApiError as refused:
        if int(refused.response.status_code) == 429:
            raise TryLater("Slack: 429", float(refused.response.headers.get("Retry-After", 1))) from refused
        error = str(refused.response.get("error", ""))
        log.warning("snippet_not_read", key=event.key, error=error, cure=CURES.get(error, ""))
        return ""
    except API_FAILURES as wrong:
        log.warning("snippet_not_read", key=event.key, error=type(wrong).__name__)
        return ""
    content = str(found.get("content") or "")
    return content if len(content) <= HEAD + TAIL else f"{content[:HEAD]}\n{content[-TAIL:]}"


def _files(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    files = message.get("files")
    return [file for file in (files if isinstance(files, list) else [])[:MAX_FILES] if isinstance(file, Mapping)]


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
