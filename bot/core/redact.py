"""Text without what is nobody's business: mail addresses, IP addresses, tokens and long numbers."""

import re

_RULES = (
    (re.compile(r"\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{5,200}"), "<token>"),
    (re.compile(r"[\w.+=-]{1,64}[@%][\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"), "<address>"),
    (re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"), "<ip>"),
    (re.compile(r"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{1,4}:){3,7}[0-9A-Fa-f]{1,4}(?![0-9A-Fa-f:])"), "<ip>"),
    (re.compile(r"(?<!\d)\+?\d[\d /-]{8,20}\d(?!\d)"), "<number>"),
)


def redacted(text: str) -> str:
    """The text with a mark in place of each."""
    for pattern, mark in _RULES:
        text = pattern.sub(mark, text)
    return text
