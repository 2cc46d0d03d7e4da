"""Serialisation of events and answers: plain values (dicts, lists, texts, numbers) for the database, and back.

Plain values alone, so that a row does not depend on the names of our classes.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from bot.core.model import Answer, Event, Question, Reply


def to_json(value: Event | Answer) -> dict[str, Any]:
    """Plain values of an event or an answer; an answer's decision is left out: it is not needed to deliver it."""
    if isinstance(value, Answer):
        return {"template": value.template, "language": value.language, "facts": dict(value.facts)}
    question = _fields(value.question)
    del question["menu"]  # looked up when the event is decided; versions before it do not know it
    return _fields(value) | {"question": question}  # asdict copies every value, at eight times the cost


def _fields(value: Event | Question) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def to_event(stored: Mapping[str, Any]) -> Event:
    """Event: the reverse of to_json. Keys that a newer version added are ignored, for the time of a rolling restart."""
    known = {field.name for field in fields(Event)}
    return Event(**{**{k: v for k, v in stored.items() if k in known}, "question": Question(**stored["question"])})


def to_answer(stored: Mapping[str, Any]) -> Answer:
    """Answer: the reverse of to_json, without its decision."""
    return Answer(stored["template"], stored["language"], stored["facts"])


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """Plain values of a reply: {"answer": … or None, "to": …}; its `decided` is left out."""
    return {"answer": to_json(reply.answer) if reply.answer else None, "to": dict(reply.to)}


def to_reply(stored: Mapping[str, Any]) -> Reply:
    """Reply: the reverse of reply_to_json; its decision counts as saved."""
    return Reply(to_answer(stored["answer"]) if stored["answer"] else None, stored["to"])


def reply_to_text(reply: Reply) -> str:
    """JSON text of a reply; empty where it holds what JSON has no word for: a later run decides anew then."""
    try:
        return json.dumps(reply_to_json(reply), ensure_ascii=False)
    except (TypeError, ValueError):
        return ""
