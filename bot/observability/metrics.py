"""Metrics for GET /metrics, in Prometheus' text format: how much was asked, answered and delivered, and how fast.

Every process counts for itself and shows its own numbers (a scraper adds them up); `postbote_queue_depth` alone is of
the whole database. A label is only ever one of the few values that the code itself makes: no person, team, domain, key
or text (prometheus.io/docs/practices/instrumentation/#do-not-overuse-labels).
"""

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

CONTENT_TYPE = CONTENT_TYPE_LATEST
# Seconds. Understanding takes milliseconds (tests/bench/growth.py); a reply waits for Slack, its pace, or a retry.
UNDERSTANDING = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
WHOLE_PATH = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0, 7_200.0)
LOOK_UP = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


class Metrics:
    """Metrics of one process, in a registry of its own."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        self.received = Counter(
            "postbote_events", "Events that arrived, redelivered ones too", ["channel", "act"], registry=registry
        )
        self.answers = Counter(
            "postbote_answers",
            "What was decided: answer, suggest, decline, silent, failure, or a command's name",
            ["outcome", "language", "channel"],
            registry=registry,
        )
        self.understanding = Histogram(
            "postbote_understanding_seconds",
            "From a question to its decision, without any network or database",
            buckets=UNDERSTANDING,
            registry=registry,
        )
        self.replies = Histogram(
            "postbote_reply_seconds",
            "From the receipt of an event to the delivery of its reply, through waits, retries and restarts",
            ["channel"],
            buckets=WHOLE_PATH,
            registry=registry,
        )
        self.retries = Counter(
            "postbote_retries", "Attempts that must be made again", ["channel", "step"], registry=registry
        )
        self.gave_up = Counter("postbote_gave_up", "Replies that were given up", ["channel"], registry=registry)
        self.unsaid = Counter(
            "postbote_not_delivered",
            "Replies that were refused for good, or whose question was deleted first",
            ["channel"],
            registry=registry,
        )
        self.bugs = Counter("postbote_bugs", "Faults of our own; the log has the trace", ["channel"], registry=registry)
        self.feedback = Counter(
            "postbote_feedback",
            "Presses: helpful, unhelpful, chosen (a suggestion)",
            ["verdict", "channel"],
            registry=registry,
        )
        self.under_way = Gauge("postbote_jobs_under_way", "Events that this process works on", registry=registry)
        self.look_ups = Counter(
            "postbote_dns_lookups", "Questions to name servers", ["kind", "result"], registry=registry
        )
        self.look_up_seconds = Histogram(
            "postbote_dns_lookup_seconds", "How long they took", ["kind"], buckets=LOOK_UP, registry=registry
        )
        self._depth = Gauge(
            "postbote_queue_depth",
            "Events in the database that are not finished, of all processes; NaN where it does not answer",
            registry=registry,
        )
        self._ready = Gauge(
            "postbote_ready",
            "1 where a part is usable: the jobs with their database, each channel, each ticket system",
            ["part"],
            registry=registry,
        )
        build = {"version": own_version(), "python": platform.python_version()}
        Info("postbote_build", "What is running", registry=registry).info(build)

    def looked_up(self, kind: str, result: str, seconds: float) -> None:
        """DNS look-up that was made. `kind`: a record type. `result`: ok, none, nxdomain, timeout or failure."""
        self.look_ups.labels(kind, result).inc()
        self.look_up_seconds.labels(kind).observe(seconds)

    def text(self, depth: float, trouble: Mapping[str, str]) -> bytes:
        """Page of all metrics. `depth`: unfinished events; NaN: not known. `trouble`: part → problem; empty: ready."""
        self._depth.set(depth)
        for part, wrong in trouble.items():
            self._ready.labels(part).set(not wrong)
        return generate_latest(self._registry)


@cache
def own_version() -> str:
    """Version of the installed package; "unknown" where it runs from a folder that was never installed."""
    try:
        return version("postbote")
    except PackageNotFoundError:
        return "unknown"
