"""/check domain: whether the condition of an error still holds. The DNS is asked, nobody else.

The argument is a domain or host, with what is to be checked ("mx2.example.com no-address"), or a pasted error.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast, get_args

from bot.commands import Tools, wants_help
from bot.core.dns.error_checks import assess_condition
from bot.core.dns.records import Lookup, MxResult
from bot.core.model import Answer, Condition, Language, Question, Target, UserError
from bot.core.text.addresses import is_reserved, parse_domain
from bot.core.text.idna_names import to_ascii

NAME = "check"
HINT = "domain"
CONDITIONS: tuple[str, ...] = get_args(Condition)
NOT_ASKED = frozenset({"reserved", "internal", "single-label"})  # problems of a name that nobody may be asked about


async def run(argument: str, language: Language, tools: Tools) -> Answer:
    """Results of the checks. Raises UserError where the argument names nothing to check: then no server is asked."""
    if wants_help(argument) or not argument.strip():
        return Answer(NAME, language, {"help": True})
    name, _, condition = argument.strip().partition(" ")
    if condition.partition(" ")[0] not in CONDITIONS:
        name, condition = argument, ""
        if not _is_name(argument):
            return await _check_error(argument, language, tools)
    domain = parse_domain(name)
    if is_reserved(domain):
        raise UserError("reserved", given=domain)
    asked = {"name": domain, "condition": condition or "no-connection"}
    return Answer(NAME, language, await check_names([asked], tools.lookup, of_error=bool(condition)))


def _is_name(argument: str) -> bool:
    """True for what is typed for one name, right or wrong; an error has more than that."""
    try:
        parse_domain(argument)
    except UserError as refused:
        return refused.problem != "two-domains" and " " not in argument.strip()
    return True


async def _check_error(argument: str, language: Language, tools: Tools) -> Answer:
    """Results for the names in an error, in one's own words or pasted. Raises UserError where it names none."""
    found = {} if argument.startswith("/") else (await tools.ask(Question(argument, language_hint=language))).facts
    if not found.get("checks"):
        raise UserError("nothing")
    return Answer(NAME, language, await check_names(found["checks"], tools.lookup))


async def check_names(
    checks: Iterable[Mapping[str, str]], lookup: Lookup, *, of_error: bool = True
) -> Mapping[str, Any]:
    """Facts for templates/check.md: the names that an answer offers to check, all looked up at once.

    `checks`: an answer's `facts["checks"]`, each {"name": "mx2.example.com", "condition": "no-address"}; may be empty.
    A condition with " explained" behind it is that of an error whose cause is known to be another one, a stray
    character in the address. `of_error`: False: nobody has told of an error, a domain is asked about.
    Returns {"help": False, "results": […]}, JSON values only, one for each check in its order (see `assess_condition`),
    to be worded as `render(Answer("check", language, result))`. Names that nobody may be asked about are "refused".
    Takes as long as one look-up (see Lookup). Raises UserError "busy" where there are too many look-ups.
    """

    import asyncio  # with sockets and TLS, which a question in a terminal has no need of

    async def row(check: Mapping[str, str]) -> Mapping[str, Any]:
        condition, _, explained = check["condition"].partition(" ")
        found = await _check_name(Target(check["name"], cast("Condition", condition)), lookup)
        return {**found, "of_error": of_error, "explained": bool(explained)}

    return {"help": False, "results": list(await asyncio.gather(*map(row, checks)))}


async def _check_name(target: Target, lookup: Lookup) -> Mapping[str, Any]:
    import asyncio

    try:
        name = to_ascii(parse_domain(target.name))
        if is_reserved(name):
            return assess_condition(target, None)
        if target.condition != "no-address":
            return assess_condition(target, await lookup.mx(name))
        parent = name.partition(".")[2]
        host, mx = await asyncio.gather(lookup.host(name), _mx_of_parent(parent, lookup))
    except UserError as refused:
        if refused.problem not in NOT_ASKED:
            raise
        return assess_condition(target, None)
    return assess_condition(target, host, parent if mx else "", mx)


async def _mx_of_parent(parent: str, lookup: Lookup) -> MxResult | None:
    """Mail servers of the domain above a host; None where that is no domain to ask about."""
    try:
        return await lookup.mx(parent) if "." in parent else None
    except UserError:
        return None
