"""Gaps of the knowledge base: which stored decisions are gaps, and how like ones are grouped."""

import random
import time
from collections.abc import Sequence
from math import inf
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from bot.core.gaps import ALIKE, COMPARED, group_alike, to_gaps
from bot.core.stored_records import StoredDecision
from bot.ops.evaluate import read_set
from bot.storage.decisions import MOST_UNANSWERED
from tests.slow import one_in, slow

PROJECT = Path(__file__).parents[2]


def stored(question: str, outcome: str, at: float, **more: object) -> StoredDecision:
    facts: dict[str, object] = {
        "key": question,
        "conversation": "",
        "location": "",
        "person": "",
        "language": "de",
        "understood": "",
        "entries": (),
        "reason": "",
        "why": "",
        "sent": "",
        "link": f"https://{at}",
    }
    return StoredDecision(**{**facts, "question": question, "outcome": outcome, "at": at, **more})  # type: ignore[arg-type]


def test_gaps_are_grouped_counted_and_newest_first_within_a_count() -> None:
    found = to_gaps(
        [
            stored("wie richte ich outlook ein?", "decline", 5),
            stored("Wie richte ich Outlook ein", "suggest", 4),
            stored("How do I set up Outlook?", "decline", 3, language="en"),
            stored("welcher port?", "answer", 2, unhelpful=1),
            stored("welche server?", "failure", 1),
            stored("was kostet das?", "silent", 6),
            stored("pop3", "suggest", 7, chosen="pop3"),
            stored("imap", "answer", 8),
        ]
    )
    assert [(g.example, g.count, g.reasons) for g in found] == [
        ("wie richte ich outlook ein?", 2, ("decline", "suggest")),
        ("How do I set up Outlook?", 1, ("decline",)),
        ("welcher port?", 1, ("unhelpful",)),
        ("welche server?", 1, ("failure",)),
    ]
    assert found[0].link == "https://5"


def sorted_words(question: str) -> str:
    return " ".join(sorted(question.lower().split()))


def alike(one: str, other: str) -> bool:
    """The definition: what grouping by an index must find."""
    return fuzz.ratio(sorted_words(one), sorted_words(other)) >= ALIKE


def real_questions() -> list[str]:
    return [line.text for line in read_set(PROJECT / "tests/eval/questions-dev.jsonl")]


def varied(rng: random.Random, question: str) -> str:
    """The same question of somebody else: typos, words left out, added or moved."""
    words = question.split()
    for _ in range(rng.randint(0, 3)):
        place = rng.randrange(len(words))
        kind = rng.choice(("typo", "typo", "drop", "add", "move"))
        if kind == "typo" and words[place]:
            at = rng.randrange(len(words[place]))
            words[place] = words[place][:at] + rng.choice(("", "x", "E")) + words[place][at + 1 :]
        elif kind == "drop" and len(words) > 1:
            del words[place]
        elif kind == "add":
            words.insert(place, rng.choice(("bitte", "hallo", "please", "eigentlich")))
        else:
            words.insert(rng.randrange(len(words)), words.pop(place))
    return " ".join(words)


def made_up(rng: random.Random, number: int, length: int, vocabulary: int) -> list[str]:
    """Questions of random words; a small vocabulary makes them share much."""
    words = ["".join(rng.choices("abcdefghijklmnoprstuwz", k=rng.randint(2, 10))) for _ in range(vocabulary)]
    return [" ".join(rng.choices(words, k=length)) for _ in range(number)]


def sets_of_questions(seed: int) -> list[str]:
    """A small set: one of the real questions in variations, short and long made-up ones, and shuffled."""
    rng = random.Random(seed)
    real = rng.sample(real_questions(), 25)
    invented = made_up(rng, 12, rng.choice((1, 2, 5, 12, 40)), rng.choice((6, 30, 500)))
    found = [varied(rng, question) for question in (*real, *invented) for _ in range(rng.randint(1, 4))]
    rng.shuffle(found)
    return found


@one_in(4)
def test_grouping_by_the_index_finds_what_comparing_each_with_each_finds(every: int) -> None:
    for seed in range(0, 40, every):
        check_groups(sets_of_questions(seed))


def check_groups(questions: Sequence[str]) -> None:
    groups = group_alike(questions)
    assert sorted(place for group in groups for place in group) == list(range(len(questions)))
    firsts = [questions[group[0]] for group in groups]
    for number, group in enumerate(groups):
        for place in group:
            assert alike(questions[place], firsts[number]), "nobody is in a group of something else"
        missed = [first for first in firsts[:number] if alike(first, firsts[number])]
        assert not missed, f"{firsts[number]!r} has a group of its own"


@one_in(6)
def test_of_thousands_of_questions_hardly_any_misses_its_group(every: int) -> None:
    """Frames that all share ("wie kann ich …") do not hide the group of a question, nor do many groups."""
    rng = random.Random(7)
    questions = [varied(rng, question) for question in rng.choices(real_questions(), k=MOST_UNANSWERED // every)]
    groups = group_alike(questions)
    firsts = [questions[group[0]] for group in groups]
    missed = sum(any(alike(first, other) for other in firsts[:number]) for number, first in enumerate(firsts))
    assert missed <= len(groups) // 100


def test_long_questions_are_grouped_wherever_their_words_stand() -> None:
    rng = random.Random(3)
    letters = made_up(rng, 30, 250, 2_000)
    assert all(len(letter) > 2 * COMPARED for letter in letters)
    copies = []
    for letter in letters:
        words = letter.split()
        rng.shuffle(words)
        copies.append(" ".join(words[:-15] + made_up(rng, 1, 15, 20)[0].split()))
    groups = group_alike([*letters, *copies])
    assert [list(group) for group in groups] == [[place, place + 30] for place in range(30)]


def test_the_groups_do_not_depend_on_the_process() -> None:
    """Neither a set's order nor a seeded hash decides."""
    questions = [
        "wie richte ich outlook ein?",
        "Wie richte ich Outlook ein",
        "ganz anders",
        "\ud800 kaputt",
        "ganz anders",
    ]
    assert group_alike(questions) == [[0, 1], [2, 4], [3]]


def cpu_of(questions: Sequence[str]) -> float:
    """Seconds of CPU to group them."""
    decisions = [stored(question, "decline", -place) for place, question in enumerate(questions)]
    begun = time.thread_time()
    to_gaps(decisions)
    return time.thread_time() - begun


# (words, vocabulary, how many questions at first, before twice as many)
MOST_GROWTH = 3.5  # of the time for twice as many; comparing each with each is 4
SHAPES = [(3, 40, MOST_UNANSWERED), (12, 300, MOST_UNANSWERED), (250, 5_000, MOST_UNANSWERED // 2)]


@slow
@pytest.mark.parametrize(("length", "vocabulary", "number"), SHAPES)
def test_twice_as_many_questions_take_hardly_more_than_twice_as_long(length: int, vocabulary: int, number: int) -> None:
    questions = made_up(random.Random(length), 2 * number, length, vocabulary)
    least = {number: inf, 2 * number: inf}  # of up to three runs: other processes disturb
    for _ in range(3):
        least = {some: min(before, cpu_of(questions[:some])) for some, before in least.items()}
        if least[MOST_UNANSWERED] < 2.0 and least[2 * number] < max(MOST_GROWTH * least[number], 0.1):
            break
    assert least[MOST_UNANSWERED] < 2.0
    assert least[2 * number] < max(MOST_GROWTH * least[number], 0.1)
