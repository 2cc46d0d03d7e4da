"""Ticket trimming: the question that is left of a ticket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.matching.ticket_trimming import trim_ticket

TICKETS = [
    # what is left out, ticket, what is left
    (
        "greeting and signature",
        "Guten Tag, welchen Server trage ich für ausgehende Mail ein? Mit freundlichen Grüßen, P. Huber",
        "welchen Server trage ich für ausgehende Mail ein?",
    ),
    (
        "what works already",
        "Hallo, Empfangen klappt einwandfrei, aber beim Absenden fehlt mir noch die Portnummer für SSL. LG Ina",
        "aber beim Absenden fehlt mir noch die Portnummer für SSL.",
    ),
    (
        "the former provider",
        "Dear support, at our old provider it was pop.isp.example. What is the incoming server now? Regards, Sue",
        "What is the incoming server now?",
    ),
    (
        "thanks at the end",
        "Good morning, what is the largest attachment that I may send to a customer from here? Thanks, Bob Miller",
        "what is the largest attachment that I may send to a customer from here?",
    ),
    ("nothing of a short message", "Hallo, welcher Port?", "Hallo, welcher Port?"),
    (
        "nothing that fails",
        "Seit gestern geht Senden nicht mehr, vorher habe ich immer erst die Post geholt und dann ging es gut",
        "Seit gestern geht Senden nicht mehr, vorher habe ich immer erst die Post geholt und dann ging es gut",
    ),
]


@pytest.mark.parametrize(("text", "left"), [row[1:] for row in TICKETS], ids=[row[0] for row in TICKETS])
def test_a_ticket_is_trimmed_to_its_question(text: str, left: str) -> None:
    assert trim_ticket(text) == left


@given(st.text(alphabet="Hallo, geht.?!\n früher war MfG thanks", max_size=400))
def test_trimming_never_leaves_an_empty_text(text: str) -> None:
    assert bool(trim_ticket(text).strip()) == bool(text.strip())
