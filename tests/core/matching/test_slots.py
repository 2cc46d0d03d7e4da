"""Slots: what an error states of whose address, what is missing, who speaks, how it ends."""

from pathlib import Path

import pytest

from bot.answering.engine import AnswerEngine
from bot.content.loader import load
from bot.content.problems import KnowledgeError
from bot.content.schema import to_entry
from bot.core.matching.slots import SLOTS, contradiction, slots_of
from bot.core.model import Knowledge, Question
from bot.core.text.normalize import clean, error_text
from tests.conftest import PROJECT
from tests.project import knowledge as whole_knowledge

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
]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return whole_knowledge()


@pytest.mark.parametrize(("slot", "value", "text"), STATED, ids=[text for _, _, text in STATED])
def test_a_text_states_a_value(slot: str, value: str, text: str) -> None:
    assert value in slots_of(text).get(slot, ())


CODE_OF_PROGRAMS = [
    "SSL_do_handshake() failed (SSL: error:1417D18C:SSL routines:tls_process_client_hello:version too low)",
    "SSL handshake error, SSL do handshake() failed while SSL handshaking",
    "net::ERR_CONNECTION_REFUSED",
    "php_network_getaddresses: getaddrinfo failed: Name or service not known",
    "java.net.ConnectException: Connection refused",
    "AH01102: error reading status line from remote server",
]
AROUND = ["{}", "We moved our whole office at the weekend. {} Please don't laugh.", "Seit heute sehe ich „{}“, warum?"]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("line", CODE_OF_PROGRAMS)
def test_another_programs_error_in_a_persons_sentence_is_no_mail_servers(
    engine: AnswerEngine, line: str, around: str
) -> None:
    decision = engine.matcher.decide(Question(around.format(line)))
    errors = [entry for entry in decision.entries if engine.knowledge.entries[entry].kind == "error"]
    assert (decision.outcome == "answer" and errors) in (False, [])


def test_every_value_of_every_slot_has_an_example() -> None:
    assert {(slot, value) for slot, value, _ in STATED} >= {
        (slot, value) for slot, values in SLOTS.items() for value in values if value != "mail-server"
    }


def test_no_own_line_of_an_entry_contradicts_its_slots(knowledge: Knowledge) -> None:
    wrong = [
        (entry.id, line, contradiction(slots_of(error_text(clean(line))), entry.slots))
        for entry in knowledge.entries.values()
        for line in (*entry.lines, *entry.variants)
        if contradiction(slots_of(error_text(clean(line))), entry.slots)
    ]
    assert wrong == []


def test_every_error_entry_about_delivery_states_who_speaks(knowledge: Knowledge) -> None:
    errors = [e for e in knowledge.entries.values() if e.id.startswith("error-")]
    assert [e.id for e in errors if e.slots.get("speaker") != ("mail-server",)] == []


def test_a_text_that_states_nothing_contradicts_nothing() -> None:
    assert contradiction(slots_of("Wie groß darf eine Mail sein?"), {"address": ("sender",)}) == ""


def test_a_text_that_states_the_entrys_value_beside_another_contradicts_nothing() -> None:
    stated = slots_of("550 Sender address rejected; Recipient address rejected")
    assert contradiction(stated, {"address": ("sender",)}) == ""


def test_an_unknown_value_is_refused_with_its_line(tmp_path: Path) -> None:
    for file in (PROJECT / "knowledge").rglob("*.yaml"):
        copy = tmp_path / file.relative_to(PROJECT / "knowledge")
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    entry = tmp_path / "error-relay-denied.yaml"
    text = entry.read_text(encoding="utf-8")
    entry.write_text(f"{text}slots: {{address: [addressee]}}\n", encoding="utf-8")
    line = text.count("\n") + 1
    with pytest.raises(KnowledgeError) as caught:
        load(tmp_path)
    assert f"error-relay-denied.yaml:{line}: slots.address.0" in str(caught.value)


def test_the_schema_knows_the_same_slots_as_the_patterns() -> None:
    from bot.content.schema import _Slots

    assert {name: field.annotation.__args__[0].__args__ for name, field in _Slots.model_fields.items()} == dict(SLOTS)  # type: ignore[union-attr]
    assert to_entry is not None
