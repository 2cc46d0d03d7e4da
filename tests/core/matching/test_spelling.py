"""Spelling: what is a slip of the finger, and what another word."""

from bot.core.matching.spelling import Spelling
from tests.rows import each_row


def test_words_are_repaired_towards_targets_only() -> None:
    spelling = Spelling({"server", "change", "chance"}, {"server"}, 8)
    assert [spelling.repair(w) for w in ("servr", "chanca", "chance", "sarver")] == [
        "server",
        "chanca",
        "chance",
        "sarver",
    ]


HEADS = ("zeit", "ziel", "medien", "daten", "datei", "druck", "kassen", "kunden", "film", "fax")
TAILS = ("server", "port", "adresse")


@each_row("meant", HEADS)
def test_a_compound_of_known_words_is_not_repaired_to_another_compound(meant: str) -> None:
    known = {*HEADS, *TAILS, *(meant + tail for tail in TAILS)}
    spelling = Spelling(known, exchange_from=8)
    compounds = [head + tail for head in HEADS for tail in TAILS]
    assert [spelling.repair(word) for word in compounds] == compounds


def test_a_letter_left_out_of_a_compound_is_repaired() -> None:
    spelling = Spelling({"postausgang", "server", "postausgangsserver"}, exchange_from=8)
    assert spelling.repair("postausgangserver") == "postausgangsserver"
