"""How a data subject is written by an operator, and which texts name them."""

import sqlite3
from contextlib import closing

import pytest

from bot.core.privacy.data_subject import Person, to_person
from tests.rows import each_row

PEOPLE = [
    ("U0123ABCD", Person("U0123ABCD")),
    ("<@U0123ABCD>", Person("U0123ABCD")),
    ("T0001:W0123ABCD", Person("W0123ABCD", "T0001")),
    (" Max@Firma.DE ", Person("max@firma.de")),
]


@each_row(("text", "person"), PEOPLE)
def test_a_person_is_named_by_id_or_address(text: str, person: Person) -> None:
    assert to_person(text) == person


@each_row("text", ["", "max", "C0123ABCD", "T0001:", "%", "@"])
def test_what_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names nobody"):
        to_person(text)


NAMED = [
    ("max@firma.de", "Login max%firma.de", True),
    ("max@firma.de", "an <MAX@FIRMA.DE>.", True),
    ("max@firma.de", "an climax@firma.de", False),
    ("max@firma.de", "an max (at) firma (dot) de", True),
    ("max@firma.de", "max at firma punkt de", True),
    ("max@firma.de", "login=max%40firma.de&x", True),
    ("max@firma.de", "an max @ firma.de", True),
    ("max.von-muster@firma-nord.de", "part        login max von muster firma nord de geht nicht", True),
    ("max.von-muster@firma-nord.de", "part        login max von muster @ firma nord de", True),
    ("max_muster@firma.de", "max muster @ firma de", True),
    ("jörg.groß@größe.de", "joerg gross groesse de", True),
    ("max2@firma.de", "part        max 2 firma de", True),
    ("_max_@firma.de", "an _max_@firma.de", True),
    ("_@firma.de", "bei firma.de", False),
    ("max@firma.de", '["max","firma","de"]', False),
    ("max@firma.de", '{"text": "eins\\nmax@firma.de"}', True),
    ("U0123ABCD", '"eins\\nU0123ABCD"', True),
    ("max@firma.de", "maxfirma.de", False),
    ("max@firma.de", "max von firma.de", False),
    ("max@firma.de", "eva.max@firma.de", False),
    ("max@firma.de", "an max@firma.de.example", False),
    ("U0123ABCD", "<@U0123ABCD|max>", True),
    ("U0123ABCD", "T1:U0123ABCD:helpful", True),
    ("U0123ABCD", "U0123ABCDE", False),
]


@each_row(("name", "text", "named"), NAMED)
def test_only_the_whole_name_counts(name: str, text: str, named: bool) -> None:
    assert Person(name).is_named_in(text) is named


@each_row(("name", "text", "named"), [row for row in NAMED if row[2]])
def test_the_database_finds_every_row_that_names_the_person(name: str, text: str, named: bool) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        query = r"SELECT lower(?) LIKE ? ESCAPE '\'"
        assert database.execute(query, (text, Person(name).like)).fetchone() == (1,)
    assert name not in Person(name).redact(text)
    assert not Person(name).is_named_in(Person(name).redact(text))
