"""Parser of the chat page's JSON requests → Event. Raises ValueError with what is wrong; nothing of it is trusted.

A question: {"text": …, "lang": "de" | "en" | null, "hint": the same, where the text does not tell, "conversation": a
random name that the browser made up}. Without a conversation, "before" may be the reply's "understood" of the question
before. A press: {"act": "helpful" | "unhelpful", "key": the reply's}; {"act": "choose", "key": …, "entry": id, "text":
the question}; {"act": "check", "key": …, "text": what the reply offers to check}. Each with "lang", the language of the
reply that carries the button.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any, cast

from bot.core.model import LANGUAGES, STRANGERS, Event, Language, Question
from bot.core.text.untrusted_json import parse_json

CHANNEL = "web"
LONGEST = 8_000  # characters of a question
VERDICTS = ("helpful", "unhelpful")
_CONVERSATION = re.compile(r"[A-Za-z0-9-]{16,64}")
_KEY = re.compile(rf"{CHANNEL}:(?P<conversation>[A-Za-z0-9-]{{0,64}}):[0-9a-f]{{16}}")


class TooLong(ValueError):
    """Text that is longer than LONGEST."""


def to_question(body: bytes) -> Event:
    """Question event of a message."""
    raw = _object(body)
    conversation = raw.get("conversation") or ""
    if not isinstance(conversation, str) or (conversation and not _CONVERSATION.fullmatch(conversation)):
        raise ValueError('"conversation" must be 16 to 64 letters, digits and hyphens')
    before = raw.get("before") or ""
    if not isinstance(before, str) or len(before) > LONGEST:
        raise ValueError(f'"before" must be a text of at most {LONGEST} characters')
    question = Question(
        _text(raw), language=_language(raw, "lang"), previous=before, language_hint=_language(raw, "hint")
    )
    named = f"{CHANNEL}:{conversation}" if conversation else ""
    return Event(
        key=f"{CHANNEL}:{conversation}:{secrets.token_hex(8)}",
        channel=CHANNEL,
        question=question,
        conversation=named,
        person=f"{STRANGERS}{conversation}",
    )


def to_press(body: bytes) -> Event:
    """Button event. All it needs besides the reply's key is looked up by the server, not sent. The key may be none."""
    raw = _object(body)
    found = _KEY.fullmatch(str(raw.get("key")))
    if not found:
        raise ValueError('"key" must be that of a reply')
    act = raw.get("act")
    if act not in (*VERDICTS, "choose", "check"):
        raise ValueError('"act" must be "helpful", "unhelpful", "choose" or "check"')
    chooses = act == "choose"
    text = _text(raw) if act in ("choose", "check") else ""
    language = _language(raw, "lang") or "de"
    facts = {"key": found[0], "language": language} | ({"entry": str(raw.get("entry"))} if chooses else {})
    named = f"{STRANGERS}{found['conversation']}"
    return Event(
        key=f"{found[0]}:{secrets.token_hex(4)}",
        channel=CHANNEL,
        question=Question(text, "check" if act == "check" else "", language),
        conversation=named,
        act=str(act),
        facts=facts,
        person=named,
    )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        raw = parse_json(body)
    except ValueError as wrong:
        raise ValueError('the body is no JSON; send {"text": "…"}') from wrong
    return raw if isinstance(raw, dict) else {}


def _text(raw: Mapping[str, Any]) -> str:
    text = raw.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ValueError('"text" is missing or empty; send {"text": "…"}')
    if len(text) > LONGEST:
        raise TooLong(f"the text has {len(text)} characters; {LONGEST} is the limit")
    return text


def _language(raw: Mapping[str, Any], name: str) -> Language | None:
    language = raw.get(name)
    if language is not None and language not in LANGUAGES:
        raise ValueError(f'"{name}" must be "de", "en" or null')
    return cast("Language | None", language)
