"""What the whole path is compared with: a bare Bolt app that says what it heard, and keeps nothing.

`python -m tests.bench.echo`, with the variables of Postbote; without SLACK_SIGNING_SECRET it looks at no signature.
"""

import asyncio
import os
import signal

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

PATH = "/slack/events"


async def main() -> None:
    token, secret = os.environ["SLACK_BOT_TOKEN"], os.environ.get("SLACK_SIGNING_SECRET", "")
    client = AsyncWebClient(token=token, base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(client=client, signing_secret=secret or "none", request_verification_enabled=bool(secret))

    @app.event("app_mention")
    async def echo(event, say) -> None:  # type: ignore[no-untyped-def]
        await say(text=event["text"], thread_ts=event["ts"])

    runner = web.AppRunner(app.server(path=PATH).web_app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    print(f"ready: http://127.0.0.1:{runner.addresses[0][1]}/", flush=True)  # noqa: T201 - its starter waits for it
    await stopped.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
