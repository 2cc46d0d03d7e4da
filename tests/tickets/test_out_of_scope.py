"""Mails that ask nothing of the FAQ: none is answered publicly, whatever stands around the question."""

import json
from itertools import islice
from pathlib import Path
from typing import Any

from bot.answering.engine import AnswerEngine, responder
from bot.core.mail.auto_response import MailboxContext
from bot.settings import Settings
from bot.tickets.assessment import assess, ticket_of_mail
from tests.core.mail.test_auto_response import US, mail
from tests.core.text.foreign_texts import FOREIGN, lines
from tests.eval.surroundings import wrap
from tests.slow import slow

EVAL = Path(__file__).parent.parent / "eval"
NUMBER = 500
CONTEXT = MailboxContext(own=frozenset({US}), inbox=frozenset({US}))


def out_of_scope() -> list[str]:
    """Texts of the labelled sets that no entry covers, and questions in other languages."""
    rows: list[dict[str, Any]] = [
        json.loads(line) for file in sorted(EVAL.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]
    bare = [row.get("q") or row["text"] for row in rows if row.get("expect") == [] and row.get("form") != "mail"]
    return [*dict.fromkeys(bare), *(text for language in FOREIGN.values() for text in lines(language))]


@slow
async def test_nothing_is_public_for_500_mails_that_ask_nothing_of_the_faq(engine: AnswerEngine) -> None:
    texts = list(islice(out_of_scope(), NUMBER))
    respond = responder(engine, Settings())
    public = []
    for number, text in enumerate(texts):
        body = text if number % 2 else wrap(text, "de" if number % 4 else "en", number)
        found = await assess(ticket_of_mail(mail(body, Subject="Frage"), US), CONTEXT, respond)
        if found.verdict == "public":
            public.append((found.answer.facts.get("entries"), body))
    assert len(texts) == NUMBER
    assert not public, f"{len(public)}: {public}"


REPORTS = (
    "Guten Tag, ich habe eine Fehlermeldung bekommen. Können Sie helfen?",
    "Hi, I got an error. Can you help me?",
)


async def test_an_error_that_only_the_subject_names_is_read_there(engine: AnswerEngine) -> None:
    respond = responder(engine, Settings())
    for body in REPORTS:
        named = await assess(ticket_of_mail(mail(body, Subject="Mailbox not found"), US), CONTEXT, respond)
        assert named.answer.facts["entries"] == ["error-mailbox-not-found"], body
        unnamed = await assess(ticket_of_mail(mail(body, Subject="Frage"), US), CONTEXT, respond)
        assert (unnamed.verdict, unnamed.reasons) == ("silent", ("too-vague",)), body
