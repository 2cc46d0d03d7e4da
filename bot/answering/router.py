"""Router: a question that is a command runs the command, every other one is decided; no channel is known."""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from bot.commands import ChannelAdmin, Command, Tools, wants_help
from bot.contracts.engine import Respond
from bot.core.dns.records import Lookup
from bot.core.languages import among
from bot.core.lazy_regex import lazy_regex
from bot.core.matching.decision import Matcher
from bot.core.matching.early_decisions import NO_QUESTION, NOTHING_OFFERED
from bot.core.matching.error_report import wants_error
from bot.core.model import Answer, Decision, Language, Provider, Question, UserError
from bot.core.privacy.redacted_decision import redact_decision
from bot.core.speak_policy import has_question_form
from bot.core.text.asks_about_above import asks_about_above
from bot.core.text.nearest import nearest
from bot.core.text.normalize import clean

LIKE = 0.6  # least likeness of an unknown command to the one that is meant: "/mxx", not "/foo" (/faq)
# "/mail x", but no path and no log line
_COMMAND = lazy_regex(r"/(?P<name>[a-z-]{1,32})(?: \S{1,60}){0,2}", re.IGNORECASE)
# A command as it is typed or pasted: any white space ends its name, no-break spaces among it, and so does a colon;
# its slash is typed twice, or with a blank
_TYPED = lazy_regex(
    r"(?P<word>(?:/ ?|//)?[A-Za-z][A-Za-z-]{0,31})(?=[\s\u200b\u2060\ufeff:`]|$)"
    r"[\s\u200b\u2060\ufeff:]*(?P<argument>.*)",
    re.DOTALL,
)
_AT_ENDS = " \t\r\n\f\v\u00a0\u1680\u2002\u2003\u2007\u2009\u200a\u200b\u202f\u2060\u3000\ufeff`"
_ADDRESS_OR_DOMAIN = lazy_regex(r"\S*\w[.@%]\w\S*")
_ABOUT_THE_BOT = lazy_regex(r"(?:mode|modus|gaps|lücken)\b|(?:why|warum)\s+<?https?:", re.IGNORECASE)


def make_responder(
    matcher: Matcher,
    commands: Mapping[str, Command],
    provider: Provider,
    lookup: Lookup,
    understood: Callable[[float], None] | None = None,
) -> Respond:
    """Responder that every channel's questions go through.

    `understood`: called with the seconds that each decision took, for the metrics.
    """

    async def respond(question: Question, admin: ChannelAdmin | None = None, person: str = "") -> Answer:
        question = _spoken(question, matcher.language.languages)
        name, argument = _command(question, commands)
        if name not in commands:
            began = time.perf_counter()
            answer = answer_question(matcher, question, commands, in_slack=admin is not None)
            if understood and answer.decision:
                understood(time.perf_counter() - began)
            return answer
        # An argument tells nothing of the person's language
        language = question.language or question.language_hint or matcher.language.languages[0]
        tools = Tools(provider, lookup.asked_by(person), lambda asked: respond(asked, admin, person), admin)
        try:
            return await commands[name].run(argument, language, tools)
        except UserError as refused:
            return Answer(name, language, {"problem": refused.problem, **refused.facts})

    return respond


def answer_unless_command(matcher: Matcher, question: Question, commands: Mapping[str, Command]) -> Answer | None:
    """Answer that the responder gives at once, in a terminal; None for a command."""
    question = _spoken(question, matcher.language.languages)
    is_command = _command(question, commands)[0] in commands
    return None if is_command else answer_question(matcher, question, commands)


def _spoken(question: Question, languages: Sequence[Language]) -> Question:
    """Question without a chosen language in which the base says nothing; such a hint asks for English, where spoken."""
    hint = question.language_hint or question.language
    return replace(
        question,
        language=question.language if question.language in languages else None,
        language_hint=among(hint, languages) if hint else None,
    )


def answer_question(
    matcher: Matcher, question: Question, commands: Iterable[str] = (), *, in_slack: bool = False
) -> Answer:
    """Answer of the knowledge base; the help text for an empty message, a request for help or an unknown command.

    `commands`: names of which an unknown one may be a misspelling. `in_slack`: True if the help also explains what
    there is in Slack alone. The facts are the person's own, in full; the decision, which is explained, stored and
    logged, is redacted.
    """
    text = clean(question.text)
    typed = _COMMAND.fullmatch(f"/{question.command}" if question.command else text)
    unknown = typed["name"] if typed and not wants_help(typed["name"]) else ""
    if typed or wants_help(text) or not text:
        said = "" if unknown else question.text  # a command's name tells nothing of the language
        language = question.language or question.language_hint or matcher.language.of(said)
        meant = nearest(unknown.lower(), commands, LIKE) if unknown else ""
        return Answer("faq", language, {"help": True, "in_slack": in_slack, "unknown": unknown, "meant": meant})
    decision = matcher.decide(question)
    shown = redact_decision(decision, text, clean(question.previous), matcher.words_in)
    if (rule := decision.parts[0].rule) in NO_QUESTION:
        return Answer("none", decision.language, {"unclear": rule == NOTHING_OFFERED}, shown)
    if _asks_for_more(matcher, question, decision):
        return Answer("none", decision.language, {"no_more": True}, shown)
    if wants_error(decision):
        return Answer("which_error", decision.language, {}, shown)
    return Answer(decision.outcome, decision.language, facts_of(decision), shown)


def _asks_for_more(matcher: Matcher, question: Question, decision: Decision) -> bool:
    """True if a question is about the answer before it and names nothing ("was heißt das?"), and no entry answers it.

    "What does the error mean?" is about that answer where it explained an error.
    """
    if decision.outcome == "answer" or not question.previous or not asks_about_above(question.text):
        return False
    if not has_question_form(question.text):
        return False
    before = matcher.decide(Question(question.previous)) if wants_error(decision) else None
    return before is None or any(part.told_error or part.rule.startswith("error line") for part in before.parts)


def facts_of(decision: Decision) -> Mapping[str, Any]:
    """Facts of a decision for templates/answer.md, suggest.md and decline.md; JSON values."""
    answered = [p.entries[0] for p in decision.parts if p.outcome == "answer"]
    suggested = [e for p in decision.parts if p.outcome == "suggest" for e in p.entries]
    return {
        "entries": list(dict.fromkeys(answered)),
        "left_over": [p.asked for p in decision.parts if p.asked and p.outcome == "decline"],
        "suggested": [e for e in dict.fromkeys(suggested) if e not in answered][:3],
        "email": decision.address,
        "domain": decision.domain,
        "codes": list(decision.codes),
        "foreign": decision.foreign,
        "checks": [
            {"name": t.name, "condition": f"{t.condition} explained" if decision.damaged_addresses else t.condition}
            for t in decision.targets
        ],
        "damaged_addresses": [
            {**asdict(damaged), "characters": list(damaged.characters)} for damaged in decision.damaged_addresses
        ],
    }


def _command(question: Question, commands: Mapping[str, Command]) -> tuple[str, str]:
    """Name and argument of a command; an empty name for a message in one's own words. Slack may name one that is none.

    "/mx example.com" may be typed anywhere, and "mx example.com" as well where nothing but the command can be meant,
    because slash commands do not work in Slack's threads.
    """
    if question.command:
        return question.command, _without_marks(question.text)
    typed = _TYPED.match(_without_marks(question.text))
    if typed is None:
        return "", ""
    word, argument = typed["word"], _without_marks(typed["argument"])
    name = word.lstrip("/ ").lower()
    known = name in commands and (word.startswith("/") or _is_bare_command(commands[name], argument))
    return (name, argument) if known else ("", "")


def _without_marks(text: str) -> str:
    """Text without white space of any kind, and code marks, at its ends."""
    return text.strip(_AT_ENDS)


def _is_bare_command(command: Command, argument: str) -> bool:
    """True if a command without its slash can mean nothing else.

    It has nothing behind it where it takes no argument, else one address, one domain or a request for help.
    """
    if not command.HINT:
        return not argument or wants_help(argument)
    about = _ABOUT_THE_BOT.match(argument) if command.NAME == "faq" else None
    return bool(about) or wants_help(argument) or bool(_ADDRESS_OR_DOMAIN.fullmatch(argument))
