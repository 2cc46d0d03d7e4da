"""Reader of files with text: with a message Slack sends only their first lines (`preview`); the error stands below.

Slack makes a snippet of what is too long for a message, so a pasted log or bounce arrives as one. A text of 182 lines
comes with `lines_more: 177`: five lines (docs.slack.dev/reference/objects/file-object, …/methods/files.info). A log
that is uploaded as a file has no content there; it is fetched from `url_private_download` of the file object.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.api_errors import CURES
from bot.channels.slack.web_client import API_FAILURES
from bot.channels.slack.workspaces import Workspaces
from bot.core.model import Event, TryLater

log = structlog.get_logger()

LONGEST_NAME = 80  # characters of a file's name
MAX_FILES = 4  # files of a message that are read
MOST_BYTES = 1_500_000  # of a file that are fetched; of a long text, bot/core/text/excerpt.py finds what matters
FILE_HOSTS = frozenset({"files.slack.com", "slack-files.com"})  # that get the token, beside the Web API's own host
_TEXT_TYPES = ("text/", "message/", "application/json", "application/xml", "application/x-ndjson")


def previews(message: Mapping[str, Any]) -> list[str]:
    """Beginnings of a message's snippets; the whole of short ones."""
    return [str(file.get("plain_text") or file.get("preview") or "") for file in _files(message)]


def truncated(message: Mapping[str, Any]) -> dict[str, str]:
    """Files with text of which the message holds only the beginning, or nothing: file id → preview, maybe empty."""
    cut = [
        file
        for file in _files(message)
        if file.get("preview_is_truncated")
        or _number(file.get("lines_more")) > 0
        or (_is_text(file) and not file.get("plain_text") and not file.get("preview"))
    ]
    return {str(file.get("id", "")): str(file.get("preview") or "") for file in cut if file.get("id")}


def count_unreadable(message: Mapping[str, Any]) -> int:
    """Number of files that hold no text: pictures above all."""
    return sum(_is_unreadable(file) for file in _files(message))


def unreadable_names(message: Mapping[str, Any]) -> list[str]:
    """Names of the files that hold no text, at most LONGEST_NAME characters each (file-object: `name`, `title`)."""
    return [
        " ".join(str(file.get("name") or file.get("title") or "…").split())[:LONGEST_NAME]
        for file in _files(message)
        if _is_unreadable(file)
    ]


def _is_unreadable(file: Mapping[str, Any]) -> bool:
    return not _is_text(file) and not (file.get("plain_text") or file.get("preview"))


async def read_in_full(workspaces: Workspaces, event: Event) -> str:
    """Text of the question with its files whole; with their beginnings where Slack does not give more.

    Raises TryLater where Slack asks to wait.
    """
    snippets = event.facts.get("snippets") or {}
    client = await workspaces.client(event.reply_to.get("team", "")) if snippets else None
    return await complete(client, event.key, event.question.text, snippets)


async def complete(client: AsyncWebClient | None, key: str, text: str, snippets: Mapping[str, str]) -> str:
    """Text with the beginnings of snippets (file id → beginning) made whole, as far as Slack gives them.

    `client`: None where the app is not installed; nothing is read then. `key`: for the log. Raises TryLater where Slack
    asks to wait.
    """
    for file, preview in snippets.items():
        content = await _content(client, key, file) if client else ""
        if content:
            text = text.replace(preview, content, 1) if preview and preview in text else f"{text}\n{content}"
    return text


async def _content(client: AsyncWebClient, key: str, file: str) -> str:
    try:
        found = await client.files_info(file=file)
        content = str(found.get("content") or "")
        about = found.get("file") or {}
        if (found.get("is_truncated") or not content) and about.get("url_private_download"):
            content = await _download(client, str(about["url_private_download"])) or content
    except SlackApiError as refused:
        if int(refused.response.status_code) == 429:
            raise TryLater("Slack: 429", float(refused.response.headers.get("Retry-After", 1))) from refused
        error = str(refused.response.get("error", ""))
        log.warning("snippet_not_read", key=key, error=error, cure=CURES.get(error, ""))
        return ""
    except API_FAILURES as wrong:
        log.warning("snippet_not_read", key=key, error=type(wrong).__name__)
        return ""
    return content


async def _download(client: AsyncWebClient, url: str) -> str:
    """Text of a file; empty where Slack answers with anything else, or the address is none of Slack's own."""
    asked, own = urlsplit(url), urlsplit(client.base_url)
    if (asked.scheme, asked.netloc) != (own.scheme, own.netloc) and not (
        asked.scheme == "https" and asked.netloc in FILE_HOSTS
    ):
        log.warning("file_not_fetched", why="no address of Slack's")
        return ""
    if client.session is None:
        return ""
    headers = {"Authorization": f"Bearer {client.token}"}
    async with client.session.get(url, headers=headers, allow_redirects=False) as response:
        if response.status != 200 or response.content_type == "text/html":  # the page on which a person would sign in
            return ""
        received = bytearray()
        async for piece in response.content.iter_chunked(65_536):
            received += piece
            if len(received) >= MOST_BYTES:
                break
        return received.decode("utf-8", "replace")


def _is_text(file: Mapping[str, Any]) -> bool:
    kind = str(file.get("mimetype") or "")
    return file.get("mode") == "snippet" or kind.startswith(_TEXT_TYPES)


def _files(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    files = message.get("files")
    return [file for file in (files if isinstance(files, list) else [])[:MAX_FILES] if isinstance(file, Mapping)]


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
