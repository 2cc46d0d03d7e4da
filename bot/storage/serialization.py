"""Events and answers ↔ plain values for the database. What an older version stored can still be read."""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from bot.core.model import Answer, Event, Question, Reply


def to_json(value: Event | Answer) -> dict[str, Any]:
    """An answer's decision is left out: it is not needed to deliver it."""
    if isinstance(value, Answer):
        return {"template": value.template, "language": value.language, "facts": dict(value.facts)}
    return _fields(value) | {"question": _fields(value.question)}  # asdict copies every value, at eight times the cost


def _fields(value: Event | Question) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def to_event(stored: Mapping[str, Any]) -> Event:
    """The reverse of to_json; what a newer version added is left out, for the time of a rolling restart."""
    known = {field.name for field in fields(Event)}
    return Event(**{**{k: v for k, v in stored.items() if k in known}, "question": Question(**stored["question"])})


def to_answer(stored: Mapping[str, Any]) -> Answer:
    """The reverse of to_json."""
    return Answer(stored["template"], stored["language"], stored["facts"])


def to_reply(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """{"answer": … or None, "to": …}; version 0.1 stored the answer alone."""
    return {"answer": stored, "to": {}} if "template" in stored else stored


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """{"answer": … or None, "to": …}."""
    return {"answer": to_json(reply.answer) if reply.answer else None, "to": dict(reply.to)}


def from_reply(reply: Reply) -> str:
    """JSON as text; empty where it holds what JSON has no word for: then it is decided anew."""
    try:
        return json.dumps(reply_to_json(reply), ensure_ascii=False)
    except (TypeError, ValueError):
        return ""


def failure(event: Event) -> Answer:
    """What the person gets where our code is at fault; never the exception's text."""
    return Answer("failure", event.question.language or event.question.language_hint or "de")
