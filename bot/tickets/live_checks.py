"""What an answer offers to check, checked at once: for tickets, whose notes are read later than they are written."""

from collections.abc import Awaitable, Callable, Sequence

from bot.core.model import Answer, Question


def make_live_checks(
    respond: Callable[[Question], Awaitable[Answer]], render: Callable[[Answer], str]
) -> Callable[[Answer], Awaitable[Sequence[str]]]:
    """A function: an answer → what the DNS says about the names in its errors, a line of Markdown each.

    Empty where the answer offers nothing to check, and for what could not be looked up. It never raises for anything
    that a name server does, and takes about as long as /check.
    """

    async def checks(answer: Answer) -> Sequence[str]:
        lines: list[str] = []
        for check in answer.facts.get("checks") or ():
            asked = f"{check['name']} {check['condition']}"
            found = await respond(Question(asked, command="check", language=answer.language))
            rows = [Answer("checked", answer.language, {"row": row}) for row in found.facts.get("results", ())]
            lines += [" ".join(render(row).split()) for row in rows]
        return lines

    return checks
