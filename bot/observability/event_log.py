"""Event log: a log line and a metric for each step of an event on its way; what was said is never logged.

Every line has the event's `key`, so that a question can be followed from its receipt to its reply; `postbote why KEY`
has the rest. The key is bound for all lines that others write meanwhile (structlog's context variables).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot.core.model import Answer, Event
from bot.observability.metrics import Metrics

log = structlog.get_logger()

VERDICTS = {"helpful": "helpful", "unhelpful": "unhelpful", "choose": "chosen"}  # act → the label's value


class EventLog:
    """Event log over the metrics of this process."""

    def __init__(self, metrics: Metrics | None = None) -> None:
        self.metrics = metrics or Metrics()

    @contextmanager
    def processing(self, event: Event) -> Iterator[None]:
        """Context of an event: its key is bound to all log lines, and it counts as under way."""
        with structlog.contextvars.bound_contextvars(key=event.key), self.metrics.under_way.track_inprogress():
            yield

    def received(self, event: Event) -> None:
        """Receipt of an event, perhaps not its first."""
        log.info("received", key=event.key, channel=event.channel, act=event.act)
        self.metrics.received.labels(event.channel, event.act).inc()

    def stored(self, event: Event, seconds: float) -> None:
        """Durable storage of an event. `seconds`: since its receipt."""
        log.info("stored", key=event.key, ms=_ms(seconds))

    def decided(self, event: Event, answer: Answer | None, seconds: float) -> None:
        """Decision about an event; `answer` None: silence. `seconds`: with look-ups and the database."""
        decision = answer.decision if answer else None
        facts = {"entries": ",".join(decision.entries), "score": round(decision.score, 3)} if decision else {}
        language = answer.language if answer else "none"
        log.info("decided", key=event.key, outcome=outcome(answer), language=language, **facts, ms=_ms(seconds))
        if event.act in VERDICTS:
            self.metrics.feedback.labels(VERDICTS[event.act], event.channel).inc()
        elif event.act in ("ask", "explain", "overheard", "edited"):
            self.metrics.answers.labels(outcome(answer), language, event.channel).inc()

    def delivered(self, event: Event, attempts: int) -> None:
        """Delivery of the reply. `attempts`: of this process."""
        seconds = seconds_since_receipt(event)
        log.info("delivered", key=event.key, channel=event.channel, ms=_ms(seconds), attempts=attempts)
        self.metrics.replies.labels(event.channel).observe(seconds)

    def retried(self, event: Event, step: str, why: str, seconds: float | None) -> None:
        """Retry because of a TryLater. `step`: decide or deliver. `seconds`: until the next attempt; None: not said."""
        log.warning("try_later", key=event.key, step=step, why=why, seconds=seconds)
        self.metrics.retries.labels(event.channel, step).inc()

    def unsaid(self, event: Event, why: str) -> None:
        """Reply that is not posted and not tried again. `why`: the refusal, or that its question was deleted."""
        log.info("not_delivered", key=event.key, channel=event.channel, why=why)
        self.metrics.unsaid.labels(event.channel).inc()

    def gave_up(self, event: Event, waited: float) -> None:
        """Reply that is given up. `waited`: seconds of pauses."""
        log.error("gave_up", key=event.key, waited=waited)
        self.metrics.gave_up.labels(event.channel).inc()


def outcome(answer: Answer | None) -> str:
    """Outcome: answer, suggest or decline; a command's name or another template; silent."""
    return answer.outcome if answer else "silent"


def seconds_since_receipt(event: Event) -> float:
    """Seconds since the receipt of an event; 0 where that is not known."""
    return max(0.0, time.time() - event.received) if event.received else 0.0


def _ms(seconds: float) -> float:
    return round(seconds * 1_000, 1)
