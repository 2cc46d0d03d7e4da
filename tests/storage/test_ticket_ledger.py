"""Once per ticket, and not too often: on SQLite, and on PostgreSQL where POSTBOTE_TEST_POSTGRES names one."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bot.storage import Storage
from bot.storage.database import DAY
from bot.storage.ticket_ledger import HOUR, Case, Quotas, TicketLedger

NOW = 1_700_000_000.0
CASE = Case(
    "mail", "support@example.test", "1.1", "mail:support@example.test:ticket:1.1", "public", "max@a.example", "?"
)


@pytest.fixture
def ledger(storage: Storage) -> TicketLedger:
    return TicketLedger(storage.database, Quotas(all=6, domain=4))


def case(number: int, sender: str = "", entries: tuple[str, ...] = (), body: str = "") -> Case:
    """Another ticket; by another sender of another domain, unless one is named."""
    sender = sender or f"max@{number}.example"
    return replace(
        CASE, ticket=str(number), key=f"k{number}", sender=sender, entries=entries, body=body or f"{number}?"
    )


def take(ledger: TicketLedger, one: Case, now: float = NOW) -> tuple[str, tuple[str, ...]]:
    assert ledger.register(one, now) == "new"
    taken = ledger.commit_verdict(one, now)
    return taken.verdict, taken.reasons


def test_a_ticket_is_new_once(ledger: TicketLedger, storage: Storage) -> None:
    assert ledger.register(CASE, NOW) == ledger.register(CASE, NOW) == "new"
    ledger.commit_verdict(CASE, NOW)
    assert ledger.register(CASE, NOW) == "decided"
    storage.mark_delivered(CASE.key, "1515449523.000001")
    assert ledger.register(CASE, NOW) == "decided", "a delivery that is no ticket's is none of the ledger's"
    storage.mark_delivered(CASE.key, "<postbote.1@example.test>", ticket=True)
    assert ledger.register(CASE, NOW) == "done"
    assert ledger.register(replace(CASE, account="other@example.test"), NOW) == "new"


def test_what_was_left_silent_stays_silent(ledger: TicketLedger) -> None:
    ledger.register(CASE, NOW)
    ledger.commit_verdict(replace(CASE, verdict="silent"), NOW)
    assert ledger.register(CASE, NOW) == "done"


def test_a_reply_that_was_never_confirmed_is_not_sent_a_day_later(ledger: TicketLedger) -> None:
    ledger.register(CASE, NOW)
    ledger.commit_verdict(CASE, NOW)
    assert ledger.register(CASE, NOW + DAY) == "decided"
    assert ledger.register(CASE, NOW + DAY + 1) == "done"


def test_deciding_again_after_a_crash_does_not_count_itself(ledger: TicketLedger) -> None:
    first = case(1, entries=("imap-ssl",))
    assert take(ledger, first) == ("public", ())
    assert ledger.commit_verdict(first, NOW + 1).verdict == "public"


def test_the_same_entry_goes_to_a_sender_once_in_seven_days(ledger: TicketLedger) -> None:
    assert take(ledger, case(1, "max@a.example", ("imap-ssl",))) == ("public", ())
    assert take(ledger, case(2, "max@a.example", ("pop3-ssl", "imap-ssl"))) == ("note", ("same-entry",))
    assert take(ledger, case(3, "eva@a.example", ("imap-ssl",))) == ("public", ())
    assert take(ledger, case(4, "max@a.example", ("imap-ssl",)), NOW + 7 * DAY + 1) == ("public", ())


def test_a_sender_gets_three_public_answers_a_day(ledger: TicketLedger) -> None:
    for number in range(3):
        assert take(ledger, case(number, "max@a.example", (str(number),)), NOW + number * 2 * HOUR)[0] == "public"
    assert take(ledger, case(4, "max@a.example"), NOW + 6 * HOUR) == ("note", ("sender-often",))
    assert take(ledger, case(5, "max@a.example"), NOW + DAY + 1) == ("public", ())


def test_a_domain_has_its_limit(ledger: TicketLedger) -> None:
    for number in range(4):
        assert take(ledger, case(number, f"{number}@a.example"))[0] == "public"
    assert take(ledger, case(5, "5@a.example")) == ("note", ("domain-often",))
    assert take(ledger, case(6, "6@b.example")) == ("public", ())
    assert take(ledger, case(7, "7@a.example"), NOW + HOUR + 1) == ("public", ())


def test_the_same_words_again_within_a_day_are_left_unanswered(ledger: TicketLedger) -> None:
    assert take(ledger, case(1, "max@a.example", body="Port?\nIMAP"))[0] == "public"
    assert take(ledger, replace(case(2, "max@a.example", body="Port? IMAP"), verdict="note")) == (
        "silent",
        ("same-mail",),
    )
    assert take(ledger, case(3, "eva@a.example", body="Port? IMAP"))[0] == "public"
    assert take(ledger, case(4, "max@a.example", body="Port? IMAP"), NOW + DAY + 1)[0] == "public"


def test_a_mail_to_several_mailboxes_is_answered_once(ledger: TicketLedger) -> None:
    to_support = case(1, "max@a.example", body="Welcher Port?")
    to_info = replace(to_support, account="info@example.test", ticket="2", key="k2")
    in_helpdesk = replace(to_support, system="rt", account="rt.example.test", ticket="3", key="k3")
    assert [take(ledger, one)[0] for one in (to_support, to_info, in_helpdesk)] == ["public", "silent", "silent"]


def test_the_breaker_trips_tells_once_and_recovers(ledger: TicketLedger) -> None:
    for number in range(6):
        assert take(ledger, case(number))[0] == "public"
    seen = []
    for number, after in [(6, 0.0), (7, 10.0), (8, HOUR - 1), (9, HOUR + 1), (10, HOUR + 2)]:
        ledger.register(case(number), NOW + after)
        taken = ledger.commit_verdict(case(number), NOW + after)
        seen.append((taken.verdict, taken.reasons, taken.breaker))
    assert seen == [
        ("note", ("breaker",), "tripped"),
        ("note", ("breaker",), ""),
        ("note", ("breaker",), ""),
        ("public", (), "recovered"),
        ("public", (), ""),
    ]


def test_many_at_once_keep_the_limit_exactly(storage: Storage) -> None:
    ledger = TicketLedger(storage.database, Quotas(all=5, domain=100))
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda number: take(ledger, case(number))[0], range(20)))
    assert sorted(verdicts) == ["note"] * 15 + ["public"] * 5


def test_an_installation_has_one_name(storage: Storage, ledger: TicketLedger) -> None:
    with ThreadPoolExecutor(4) as pool:
        names = set(pool.map(lambda _: TicketLedger(storage.database, Quotas()).installation_id(), range(8)))
    assert names == {ledger.installation_id()}


def test_no_address_is_kept_and_not_even_its_hash_for_ever(storage: Storage, ledger: TicketLedger) -> None:
    take(ledger, case(1, "max@a.example", body="Geheim"))
    with storage.database.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM postbote_tickets").mappings().one()
        assert "max" not in str(dict(row))
        assert "Geheim" not in str(dict(row))
    ledger.purge_expired(NOW + 91 * DAY)
    with storage.database.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM postbote_tickets").mappings().one()
        assert (row["sender"], row["domain"], row["body"]) == ("", "", "")
    assert ledger.register(case(1), NOW + 92 * DAY) == "done"


def test_a_machine_that_never_stops_gets_three_answers_a_day(ledger: TicketLedger) -> None:
    """A mail a minute with ever new questions: POSTBOTE_LEDGER_ROUNDS=1000 is the full form."""
    rounds = int(os.environ.get("POSTBOTE_LEDGER_ROUNDS", "40"))
    found = [take(ledger, case(n, "robot@a.example", (f"entry-{n}",)), NOW + 60 * n)[0] for n in range(rounds)]
    assert found == ["public"] * 3 + ["note"] * (rounds - 3)
