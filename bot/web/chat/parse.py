"""Parser of the chat page's requests → Event. Raises ValueError with what is wrong; nothing of it is trusted.

A request is JSON, or a form's fields of the same names (bot/web/chat/article.html), which browsers send without a
script too. A question: {"text": …, "lang": a language or null, "hint": the same, where the text does not tell,
"conversation": a random name that the browser or the page made up}. Without a conversation, "before" may be the reply's
"understood" of the question before. A press: {"act": "helpful", "unhelpful" or "none", "key": the reply's}; {"act":
"choose", "key": …, "entry": id, "text": the question}; {"act": "check", "key": …, "text": what the reply offers to
check}; {"act": "person", "key": …, "text": the question, "email": …, "note": may be empty}. Each with "lang", the
language of the reply that carries the button. A form has one field for "act" and what belongs to it: "choose ID".
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from bot.core.model import LANGUAGES, STRANGERS, Event, Language, Question
from bot.core.text.untrusted_json import parse_json

CHANNEL = "web"
LONGEST = 8_000  # characters of a question
LONGEST_NOTE, LONGEST_EMAIL = 2_000, 254  # characters; RFC 5321 section 4.5.3.1.3 without the brackets
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 12
VERDICTS = ("helpful", "unhelpful", "none")
ACTS = (*VERDICTS, "choose", "check", "person")
_WITH_TEXT = ("choose", "check", "person")
_CONVERSATION = re.compile(r"[A-Za-z0-9-]{16,64}")
_KEY = re.compile(rf"{CHANNEL}:(?P<conversation>[A-Za-z0-9-]{{0,64}}):[0-9a-f]{{16}}")
_EMAIL = re.compile(r"[^@\s<>\"`]{1,64}@[^@\s<>\"`.]+(\.[^@\s<>\"`.]+)+")


class TooLong(ValueError):
    """Text that is longer than LONGEST."""


class NoAddress(ValueError):
    """Address that no answer can come to."""


def to_fields(body: bytes, content_type: str = "") -> Mapping[str, Any]:
    """Fields of a request; empty for JSON that is no object. `content_type`: of the request; FORM, or JSON it must be.

    A form's empty fields are not there.
    """
    if content_type.partition(";")[0].strip().lower() == FORM:
        pairs = parse_qsl(body.decode("utf-8"), max_num_fields=MOST_FIELDS)
        return _with_object_of_act({name: value.replace("\r\n", "\n") for name, value in pairs})
    try:
        raw = parse_json(body)
    except ValueError as wrong:
        raise ValueError('the body is no JSON; send {"text": "…"}') from wrong
    return raw if isinstance(raw, dict) else {}


def to_question(raw: Mapping[str, Any], languages: Sequence[Language] = LANGUAGES) -> Event:
    """Question event of a message. `languages`: that the base has."""
    conversation = to_conversation(raw)
    before = raw.get("before") or ""
    if not isinstance(before, str) or len(before) > LONGEST:
        raise ValueError(f'"before" must be a text of at most {LONGEST} characters')
    question = Question(
        _text(raw),
        language=_language(raw, "lang", languages),
        previous=before,
        language_hint=_language(raw, "hint", languages),
    )
    named = f"{CHANNEL}:{conversation}" if conversation else ""
    return Event(
        key=f"{CHANNEL}:{conversation}:{secrets.token_hex(8)}",
        channel=CHANNEL,
        question=question,
        conversation=named,
        person=f"{STRANGERS}{conversation}",
    )


def to_conversation(raw: Mapping[str, Any]) -> str:
    """Conversation's random name; empty where there is none."""
    conversation = raw.get("conversation") or ""
    if not isinstance(conversation, str) or (conversation and not _CONVERSATION.fullmatch(conversation)):
        raise ValueError('"conversation" must be 16 to 64 letters, digits and hyphens')
    return conversation


def to_press(raw: Mapping[str, Any], languages: Sequence[Language] = LANGUAGES) -> Event:
    """Button event. `languages`: that the base has.

    All it needs besides the reply's key is looked up by the server, not sent. The key may be none.
    """
    found = _KEY.fullmatch(str(raw.get("key")))
    if not found:
        raise ValueError('"key" must be that of a reply')
    act = raw.get("act")
    if act not in ACTS:
        raise ValueError(f'"act" must be one of {", ".join(ACTS)}')
    facts: dict[str, Any] = {"key": found[0], "language": _language(raw, "lang", languages) or languages[0]}
    facts |= {"entry": str(raw.get("entry"))} if act == "choose" else {}
    facts |= _contact(raw) if act == "person" else {}
    named = f"{STRANGERS}{found['conversation']}"
    text = _text(raw) if act in _WITH_TEXT else ""
    return Event(
        key=f"{found[0]}:{secrets.token_hex(4)}",
        channel=CHANNEL,
        question=Question(text, "check" if act == "check" else "", facts["language"]),
        conversation=named,
        act=str(act),
        facts=facts,
        person=named,
    )


def conversation_of(key: str) -> str:
    """Conversation that a reply's key belongs to; empty where it has none."""
    found = _KEY.fullmatch(key)
    return found["conversation"] if found else ""


def _with_object_of_act(fields: dict[str, Any]) -> Mapping[str, Any]:
    """Fields of a form, "choose ID" and "check WHAT" taken apart."""
    act, _, rest = str(fields.get("act", "")).partition(" ")
    if rest and act in ("choose", "check"):
        fields |= {"act": act, "entry" if act == "choose" else "text": rest}
    return fields


def _contact(raw: Mapping[str, Any]) -> Mapping[str, str]:
    email, note = raw.get("email"), raw.get("note") or ""
    if not isinstance(email, str) or len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email.strip()):
        raise NoAddress('"email" must be the address that the answer goes to')
    if not isinstance(note, str) or len(note) > LONGEST_NOTE:
        raise TooLong(f'"note" must be a text of at most {LONGEST_NOTE} characters')
    return {"email": email.strip(), "note": note.strip()}


def _text(raw: Mapping[str, Any]) -> str:
    text = raw.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ValueError('"text" is missing or empty; send {"text": "…"}')
    if len(text) > LONGEST:
        raise TooLong(f"the text has {len(text)} characters; {LONGEST} is the limit")
    return text


def _language(raw: Mapping[str, Any], name: str, languages: Sequence[Language]) -> Language | None:
    language = raw.get(name)
    if language is not None and (not isinstance(language, str) or language not in languages):
        raise ValueError(f'"{name}" must be {", ".join(languages)} or null')
    return language
