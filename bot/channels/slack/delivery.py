"""Delivery of answers to Slack, each sent once (posting.py). An update, a deletion and a view can be sent twice without
harm.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.api_errors import refuse
from bot.channels.slack.blocks import MessageComposer
from bot.channels.slack.handover import HandoverDelivery
from bot.channels.slack.posting import Poster, call_api, in_channel
from bot.channels.slack.response_url import ResponseUrls
from bot.channels.slack.team_helpers import Helpers
from bot.channels.slack.views import ViewComposer
from bot.channels.slack.workspaces import Workspaces
from bot.core.model import Answer, Event, Language, TryLater, Undeliverable


class Delivery:
    """Sender of replies: posts, ephemeral messages, updates, deletions, App Home, requests to a person."""

    def __init__(
        self,
        *,
        workspaces: Workspaces,
        composer: MessageComposer,
        views: ViewComposer,
        poster: Poster,
        helpers: Helpers,
        response_urls: ResponseUrls,
        handover: HandoverDelivery,
        language_of: Callable[[Event], Awaitable[Language | None]],
    ) -> None:
        """`language_of`: language of the Slack of an event's person; None: not known."""
        self._workspaces, self._composer, self._views = workspaces, composer, views
        self._poster, self._response_urls, self._handover = poster, response_urls, handover
        self._can_ask_people, self._language_of = helpers.can_be_asked(), language_of

    async def send(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """Sends an answer, or deletes the earlier one where `answer` is None. Returns the `ts` of the post, or empty.

        `again`: an earlier attempt may have got through, so look for its post before posting. Raises TryLater for what
        passes by itself, and Undeliverable for what needs a person.
        """
        client = await self._workspaces.client(event.reply_to.get("team", ""))
        if client is None:
            refuse(event, "not_installed")
            return ""
        if event.reply_to.get("withdraw"):
            await self._handover.withdraw(client, event)
            return ""
        if answer is None:
            await self._delete(client, event)
            return ""
        return await self._send_answer(client, event, answer, again)

    async def _send_answer(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> str:
        to = event.reply_to
        if to.get("home") or to.get("messages"):
            await self._publish(client, event, answer)
        elif handover := self._handover_step(event):
            await _all_or_looked_for(handover(client, event, answer, again=again))
        elif to.get("share"):
            await self._share(client, event, answer, again)
        else:
            return await self._reply(client, event, answer, again)
        return ""

    def _handover_step(self, event: Event) -> Callable[..., Awaitable[None]] | None:
        """Step of a handover that a reply is; None: it is none."""
        to, handover = event.reply_to, self._handover
        steps = {"handover": handover.request, "relay": handover.relay, "solved": handover.solve}
        return next((step for name, step in steps.items() if to.get(name)), None)

    async def _reply(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> str:
        to = event.reply_to
        private = bool(to.get("private") or to.get("ephemeral") or (to.get("response_url") and not to.get("update")))
        # A message that was turned into another language can be turned back, whoever did it
        reader = None if event.act == "language" else await self._language_of(event)
        message = self._composer.message(event, answer, private=private, person=self._can_ask_people, reader=reader)
        if to.get("update"):
            await self._update(client, event, message)
            return ""
        if to.get("response_url"):
            await self._respond(event, message)
            return ""
        if to.get("private"):
            await self._post_ephemeral(client, event, message)
            return ""
        return (await self._poster.post(client, event, message, again=again))[1]

    async def _update(self, client: AsyncWebClient, event: Event, message: Mapping[str, Any]) -> None:
        """Updates a message in place; an ephemeral one can only be replaced through its response_url."""
        to = event.reply_to
        if to.get("ephemeral"):
            await self._respond(event, message, replace=True)
            return
        ts = to["ts"] if to["update"] == "itself" else to["update"]
        await self._poster.call(event, lambda: client.chat_update(channel=to["channel"], ts=ts, **message))

    async def _respond(self, event: Event, message: Mapping[str, Any], *, replace: bool = False) -> None:
        """Posts to the response_url, into the thread that it belongs to. `replace`: instead of the message there.

        docs.slack.dev/interactivity/handling-user-interaction (publishing in thread).
        """
        to = event.reply_to
        thread = to.get("in_thread", "")
        placed = {**message, "thread_ts": thread} if thread and not replace else message
        await call_api(event, lambda: self._response_urls.post(event, to["response_url"], placed, replace=replace))

    async def _post_ephemeral(self, client: AsyncWebClient, event: Event, message: Mapping[str, Any]) -> None:
        """Posts a message that only this person sees."""
        to = event.reply_to
        await self._poster.call(
            event,
            lambda: client.chat_postEphemeral(
                channel=to["channel"], user=to["user"], thread_ts=to.get("thread_ts") or None, **message
            ),
        )

    async def _delete(self, client: AsyncWebClient, event: Event) -> None:
        """Deletes the answer to a deleted question, unless somebody has replied."""
        to = event.reply_to
        if to.get("delete") and not await self._has_replies(client, event):
            await self._poster.call(event, lambda: client.chat_delete(channel=to["channel"], ts=to["delete"]))

    async def _has_replies(self, client: AsyncWebClient, event: Event) -> bool:
        if event.facts.get("direct"):
            return False
        to = event.reply_to
        found = await self._poster.look_up(
            event, lambda: client.conversations_replies(channel=to["channel"], ts=to["thread_ts"], limit=200)
        )
        said = found.get("messages") or [] if found is not None else []
        later = [m for m in said if str(m.get("ts", "")) > to["ts"] and m.get("subtype") != "tombstone"]
        return any(not m.get("bot_id") for m in later)

    async def _publish(self, client: AsyncWebClient, event: Event, answer: Answer) -> None:
        """Publishes App Home, or the suggested prompts of the agent pane."""
        to = event.reply_to
        if to.get("messages"):
            prompts = self._views.suggested_prompts(answer.language)
            body = {"channel_id": to["channel"], "prompts": prompts}
            await self._poster.call(event, lambda: client.api_call("assistant.threads.setSuggestedPrompts", json=body))
            return
        await self._poster.call(
            event, lambda: client.views_publish(user_id=to["user"], view=self._views.home_tab(answer))
        )

    async def _share(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> None:
        """Posts for everyone what only the person saw, and deletes that."""
        thread = str(event.facts.get("in") or "")
        here = in_channel(event, event.reply_to["channel"], thread)
        message = self._composer.message(event, answer, private=False, person=self._can_ask_people)
        try:
            await self._poster.post(client, here, message, again=again)
        except Undeliverable:
            refused = Answer("feedback", answer.language, {"verdict": "not-shared"})
            await self._respond(event, self._composer.message(event, refused, private=True, person=False))
        else:
            await self._respond(event, {"delete_original": True})


async def _all_or_looked_for(posts: Awaitable[None]) -> None:
    """Several posts as one: where a later one must be tried again, those before it are looked for then."""
    try:
        await posts
    except TryLater as later:
        raise TryLater(str(later), later.seconds, maybe_sent=True) from later
