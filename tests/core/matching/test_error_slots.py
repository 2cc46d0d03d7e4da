"""Slots: what an error states of whose address, what is missing, who speaks, how it ends."""

import shutil
from itertools import product
from pathlib import Path

import pytest

from bot.answering.engine import AnswerEngine
from bot.content.loader import load
from bot.content.problems import KnowledgeError
from bot.content.schema import to_entry
from bot.core.matching.error_slots import SLOTS, contradiction, stated_slots, surely_stated
from bot.core.model import Knowledge, Question
from bot.core.text.normalize import clean, error_text
from tests.project import knowledge as whole_knowledge
from tests.rows import each_row
from tests.slow import one_in

STATED = [
    ("address", "sender", "550 5.1.0 <a@example.org>: Sender address rejected: not known here"),
    ("address", "sender", "553 sorry, your envelope sender has been denied"),
    ("address", "sender", "Die Absenderadresse a@example.org wurde abgelehnt"),
    ("address", "recipient", "550 <a@example.org>: Recipient address rejected: User unknown in local recipient table"),
    ("address", "recipient", "Empfänger unbekannt"),
    ("address", "client", "554 5.7.1 Client host rejected: Access denied"),
    ("address", "client", "550 your server is blacklisted"),
    ("address", "client", "Ihr Server ist auf einer Sperrliste"),
    ("address", "helo", "504 5.5.2 <pc>: Helo command rejected: need fully-qualified hostname"),
    ("missing", "mailbox", "550 5.1.1 User unknown"),
    ("missing", "mailbox", "550 no such recipient"),
    ("missing", "mailbox", "Postfach nicht gefunden"),
    ("missing", "domain", "450 4.1.2 Recipient address rejected: Domain not found"),
    ("missing", "domain", "550 unknown domain"),
    ("missing", "domain", "Die Domain example.org existiert nicht"),
    ("missing", "host", "550 5.1.2 Host unknown"),
    ("missing", "host", "Host example.org nicht gefunden"),
    ("speaker", "program", "curl: (7) Failed to connect to example.org port 443: Connection refused"),
    ("speaker", "program", "git: fatal error"),
    ("speaker", "program", "id: 'webuser': no such user"),
    ("speaker", "program", "docker: Error response from daemon: timed out"),
    ("speaker", "local-fault", "421 unable to read controls (#4.3.0)"),
    ("speaker", "local-fault", "alert: cannot start: unable to read control/badmailfrom"),
    ("speaker", "local-fault", "temporary failure. Command output: scanner: Connection refused"),
    ("reached", "yes", "Remote host said: 450 busy"),
    ("reached", "yes", "host mx.example.org[192.0.2.1] said: 550 no (in reply to RCPT TO command)"),
    ("reached", "no", "connect to mx.example.org[192.0.2.1]:25: Connection refused"),
    ("end", "temporary", "It will be retried until it is 5 day(s) old."),
    ("end", "temporary", "Gmail versucht noch weitere 46 Stunden, die Nachricht zuzustellen."),
    ("end", "final", "I'm not going to try again"),
    ("end", "final", "retry timeout exceeded"),
    ("speaker", "program", "** PROBLEM Service Alert: mx1/queue is CRITICAL **"),
    ("speaker", "program", "[FIRING:2] queue of mx1 too long"),
    ("speaker", "program", "org.postgresql.util.PSQLException: Connection refused"),
    ("reason", "proof", "550 no DKIM signature, rejected by DMARC policy"),
    ("reason", "proof", "550 5.7.26 refused"),
    ("reason", "reputation", "550 5.7.606 Access denied"),
    ("reason", "reputation", "554 poor reputation of the sending network"),
    ("reason", "certificate", "certificate verification failed: self-signed"),
    ("reason", "certificate", "Das Zertifikat des Servers ist abgelaufen"),
    ("reason", "full", "552 5.2.2 mailbox of eva is full"),
    ("reason", "full", "550 user has exceeded his quota"),
    ("reason", "rate", "421 too many connections from your host"),
    ("reason", "content", "550 message looks like spam"),
    ("reason", "greylisting", "451 greylisted, come back in five minutes"),
]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return whole_knowledge()


@one_in(5)  # no divisor of how many programs, sentences and questions there are
def test_a_program_that_is_only_named_is_not_who_speaks(engine: AnswerEngine, every: int) -> None:
    cases = [*product(NAMES_OF_PROGRAMS, TOLD_OF_PROGRAMS, ASKED_BESIDE.items())][::every]
    for name, told, (asked, entry) in cases:
        message = told.format(name, asked)
        assert "speaker" not in stated_slots(message), message
        assert engine.matcher.decide(Question(message)).entries == (entry,), message
    assert stated_slots("Zabbix: SMTP on mx1 is down")["speaker"] == {"program"}
    assert stated_slots("451 virus scanner not available, timeout")["speaker"] == {"local-fault"}


@each_row(("slot", "value", "text"), STATED, ids=[text for _, _, text in STATED])
def test_a_text_states_a_value(slot: str, value: str, text: str) -> None:
    assert value in stated_slots(text).get(slot, ())


CODE_OF_PROGRAMS = [
    "SSL_do_handshake() failed (SSL: error:1417D18C:SSL routines:tls_process_client_hello:version too low)",
    "SSL handshake error, SSL do handshake() failed while SSL handshaking",
    "net::ERR_CONNECTION_REFUSED",
    "php_network_getaddresses: getaddrinfo failed: Name or service not known",
    "java.net.ConnectException: Connection refused",
    "AH01102: error reading status line from remote server",
    "org.postgresql.util.PSQLException: Connection to 192.0.2.3:5432 refused",
    "redis.exceptions.ConnectionError: Error 111 connecting, connection timed out",
    "Error code: SEC_ERROR_UNKNOWN_ISSUER",
]
LIBRARIES_OF_MAIL = [
    "smtplib.SMTPConnectError",
    "javax.mail.MessagingException",
    "com.sun.mail.smtp.SMTPAddressFailedException",
]
# What neither a person asks nor a mail server says: the whole message is another program's, or a machine's fault
OF_OTHERS = [
    "groupadd: group 'postmaster' already exists",
    "usermod: user 'smtp' is currently used by process 4",
    "PROBLEM - mx1/imap is CRITICAL: Connection refused",
    "[FIRING:1] MailQueueTooLong (mx1, 900 messages in the queue for more than two days)",
    "Nagios: mailbox size of vmail CRITICAL - 98 % used",
    "Icinga: SMTP on mx1: no SMTP connection could be established",
    "java.net.SocketTimeoutException: connect timed out",
    "sqlalchemy.exc.OperationalError: could not connect to server: Connection timed out",
    "SYSERR(root): cannot write ./qfx: No space left on device",
    "read-only file system: could not open file pop3.log",
]
NAMES_OF_PROGRAMS = (
    "Zabbix", "Nagios", "Grafana", "Datadog", "OpenVPN", "Uptime Kuma", "clamd", "a virus scanner", "HTTP/2",
)  # fmt: skip
TOLD_OF_PROGRAMS = (
    "Background: laptop is a year old, all updates installed, {} on it, web pages load quickly.\n\n{}",
    "laptop new, {} installed, pages load fine. {}",
    "Rechner neu, {} installiert, Internet schnell.\n\n{}",
    "Bei uns läuft {} seit Jahren ohne Ärger. {}",
)
ASKED_BESIDE = {
    "which port is for pop3 with ssl": "pop3-ssl",
    "wie oft darf man mails abrufen": "polling-interval",
    "993 or 995 for imap over ssl": "imap-ssl",
    "sorry that domain isnt allowed to be relayed thru this mta ??? help": "error-relay-denied",
}
REFUSED_FOR_POLICY = [
    "550 5.7.512 Access denied",
    "550 5.7.607 Access denied, banned",
    "550-5.7.27 Access denied",
    "550 5.7.750 Access denied",
]
PERSONS = [
    "Seit gestern schreibt der Anbieter des Kunden {}, und bei uns ist alles in Ordnung.",
    "They reject us with {} and we don't know why.",
    "{}",
]

AROUND = ["{}", "We moved our whole office at the weekend. {} Please don't laugh.", "Seit heute sehe ich „{}“, warum?"]


@each_row("around", AROUND)
@each_row("line", CODE_OF_PROGRAMS)
def test_another_programs_error_in_a_persons_sentence_is_no_mail_servers(
    engine: AnswerEngine, line: str, around: str
) -> None:
    decision = engine.matcher.decide(Question(around.format(line)))
    errors = [entry for entry in decision.entries if engine.knowledge.entries[entry].kind == "error"]
    assert (decision.outcome == "answer" and errors) in (False, [])


@each_row("name", LIBRARIES_OF_MAIL)
def test_an_exception_of_a_mail_library_is_no_other_programs(name: str) -> None:
    assert "speaker" not in stated_slots(f"{name}: 550 5.1.1 User unknown")
    assert "speaker" not in surely_stated(f"{name}: 550 5.1.1 User unknown")


@each_row("text", OF_OTHERS)
def test_what_another_program_says_alone_is_answered_by_no_entry(engine: AnswerEngine, text: str) -> None:
    assert engine.matcher.decide(Question(text)).outcome == "decline"


@each_row("person", PERSONS)
@each_row("refusal", REFUSED_FOR_POLICY)
def test_a_refusal_for_policy_is_explained_by_no_error_entry(engine: AnswerEngine, refusal: str, person: str) -> None:
    decision = engine.matcher.decide(Question(person.format(refusal)))
    errors = [entry for entry in decision.entries if engine.knowledge.entries[entry].kind == "error"]
    assert (decision.outcome == "answer" and errors) in (False, [])


def test_every_value_of_every_slot_has_an_example() -> None:
    assert {(slot, value) for slot, value, _ in STATED} >= {
        (slot, value) for slot, values in SLOTS.items() for value in values if value not in ("mail-server", "other")
    }


def test_no_own_line_of_an_entry_contradicts_its_slots(knowledge: Knowledge) -> None:
    wrong = [
        (entry.id, line, contradiction(stated_slots(error_text(clean(line))), entry.slots))
        for entry in knowledge.entries.values()
        for line in (*entry.lines, *entry.variants)
        if contradiction(stated_slots(error_text(clean(line))), entry.slots)
    ]
    assert wrong == []


def test_every_error_entry_about_delivery_states_who_speaks(knowledge: Knowledge) -> None:
    errors = [e for e in knowledge.entries.values() if e.id.startswith("error-")]
    assert [e.id for e in errors if e.slots.get("speaker") != ("mail-server",)] == []


def test_a_text_that_states_nothing_contradicts_nothing() -> None:
    assert contradiction(stated_slots("Wie groß darf eine Mail sein?"), {"address": ("sender",)}) == ""


def test_a_text_that_states_the_entrys_value_beside_another_contradicts_nothing() -> None:
    stated = stated_slots("550 Sender address rejected; Recipient address rejected")
    assert contradiction(stated, {"address": ("sender",)}) == ""


def test_an_unknown_value_is_refused_with_its_line(tmp_path: Path, few_entries: str) -> None:
    knowledge = shutil.copytree(few_entries, tmp_path / "knowledge")
    entry = knowledge / "imap-ssl.yaml"
    text = entry.read_text(encoding="utf-8")
    entry.write_text(f"{text}slots: {{address: [addressee]}}\n", encoding="utf-8")
    line = text.count("\n") + 1
    with pytest.raises(KnowledgeError) as caught:
        load(knowledge)
    assert f"imap-ssl.yaml:{line}: slots.address.0" in str(caught.value)


def test_the_schema_knows_the_same_slots_as_the_patterns() -> None:
    from bot.content.schema import _Slots

    assert {name: field.annotation.__args__[0].__args__ for name, field in _Slots.model_fields.items()} == dict(SLOTS)  # type: ignore[union-attr]
    assert to_entry is not None
