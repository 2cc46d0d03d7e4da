"""Known errors in their surroundings: frames of programs, logs, look-alikes, contradictions, long texts."""

import time
from collections import Counter
from collections.abc import Sequence
from itertools import product

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.matching.decision import Matcher
from bot.core.model import Entry, Question
from tests.core.matching.frames import FRAMES, Frame, framed
from tests.rows import each_row
from tests.slow import SLOW, one_in

REMOTE = ("remote", "1&1", "Exchange", "Gmail")  # frames in which the other server has said the line


@pytest.fixture(scope="module")
def matcher(engine: AnswerEngine) -> Matcher:
    return engine.matcher


@pytest.fixture(scope="module")
def errors(engine: AnswerEngine) -> Sequence[Entry]:
    """Entries of known errors. The content is read by the first test that asks, not while tests are collected."""
    return [entry for entry in engine.knowledge.entries.values() if entry.lines]


@pytest.fixture(scope="module")
def faq_lines(errors: Sequence[Entry]) -> Sequence[tuple[str, str]]:
    """Id and line of every line that the FAQ names."""
    return [(entry.id, line) for entry in errors for line in entry.lines]


def answered(matcher: Matcher, text: str) -> tuple[str, ...]:
    decision = matcher.decide(Question(text))
    return decision.entries if decision.outcome == "answer" else ()


def fits(entry: Entry, frame: Frame) -> bool:
    """A server that was never reached cannot have said the line."""
    return not ("no" in entry.slots.get("reached", ()) and any(name in frame.name for name in REMOTE))


HEADS = {  # of a mail that a person forwards, as programs write them
    "Outlook": "-----Original Message-----\nFrom: {sender}\nSent: 19 November 2026 16:40\nSubject: {about}",
    "Outlook, German": "-----Ursprüngliche Nachricht-----\nVon: {sender}\nGesendet: Dienstag, 24. November 2026\n"
    "An: ich@example.com\nBetreff: {about}",
    "Outlook, block": "________________________________\nFrom: {sender}\nSent: Thursday, November 19, 2026 4:40:12 PM\n"
    "To: me@example.com\nSubject: {about}",
    "Thunderbird": "-------- Forwarded Message --------\nSubject: {about}\nDate: Tue, 24 Nov 2026 08:12:00 +0100\n"
    "From: {sender}\nTo: me@example.com",
    "Thunderbird, German": "-------- Weitergeleitete Nachricht --------\nBetreff: {about}\n"
    "Datum: Tue, 24 Nov 2026 08:12:00 +0100\nVon: {sender}\nAn: ich@example.com",
    "Apple Mail": "Begin forwarded message:\n\nFrom: {sender}\nSubject: {about}\nTo: me@example.com",
    "Gmail": "---------- Forwarded message ---------\nFrom: {sender}\nSubject: {about}\nTo: <me@example.com>",
}
SENDERS = ("MAILER-DAEMON@ns0.example.net", "postmaster@example.com", "Mail Delivery System <bounce@example.net>")
ABOUT = ("failure notice", "Undeliverable: PO 88213", "Undelivered Mail Returned to Sender", "Unzustellbar: Angebot 17")
WORDS_ABOVE = (
    "Betreff: WG: failure notice\n\nKönnen Sie damit etwas anfangen? Kam nach wenigen Minuten:",
    "Subject: FW: Undeliverable: offer\n\nPlease see below and advise.",
    "was soll das heißen?\nGruß, Bernd",
)


@each_row("head", HEADS)
def test_a_bounce_that_a_person_forwards_is_explained(matcher: Matcher, errors: Sequence[Entry], head: str) -> None:
    rows = enumerate(product(errors, WORDS_ABOVE))
    texts = [
        (entry.id, f"{above}\n\n{HEADS[head]}\n\n<a@example.org>:\n{entry.lines[0]}".format(sender=sender, about=about))
        for number, (entry, above) in rows
        for sender, about in [(SENDERS[number % len(SENDERS)], ABOUT[number % len(ABOUT)])]
    ]
    assert [(entry, text) for entry, text in texts if answered(matcher, text) != (entry,)] == []


# One line in so many, another in each frame, and one variant in so many: all of them in all frames take minutes
@pytest.mark.parametrize(("every", "variant"), [pytest.param(8, 100, id="some"), pytest.param(1, 12, marks=SLOW)])
@each_row("frame", FRAMES, ids=lambda frame: frame.name)
def test_an_own_line_is_explained_in_the_frame_of_every_program(
    frame: Frame, every: int, variant: int, matcher: Matcher, errors: Sequence[Entry]
) -> None:
    fitting = [(e, line) for e in errors if fits(e, frame) for line in (*e.lines, *e.variants[::variant])]
    lines = fitting[FRAMES.index(frame) % every :: every]
    found = Counter(
        "right" if got[:1] == (entry.id,) else "wrong" if got else "none"
        for entry, line in lines
        for got in [answered(matcher, framed(frame, line))]
    )
    assert found["right"] >= 0.9 * len(lines)
    assert found["wrong"] <= 0.05 * len(lines)  # the worst: 3 of 87, "sendmail, local", all as relay-denied


@pytest.mark.parametrize("others", [0, 16, *(pytest.param(others, marks=SLOW) for others in (5, 200))])
def test_lines_of_a_log_do_not_outvote_the_error(
    others: int, matcher: Matcher, faq_lines: Sequence[tuple[str, str]]
) -> None:
    log = [
        f"2025-06-02 10:00:{n % 60:02} 1pEab{n % 10}-0001{n % 10}-AB <= a{n}@example.org H=mx [192.0.2.1] P=esmtp"
        for n in range(others)
    ]
    texts = [(i, "\n".join([*log, f"2025-06-02 10:59:59 {line}", *log[: others // 2]])) for i, line in faq_lines]
    assert texts
    assert [(i, got) for i, text in texts if (got := answered(matcher, text)[:1]) != (i,)] == []


@one_in(9)
@pytest.mark.parametrize("where", [0.9, *(pytest.param(where, marks=SLOW) for where in (0.1, 0.5))])
def test_an_error_is_found_wherever_it_stands_in_a_long_log(
    where: float, every: int, matcher: Matcher, faq_lines: Sequence[tuple[str, str]]
) -> None:
    log = [
        f"2025-06-02 10:{n // 60 % 60:02}:{n % 60:02} mx accepted message {n} of a{n}@example.org" for n in range(2_000)
    ]
    place = int(len(log) * where)
    took: dict[str, float] = {}
    wrong = []
    for entry, line in faq_lines[::every]:
        text = "\n".join([*log[:place], f"2025-06-02 10:59:59 {line}", *log[place:]])
        assert len(text) > 100_000
        began = time.process_time()
        got = answered(matcher, text)
        took[entry] = time.process_time() - began
        wrong += [] if got[:1] == (entry,) else [(entry, got)]
    assert wrong == []
    assert max(took.values()) < 0.6, took  # seconds; half of it on a machine with nothing else to do


@one_in(4)
def test_no_look_alike_is_answered_with_the_entry_that_it_looks_like(engine: AnswerEngine, every: int) -> None:
    lines = [(entry.id, line) for entry in engine.knowledge.entries.values() for line in entry.lookalikes][::every]
    wrong = [(entry, line) for entry, line in lines if entry in answered(engine.matcher, line)]
    assert len(wrong) <= 2, wrong  # of 320, whose words are an own line's but for a name


@each_row("frame", FRAMES, ids=lambda frame: frame.name)
def test_a_bounce_that_names_no_cause_explains_nothing(frame: Frame, matcher: Matcher) -> None:
    assert answered(matcher, framed(frame, "")) == ()


def test_two_recipients_with_different_ends_are_both_explained(matcher: Matcher) -> None:
    text = (
        "Hi. This is the qmail-send program at mx.example.net.\n\n<a@example.org>:\n"
        "Sorry, no mailbox here by that name. vpopmail (#5.1.1)\n\n<b@example.net>:\n"
        "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)\n"
    )
    assert set(answered(matcher, text)) == {"error-no-mailbox-here", "error-no-smtp-connection"}


CONTRADICTING = [
    ("error-badmailfrom", "554 sorry, your server is in my list of blocked hosts"),
    ("error-mailbox-not-found", "550 5.1.8 Sender unknown"),
    ("error-mailbox-not-found", "550 Unknown domain"),
    ("error-no-smtp-connection", "curl: (7) Failed to connect to mx.example.org port 25: Connection refused"),
    ("error-mailbox-not-found", "id: webuser: no such user"),
    ("error-badmailfrom", "unable to read control/badmailfrom"),
    (
        "error-queue-too-long",
        "Remote host said: 452 4.2.2 Mailbox full\n"
        "I'm not going to try again; this message has been in the queue too long.",
    ),
]


@each_row(("entry", "text"), CONTRADICTING, ids=[text[:50] for _, text in CONTRADICTING])
def test_a_contradiction_of_a_slot_is_a_veto(entry: str, text: str, matcher: Matcher) -> None:
    assert entry not in answered(matcher, text)


NOT_REACHED = (  # what programs write that did not reach {host}
    "2026-11-26 19:02:44 H={host} [192.0.2.1] Connection timed out",
    "connect to {host}[192.0.2.1]:25: No route to host",
    "curl: (7) Failed to connect to {host} port 465: Connection refused",
    "smtplib: [Errno 111] Connection refused ({host}:465)",
    "Verbindung zu {host}:25 fehlgeschlagen: Zeitüberschreitung",
    "dial tcp: lookup {host}: no such host",
    "The connection to the outgoing server {host} timed out.",
    "{host}[192.0.2.1]: Network is unreachable",
    "status=deferred (connect to {host}[192.0.2.1]:25: Connection refused)",
    "Host oder Dienst {host} nicht gefunden: Name or service not known",
)


@each_row("line", NOT_REACHED)
def test_who_did_not_reach_us_is_not_told_of_the_recipients_server(
    matcher: Matcher, errors: Sequence[Entry], line: str
) -> None:
    ids = {entry.id for entry in errors}
    hosts = ("ns0.ovh.net", "ssl0.ovh.net")
    told = ("{}", "hi, mainlog of our new box:\n\n{}\n\nDo you block us?", "Beim Senden kommt: {}")
    texts = [words.format(line.format(host=host)) for host, words in product(hosts, told)]
    assert [text for text in texts if ids & set(answered(matcher, text))] == []


def test_who_did_not_reach_another_server_is_told(matcher: Matcher) -> None:
    assert answered(matcher, "connect to mx.example.net[192.0.2.1]:25: Connection refused") == (
        "error-no-smtp-connection",
    )
    assert answered(matcher, "ns0.ovh.net: Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)")
