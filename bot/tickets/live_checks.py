"""Live checks for ticket notes: what an answer offers to check is looked up at once, because a note is read later."""

from collections.abc import Callable, Sequence

from bot.contracts.engine import Respond
from bot.core.model import Answer, Question
from bot.tickets.assessment import LiveChecks


def make_live_checks(respond: Respond, render: Callable[[Answer], str]) -> LiveChecks:
    """Function that looks up the names in an answer's errors: a line of Markdown each, as /check words it.

    Empty where the answer offers nothing to check, and for what could not be looked up. It never raises for anything
    that a name server does, and takes about as long as /check.
    """

    async def live_checks(answer: Answer) -> Sequence[str]:
        lines: list[str] = []
        for check in answer.facts.get("checks") or ():
            asked = f"{check['name']} {check['condition']}"
            found = await respond(Question(asked, command="check", language=answer.language))
            rows = [Answer("checked", answer.language, {"row": row}) for row in found.facts.get("results", ())]
            lines += [" ".join(render(row).split()) for row in rows]
        return lines

    return live_checks
