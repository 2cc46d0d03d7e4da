"""Gaps of the knowledge base: which stored decisions are gaps, and how like ones are grouped."""

from bot.core.gaps import to_gaps
from bot.core.model import StoredDecision


def stored(question: str, outcome: str, at: float, **more: object) -> StoredDecision:
    facts: dict[str, object] = {
        "key": question,
        "conversation": "",
        "location": "",
        "person": "",
        "language": "de",
        "understood": "",
        "entries": (),
        "reason": "",
        "why": "",
        "sent": "",
        "link": f"https://{at}",
    }
    return StoredDecision(**{**facts, "question": question, "outcome": outcome, "at": at, **more})  # type: ignore[arg-type]


def test_gaps_are_grouped_counted_and_newest_first_within_a_count() -> None:
    found = to_gaps(
        [
            stored("wie richte ich outlook ein?", "decline", 5),
            stored("Wie richte ich Outlook ein", "suggest", 4),
            stored("How do I set up Outlook?", "decline", 3, language="en"),
            stored("welcher port?", "answer", 2, unhelpful=1),
            stored("welche server?", "failure", 1),
            stored("was kostet das?", "silent", 6),
            stored("pop3", "suggest", 7, chosen="pop3"),
            stored("imap", "answer", 8),
        ]
    )
    assert [(g.example, g.count, g.reasons) for g in found] == [
        ("wie richte ich outlook ein?", 2, ("decline", "suggest")),
        ("How do I set up Outlook?", 1, ("decline",)),
        ("welcher port?", 1, ("unhelpful",)),
        ("welche server?", 1, ("failure",)),
    ]
    assert found[0].link == "https://5"
