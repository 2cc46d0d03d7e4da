"""A Slack of our own, on a real socket: signs and delivers events as Slack does, and refuses what Slack refuses.

Sources: docs.slack.dev/apis/events-api (delivery, retries), …/authentication/verifying-requests-from-slack
(signature), …/reference/methods/chat.postMessage (errors), …/reference/block-kit (limits),
…/apis/events-api/using-socket-mode.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

TOKEN = "xoxb-test"  # noqa: S105 - a test's own
APP_TOKEN = "xapp-test"  # noqa: S105
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 - the example of Slack's page on signatures
BOT = "U0BOT0001"
TEAM = "T0001"
IN_SECONDS = 3.0  # Slack waits this long for an acknowledgement


def signed(body: str, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """Headers of a genuine request."""
    stamp = str(int(at if at is not None else time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def refused(body: Mapping[str, Any]) -> str:
    """The error that chat.postMessage gives for a message; empty if it is taken."""
    if not body.get("channel"):
        return "channel_not_found"
    blocks = body.get("blocks") or []
    if not body.get("text") and not blocks:
        return "no_text"
    if len(body.get("text") or "") > 40_000:
        return "msg_too_long"
    texts = [b["text"]["text"] for b in blocks if b["type"] == "section"]
    if len(blocks) > 50 or any(not 0 < len(t) <= 3_000 for t in texts):
        return "invalid_blocks"
    return "msg_blocks_too_long" if sum(map(len, texts)) > 13_200 else ""


@dataclass
class FakeSlack:
    """Posts, ephemeral replies and what went wrong, for tests to look at."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    ephemeral: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)  # for the next posts: "429", "500", "lost" (stored, then cut)
    url: str = ""  # of the Web API, with a slash at the end
    locale: str = "en-GB"
    _sockets: list[web.WebSocketResponse] = field(default_factory=list)
    _acknowledged: dict[str, asyncio.Event] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def start(self, port: int = 0) -> None:
        """Listens on loopback."""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_post("/commands/{id}", self._respond)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        server = site._server
        assert isinstance(server, asyncio.Server)
        self.root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.url = f"{self.root}/api/"

    async def stop(self) -> None:
        """Closes everything."""
        for socket in self._sockets:
            await socket.close()
        await self._runner.cleanup()

    async def deliver(self, bot_url: str, body: Mapping[str, Any], pauses: tuple[float, ...] = (0, 0.2, 0.5)) -> int:
        """Sends an event until it is acknowledged (Slack: at once, after a minute, after five); the number of tries."""
        raw = json.dumps(body)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(IN_SECONDS)) as session:
            for number, pause in enumerate((0, *pauses)):
                await asyncio.sleep(pause)
                headers = {"Content-Type": "application/json", **signed(raw)}
                if number:
                    headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_error"}
                try:
                    async with session.post(bot_url, data=raw, headers=headers) as response:
                        if response.status == 200:
                            return number + 1
                except (aiohttp.ClientError, TimeoutError):
                    continue
        return 0

    async def command(self, bot_url: str, name: str, text: str, user: str = "U0001") -> int:
        """A slash command, as a form; the status of the answer. Slack never repeats one."""
        number = next(self._numbers)
        raw = urlencode(
            {
                "token": "gIkuvaNzQIHg97ATvDxqgjtO",
                "team_id": TEAM,
                "channel_id": "C0001",
                "user_id": user,
                "command": f"/{name}",
                "text": text,
                "response_url": f"{self.root}/commands/{number}",
                "trigger_id": f"13345224609.738474920.{number}",
                "api_app_id": "A0001",
            }
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", **signed(raw)}
        async with aiohttp.ClientSession() as session, session.post(bot_url, data=raw, headers=headers) as response:
            return response.status

    async def push(self, body: Mapping[str, Any], seconds: float = IN_SECONDS) -> bool:
        """Sends an event over the newest Socket Mode connection; was it acknowledged?"""
        envelope = f"envelope-{next(self._numbers)}"
        self._acknowledged[envelope] = asyncio.Event()
        await self._sockets[-1].send_json({"type": "events_api", "envelope_id": envelope, "payload": body})
        try:
            await asyncio.wait_for(self._acknowledged[envelope].wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def until(self, posts: int, seconds: float = 8.0) -> None:
        """Waits until there are so many posts and replies, and a little longer, for those that must not come."""
        end = time.monotonic() + seconds
        while len(self.posts) + len(self.ephemeral) < posts and time.monotonic() < end:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)

    def connections(self) -> int:
        """Open Socket Mode connections."""
        return sum(not socket.closed for socket in self._sockets)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls.append(method)
        body = await _body(request)
        if method == "apps.connections.open":
            return web.json_response({"ok": True, "url": self.root.replace("http", "ws", 1) + "/socket"})
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if method == "chat.postMessage":
            return await self._post(request, body)
        return web.json_response(self._simple(method, body))

    def _simple(self, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if method == "auth.test":
            return {"ok": True, "team_id": TEAM, "user_id": BOT, "bot_id": "B0001"}
        if method == "users.info":
            return {"ok": True, "user": {"id": body.get("user"), "locale": self.locale}}
        if method in ("conversations.replies", "conversations.history"):
            with_metadata = str(body.get("include_all_metadata", "")).lower() in ("1", "true")
            found = [p for p in self.posts if p["channel"] == body.get("channel")]
            return {"ok": True, "messages": [p if with_metadata else {**p, "metadata": None} for p in found]}
        return {"ok": False, "error": "unknown_method"}

    async def _post(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        fault = self.trouble.pop(0) if self.trouble else ""
        if fault == "429":
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})
        if fault == "500":
            return web.Response(status=500, text="upstream error")
        error = refused(body)
        if error:
            return web.json_response({"ok": False, "error": error})
        post = {**body, "ts": f"{time.time():.6f}", "type": "message", "user": BOT}
        self.posts.append(post)
        if fault == "lost":
            assert request.transport is not None
            request.transport.close()
        return web.json_response({"ok": True, "ts": post["ts"], "channel": post["channel"], "message": post})

    async def _respond(self, request: web.Request) -> web.Response:
        body = await request.json()
        error = refused({"channel": "C0001", **body})
        if error:
            return web.Response(status=400, text=error)
        self.ephemeral.append({**body, "id": request.match_info["id"]})
        return web.Response(text="ok")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0001"}})
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._acknowledged.get(json.loads(message.data).get("envelope_id"), asyncio.Event()).set()
        return socket


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    form = {**request.query, **await request.post()}
    return {k: json.loads(v) if k in ("blocks", "metadata") and isinstance(v, str) else v for k, v in form.items()}
