"""Requests to hand something over: "Can you send me the port?" asks for the port, and is about sending nothing.

What is asked for is all that such a verb says, so it is read as "tell". Only where the reader is to do it: "people send
me mails" and "can I send …?" are about mail. Pure.
"""

import re

from bot.core.lazy_regex import phrases

MOST_WORDS = 12  # between "können Sie" and the verb

_BEFORE = r"(?:^|[.!?,;:–—-]\s{0,3}|\b(?:bitte|und|please|pls|kindly|and|also|mal)\s{1,3})"
_TO_US = r"(?:mir|uns)(?:\s{1,3}(?:mal|bitte|doch|kurz|nochmal|einfach)){0,3}"
_HAND = r"(?:schick|send)"
_NO_OTHER_VERB = (
    r"(?!(?:zum|beim|fürs|vom|wie|ob|dass|sagen|nennen|erklären|helfen|mails?|e-?mails?)\b)[^\s,;:.!?]{1,40}\s{1,3}"
)
_YOU = (
    r"(?:can|could|would|will)\s{1,3}(?:you|u|ya|someone|somebody|anyone|anybody)"
    r"(?:\s{1,3}(?:please|pls|kindly|just|maybe)){0,2}"
)
_REQUEST = phrases(
    {
        "Schicken Sie mir bitte den Port": (
            rf"{_BEFORE}(?P<imperative>{_HAND}(?:e|t|et|en\s{{1,3}}sie)?|mailen sie)(?=\s{{1,3}}{_TO_US}\b)"
        ),
        "Könnten Sie mir den Port zuschicken?": (
            rf"\b(?:kann(?:st)?|könn(?:en|t|ten|tet|test)|würde(?:n|t|st))\s{{1,3}}(?:sie|ihr|du|jemand|wer)\s{{1,3}}"
            rf"(?:{_NO_OTHER_VERB}){{0,{MOST_WORDS}}}?(?:mir|uns)\s{{1,3}}(?:{_NO_OTHER_VERB}){{0,{MOST_WORDS}}}?"
            rf"(?P<infinitive>(?:zu|rüber|her|durch)?{_HAND}en)(?=\s{{0,3}}(?:[?.!,;]|$|bitte\b))"
        ),
        "Antworten Sie mir bitte mit dem Port": (
            rf"{_BEFORE}(?P<answer>antwort(?:e|et|en\s{{1,3}}sie))(?=\s{{1,3}}(?:{_TO_US}\s{{1,3}}|bitte\s{{1,3}})?mit\b)"
        ),
        "Can you send me the port?": (
            rf"(?:{_BEFORE}|\b{_YOU}\s{{1,3}})(?:just\s{{1,3}})?"
            r"(?P<send>(?:send|forward|shoot)(?=\s{1,3}(?:me|us|over|through|across|along)\b)"
            r"(?!\s{1,3}(?:me|us)\s{1,3}(?:(?:an?|the|your)\s{1,3})?(?:e-?mails?|mails?|messages?|spam|files?)\b))"
        ),
        "Please text me the port": (
            rf"(?:{_BEFORE}|\b{_YOU}\s{{1,3}})(?:just\s{{1,3}})?(?P<text>(?:mail|email|e-mail|text) (?:me|us))\b"
        ),
        "Please reply to me with the port": (
            r"\b(?:please|pls|kindly|can you|could you|would you)\s{1,3}(?P<reply>"
            r"(?:reply|respond|answer|come back|get back)(?:\s{1,3}to\s{1,3}(?:me|us))?\s{1,3}with)\b"
        ),
    },
    needs=(
        *("schick", "send", "antwort", "forward", "shoot", "mailen sie", "mail me", "mail us", "text me", "text us"),
        *("reply", "respond", "answer", "come back", "get back"),
    ),
)
_TELL = {  # group of a row that holds its verb → what is read instead
    "imperative": "nennen",
    "infinitive": "nennen",
    "answer": "nennen",
    "send": "tell",
    "text": "tell me",
    "reply": "tell me",
}


def as_telling(text: str) -> str:
    """Text in which every verb that asks the reader to hand something over is "nennen" or "tell"."""
    return _REQUEST.sub(_told, text)


def _told(found: re.Match[str]) -> str:
    verb = next(name for name in _TELL if found[name])
    begin, end = (place - found.start() for place in found.span(verb))
    return found[0][:begin] + _TELL[verb] + found[0][end:]
