"""Separation of a young base: how well its entries can be told apart, and where the next examples are worth most.

The base's own examples are held out and decided by a model that learnt without them (core/matching/young_base.py).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content.problems import Problem
from bot.content.schema import ENOUGH_QUESTIONS
from bot.content.yaml_lines import place_of
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.training import training_examples
from bot.core.matching.young_base import HeldOut, RememberingExtractor, held_out, yielding
from bot.core.model import Knowledge

MOST_NAMED = 5  # entries that the report names
Example = tuple[str, str]  # owner, text


@dataclass(frozen=True, slots=True)
class EntrySeparation:
    """Separation of one entry: of its held-out examples, how many lead to it."""

    entry: str
    asked: int
    found: int  # that lead to it before every other entry and topic
    taken_for: str  # id of the entry or topic that the others lead to most often; empty: none do


def hold_out(knowledge: Knowledge) -> list[HeldOut]:
    """Held-out examples of a base, each decided without it; takes as long as training it three times."""
    extractor: FeatureExtractor = RememberingExtractor(knowledge)
    left_out = yielding(knowledge, extractor) if knowledge.yields else frozenset()
    chosen = [n for n in range(len(training_examples(knowledge))) if n not in left_out]
    return held_out(knowledge, extractor, chosen)


def near_twins(knowledge: Knowledge) -> frozenset[Example]:
    """Examples of entries whose telling words another one of their entry, or its title, has all, or the other way.

    Held out, such an example finds its twin, which shows nothing: an import makes one of the heading's words.
    """
    extractor = FeatureExtractor(knowledge)

    def telling(text: str) -> frozenset[str]:
        return frozenset(word for word in extractor.words(text) if not extractor.is_function_word(word))

    found = set()
    for entry in knowledge.entries.values():
        for language, asked in entry.questions.items():
            title = entry.title.get(language, "")
            words = {text: telling(text) for text in (title, *asked)}
            for number, text in enumerate(asked):
                others = [title, *asked[:number], *asked[number + 1 :]]
                if any(words[text] <= words[other] or words[text] >= words[other] for other in others if words[other]):
                    found.add((entry.id, text))
    return frozenset(found)


def separation(found: Sequence[HeldOut]) -> list[EntrySeparation]:
    """Separation of each entry, the worst first."""
    own = [one for one in found if not one.sample.not_covered]
    asked = Counter(one.owner for one in own)
    right = Counter(one.owner for one in own if one.first == one.owner)
    rows = [EntrySeparation(entry, asked[entry], right[entry], _taken_for(entry, own)) for entry in asked]
    return sorted(rows, key=lambda row: (row.found / row.asked, row.asked, row.entry))


def _taken_for(entry: str, own: Sequence[HeldOut]) -> str:
    others = Counter(one.first for one in own if one.owner == entry != one.first)
    return min(others, key=lambda other: (-others[other], other), default="")


def to_text(found: Sequence[HeldOut], twins: Collection[Example] = ()) -> Iterator[str]:
    """Report, line by line; nothing where no example was held out. `twins`: examples that show nothing."""
    shown = [one for one in found if (one.owner, one.text) not in twins]
    if len(shown) < len(found):
        yield f"left out: {len(found) - len(shown)} examples that say the words of another one or of their title"
    yield from _told_apart(shown)
    silent = {one.owner for one in found if not one.sample.not_covered} - {one.owner for one in shown}
    if silent:
        named = ", ".join(sorted(silent)[:MOST_NAMED])
        more = f" and {len(silent) - MOST_NAMED} more" if len(silent) > MOST_NAMED else ""
        yield f"nothing can be told yet of {named}{more}: add how customers ask, in their own words"


def _told_apart(found: Sequence[HeldOut]) -> Iterator[str]:
    own = [one for one in found if not one.sample.not_covered]
    rest = [one for one in found if one.sample.not_covered]
    if not own:
        return
    first = sum(one.first == one.owner for one in own)
    in_top3 = sum(one.sample.right_in_top3 for one in own)
    entries = {one.owner for one in own}
    yield f"told apart: of {len(own)} held-out examples {first} lead to their entry, {in_top3} have it in a menu"
    if rest:
        kept = sum(one.first not in entries for one in rest)
        yield f"told from the rest: of {len(rest)} examples of what is not covered {kept} lead to no entry"
    worst = [row for row in separation(found) if row.found < row.asked][:MOST_NAMED]
    for row in worst:
        taken = f", taken for {row.taken_for}" if row.taken_for else ""
        yield f"examples are worth most for {row.entry}: {row.found} of {row.asked} lead to it{taken}"


def few_examples(folder: Path, knowledge: Knowledge) -> Iterator[Problem]:
    """Warnings: entries with fewer than ENOUGH_QUESTIONS examples in a language."""
    for entry in knowledge.entries.values():
        for language, asked in entry.questions.items():
            if len(asked) < ENOUGH_QUESTIONS:
                file, line = place_of(folder / f"{entry.id}.yaml", ["questions", language])
                count = f"{len(asked)} example{'s' if len(asked) != 1 else ''}"
                more = (
                    f"{ENOUGH_QUESTIONS - len(asked)} more tell it from others and answer what is asked in other words"
                )
                yield Problem(str(file), line, f"warning: questions.{language}: {count}; {more}")
