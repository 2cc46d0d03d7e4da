"""Feedback of agents: what they write in a ticket about the bot's note or reply. Pure.

An agent need not learn anything: a comment whose first line is "falsch" or "wrong", alone or with a reason behind a
punctuation mark ("Falsch: gefragt war POP3"), says it.
"""

import re
from dataclasses import dataclass

from bot.core.mail.html_text import html_to_text

_SAID = re.compile(
    r"\W{0,5}(?:postbote\W{1,3})?(?:(?:das|dies|this|that|it|die antwort|the answer) (?:war|ist|was|is) (?:leider )?)?"
    r"(?:(?P<unhelpful>falsch|wrong|incorrect)|(?P<helpful>richtig|korrekt|right|correct))(?=\s*(?:$|[-.,:;!–—(]))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback of an agent on one ticket."""

    ticket: str  # its id
    post: str  # id of what says so: the comment's, or the tag
    person: str  # the agent's name or id in the helpdesk; empty: not known
    verdict: str  # helpful or unhelpful, as Feedback.record of bot/storage/feedback.py takes it


def to_verdict(text: str) -> str:
    """Verdict of a comment, plain or HTML, by its first line: helpful or unhelpful; empty: it is about something else.

    What stands below is the agent's reason, or the note that is answered.
    """
    plain = html_to_text(text) if "<" in text else text
    first = next((line.strip() for line in plain.split("\n") if line.strip()), "")
    said = _SAID.match(first)
    return str(said.lastgroup) if said else ""
