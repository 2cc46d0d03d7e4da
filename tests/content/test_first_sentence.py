"""First sentence of an entry's answer: what a list of entries says of each."""

from bot.answering.engine import AnswerEngine
from bot.content.first_sentence import first_sentence
from tests.rows import each_row

ANSWERS = [
    # the answer, its first sentence
    ("Der Server heißt `ns0.ovh.net`. Der Port ist 25.", "Der Server heißt `ns0.ovh.net`."),
    ("Nehmen Sie z. B. Thunderbird. Oder ein anderes.", "Nehmen Sie z. B. Thunderbird."),
    ("Der Port ist 465 (ab 1. Januar). `ssl0` ist der Server.", "Der Port ist 465 (ab 1. Januar)."),
    ("Ein Satz\nin zwei Zeilen\n\nNoch einer", "Ein Satz in zwei Zeilen"),
    ("Wirklich? Ja.", "Wirklich?"),
    ("Die Ports:\n\n- 465\n- 995", ""),
    ("- 465\n- 995", ""),
    ("| a | b |\n| - | - |", ""),
    ("", ""),
]


@each_row(("answer", "expected"), ANSWERS)
def test_the_first_sentence_ends_where_the_next_one_begins(answer: str, expected: str) -> None:
    assert first_sentence(answer) == expected


def test_every_entry_says_something_first_in_every_language(engine: AnswerEngine) -> None:
    """But for the table of ports, which is one list."""
    languages = engine.knowledge.languages
    silent = {
        i for i in engine.knowledge.entries for one in languages if not first_sentence(engine.renderer.entry(i, one))
    }
    assert silent <= {"ports"}
