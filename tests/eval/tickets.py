"""Learns the thresholds of tickets, LEARNT in bot/tickets/thresholds.py: `python -m tests.eval.tickets --write`.

Tickets are made of labelled questions and pasted errors: wrapped by the half of the surroundings that the decision was
not fitted on, with a subject that tells nothing, and decided as a mail is. The questions come in five folds: each is
decided with figures that were fitted without it, and what is printed of a fold is measured with weights and thresholds
that were learnt on the others. For the weights, every entry is besides left out of a Postbote once, and what is asked
about it is then not covered. The thresholds are chosen on the certainties of weights that were learnt without the fold
and the entries of a ticket: weights are too sure of what they were learnt from, and a threshold chosen there is too
low. The knowledge base's own questions and not-covered topics, wrapped too, are measured besides, and nothing is learnt
from them: the ranking knows them.
"""

import asyncio
import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, cached_property
from pathlib import Path

import click
import numpy as np

from bot.answering.router import answer_question
from bot.commands import ChannelAdmin
from bot.content.loader import load
from bot.core.mail.mime import mail_of_text
from bot.core.matching.calibration import fit_calibration
from bot.core.matching.decision import Matcher
from bot.core.matching.regression import Weights, fit_regression
from bot.core.model import LANGUAGES, Answer, Knowledge, Language, Part, Question
from bot.ops.evaluate import Line, read_set, to_sample
from bot.tickets import thresholds
from bot.tickets.assessment import BestAnswer, best_answer
from bot.tickets.certainty import DOUBTS, SIGNALS, certainty_signals
from bot.tickets.thresholds import (
    FEWEST_RIGHT,
    LEARNT,
    MOST_UNSEEN,
    MOST_WRONG,
    Thresholds,
    certainties,
    is_worth_a_note,
    other_doubts,
)
from tests.eval.learnt_constants import exchange
from tests.eval.surroundings import wrap
from tests.eval.tune import FOLDS, HERE, TUNED, open_matcher, wrapped

SOURCE = Path(thresholds.__file__)
SEEDS = 4  # tickets made of one question
LONGEST = 300  # letters of a question that is wrapped; a longer one, or one of several lines, is a mail already
SUBJECTS: dict[Language, Sequence[str]] = {
    "de": ("", "Frage", "Anfrage", "Hilfe", "Frage zu meinen E-Mails", "Kundennummer 48213"),
    "en": ("", "Question", "Help", "Request", "Question about my e-mail", "Customer 48213"),
}
STEPS = [step / 200 for step in range(100, 200)]  # thresholds that are tried, 0.5 to 0.995
CURVE = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)  # thresholds of which the figures are printed
CAREFUL = 1.64  # standard deviations that are kept free: 95 % of all draws of lines are within them


@dataclass(frozen=True)
class TicketResult:
    """Labelled ticket, and the best answer to it."""

    text: str
    expect: tuple[str, ...]
    best: BestAnswer
    line: str = ""  # the labelled line that it was made of; tickets of the same line go wrong together

    def verdict(self, limits: Thresholds) -> str:
        """Verdict under thresholds: right, wrong (both public), note, or silent."""
        decision = self.best.answer.decision
        if decision is None or decision.outcome == "decline":
            return "silent"
        if decision.outcome == "suggest":
            return "note" if is_worth_a_note(decision, by_subject=self.best.by_subject, thresholds=limits) else "silent"
        of_questions, of_lines = self._certainties(limits.weights)
        if self._other_doubts or of_questions < limits.question or of_lines < limits.error_line:
            return "note"
        return "right" if decision.entries[0] in self.expect else "wrong"

    @cached_property
    def _other_doubts(self) -> bool:
        decision = self.best.answer.decision
        return decision is not None and bool(other_doubts(decision, self.best.text, by_subject=self.best.by_subject))

    @cached_property
    def _of_weights(self) -> dict[Weights, tuple[float, float]]:
        return {}

    def _certainties(self, weights: Weights) -> tuple[float, float]:
        """Certainties under weights; remembered, because thresholds are tried one after the other."""
        if weights not in self._of_weights:
            decision = self.best.answer.decision
            self._of_weights[weights] = certainties(decision.parts if decision else (), weights)
        return self._of_weights[weights]

    @property
    def menu_is_right(self) -> bool:
        """True if the right entry is among those that are suggested."""
        decision = self.best.answer.decision
        return decision is not None and bool(set(decision.entries) & set(self.expect))

    @property
    def answered(self) -> Sequence[Part]:
        """Parts that answer the customer's own words."""
        decision = self.best.answer.decision
        parts = decision.parts if decision else ()
        return [part for part in parts if part.outcome == "answer" and not part.rule.startswith("error line")]


def decided(matcher: Matcher, text: str, expect: tuple[str, ...], language: Language, seed: int) -> TicketResult:
    """Ticket of a text, with a subject by the seed, decided as a mail is."""
    subject = random.Random(seed).choice(SUBJECTS[language])

    async def respond(question: Question, admin: ChannelAdmin | None = None, person: str = "") -> Answer:
        return answer_question(matcher, question)

    return TicketResult(text, expect, asyncio.run(best_answer(mail_of_text(text, subject), subject, respond)))


def held_out(knowledge: Knowledge, lines: Sequence[Line], matcher: Matcher) -> Iterator[tuple[int, TicketResult]]:
    """(fold, ticket): each line's tickets, decided with figures that were fitted without the fold."""
    samples = [to_sample(line, matcher) for line in lines]
    numbers = {id(line): number for number, line in enumerate(lines)}
    within = [(number, to_sample(copy, matcher)) for number, line in enumerate(lines) for copy in wrapped([line])]
    assert len(numbers) == len(lines)
    shipped = matcher.calibration
    for fold in range(FOLDS):
        kept = [sample for number, sample in enumerate(samples) if number % FOLDS != fold]
        kept += [sample for number, sample in within if number % FOLDS != fold]
        # Of error lines the content's own count too, which `fit_calibration` does not see here
        matcher.calibration = replace(fit_calibration(kept), explains=shipped.explains, wrong_costs=shipped.wrong_costs)
        for number, line in list(enumerate(lines))[fold::FOLDS]:
            yield from ((fold, ticket) for ticket in tickets_of(line, number, matcher))
    matcher.calibration = shipped


def tickets_of(line: Line, number: int, matcher: Matcher) -> Iterator[TicketResult]:
    """Tickets that a labelled line is asked in."""
    short = len(line.text) <= LONGEST and "\n" not in line.text.strip()
    for seed in range(SEEDS if short else 1):
        language = line.language if line.language in LANGUAGES else LANGUAGES[(number + seed) % 2]
        text = wrap(line.text, language, 1_000 * seed + number) if short else line.text
        yield replace(decided(matcher, text, line.expect, language, number + 7 * seed), line=line.text)


def known(knowledge: Knowledge, matcher: Matcher, every: int) -> Iterator[TicketResult]:
    """Every so many of the questions of each entry and of each topic that is not covered, in both languages."""
    asked: list[tuple[Mapping[Language, Sequence[str]], tuple[str, ...]]] = []
    asked += [(entry.questions, (entry.id,)) for entry in knowledge.entries.values()]
    asked += [(topic.questions, ()) for topic in knowledge.topics.values() if not topic.small_talk]
    for questions, expect in asked:
        for language in LANGUAGES:
            for number, question in list(enumerate(questions[language]))[::every]:
                yield decided(matcher, wrap(question, language, number), expect, language, number)


def left_out(knowledge: Knowledge, lines: Sequence[Line]) -> Iterator[tuple[int, int, TicketResult]]:
    """(fold, group of entries, ticket): what is asked about an entry, of a Postbote that learnt without its group."""
    ids = list(knowledge.entries)
    for group in range(FOLDS):
        gone = set(ids[group::FOLDS])
        matcher = open_matcher(
            replace(knowledge, entries={i: e for i, e in knowledge.entries.items() if i not in gone})
        )
        for number, line in enumerate(lines):
            if line.expect and gone.issuperset(line.expect):
                for ticket in tickets_of(replace(line, expect=()), number, matcher):
                    yield number % FOLDS, group, ticket


def weigh(tickets: Sequence[TicketResult]) -> Weights:
    """Weights of the certainty, fitted to the answers to questions; of several in a ticket, to that of the least score.

    `tickets`: held out, and those about entries that were left out.
    """
    samples = [
        (certainty_signals(min(ticket.answered, key=lambda part: part.score)), decision.entries[0] in ticket.expect)
        for ticket in tickets
        if ticket.answered and not ticket.best.by_subject and (decision := ticket.best.answer.decision)
    ]
    return fit_certainty([signals for signals, _ in samples], [right for _, right in samples])


def fit_certainty(samples: Sequence[Weights], right: Sequence[bool]) -> Weights:
    """Weights of the certainty, one for each of SIGNALS: a doubt that would speak for an answer gets 0."""
    signals = np.array(samples)
    counted = list(range(len(SIGNALS)))
    while True:
        weights = dict(zip(counted, fit_regression(signals[:, counted], right), strict=True))
        counted = [place for place in counted if SIGNALS[place] not in DOUBTS or weights[place] <= 0]
        if len(counted) == len(weights):
            return tuple(weights.get(place, 0.0) for place in range(len(SIGNALS)))


@dataclass(frozen=True)
class Tickets:
    """Decided tickets: (fold, ticket), and (fold, group of entries, ticket) about entries that were left out."""

    held_out: Sequence[tuple[int, TicketResult]]
    left_out: Sequence[tuple[int, int, TicketResult]]

    def without(self, fold: int, group: int | None = None) -> "Tickets":
        """Tickets of the other folds, without those about the group of entries."""
        return Tickets(
            [(of, ticket) for of, ticket in self.held_out if of != fold],
            [(of, left, ticket) for of, left, ticket in self.left_out if of != fold and left != group],
        )

    def weigh(self) -> Weights:
        """Weights of the certainty, learnt from all of them."""
        return weigh([*(ticket for _, ticket in self.held_out), *(ticket for *_, ticket in self.left_out)])

    def learn(self) -> Thresholds:
        """Weights learnt from all, and thresholds chosen on what weights that have not seen a ticket say of it."""

        @cache
        def weights_without(fold: int, group: int | None = None) -> Weights:
            return self.without(fold, group).weigh()

        return learn(
            [(ticket, weights_without(fold)) for fold, ticket in self.held_out],
            self.weigh(),
            [(ticket, weights_without(fold, group)) for fold, group, ticket in self.left_out],
        )


def learn(
    tickets: Sequence[tuple[TicketResult, Weights]],
    weights: Weights,
    uncovered: Sequence[tuple[TicketResult, Weights]] = (),
) -> Thresholds:
    """The least thresholds that keep wrong public answers below MOST_WRONG, and FEWEST_RIGHT of the menus right.

    `tickets`: with the weights that each is judged by, which were learnt without it. `weights`: of the result.
    `uncovered`: tickets about entries that were left out; at most MOST_UNSEEN of them get a public answer,
    error lines not counted: a message often holds the known lines of two entries, of which one is left.

    The number of wrong ones counts with CAREFUL standard deviations, because unseen tickets do worse than those that a
    threshold was chosen on: as a bootstrap over the lines would find them, of Poisson-distributed numbers of each.
    """
    # Nothing is public, no menu is worth a note
    highest = Thresholds(weights=weights, question=1.1, error_line=1.1, menu=1.1)
    lowest = Thresholds(weights=weights, question=0.0, error_line=0.0, menu=0.0)
    # A higher threshold only ever makes fewer public: no other ticket can go wrong
    doubtful = [(ticket, own) for ticket, own in tickets if ticket.verdict(lowest) == "wrong"]
    unseen = [(ticket, own) for ticket, own in uncovered if ticket.answered and ticket.verdict(lowest) == "wrong"]
    all_menus = [ticket for ticket, _ in tickets if is_menu(ticket)]

    def wrong_of(found: Sequence[tuple[TicketResult, Weights]], limits: Thresholds) -> Iterator[TicketResult]:
        return (ticket for ticket, own in found if ticket.verdict(replace(limits, weights=own)) == "wrong")

    def is_careful(limits: Thresholds) -> bool:
        wrong = Counter(ticket.line for ticket in wrong_of(doubtful, limits)).values()
        return sum(wrong) + CAREFUL * math.sqrt(sum(number**2 for number in wrong)) <= MOST_WRONG * len(tickets)

    def menus_help(limits: Thresholds) -> bool:
        menus = [menu for menu in all_menus if menu.verdict(limits) == "note"]
        return sum(menu.menu_is_right for menu in menus) >= FEWEST_RIGHT * len(menus)

    lines = next(limits for step in STEPS if is_careful(limits := replace(highest, error_line=step)))
    asked = next(
        limits
        for step in STEPS
        if is_careful(limits := replace(lines, question=step))
        and sum(1 for _ in wrong_of(unseen, limits)) <= MOST_UNSEEN * len(uncovered)
    )
    none = replace(asked, menu=highest.menu)  # where menus are few, and a wrong one is among the surest
    return next((limits for step in STEPS if menus_help(limits := replace(asked, menu=step))), none)


def is_menu(ticket: TicketResult) -> bool:
    """True if entries are suggested."""
    decision = ticket.best.answer.decision
    return decision is not None and decision.outcome == "suggest"


def to_text(name: str, found: Sequence[tuple[TicketResult, Thresholds]]) -> str:
    """Figures of decided tickets, one line."""
    verdicts = [(ticket, ticket.verdict(limits)) for ticket, limits in found]
    covered = [verdict for ticket, verdict in verdicts if ticket.expect]
    outside = [verdict for ticket, verdict in verdicts if not ticket.expect]
    wrong = sum(verdict == "wrong" for _, verdict in verdicts)
    menus = [ticket for ticket, verdict in verdicts if verdict == "note" and is_menu(ticket)]
    return (
        f"{name}: {len(found)} tickets, right public {covered.count('right') / max(1, len(covered)):.1%} of"
        f" {len(covered)}, wrong public {wrong / len(found):.2%} ({wrong}; of {len(outside)} out of scope"
        f" {outside.count('wrong')}), notes for out of scope {outside.count('note')},"
        f" menus {len(menus)}, right {sum(menu.menu_is_right for menu in menus)}"
    )


def to_source(limits: Thresholds) -> str:
    """LEARNT as it stands in thresholds.py."""
    values = "".join(f"    {f.name}={getattr(limits, f.name)},\n" for f in fields(limits))
    return f"LEARNT = Thresholds(\n{values})\n"


@click.command()
@click.option("--write", "writes", is_flag=True, help="Put the thresholds into bot/tickets/thresholds.py.")
@click.option("--show", is_flag=True, help="Print the tickets that get a wrong public answer.")
def main(writes: bool, show: bool) -> None:
    """Learn the thresholds anew, and say what to expect of them."""
    knowledge = load(HERE.parents[1] / "knowledge")
    matcher = open_matcher(knowledge)
    lines = [line for name in TUNED for line in read_set(HERE / f"{name}.jsonl")]
    tickets = Tickets(list(held_out(knowledge, lines, matcher)), list(left_out(knowledge, lines)))
    found = tickets.learn()

    @cache
    def learnt_without(fold: int, group: int | None = None) -> Thresholds:
        return tickets.without(fold, group).learn()

    everything = [(ticket, learnt_without(fold)) for fold, ticket in tickets.held_out]
    neighbours = [(ticket, learnt_without(fold, group)) for fold, group, ticket in tickets.left_out]
    click.echo(to_text("held out, weights and thresholds of the other folds", everything))
    click.echo(to_text("entries left out, weights and thresholds of the other entries and folds", neighbours))
    asked = [pair for pair in neighbours if pair[0].answered]
    click.echo(to_text("of these, those answered to a person's own words", asked))
    for step in CURVE:
        at = [[(t, replace(limits, question=step)) for t, limits in pairs] for pairs in (everything, neighbours)]
        click.echo(to_text(f"held out, at {step}", at[0]) + "; " + to_text("entries left out", at[1]))
    open_to_all = Thresholds(found.weights, question=0.0, error_line=0.0, menu=0.0)
    click.echo(to_text("all, without a threshold", [(t, open_to_all) for _, t in tickets.held_out]))
    own = [(ticket, found) for ticket in known(knowledge, matcher, 12)]
    click.echo(to_text("the knowledge base's own questions", own))
    if show:
        for ticket, limits in [*everything, *own]:
            if ticket.verdict(limits) == "wrong":
                click.echo(f"--- {ticket.best.answer.facts['entries']} for {ticket.expect}\n{ticket.text}")
    if writes:
        exchange(SOURCE, "LEARNT", to_source(found))
    click.echo(f"{LEARNT} is in use\n{to_source(found)}", nl=False)


if __name__ == "__main__":
    main()
