"""Search for ReDoS: every regular expression in bot/, fed with 50 kB of text that is hostile to it.

`python -m tests.redos` prints "seconds file:line shape" for each; tests/test_redos.py judges.

Patterns are found in the source (calls of `re` with a text) and in what the modules have compiled; content has none.
Hostile text is derived from a pattern's own repeats: whatever fits a repeat as often as there is room, then something
that fits nothing (owasp.org: Regular expression Denial of Service).
"""

import ast
import importlib
import pkgutil
import re
import re._constants as sre  # type: ignore[import-not-found]  # not public, but all that knows a pattern's parts
import re._parser as parser  # type: ignore[import-not-found]
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.lazy_regex import lazy_regex

LAZY = type(lazy_regex(""))
BOT = Path(__file__).parent.parent / "bot"
SIZE = 50_000
LIMIT = 3.0  # seconds of CPU after which one search is given up
OPERATIONS = frozenset({"search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split"})
ANCHORED = frozenset({"match", "fullmatch"})


@dataclass(frozen=True)
class Found:
    """A pattern and where it stands; `anchored`: it is only ever tried at a text's beginning."""

    pattern: str
    flags: int
    where: str
    anchored: bool


class TooLong(Exception):
    """The time is up."""


def all_patterns() -> list[Found]:
    written = [one for file in sorted(BOT.rglob("*.py")) for one in patterns_of(file)]
    known = {one.pattern for one in written}
    # each once: several modules hold the same one, and so does bot/core/lazy_regex.py, whose name says least
    found = sorted(compiled_patterns(), key=lambda one: "lazy_regex" not in one.where)
    compiled = {(one.pattern, one.flags): one for one in found if one.pattern not in known}
    return written + list(compiled.values())


def compiled_patterns() -> Iterator[Found]:
    """What the modules have compiled when they are imported, whoever put the pattern together."""
    for info in pkgutil.walk_packages([str(BOT)], "bot."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            yield from (Found(p.pattern, p.flags, f"{info.name}.{name}", anchored=False) for p in inside(value))


def inside(value: object, depth: int = 3) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern | LAZY):
        if isinstance(value.pattern, str):  # those of bytes look at the first kilobytes of a mail's part
            yield value
    elif depth and isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from inside(one, depth - 1)
    elif depth and isinstance(value, Mapping):
        yield from inside(list(value.values()), depth - 1)


def patterns_of(file: Path) -> Iterator[Found]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    where = str(file.relative_to(BOT.parent))
    names = constants(tree)
    used: dict[str, set[str]] = {}
    for node in ast.walk(tree):  # _NAME.search(…)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in OPERATIONS:
            used.setdefault(node.value.id, set()).add(node.attr)
    compiled = {
        id(n.value): t.id for n in ast.walk(tree) for t in targets(n) if isinstance(n, ast.Assign | ast.AnnAssign)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and called(node) in OPERATIONS | {"compile"} and node.args):
            continue
        pattern = text_of(node.args[0], names)
        if pattern is None:
            continue
        name = compiled.get(id(node), "")
        operations = {called(node)} if called(node) != "compile" else used.get(name, {"search"})
        yield Found(pattern, flags_of(node), f"{where}:{node.lineno}", operations <= ANCHORED)


def targets(node: ast.AST) -> list[ast.Name]:
    found = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target for target in found if isinstance(target, ast.Name)]


def called(node: ast.Call) -> str:
    """ "search" for re.search(…), "compile" for lazy_regex(…)."""
    function = node.func
    if isinstance(function, ast.Name) and function.id == "lazy_regex":
        return "compile"
    of_re = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "re"
    return function.attr if of_re and isinstance(function, ast.Attribute) else ""


def constants(tree: ast.Module) -> dict[str, str]:
    """Texts that the module has given names."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            text = text_of(node.value, found)
            found |= {target.id: text for target in targets(node) if text is not None}
    return found


def text_of(node: ast.expr, names: dict[str, str]) -> str | None:
    """A text as far as it can be read from the source; what is only known later is an "x"."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(text_of(value, names) or "x" for value in values)
        case ast.FormattedValue(value=ast.Name(id=name)):
            return names.get(name, "x")
        case ast.Name(id=name):
            return names.get(name)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            one, other = text_of(left, names), text_of(right, names)
            return None if one is None and other is None else (one or "x") + (other or "x")
    return None


def flags_of(node: ast.Call) -> int:
    named = [keyword.value for keyword in node.keywords if keyword.arg == "flags"] + node.args[1:]
    found = 0
    for one in (part for value in named for part in ast.walk(value)):
        if isinstance(one, ast.Attribute) and isinstance(getattr(re, one.attr, None), re.RegexFlag):
            found |= int(getattr(re, one.attr))
    return found


def shapes(pattern: str, flags: int) -> dict[str, str]:
    """Name → hostile text of SIZE characters."""
    tree = parser.parse(pattern, flags)
    whole = sample(tree)
    texts = {"spaces": " ", "letters": "a", "digits": "1", "lines": "\n", "whole": whole or "x"}
    for number, (prefix, body) in enumerate(repeats(tree, "")):
        for one in bodies(body):
            full = (prefix + one * (SIZE // len(one)))[:SIZE]
            texts[f"repeat {number} of {one[:12]!r}"] = f"{full}\x00"
        texts[f"repeat {number} again and again"] = prefix + bodies(body)[0]
    long = {name: text if len(text) > SIZE else (text * (SIZE // len(text)) + "\x00") for name, text in texts.items()}
    return {name: text for text, name in {text: name for name, text in long.items()}.items()}  # each text once


def repeats(tree: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """(what stands before it, its body) of every repeat."""
    for operation, argument in tree:
        if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            _, most, body = argument
            if most > 3 and sample(body):
                yield prefix, body
            yield from repeats(body, prefix)
        elif operation is sre.SUBPATTERN:
            yield from repeats(argument[3], prefix)
        elif operation is sre.BRANCH:
            for branch in argument[1]:
                yield from repeats(branch, prefix)
        elif operation in (sre.ASSERT, sre.ASSERT_NOT):
            yield from repeats(argument[1], prefix)
        prefix += sample([(operation, argument)])


def bodies(body: Any) -> list[str]:
    """What fits a repeat: also what may fit its neighbours, because being in doubt is what takes time."""
    found = [sample(body)]
    if len(body) == 1 and body[0][0] in (sre.IN, sre.NOT_LITERAL, sre.ANY):
        one = parser.SubPattern(body.state, list(body))
        fits = re.compile(to_text(one), re.DOTALL)
        found += [c for c in "aA1 .\n" if fits.fullmatch(c)]
    else:
        found += [found[0].upper(), found[0] * 2]
    return list(dict.fromkeys(found))


def to_text(body: Any) -> str:
    """A one-character pattern as text."""
    kind, value = body[0]
    if kind is sre.ANY:
        return "."
    if kind is sre.NOT_LITERAL:
        return f"[^{re.escape(chr(value))}]"
    negated = value[0][0] is sre.NEGATE
    return f"[{'^' * negated}{''.join(to_class(m) for m in value[negated:])}]"


def sample(tree: Any) -> str:
    """Something that fits, as short as is easy."""
    return "".join(sample_of(operation, argument) for operation, argument in tree)


def sample_of(operation: Any, argument: Any) -> str:
    if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return sample(argument[2]) * max(int(argument[0]), 1)
    simple: Mapping[Any, Callable[[], str]] = {
        sre.LITERAL: lambda: chr(argument),
        sre.NOT_LITERAL: lambda: "a" if argument != ord("a") else "b",
        sre.ANY: lambda: "a",
        sre.IN: lambda: one_of(argument),
        sre.SUBPATTERN: lambda: sample(argument[3]),
        sre.BRANCH: lambda: sample(argument[1][0]),
    }
    return simple[operation]() if operation in simple else ""


def one_of(members: Any) -> str:
    """A character of a class."""
    negated = members[0][0] is sre.NEGATE
    if negated:
        refused = re.compile("[" + "".join(to_class(m) for m in members[1:]) + "]")
        return next((c for c in "a1 -.:<(\n" if not refused.match(c)), "~")
    kind, value = members[0]
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.RANGE:
        return chr(value[0])
    return {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_NOT_WORD": " "}.get(str(value), "a")


def to_class(member: Any) -> str:
    kind, value = member
    if kind is sre.LITERAL:
        return re.escape(chr(value))
    if kind is sre.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return {"CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s", "CATEGORY_WORD": r"\w"}.get(
        str(value), r"\W"
    )


def seconds(found: Found, text: str, limit: float = LIMIT) -> float:
    """CPU time of looking through the text; `limit` where it took longer."""
    compiled = re.compile(found.pattern, found.flags)

    def give_up(number: int, frame: object) -> None:
        raise TooLong

    signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit)
    start = time.process_time()
    try:
        if found.anchored:
            compiled.fullmatch(text)
            compiled.match(text)
        else:
            for _ in compiled.finditer(text):
                pass
    except TooLong:
        return limit
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - start


def main() -> None:
    for found in all_patterns():
        for name, text in shapes(found.pattern, found.flags).items():
            sys.stdout.write(f"{seconds(found, text):.3f} {found.where} {name}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
