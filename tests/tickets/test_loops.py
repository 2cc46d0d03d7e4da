"""Two Postbotes, a vacation responder and a helpdesk that acknowledges everything write to each other: it ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path

import pytest

from bot.answering.engine import AnswerEngine, responder
from bot.channels.mail.compose import own_id, to_reply
from bot.core.mail.auto_response import MailboxContext, apply_rules, reply_address
from bot.core.mail.mime import parse
from bot.core.markdown.to_plain import to_plain
from bot.settings import Settings
from bot.storage import create_storage
from bot.storage.ticket_ledger import MOST_PER_SENDER, Case, Quotas, TicketLedger
from bot.tickets.assessment import assess, ticket_of_mail
from tests.slow import few

APART = 20  # rounds between two fresh mails
MINUTE, DAY = 60.0, 86_400.0
US = "support@example.test"
CONTEXT = MailboxContext(own=frozenset({US}), inbox=frozenset({US}))
ANSWER = "Vielen Dank für Ihre Nachricht.\n\n**IMAP mit SSL**\n\nPort 993.\n\n_Quelle: FAQ, „E-Mail“_"


@dataclass
class Postbote:
    """Postbote of one mailbox that is sure of everything: only the rules and the ledger keep it from answering."""

    address: str
    ledger: TicketLedger
    seen: int = 0
    sent: list[tuple[float, str]] = field(default_factory=list)  # when, and to whom

    def receive(self, raw: bytes, now: float) -> list[bytes]:
        self.seen += 1
        mail = parse(raw)
        us = frozenset({self.address})
        verdict = apply_rules(mail, MailboxContext(own=us, inbox=us)).verdict
        key, to = f"{self.address}:{self.seen}", reply_address(mail)
        case = Case("mail", self.address, str(self.seen), key, verdict, to, mail.text, (f"entry-{self.seen}",))
        self.ledger.register(case, now)
        if self.ledger.commit_verdict(case, now).verdict != "public":
            return []
        self.sent.append((now, to))
        facts = {"to": to, "subject": f"Re: {mail.subject}", "in_reply_to": mail.message_id}
        return [to_reply(ANSWER, "de", facts, self.address, own_id(key, "public", self.address), now)]


@dataclass
class Responder:
    """Machine that answers every mail, says so nowhere, and always finds new words."""

    address: str
    subject: str
    text: str  # {}: a number that changes, and the mail that it got
    obeys: bool = False  # True: leaves alone what says that a machine wrote it (RFC 3834), as Sieve's vacation does
    number: int = 0

    def receive(self, raw: bytes, now: float) -> list[bytes]:
        mail = parse(raw)
        if self.obeys and (mail.first("auto-submitted") not in ("", "no") or mail.return_path == ""):
            return []
        self.number += 1
        quoted = "\n".join(f"> {line}" for line in mail.own_words.split("\n"))
        answer = letter(self.address, reply_address(mail), self.subject, self.text.format(self.number, quoted))
        return [answer]


def letter(sender: str, to: str, subject: str, text: str) -> bytes:
    """Mail as a person's program writes it: nothing says that a machine did."""
    return f"From: {sender}\nTo: {to}\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{text}".encode()


RESPONDERS = [
    Responder("urlaub@eins.example", "Abwesend", "Ich bin im Urlaub, Nummer {}.\n{}", obeys=True),
    Responder("weg@zwei.example", "Guten Tag", "Ich bin nicht da, Nummer {}.\n{}"),  # our own words alone betray it
    Responder("info@drei.example", "Ihre Anfrage", "Vorgang {} ist angelegt. Sie schrieben:\n{}"),
    Responder("max@vier.example", "Hallo", "Nummer {}, und sonst nichts."),  # nothing betrays it: the ledger ends it
]


@pytest.mark.parametrize("rounds", few(1, [600, 1_000]))
def test_two_postbotes_and_responders_stay_within_the_limits(tmp_path: Path, rounds: int) -> None:
    bots: list[Postbote] = []
    storages = [create_storage("", tmp_path / name) for name in "ab"]
    for name, storage in zip("ab", storages, strict=True):
        (tmp_path / name).mkdir()
        storage.database.open()
        bots.append(Postbote(f"support@{name}.example", TicketLedger(storage.database, Quotas())))
    a, b = bots
    everybody: list[Postbote | Responder] = [a, b, *RESPONDERS]
    receive = {one.address: one.receive for one in everybody}
    underway: Sequence[bytes] = ()
    for number in range(rounds):
        now = number * MINUTE
        if number % APART == 0:
            who = everybody[1:][number // APART % 5]
            underway = [*underway, letter(who.address, a.address, "Frage", f"Welcher Port ist richtig? {number}")]
        answers: list[bytes] = []
        for raw in underway:
            answers += receive[parseaddr(parse(raw).first("to"))[1]](raw, now)
        underway = answers
    for storage in storages:
        storage.database.close()
    assert a.seen >= rounds // APART
    assert a.sent, "somebody is answered: the test can fail"
    for bot in bots:
        assert len(bot.sent) < rounds // APART
        for day in range(int(rounds * MINUTE / DAY) + 1):
            receivers = [to for at, to in bot.sent if day * DAY <= at < (day + 1) * DAY]
            assert all(receivers.count(to) <= MOST_PER_SENDER for to in receivers)


@pytest.mark.parametrize(
    "question", ["Welcher Port ist für IMAP mit SSL richtig?", "Which port is right for IMAP with SSL?"]
)
async def test_a_reply_as_the_template_words_it_is_recognised_in_an_acknowledgement(
    engine: AnswerEngine, question: str
) -> None:
    respond = responder(engine, Settings())
    found = await assess(ticket_of_mail(letter("max@a.example", US, "Port", question), US), CONTEXT, respond)
    reply = to_plain(engine.renderer.render(found.to_answer("public", ())))
    quoted = "\n".join(f"> {line}" for line in reply.split("\n"))
    for text in (reply, f"Vorgang 4711.\n\nSie schrieben:\n{quoted}", reply.replace(" ", "\n")):
        ruled = apply_rules(parse(letter("desk@a.example", US, "Vorgang 4711", text)), CONTEXT)
        assert (ruled.verdict, "quotes-us" in ruled.reasons) == ("note", True), ruled
