"""How a data subject is written by an operator, and which texts name them."""

import pytest

from bot.core.privacy.data_subject import Person, to_person

PEOPLE = [
    ("U0123ABCD", Person("U0123ABCD")),
    ("<@U0123ABCD>", Person("U0123ABCD")),
    ("T0001:W0123ABCD", Person("W0123ABCD", "T0001")),
    (" Max@Firma.DE ", Person("max@firma.de")),
]


@pytest.mark.parametrize(("text", "person"), PEOPLE)
def test_a_person_is_named_by_id_or_address(text: str, person: Person) -> None:
    assert to_person(text) == person


@pytest.mark.parametrize("text", ["", "max", "C0123ABCD", "T0001:", "%", "@"])
def test_what_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names nobody"):
        to_person(text)


NAMED = [
    ("max@firma.de", "Login max%firma.de", True),
    ("max@firma.de", "an <MAX@FIRMA.DE>.", True),
    ("max@firma.de", "an climax@firma.de", False),
    ("max@firma.de", "an max@firma.de.example", False),
    ("U0123ABCD", "<@U0123ABCD|max>", True),
    ("U0123ABCD", "T1:U0123ABCD:helpful", True),
    ("U0123ABCD", "U0123ABCDE", False),
]


@pytest.mark.parametrize(("name", "text", "named"), NAMED)
def test_only_the_whole_name_counts(name: str, text: str, named: bool) -> None:
    assert Person(name).is_named_in(text) is named
