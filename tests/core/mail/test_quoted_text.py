"""A mail's text is split by place and form: no line vanishes, and what a person wrote stays theirs."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.core.mail import mail_programs
from bot.core.mail.quoted_text import split_text
from tests.examples import examples
from tests.rows import each_row

# Lines of every kind, in any order; each gets a number of its own
LINES = st.sampled_from(
    [
        *(
            "Zeile t{}t.",
            "Warum t{}t?",
            "Hallo t{}t,",
            "",
            "",
            "Server: t{}t",
            "550 5.1.1 User t{}t unknown",
            "> > t{}t",
        ),
        *("> Zeile t{}t", ">t{}t", "Am 23.11.2026 um 10:12 schrieb t{}t <s@x.example>:", "Am Montag schrieb t{}t:"),
        *(
            "On Mon, Nov 23, 2026 at 10:12 AM t{}t <s@x.example>",
            "wrote t{}t:",
            "Von: t{}t",
            "Gesendet: t{}t",
            "An: t{}t",
        ),
        *("Betreff: AW: t{}t", "Subject: t{}t", "From: t{}t", "To: t{}t", "-----Original Message----- ", "-- ", "--"),
        *("________________", "Von meinem t{}t gesendet", "Sent from my t{}t", "Tel. t{}t", "Begin forwarded message:"),
        *(
            "Diese E-Mail t{}t ist vertraulich, nur für den Empfänger.",
            "Mit freundlichen Grüßen t{}t",
            "* t{}t",
            "=t{}t",
        ),
    ]
)


@given(st.lists(LINES, max_size=40), st.booleans())
@examples(300)
def test_every_line_of_a_mail_is_in_exactly_one_part(lines: list[str], is_reply: bool) -> None:
    text = "\n".join(line.format(number) for number, line in enumerate(lines))
    split = split_text(text, is_reply=is_reply)
    together = "\n".join((split.own_words, split.quoted, split.cut))
    assert sorted(re.findall(r"t\d+t", together)) == sorted(re.findall(r"t\d+t", text))
    for line in filter(None, (line.strip(" >_-") for line in text.split("\n"))):
        assert line in together


@given(
    st.lists(
        st.sampled_from(["Wann kommt das?", "550 5.1.1 User unknown", "Meldung:", "", "Bitte um Hilfe."]), min_size=1
    )
)
@examples(60)
def test_what_stands_above_a_quotation_is_the_writers(lines: list[str]) -> None:
    own = "\n".join(["Frage:", *lines])
    for quotation in (
        "Am 23.11.2026 um 10:12 schrieb Support <s@x.example>:\n> alt",
        "Von: Support <s@x.example>\nGesendet: Montag\nAn: Max\nBetreff: AW: Frage\n\nalt",
        "-----Original Message-----\nFrom: S\nSent: Monday\nTo: M\nSubject: RE: x\n\nold",
    ):
        assert split_text(f"{own}\n\n{quotation}").own_words == re.sub(r"\n{3,}", "\n\n", own).strip()


def test_what_was_cut_is_read_again_if_the_rest_says_nothing() -> None:
    text = "Hallo,\n\n-- \nMax Muster\nBitte IMAP aktivieren"
    assert split_text(text).own_words == text
    assert split_text(f"Welcher Port?\n{text}").own_words == "Welcher Port?\nHallo,"


def test_an_error_in_an_earlier_conversation_is_evidence_and_other_words_are_not() -> None:
    head = "Was heißt das?\n\nAm 23.11.2026 um 10:12 schrieb Max <m@x.example>:\n> "
    assert split_text(f"{head}550 5.1.1 User unknown").quoted == "550 5.1.1 User unknown"
    assert split_text(f"{head}Welcher Port?").quoted == ""
    assert split_text(f"{head}Welcher Port?").cut.endswith("Welcher Port?")
    assert split_text(f"{head}550 5.1.1 User unknown", is_reply=True).quoted == ""


def test_an_error_far_down_a_long_mail_is_read() -> None:
    text = "\n".join(
        ["Guten Tag, was heißt das?", *(f"Zeile {n} ohne Belang" for n in range(3_000)), "550 5.1.1 User unknown"]
    )
    assert "550 5.1.1 User unknown" in split_text(text).own_words


@each_row("kind", ["reply", "forward", "header from", "header subject", "signature", "signature of", "device", "legal"])
def test_the_table_of_mail_programs_has_rows_of_every_kind_with_a_source(kind: str) -> None:
    rows = [
        line.split("\t") for line in mail_programs.TABLE.read_text("utf-8").splitlines() if not line.startswith("#")
    ]
    assert all(len(row) == 4 and row[1] and row[3] for row in rows)
    assert kind in {row[0] for row in rows}
