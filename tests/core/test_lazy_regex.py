"""Lazy regular expressions: nothing is compiled at the start, and each of them can be."""

import importlib
import pkgutil
import re

import bot.answering
import bot.commands
import bot.content
import bot.core
import bot.settings
from bot.core.lazy_regex import _made, _tables, compile_all, lazy_regex, phrases
from tests.core.needed_letters import without_needed


def test_a_lazy_pattern_does_what_a_compiled_one_does() -> None:
    lazy, compiled = lazy_regex(r"(?P<word>[a-z]+)-(\d+)", re.IGNORECASE), re.compile(r"(?P<word>[a-z]+)-(\d+)", re.I)
    text = "Ab-1, x-22"
    for method in ("search", "match", "fullmatch", "findall", "split"):
        found, expected = getattr(lazy, method)(text), getattr(compiled, method)(text)
        assert (
            getattr(found, "groupdict", lambda found=found: found)()
            == getattr(expected, "groupdict", lambda expected=expected: expected)()
        )
    assert lazy.sub(r"\2", text) == compiled.sub(r"\2", text) == "1, 22"
    assert [m.span() for m in lazy.finditer(text)] == [m.span() for m in compiled.finditer(text)]
    assert lazy.pattern == compiled.pattern


def test_a_pattern_is_compiled_for_the_first_text_that_has_what_it_needs() -> None:
    lazy = lazy_regex(r"\bport (\d+)", re.IGNORECASE, needs=["port "])
    assert not lazy.search("IMAP")
    assert not lazy.match("IMAP")
    assert [*lazy.finditer("IMAP")] == []
    assert lazy.sub("-", "IMAP") == "IMAP"
    assert "fullmatch" not in vars(lazy)
    for _ in range(2):
        assert [m[1] for m in lazy.finditer("Port 993, port 143")] == ["993", "143"]
        assert lazy.sub(r"\1", "Port 993, port 143", 1) == "993, port 143"
        assert lazy.search("Port 993, port 143", 5)[1] == "143"  # type: ignore[index]
        assert not lazy.match("IMAP")


def test_every_lazy_pattern_can_be_compiled() -> None:
    """A slip in a pattern would else be seen by the first person whose message comes to it."""
    for package in (bot.answering, bot.commands, bot.content, bot.core, bot.settings):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    compile_all()


def test_every_match_of_a_pattern_holds_what_it_needs() -> None:
    for package in (bot.answering, bot.commands, bot.content, bot.core, bot.settings):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    with_needs = [one for one in _made if one.needs]
    assert len(with_needs) > 20
    for one in with_needs:
        assert not without_needed(*one._made_of, one.needs), one.pattern


def test_each_example_of_a_table_is_found_by_its_row() -> None:
    for package in (bot.answering, bot.commands, bot.content, bot.core, bot.settings):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    rows = [(begin, of, end) for begin, table, end in _tables for of in table.items()]
    assert len(rows) > 20
    for begin, (example, row), end in rows:
        assert re.search(f"{begin}(?:{row}){end}", example, re.IGNORECASE), example


def test_a_table_of_phrases_matches_what_one_of_its_rows_does() -> None:
    table = {"Port 993": r"port \d+", "the server": r"the \w+"}
    assert phrases(table, "^", "$").match("PORT 143")
    assert not phrases(table, "^", "$").match("the port 143")
    assert phrases(table).search("which is the port?")


def test_what_a_pattern_may_match_without_is_found() -> None:
    assert not without_needed(r"\b(?:host|server) (?:is|said):? \d{3}|<[^>]+>", 0, ["host", "server", "<"])
    assert without_needed(r"\b(?:host|server) (?:is|said)", 0, ["host", "said"]) == {"server is"}
    assert without_needed(r"grey-?list", 0, ["greylist", "grey-list"]) == set()
    assert without_needed(r"(?:ab)?c+", 0, ["ab"])
    assert without_needed(r"a{2,3}b", 0, ["aaab"])
    assert without_needed(r"(?i)straße|kübel", 0, ["straße", "kübel"]) == set()
