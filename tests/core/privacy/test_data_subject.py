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
    ("mailto:max@firma.de", Person("max@firma.de")),
    ("<max@firma.de>", Person("max@firma.de")),
    ('"Muster, Max" <Max@firma.de>', Person("max@firma.de")),
    ("max%firma.de", Person("max@firma.de")),
    ('"max.muster"@firma.de', Person("max.muster@firma.de")),
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
    ("max@firma.de", "von max+rechnung@firma.de", True),
    ("max@firma.de", "von max+rechnung%firma.de und max plus", True),
    ("max@firma.de", "part        max rechnung firma de", False),
    ("max+shop@firma.de", "an max@firma.de", False),
    ("max@müller.de", "an max@xn--mller-kva.de", True),
    ("max@xn--mller-kva.de", "an Max@MÜLLER.de", True),
    ("max@xn--mller-kva.de", "max at mueller punkt de", True),
    ("max@müller.de", "login max%xn--mller-kva.de", True),
    ("max@straße.de", "an max@xn--strae-oqa.de", True),
    ("max@mu\u0308ller.de", "an max@m\u00fcller.de", True),
    ("max@m\u00fcller.de", "an max@mu\u0308ller.de", True),
    ("max@firma.de", '"Muster, Max" <max@firma.de>', True),
    ("max@firma.de", '"max@firma.de" <spam@anderswo.de>', True),
    ("max.muster@firma.de", '"max.muster"@firma.de', True),
    ("max@firma.de", "max&#64;firma.de", True),
    ("max@firma.de", "max&commat;firma.de", True),
    ("max@firma.de", "max=40firma.de", True),
    ("max@firma.de", "max\\@firma.de", True),
    ("max@firma.de", "max[at]firma[dot]de", True),
    ("max@firma.de", "max_at_firma.de", True),
    ("U0123ABCD", "<@U0123ABCD|max>", True),
    ("U0123ABCD", "T1:U0123ABCD:helpful", True),
    ("U0123ABCD", "U0123ABCDE", False),
]

RAW = [  # as the job engine keeps a message, which was never cleaned
    ("max@firma.de", "ma\u00adx@fir\u200bma.de", True),
    ("max@firma.de", "ｍａｘ＠ｆｉｒｍａ．ｄｅ", True),
]


@each_row(("name", "text", "named"), NAMED + RAW)
def test_only_the_whole_name_counts(name: str, text: str, named: bool) -> None:
    assert Person(name).is_named_in(text) is named


@each_row(("name", "text", "named"), [row for row in NAMED if row[2]])
def test_the_database_finds_every_row_that_names_the_person(name: str, text: str, named: bool) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        query = r"SELECT lower(?) LIKE ? ESCAPE '\'"
        assert database.execute(query, (text, Person(name).like)).fetchone() == (1,)
    assert name not in Person(name).redact(text)
    assert not Person(name).is_named_in(Person(name).redact(text))


@each_row(("name", "text", "named"), RAW)
def test_text_that_was_never_cleaned_is_redacted_too(name: str, text: str, named: bool) -> None:
    assert not Person(name).is_named_in(Person(name).redact(text))


def test_an_address_is_looked_for_in_every_spelling_of_its_domain() -> None:
    """By its hash too, of which no part can be compared."""
    both = {"max@müller.de", "max@xn--mller-kva.de"}
    assert [set(Person(name).addresses) for name in sorted(both)] == [both, both]
    assert Person("U0123ABCD").addresses == ("U0123ABCD",)
