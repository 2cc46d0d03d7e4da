"""Cures: each error of a setting in our own words, and warnings of variables that look misspelt."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from bot.core.lazy_regex import lazy_regex
from bot.core.privacy.redaction import redact_secrets
from bot.core.text.nearest import nearest

PREFIX = "POSTBOTE_"  # names that begin so are ours; others may begin with SLACK_ as well
# Least likeness of an unknown variable to the one that is named as meant; other programs have variables of Slack too
OURS_ALIKE, ALIKE = 0.6, 0.8
SHOWN = 40  # characters of a wrong value
_QUOTED = lazy_regex(r"(?P<quote>['\"])(?P<value>(?:(?!(?P=quote)).){12,})(?P=quote)")  # long enough for a password
# Set by Kubernetes for a service that is called postbote, and for our own tests
_FOREIGN = lazy_regex(r"POSTBOTE_(?:SERVICE_|PORT_\d+_|TEST_|INTEGRATION$)")


def to_cures(wrong: ValidationError, settings: type[BaseModel]) -> list[str]:
    """One line for each error: the variable's name, what is wrong and what would be right; never a secret's value."""
    return [_cure(dict(error), settings.model_fields) for error in wrong.errors()]


def _cure(error: Mapping[str, Any], fields: Mapping[str, FieldInfo]) -> str:
    says = _QUOTED.sub(_harmless, str(error["msg"]).removeprefix("Value error, "))
    if not error["loc"]:  # of several variables, which the text names
        return says
    name = str(error["loc"][0])
    if error["type"] != "value_error" and (right := expected(fields[name])):
        says = f"{_shown(fields[name], error['input'])} must be {right}"
    return f"{name.upper()}: {says}"


def expected(field: FieldInfo) -> str:
    """Values that a number, a choice or a text of limited length may have, in words; empty: any other setting."""
    if get_origin(field.annotation) is Literal:
        return " or ".join(map(str, get_args(field.annotation)))
    kind = "a whole number" if field.annotation is int else "a number" if field.annotation is float else ""
    if kind:
        return f"{kind}{_bounds(field)}"
    longest = _bound(field, "max_length")
    return f"a text of at most {longest} characters" if longest else ""


def _bounds(field: FieldInfo) -> str:
    least, above, most = (_bound(field, name) for name in ("ge", "gt", "le"))
    if least is not None and most is not None:
        return f" from {least:g} to {most:g}"
    lower = f" of at least {least:g}" if least is not None else f" above {above:g}" if above is not None else ""
    upper = f"at most {most:g}" if most is not None else ""
    return " and ".join(filter(None, (lower, upper)))


def _bound(field: FieldInfo, name: str) -> Any:
    return next((getattr(bound, name) for bound in field.metadata if hasattr(bound, name)), None)


def _shown(field: FieldInfo, value: object) -> str:
    text = str(value)
    if _bound(field, "max_length"):
        return f"{len(text)} characters are too many; it"
    return f"{_QUOTED.sub(_harmless, repr(text))} is wrong; it"


def _harmless(quoted: re.Match[str]) -> str:
    """Value as an error quotes it, short and without a password: one that belongs to another variable may hold it."""
    value = redact_secrets(quoted["value"])
    return f"{quoted['quote']}{value[:SHOWN]}{'…' * (len(value) > SHOWN)}{quoted['quote']}"


def misspelt(names: Iterable[str], known: Sequence[str]) -> Iterator[str]:
    """Warnings, one line a variable: of ours that does not exist, or one of Slack's that is nearly one that does.

    `names`: variables that are set. `known`: those that exist.
    """
    for name in sorted(set(names) - set(known)):
        ours = name.startswith(PREFIX) and not _FOREIGN.match(name)
        near = nearest(name, known, OURS_ALIKE if ours else ALIKE)
        if ours or (name.startswith("SLACK_") and near):
            meant = f"did you mean {near}?" if near else "`postbote run --help` lists all"
            yield f"{name} is set, and no variable has that name; {meant}"
