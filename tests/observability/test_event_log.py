"""What a real process shows of itself: one question's way through the log, and the metrics."""

import asyncio
import json
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from bot.observability.metrics import Metrics
from tests.channels.slack.test_events import recorded
from tests.rows import each_row
from tests.servers.dns_server import DnsServer
from tests.servers.fake_slack import SECRET, TOKEN, FakeSlack
from tests.servers.postbote import running
from tests.slow import SLOW

pytestmark = [*SLOW]

QUESTION = "<@U0BOT0001> welcher Port für POP3 mit SSL? Ich bin max@geheim.example"
ZONE = {"firma.de": {"MX": ["10 mx.firma.de."]}, "mx.firma.de": {"A": ["192.0.2.1"]}}


@dataclass(frozen=True)
class Seen:
    """After a mention, a look-up, and a Web API that had to be asked twice."""

    log: list[dict[str, Any]]
    metrics: dict[tuple[str, str], float]  # (name, labels as "a=1,b=2") → value
    raw: str  # log and metrics together
    dashboard: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seen(data: Path) -> AsyncIterator[Seen]:
    slack = FakeSlack(locale="de-DE")
    await slack.start()
    async with DnsServer(ZONE) as dns:
        variables = {
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": slack.url,
            "POSTBOTE_NAMESERVERS": dns.address,
            "POSTBOTE_LOG_FORMAT": "json",
        }
        async with running(data, **variables) as (_, url), aiohttp.ClientSession() as session:
            slack.trouble.append("500")
            assert await slack.deliver(f"{url}slack/events", recorded("app_mention", text=QUESTION)) == 1
            assert await slack.command(f"{url}slack/events", "mx", "firma.de") == 200
            await slack.until(posts=2)
            told = {"text": "Wie richte ich eine Weiterleitung ein?", "conversation": "0123456789abcdef"}
            async with session.post(f"{url}ask", json=told) as response:
                key = (await response.json())["key"]
            async with session.post(f"{url}press", json={"act": "unhelpful", "key": key}) as response:
                assert "Danke" in (await response.json())["html"]
            async with session.get(f"{url}dashboard?lang=en") as response:
                dashboard = await response.text()
            metrics = await settled(session, f"{url}metrics")
    await slack.stop()
    text = (data / "log").read_text()
    yield Seen([json.loads(line) for line in text.splitlines()], to_samples(metrics), text + metrics, dashboard)


async def settled(session: aiohttp.ClientSession, url: str) -> str:
    """The metrics once nothing is under way any more."""
    for _ in range(100):
        async with session.get(url) as response:
            assert response.headers["Content-Type"].startswith("text/plain; version=")
            text = await response.text()
        if "postbote_queue_depth 0.0" in text:
            return text
        await asyncio.sleep(0.05)
    raise AssertionError(text)


def to_samples(text: str) -> dict[tuple[str, str], float]:
    return {
        (s.name, ",".join(f"{k}={v}" for k, v in sorted(s.labels.items()))): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
    }


@pytest.mark.asyncio(loop_scope="module")
async def test_a_question_can_be_followed_from_its_receipt_to_its_reply(seen: Seen) -> None:
    mine = [line for line in seen.log if line.get("key") == seen.log[0]["key"]]
    assert mine[0]["key"].startswith("T0001:C0LAN2Q65:1515449522.000016:")
    assert [line["event"] for line in mine] == ["received", "stored", "decided", "try_later", "delivered"]
    received, stored, decided, again, delivered = mine
    assert (received["channel"], received["act"]) == ("slack", "ask")
    assert 0 < stored["ms"] < 5_000
    assert (decided["outcome"], decided["entries"], decided["language"]) == ("answer", "pop3-ssl", "de")
    assert 0.5 < decided["score"] <= 1
    assert (again["step"], again["level"]) == ("deliver", "warning")
    assert delivered["attempts"] == 2
    assert 800 < delivered["ms"] < 8_000  # the pause before the second attempt is in it
    assert all(line["timestamp"].endswith("Z") for line in mine)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_command_is_decided_under_its_name(seen: Seen) -> None:
    decided = [line for line in seen.log if line["event"] == "decided" and line["outcome"] == "mx"]
    assert len(decided) == 1
    assert "score" not in decided[0]


COUNTED = [
    ("postbote_events_total", "act=ask,channel=slack", 2),
    ("postbote_answers_total", "channel=slack,language=de,outcome=answer", 1),
    ("postbote_answers_total", "channel=slack,language=de,outcome=mx", 1),
    ("postbote_understanding_seconds_count", "", 2),
    ("postbote_reply_seconds_count", "channel=slack", 2),
    ("postbote_retries_total", "channel=slack,step=deliver", 1),
    ("postbote_dns_lookups_total", "kind=MX,result=ok", 1),
    ("postbote_dns_lookups_total", "kind=AAAA,result=none", 1),
    ("postbote_answers_total", "channel=web,language=de,outcome=decline", 1),
    ("postbote_feedback_total", "channel=web,verdict=unhelpful", 1),
    ("postbote_queue_depth", "", 0),
    ("postbote_jobs_under_way", "", 0),
    ("postbote_ready", "part=jobs", 1),
    ("postbote_ready", "part=knowledge", 1),
    ("postbote_ready", "part=slack", 1),
    ("postbote_ready", "part=web", 1),
]


@pytest.mark.asyncio(loop_scope="module")
@each_row(("name", "labels", "value"), COUNTED, ids=[f"{n} {v}" for n, v, _ in COUNTED])
async def test_what_happened_is_counted(seen: Seen, name: str, labels: str, value: float) -> None:
    assert seen.metrics.get((name, labels)) == value


@pytest.mark.asyncio(loop_scope="module")
async def test_the_whole_path_lasts_longer_than_understanding(seen: Seen) -> None:
    whole = seen.metrics["postbote_reply_seconds_sum", "channel=slack"]
    assert 0 < seen.metrics["postbote_understanding_seconds_sum", ""] < whole


@pytest.mark.asyncio(loop_scope="module")
async def test_the_build_is_named(seen: Seen) -> None:
    assert any(name == "postbote_build_info" and "version=" in labels for name, labels in seen.metrics)


@pytest.mark.asyncio(loop_scope="module")
async def test_neither_words_nor_secrets_nor_people_are_in_log_or_metrics(seen: Seen) -> None:
    assert "Weiterleitung" not in seen.raw
    for secret in (TOKEN, SECRET, "geheim", "welcher", "firma.de", "POP3 mit"):
        assert secret not in seen.raw, secret
    labels = " ".join(labels for name, labels in seen.metrics if name.startswith("postbote_"))
    for person in ("T0001", "C0LAN2Q65", "U061F7AUR"):
        assert person not in labels


@pytest.mark.asyncio(loop_scope="module")
async def test_the_page_and_slack_are_on_the_dashboard_together(seen: Seen) -> None:
    assert "Wie richte ich eine Weiterleitung ein?" in seen.dashboard  # a gap
    for channel in ("slack", "web"):
        assert f'<th scope="row">{channel}</th><td>de</td>' in seen.dashboard
    assert "geheim.example" not in seen.dashboard
    for secret in (TOKEN, SECRET):
        assert secret not in seen.dashboard


def test_counting_in_vain_shows() -> None:
    """The queue's depth where the database does not answer, and a part that is not ready."""
    samples = to_samples(Metrics().text(math.nan, {"slack": "not connected", "web": ""}).decode())
    assert math.isnan(samples["postbote_queue_depth", ""])
    assert samples["postbote_ready", "part=slack"] == 0
    assert samples["postbote_ready", "part=web"] == 1
