"""Told values: who names what an entry answers does not ask for it ("We collect over POP3, port 995.").

Such a sentence has all words of the entry, and beside a question that the FAQ does not cover it would be answered as
if it asked. Values are the provider's ports and limits that the entry's answer says. Host names are none: "Outlook uses
ns0 with SSL" may be the very fault. A sentence that asks, demands, denies or reports a fault may name values as well
("port 995 does not answer", "is 995 right?"). Pure.
"""

import re
from collections.abc import Callable, Iterable

from bot.core.lazy_regex import lazy_regex, lower_case
from bot.core.matching.ranker import Ranker
from bot.core.model import Entry, Knowledge
from bot.core.provider import Provider
from bot.core.text.asking import asks_in_words, reports_fault
from bot.core.text.function_words import word_set

_VARIABLE = lazy_regex(r"\b(ports|limits)\.(\w+)\s*(?:\|\s*(\w+))?")  # as an answer's template says it
_NUMERALS = {"1": "one|eine?", "5": "five|fünf", "10": "ten|zehn", "60": "sixty|sechzig"}  # that people spell out
_UNITS = {"seconds": "se[ck]", "minutes": "min", "hours": "(?:h|st)"}  # beginnings in both languages, by filter
_MAY_ASK = word_set(
    """
    was wer wo wie wann warum wieso weshalb welche welcher welches welchen welchem ob nur aber sondern statt trotzdem
    jetzt will verlangt verlangen fordert möchte soll sollte sollen falsch richtig korrekt warnt warnung meckert
    beschwert ungültig what who where when why which whether how only but instead wants demands asks requires should
    wrong right correct ok warns warning complains mismatch invalid
    """
)
_WORD = lazy_regex(r"[^\W\d_]+")


class ToldValues:
    """Reader of sentences that name what the entry which fits them best would answer."""

    def __init__(self, knowledge: Knowledge, ranker: Ranker) -> None:
        self._ranker = ranker
        self._of_entry = {
            entry.id: pattern
            for entry in knowledge.entries.values()
            if entry.kind == "answer" and (pattern := _pattern_of(entry, knowledge.provider))
        }
        self._of_any = _any_of(pattern.pattern for pattern in self._of_entry.values())

    def tells(self, sentence: str, words_of: Callable[[str], list[str]]) -> bool:
        """True if a sentence states a value of its likeliest entry, and asks nothing. `words_of`: what is ranked."""
        if not self._of_any or not self._of_any.search(sentence) or _may_ask(sentence):
            return False
        pattern = self._of_entry.get(self._ranker.rank(words_of(sentence)).best_entries(1)[0])
        return bool(pattern and pattern.search(sentence))


def _may_ask(sentence: str) -> bool:
    said = _WORD.findall(lower_case(sentence))
    return "?" in sentence or not _MAY_ASK.isdisjoint(said) or asks_in_words(sentence) or reports_fault(sentence)


def _pattern_of(entry: Entry, provider: Provider) -> re.Pattern[str] | None:
    """Pattern of the values that an entry's answers say; None where they say none."""
    said = {found.groups() for text in entry.answer.values() for found in _VARIABLE.finditer(text)}
    return _any_of(sorted(filter(None, (_written(provider, *each) for each in said))))


def _written(provider: Provider, group: str, key: str, unit: str | None) -> str:
    """Pattern of a value as people write it, with its unit where it is a number alone; empty where there is none."""
    value = str((provider.ports if group == "ports" else provider.limits).get(key, ""))
    if not value or (value.isdigit() and group == "limits" and unit not in _UNITS):
        return ""
    behind = rf"[ -]?{_UNITS[unit]}" if unit in _UNITS else r"\b"
    number = " ?".join(map(re.escape, value.split()))
    spelled = f"|{_NUMERALS[value]}" if unit in _UNITS and value in _NUMERALS else ""
    return rf"(?<![\w.])(?:{number}{spelled}){behind}"


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    joined = "|".join(patterns)
    return re.compile(joined, re.IGNORECASE) if joined else None
