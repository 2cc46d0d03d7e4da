"""Personal data: what redaction claims to know comes back nowhere, in whatever channel and however it is spelt.

Everything that is kept is compared: each column of each table, the log and the metrics, as letters and figures alone,
because a decision splits, folds and stems the words of a question.
"""

import asyncio
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sql
from structlog.testing import capture_logs

from bot.answering.engine import AnswerEngine
from bot.answering.reload import ReloadableEngine
from bot.core.model import Event, Question
from bot.dialogue.decision_saver import DecisionSaver
from bot.dialogue.manager import DialogueManager
from bot.dialogue.synchronous import SynchronousDialogue
from bot.observability.event_log import EventLog
from bot.settings import Settings
from bot.storage import Storage, create_storage
from bot.storage.schema import METADATA
from tests.channels.slack.conversation import MENTION, Conversation
from tests.channels.slack.running import running as running_slack
from tests.slow import SLOW, one_in
from tests.tickets.test_workflow import by
from tests.tickets.test_workflow import running as running_tickets

# Kind → what people write; of that, what follows "|" is the secret, else all of it
SECRETS: Mapping[str, Sequence[str]] = {
    "address": [
        "quentin.zwirbelmann@huberei-kraut.de",
        "Quentin.Zwirbelmann@Huberei-Kraut.DE",
        "quentin.zwirbelmann%huberei-kraut.de",
        "<mailto:quentin.zwirbelmann@huberei-kraut.de|quentin.zwirbelmann@huberei-kraut.de>",
        "Max <zwirbelmann@huberei-kraut.de>|zwirbelmann@huberei-kraut.de",
        "zwirbel\u00admann@huberei\u200bkraut.de",
        "zwirbelmann&#64;huberei-kraut.de|zwirbelmann@huberei-kraut.de",
        "zwirbelmann＠huberei-kraut.de",
        "zwirbelmann @ huberei-kraut.de",
        "zwirbelmann (at) huberei-kraut.de|zwirbelmann@huberei-kraut.de",
        "zwirbelmann[AT]huberei-kraut[DOT]de|zwirbelmann@huberei-kraut.de",
        "zwirbelmann at huberei-kraut punkt de|zwirbelmann@huberei-kraut.de",
        "zwirbelmännchen@huberei-kraut.de",
    ],
    "telephone": [
        "+49 170 1234567",
        "0170/1234567",
        "(030) 123 45-67",
        "+49\u00a0(0)30\u00a01234567",
        "0049 30 1234567",
        "555-123-4567",
    ],
    "account": [
        "DE89 3704 0044 0532 0130 00",
        "DE89370400440532013000",
        "de89370400440532013000",
        "GB29 NWBK 6016 1331 9268 19",
        "4111 1111 1111 1111",
    ],
    "network": [
        "203.0.113.77",
        "2001:db8:85a3:0:0:8a2e:370:7334",
        "2001:db8::8a2e:370:7334",
        "::ffff:203.0.113.77",
    ],
    "token": [
        "xoxb-" + "123456789012-abcdefgHIJKL",
        "ghp" + "_0123456789abcdefghijABCDEFGHIJ",
        "AKIA" + "0123456789ABCDEF",
        "sk-" + "live0123456789abcdefABCDEF",
        "glpat-" + "0123456789abcdefABCD",
        "Bearer zwirbelabcdef123456|zwirbelabcdef123456",
        "API-Key: zwirbelschluessel|zwirbelschluessel",
        "token=zwirbelschluessel|zwirbelschluessel",
    ],
    "log": [
        "C: a1 LOGIN zwirbelmann zwirbelgeheim|zwirbelgeheim",
        "Authorization: Basic endpcmJlbGdlaGVpbQ==|endpcmJlbGdlaGVpbQ",
        "AUTH PLAIN AG1heAB6d2lyYmVsZ2VoZWlt|AG1heAB6d2lyYmVsZ2VoZWlt",
        "Cookie: sid=zwirbelgeheim|zwirbelgeheim",
        "smtp_sasl_password_maps = static:max:zwirbelgeheim|zwirbelgeheim",
    ],
    "password": [
        f"{said}|{said.split()[-1]}"
        for said in [
            "Passwort: Zwirbel4711",
            "*Passwort:* Zwirbel4711",
            "Passwort: `Zwirbel4711`",
            "Passwort = zwirbelgeheim",
            "Kennwort ist Zwirbel4711",
            "Kennwort lautet zwirbelgeheim",
            "password is Zwirbel4711",
            "my password for the mailbox is zwirbel_geheim",
            "pw: zwirbelgeheim",
            "pw zwirbel4711",
            "PWD=zwirbelgeheim",
            "Passphrase: zwirbelgeheim",
            "mein Passwort lautet: zwirbelgeheim",
            "das Kennwort heißt zwirbelgeheim",
            "my password is zwirbelgeheim",
            "smtp_password = zwirbelgeheim",
            "Mailpasswort: »zwirbelgeheim«",
        ]
    ]
    + ["imaps://max:zwirbelgeheim@imap.firma.de|zwirbelgeheim"],
}
SENTENCES = [
    "Welcher Port für POP3 mit SSL? {}",
    "Der Login geht nicht, {}, was ist der Benutzername für IMAP?",
    "554 5.7.1 Relay access denied\n{}\nWas heißt das?",
    "Which port is right for IMAP with SSL ({})?",
    "My mail client says {} and cannot log in. What is the user name for POP3?",
]
CASES = [
    (kind, written, sentence)
    for number, (kind, written) in enumerate((k, w) for k, all_of in SECRETS.items() for w in all_of)
    for sentence in SENTENCES
]
# Each secret in one sentence, each sentence with several: where a real channel is asked
SOME = [
    (kind, written, SENTENCES[number // 5 % 5]) for number, (kind, written, _) in enumerate(CASES) if number % 5 == 0
]
# Redaction is the same behind each channel, and all cases are asked of it above: the quick run has a few of each kind
FEW = SOME[::5]
ASKED = [pytest.param(FEW, id="few"), pytest.param(SOME, id="all", marks=SLOW)]


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def said(written: str, sentence: str) -> str:
    return sentence.format(written if written.startswith("<mailto") else written.partition("|")[0])


def traces(written: str) -> Iterator[str]:
    """What may be found nowhere: the whole secret, and its telling pieces."""
    secret = written.rpartition("|")[2].rstrip(">")
    yield letters(secret)
    for piece in re.findall(r"[^\W_]+", secret):
        if len(piece) > 6:
            yield letters(piece)


def kept(storage: Storage) -> Iterator[tuple[str, str]]:
    """(table.column, value) of everything in our tables."""
    with storage.database.engine.connect() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(sql.select(table)).mappings():
                yield from ((f"{table.name}.{name}", str(value)) for name, value in row.items())


def found(storage: Storage, written: Collection[str], *texts: str) -> list[tuple[str, str, str]]:
    """(trace, place, value) of everything that any of these secrets left: one look through the tables for all."""
    sought = {trace for each in written for trace in traces(each)}
    places = {*kept(storage), *(("log", text) for text in texts)}
    plain = [(place, value, letters(value)) for place, value in places]
    return [(trace, place, value) for place, value, within in plain for trace in sought if trace in within]


@pytest.fixture(scope="module")
def dialogue(
    engine: AnswerEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SynchronousDialogue, Storage]]:
    folder = tmp_path_factory.mktemp("dialogue")
    storage = create_storage("", folder)
    storage.database.open()
    storage.modes.set("T1:C2", "listen", "T1:U1")
    in_use = ReloadableEngine(engine, Settings(postbote_data_dir=folder))
    handle, save = DialogueManager(in_use, storage, {}).handle, DecisionSaver(in_use, storage, {}).save
    yield SynchronousDialogue(handle, save, storage, EventLog()), storage
    storage.database.close()


WAYS: Mapping[str, Mapping[str, Any]] = {
    "asked": {"act": "ask", "location": "T1:C1", "facts": {"thread": True}},
    "overheard": {"act": "overheard", "location": "T1:C2", "facts": {"root": True}},
}


@one_in(8)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", SECRETS)
async def test_nothing_that_redaction_knows_is_kept_of_a_question(
    dialogue: tuple[SynchronousDialogue, Storage], kind: str, way: str, every: int
) -> None:
    """`every`: one in so many of the secrets in all sentences; with 8 each of them is asked in one way or in both."""
    answers, storage = dialogue
    all_of = [(written, sentence) for of, written, sentence in CASES if of == kind]
    cases = all_of[[*WAYS].index(way) * 4 % every :: every]
    with capture_logs() as lines:
        for number, (written, sentence) in enumerate(cases):
            key = f"{way}:{kind}:{every}:{number}"
            event = Event(
                **{"key": key, "channel": "slack", "conversation": key, "reply_to": {}, **WAYS[way]},
                question=Question(said(written, sentence)),
                person="T1:U1",
            )
            await answers.handle(event)
            storage.mark_delivered(key, "1515449523.000001", 0.1)
            assert storage.decisions.get(key) is not None
    assert found(storage, {written for written, _ in cases}, str(lines)) == []
    for number in range(len(cases)):
        storage.decisions.delete(f"{way}:{kind}:{every}:{number}")


@pytest.mark.parametrize("kind", SECRETS)
def test_nothing_that_redaction_knows_is_kept_of_a_reason_for_feedback(tmp_path: Path, kind: str) -> None:
    """It is typed into a form, and comes to no decision."""
    storage = create_storage("", tmp_path)
    storage.database.open()
    for number, written in enumerate(SECRETS[kind]):
        reason = said(written, "Das hilft nicht: {}")
        storage.feedback.record_reason(f"T1:C1:{number}", "T1:U1", reason)
    assert len(list(kept(storage))) > len(SECRETS[kind])
    assert found(storage, SECRETS[kind]) == []
    storage.database.close()


async def test_a_follow_up_brings_nothing_back(dialogue: tuple[SynchronousDialogue, Storage]) -> None:
    """It is made of the words of two messages."""
    answers, storage = dialogue
    written = "Kennwort: zwirbelgeheim|zwirbelgeheim"
    for number, text in enumerate(
        ["Welcher Port für POP3 mit SSL?", f"und für IMAP? {written.partition('|')[0]}", "und für SMTP?"]
    ):
        event = Event(f"follow:{number}", "page", Question(text), {}, "follow", "ask")
        await answers.handle(event)
        storage.mark_delivered(event.key, "1", 0.1)
        assert found(storage, [written]) == []
    assert "smtp" in (storage.decisions.get("follow:2") or pytest.fail("not kept")).why


async def test_of_an_overheard_message_no_word_is_kept(dialogue: tuple[SynchronousDialogue, Storage]) -> None:
    answers, storage = dialogue
    texts = [
        "Zwirbelmann hat Donnerstag beim Outlook gejubelt",
        "Donnerstag: 554 5.7.1 Relay access denied",
        "Donnerstag hat Zwirbelmann den Port für POP3 mit SSL gefunden",
    ]
    for number, text in enumerate(texts):
        event = Event(f"overheard:{number}", "slack", Question(text), {}, "", "overheard", {}, "T1:C9", "T1:U1")
        await answers.handle(event)
        row = storage.decisions.get(event.key)
        assert row is not None
        assert row.outcome == "silent"
        for word in ("zwirbel", "donnerst", "gejub", "words:", "concept ", "read as"):
            assert word not in row.why.lower()
        assert "mode " in row.why
        assert "\n  rule      " in row.why, "what decided is kept"


async def everything_delivered(storage: Storage, number: int) -> None:
    for _ in range(1_000):
        rows = storage.decisions.recent()
        if len(rows) >= number and all(row.sent or row.took or row.outcome == "silent" for row in rows):
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"{len(rows)} of {number} kept and delivered")


@pytest.mark.parametrize("cases", ASKED)
async def test_nothing_is_kept_after_slack_and_the_page(
    engine: AnswerEngine, tmp_path: Path, cases: Sequence[tuple[str, str, str]]
) -> None:
    """Mentions, direct messages, what is overheard in mode listen, and the web page; log and metrics as well."""
    with capture_logs() as lines:
        async with running_slack(tmp_path, engine) as bot, aiohttp.ClientSession() as session:
            for number, (_, written, sentence) in enumerate(cases):
                for channel in ("C", "D", "L"):
                    name = f"{'D' if channel == 'D' else 'C'}{channel}{number:04d}"
                    if channel == "L":
                        bot.storage.modes.set(f"T0001:{name}", "listen", "T0001:U1")
                    start = f"{MENTION} " if channel == "C" else ""
                    await Conversation(bot, name).say(start + said(written, sentence))
                asked = {"text": said(written, sentence), "conversation": f"conversation{number:08d}"}
                async with session.post(f"{bot.root}/ask", json=asked) as answer:
                    assert answer.status == 200, await answer.text()
            await everything_delivered(bot.storage, 4 * len(cases))
            async with session.get(f"{bot.root}/metrics") as metrics:
                text = f"{await metrics.text()}\n{lines}"
            assert found(bot.storage, {written for _, written, _ in cases}, text) == []


@pytest.mark.parametrize("cases", ASKED)
async def test_nothing_is_kept_of_a_ticket_but_hashes(
    engine: AnswerEngine, tmp_path: Path, cases: Sequence[tuple[str, str, str]]
) -> None:
    with capture_logs() as lines:
        async with running_tickets(engine, tmp_path) as bot:
            events = [
                bot.helpdesk.add(str(number), by(f"customer{number}@zwirbelkunde.de", said(written, sentence)))
                for number, (_, written, sentence) in enumerate(cases)
            ]
            await bot.through(*events)
            await asyncio.sleep(0.3)
            secrets = {"zwirbelkunde", *(written for _, written, _ in cases)}
            assert found(bot.storage, secrets, str(lines)) == []
