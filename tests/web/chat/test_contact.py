"""The ways to a person that the page names."""

from bot.core.markdown.to_html import to_html
from bot.core.provider import Provider
from bot.web.chat.contact import Contact
from tests.engines import EchoEngine
from tests.rows import each_row


class HosterEngine(EchoEngine):
    def provider(self) -> Provider:
        contact = {"phone": "+43 512 / 000-0", "email": "hilfe@alpenpost.example"}
        return Provider("Alpenpost", contact=contact)


OWN = [
    ("nothing", "", None),
    ("a page", "https://example.org/help", ("https://example.org/help", "https://example.org/help")),
    ("an address", "help@example.org", ("help@example.org", "mailto:help@example.org")),
    ("a link to an address", "mailto:help@example.org", ("help@example.org", "mailto:help@example.org")),
    ("a number", "tel:+49301", ("+49301", "tel:+49301")),
    ("a text", "Room 5 (second floor)", ("Room 5 (second floor)", "")),
    ("a script", "javascript:alert(1)", ("javascript:alert(1)", "")),
    ("mark-up", "<b>*us*</b>", ("<b>*us*</b>", "")),
]


@each_row(("own", "way"), [row[1:] for row in OWN], ids=[row[0] for row in OWN])
def test_the_operators_own_way_comes_first_and_only_known_schemes_are_links(
    own: str, way: tuple[str, str] | None
) -> None:
    found = [(way["text"], way["link"]) for way in Contact(HosterEngine(), own).ways()]
    hosters = [
        ("hilfe@alpenpost.example", "mailto:hilfe@alpenpost.example"),
        ("+43 512 / 000-0", "tel:+435120000"),
    ]
    assert found == ([way] if way else []) + hosters


@each_row("own", [row[1] for row in OWN])
def test_in_an_answer_each_way_is_shown_as_it_is_written(own: str) -> None:
    shown = to_html(", ".join(Contact(HosterEngine(), own).markdown()))
    assert "<b>" not in shown
    assert "javascript:alert(1)</a>" not in shown
    assert '<a href="mailto:hilfe@alpenpost.example"' in shown


def test_a_way_that_is_named_twice_is_shown_once() -> None:
    assert len(Contact(HosterEngine(), "hilfe@alpenpost.example").ways()) == 2
