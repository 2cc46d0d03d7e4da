"""Feedback of agents in tickets, told from other comments by its first line."""

from bot.channels.helpdesk.feedback import to_verdict
from tests.rows import each_row


@each_row(
    ("text", "verdict"),
    [
        ("falsch", "unhelpful"),
        ("Falsch!", "unhelpful"),
        ("Das war falsch: gefragt war POP3", "unhelpful"),
        ("Postbote: falsch, der Kunde meint den Kalender", "unhelpful"),
        ("<p>falsch</p><blockquote>Postbote: Notiz für das Team</blockquote>", "unhelpful"),
        ("\n\nwrong\n\n> Postbote: a note for the team", "unhelpful"),
        ("This was wrong.", "unhelpful"),
        ("the answer is incorrect - he uses POP3", "unhelpful"),
        ("#falsch", "unhelpful"),
        ("richtig", "helpful"),
        ("That is correct!", "helpful"),
        ("Falsch verbunden, der Kunde ruft wieder an", ""),
        ("Falscher Ansprechpartner", ""),
        ("wrong number in the CRM", ""),
        ("Right, I call him tomorrow", "helpful"),
        ("Ich rufe an.\nfalsch", ""),
        ("", ""),
        ("<p></p>", ""),
    ],
)
def test_the_first_line_of_a_comment_says_whether_the_answer_was_wrong(text: str, verdict: str) -> None:
    assert to_verdict(text) == verdict
