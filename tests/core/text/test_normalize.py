"""Normalisation of pasted text."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.normalize import LONGEST, _is_plain, _without_marks, clean, error_text, fold, glue
from tests.examples import any_text
from tests.rows import each_row
from tests.slow import one_in

LINE = "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)"

CLEANED = [
    # what it is, what was pasted, what it says
    ("Slack escapes", "Non-existing DNS_MX: MAIL FROM:&lt;a@b.de &gt;", "Non-existing DNS_MX: MAIL FROM:<a@b.de >"),
    ("Slack mail link", "ich bin <mailto:max@firma.de|max@firma.de>", "ich bin max@firma.de"),
    (
        "Slack web link with a label",
        "error for <http://mx2.example.com|mx2.example.com>: Host",
        "error for mx2.example.com: Host",
    ),
    ("Slack web link without a label", "see <https://example.com/x>", "see https://example.com/x"),
    ("Slack mention", "<@U012AB3CD> welcher Port?", "welcher Port?"),
    ("Slack channel mention", "<!channel> hilfe", "hilfe"),
    ("Slack code fence", "hier:\n```\nno mailbox here\n```", "hier:\n\nno mailbox here"),
    ("HTML entities", "I wasn&rsquo;t able", "I wasn't able"),
    ("HTML entities, escaped twice", "&amp;lt;a@b.de&amp;gt;: User unknown", "<a@b.de>: User unknown"),
    ("HTML tags", "<p>SMTP connection.<br />I&rsquo;m not</p>", "SMTP connection.\nI'm not"),
    ("an address is no tag", "RCPT To:<beispiel@aol.com>", "RCPT To:<beispiel@aol.com>"),
    ("curly quotes", "„sorry“ and ‘sorry’", "\"sorry\" and 'sorry'"),
    ("non-breaking space", "envelope\u00a0sender", "envelope sender"),
    ("soft hyphen", "con\u00adnect failed", "connect failed"),
    ("zero-width space", "TLS\u200b not available", "TLS not available"),
    ("mail quoting", "> <a@b.de>:\n>> Sorry", "<a@b.de>:\nSorry"),
    ("quoted-printable soft break", "Connection t=\nimed out", "Connection timed out"),
    ("quoted-printable octets", "f=C3=BCr =3D f=FCr", "für = für"),
    ("an equals sign alone is none", "host=ABC", "host=ABC"),
    ("Windows line ends", "a\r\nb\rc", "a\nb\nc"),
]

ERRORS = [
    ("qmail log", "Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/", LINE),
    (
        "qmail log with the other server's words",
        "but_sender_was_rejected./Remote_host_said:_553_sorry,_no_(#5.7.1)/",
        "but sender was rejected.\nRemote host said: 553 sorry, no (#5.7.1)",
    ),
    ("DNS_MX keeps its underscore", "Non-existing_DNS_MX:_MAIL_FROM:", "Non-existing DNS_MX: MAIL FROM:"),
    ("a name with one underscore is left alone", "mail_from is empty", "mail_from is empty"),
    ("TAI64N", "@40000000419f13a508f3214c delivery 5: deferral", "delivery 5: deferral"),
    ("syslog", "Nov 14 03:12:44 ns0 qmail: delivery 7", "qmail: delivery 7"),
    (
        "the returned message is cut off",
        "User unknown\n--- Below this line is a copy of the message.\n\nno mailbox here",
        "User unknown",
    ),
    (
        "what a person calls a copy stays",
        "--- Below this line is a copy of the bounce ---\nno mailbox here",
        "--- Below this line is a copy of the bounce ---\nno mailbox here",
    ),
    (
        "the mail that a bounce forwards is cut off",
        "550 5.1.1 user unknown\n-----Original Message-----\nno mailbox here",
        "550 5.1.1 user unknown",
    ),
    (
        "the mail that a person forwards stays",
        "Please have a look.\n-----Original Message-----\nno mailbox here",
        "Please have a look.\n-----Original Message-----\nno mailbox here",
    ),
    (
        "nothing above it: it stays",
        "--- Below this line is a copy of the message.",
        "--- Below this line is a copy of the message.",
    ),
]


@each_row(("pasted", "said"), [row[1:] for row in CLEANED], ids=[row[0] for row in CLEANED])
def test_pasted_text_is_cleaned_to_what_its_writer_saw(pasted: str, said: str) -> None:
    assert clean(pasted) == said


@each_row(("pasted", "said"), [row[1:] for row in ERRORS], ids=[row[0] for row in ERRORS])
def test_a_log_line_loses_its_timestamp_and_qmails_spelling(pasted: str, said: str) -> None:
    assert error_text(clean(pasted)) == said


@given(any_text(400))
def test_cleaning_never_fails_and_is_idempotent_but_for_mark_up(text: str) -> None:
    assert isinstance(error_text(clean(text)), str)


@each_row("unit", ["<", ">", "_", "=", "\n", " ", "&lt;", "a_", "<a ", "@4", "/", "-"])
def test_hostile_repetition_is_cleaned_in_linear_time(unit: str) -> None:
    """Patterns that backtrack would take minutes here, not milliseconds: the test would hit its runner's limit."""
    assert len(error_text(clean(unit * 50_000))) <= LONGEST


def test_a_word_cut_at_a_line_end_is_glued_only_where_the_whole_is_known() -> None:
    assert glue(["conn", "ect", "failed"], {1}, {"connect", "failed"}) == ["connect", "failed"]
    assert glue(["tls", "not"], {1}, {"tls", "not"}) == ["tls", "not"]


def test_umlauts_and_their_spellings_fold_to_one_word() -> None:
    assert fold("Größe") == fold("GROESSE") == "groesse"


@one_in(11)
def test_in_plain_text_there_is_nothing_to_clean(every: int) -> None:
    """One in so many characters, and each of the first ones: alone, within a word, before a line, twice and thrice."""
    characters = map(chr, (*range(0x400), *range(0x400, 0xD800, every), *range(0xE000, 0x3_0000, every)))
    texts = (
        text for c in characters for text in (c, f"a{c}b", f"\n{c} a", f"a{c}{c}b", f"a{c}{c}{c}b") if _is_plain(text)
    )
    assert not [text for text in texts if _without_marks(text) != text.strip()]


@given(st.text("aB1äß .,:;'-_/#\n\"&<>=|`\t", max_size=12))
def test_plain_text_stays_as_it_is_but_for_the_blanks_around_it(text: str) -> None:
    assert clean(text) == _without_marks(text)
