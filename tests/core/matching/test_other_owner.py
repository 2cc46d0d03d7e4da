"""Questions about other providers are not answered with our own figures."""

from bot.answering.engine import AnswerEngine
from bot.core.matching.other_owner import names_other_owner
from bot.core.model import Question
from tests.eval import other_owners
from tests.rows import each_row

NAMED = [
    # words, other providers among them, words that are new, True if another owner is named
    ("welcher port bei gmx", {"gmx"}, set(), True),
    ("gmx imap", {"gmx"}, set(), True),
    ("mail an gmx kommt zurueck", {"gmx"}, set(), False),
    ("bisher gmx welchen server habt ihr", {"gmx"}, set(), False),
    ("imap server von frobozz", set(), {"frobozz"}, True),
    ("frobozz imap einstellungen", set(), {"frobozz"}, True),
    ("port fuer my frobozz account", set(), {"frobozz"}, True),
    ("server de frobozz", set(), {"frobozz"}, True),
    ("my frobozz wants to know the server", set(), {"frobozz"}, False),
    ("mein frobozz fragt nach dem benutzernamen", set(), {"frobozz"}, False),
    ("da bin ich mit meinem frobozz am ende", set(), {"frobozz"}, False),
    ("does it come by itself like gmx", {"gmx"}, set(), False),
    ("ist der server derselbe wie gmx", {"gmx"}, set(), False),
    ("frobozz hat heute den port gewechselt", set(), {"frobozz"}, False),
    ("welcher port bei euch fuer frobozz", set(), {"frobozz"}, False),
    ("frobozz", set(), {"frobozz"}, False),
    ("welchen abstand empfehlen sie fuer frobozz", set(), {"frobozz"}, False),
    ("welchen abstand hat sie bei frobozz", set(), {"frobozz"}, True),
    ("", set(), set(), False),
]


@each_row(("text", "others", "new", "found"), NAMED)
def test_another_owner_is_named(text: str, others: set[str], new: set[str], *, found: bool) -> None:
    assert names_other_owner(text.split(), others, new.__contains__) is found


def test_nobody_is_told_our_figures_for_anothers(engine: AnswerEngine) -> None:
    labelled = list(other_owners.lines("check"))
    answered = {line.text: engine.matcher.decide(Question(line.text)).outcome == "answer" for line in labelled}
    ours = [answered[line.text] for line in labelled if line.expect]
    theirs = [line.text for line in labelled if not line.expect and answered[line.text]]
    assert len(theirs) <= 1, theirs
    assert sum(ours) >= len(ours) - 1
