"""Learns the thresholds of tickets, LEARNT in bot/tickets/thresholds.py: `python -m tests.eval.tickets --write`.

Tickets are made of labelled questions and pasted errors: wrapped by the half of the surroundings that the decision was
not fitted on, with a subject that tells nothing, and decided as a mail is. The questions come in five folds: each is
decided with figures that were fitted without it, and what is printed of a fold is measured with weights and thresholds
that were learnt on the others. For the weights, every entry is besides left out of a Postbote once, and what is asked
about it is then not covered. The knowledge base's own questions and not-covered topics, wrapped too, are measured
besides, and nothing is learnt from them: the ranking knows them.
"""

import asyncio
import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import click
import numpy as np

from bot.answering.router import answer_question
from bot.commands import ChannelAdmin
from bot.content.loader import load
from bot.core.mail.mime import mail_of_text
from bot.core.matching.calibration import Weights, fit_calibration, fit_regression
from bot.core.matching.decision import Matcher
from bot.core.model import LANGUAGES, Answer, Knowledge, Language, Part, Question
from bot.ops.evaluate import Line, read_set, to_sample
from bot.tickets import thresholds
from bot.tickets.assessment import BestAnswer, best_answer
from bot.tickets.certainty import certainty_signals
from bot.tickets.thresholds import FEWEST_RIGHT, LEARNT, MOST_WRONG, Thresholds, is_worth_a_note, public_doubts
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
CAREFUL = 1.64  # standard deviations that are kept free: 95 % of all draws of lines are within them


@dataclass(frozen=True, slots=True)
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
        if public_doubts(decision, self.best.text, by_subject=self.best.by_subject, thresholds=limits):
            return "note"
        return "right" if decision.entries[0] in self.expect else "wrong"

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


def left_out(knowledge: Knowledge, lines: Sequence[Line]) -> Iterator[tuple[int, TicketResult]]:
    """(fold, ticket): what is asked about an entry, as a ticket to a Postbote that has learnt without it."""
    ids = list(knowledge.entries)
    for group in range(FOLDS):
        gone = set(ids[group::FOLDS])
        matcher = open_matcher(
            replace(knowledge, entries={i: e for i, e in knowledge.entries.items() if i not in gone})
        )
        for number, line in enumerate(lines):
            if line.expect and gone.issuperset(line.expect):
                for ticket in tickets_of(replace(line, expect=()), number, matcher):
                    yield number % FOLDS, ticket


def weigh(tickets: Sequence[TicketResult]) -> Weights:
    """Weights of the certainty, fitted to the answers to questions; of several in a ticket, to that of the least score.

    `tickets`: held out, and those about entries that were left out.
    """
    samples = [
        (certainty_signals(min(ticket.answered, key=lambda part: part.score)), decision.entries[0] in ticket.expect)
        for ticket in tickets
        if ticket.answered and not ticket.best.by_subject and (decision := ticket.best.answer.decision)
    ]
    return fit_regression(np.array([signals for signals, _ in samples]), [right for _, right in samples])


def learn(tickets: Sequence[TicketResult], weights: Weights) -> Thresholds:
    """The least thresholds that keep wrong public answers below MOST_WRONG, and FEWEST_RIGHT of the menus right.

    The number of wrong ones counts with CAREFUL standard deviations, because unseen tickets do worse than those that a
    threshold was chosen on: as a bootstrap over the lines would find them, of Poisson-distributed numbers of each.
    """
    # Nothing is public, no menu is worth a note
    highest = Thresholds(weights=weights, question=1.1, error_line=1.1, menu=1.1)
    lowest = Thresholds(weights=weights, question=0.0, error_line=0.0, menu=0.0)
    # A higher threshold only ever makes fewer public: no other ticket can go wrong
    doubtful = [ticket for ticket in tickets if ticket.verdict(lowest) == "wrong"]

    def is_careful(limits: Thresholds) -> bool:
        wrong = Counter(ticket.line for ticket in doubtful if ticket.verdict(limits) == "wrong").values()
        return sum(wrong) + CAREFUL * math.sqrt(sum(number**2 for number in wrong)) <= MOST_WRONG * len(tickets)

    def menus_help(limits: Thresholds) -> bool:
        menus = [t for t in tickets if is_menu(t) and t.verdict(limits) == "note"]
        return sum(menu.menu_is_right for menu in menus) >= FEWEST_RIGHT * len(menus)

    lines = next(limits for step in STEPS if is_careful(limits := replace(highest, error_line=step)))
    asked = next(limits for step in STEPS if is_careful(limits := replace(lines, question=step)))
    return next(limits for step in STEPS if menus_help(limits := replace(asked, menu=step)))


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
    return f"LEARNT = Thresholds({', '.join(f'{f.name}={getattr(limits, f.name)}' for f in fields(limits))})\n"


@click.command()
@click.option("--write", "writes", is_flag=True, help="Put the thresholds into bot/tickets/thresholds.py.")
@click.option("--show", is_flag=True, help="Print the tickets that get a wrong public answer.")
def main(writes: bool, show: bool) -> None:
    """Learn the thresholds anew, and say what to expect of them."""
    knowledge = load(HERE.parents[1] / "knowledge")
    matcher = open_matcher(knowledge)
    lines = [line for name in TUNED for line in read_set(HERE / f"{name}.jsonl")]
    tickets, uncovered = list(held_out(knowledge, lines, matcher)), list(left_out(knowledge, lines))

    def learnt_without(fold: int) -> Thresholds:
        others = [ticket for of, ticket in tickets if of != fold]
        return learn(others, weigh([*others, *(ticket for of, ticket in uncovered if of != fold)]))

    of_fold = [learnt_without(fold) for fold in range(FOLDS)]
    found = learnt_without(FOLDS)
    everything = [(ticket, of_fold[fold]) for fold, ticket in tickets]
    click.echo(to_text("held out, weights and thresholds of the other folds", everything))
    click.echo(to_text("entries left out", [(ticket, of_fold[fold]) for fold, ticket in uncovered]))
    open_to_all = Thresholds(found.weights, question=0.0, error_line=0.0, menu=0.0)
    click.echo(to_text("all, without a threshold", [(t, open_to_all) for _, t in tickets]))
    own = [(ticket, found) for ticket in known(knowledge, matcher, 12)]
    click.echo(to_text("the knowledge base's own questions", own))
    if show:
        for ticket, limits in [*everything, *own]:
            if ticket.verdict(limits) == "wrong":
                click.echo(f"--- {ticket.best.answer.facts['entries']} for {ticket.expect}\n{ticket.text}")
    if writes:
        source = SOURCE.read_text(encoding="utf-8")
        SOURCE.write_text(re.sub(r"^LEARNT = .*\n", to_source(found), source, flags=re.MULTILINE), encoding="utf-8")
    click.echo(f"{LEARNT} is in use\n{to_source(found)}", nl=False)


if __name__ == "__main__":
    main()
