"""Public replies: only what is certain is sent unseen, and a note is written only where it says something."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from bot.answering.engine import AnswerEngine, responder
from bot.core.mail.auto_response import MailboxContext
from bot.core.matching.regression import Weights
from bot.core.model import LANGUAGES, Answer, Candidate, Decision, Language, Outcome, Part
from bot.settings import Settings
from bot.tickets.assessment import Assessment, BestAnswer, assess, ticket_of_mail
from bot.tickets.certainty import DOUBTS, SIGNALS, certainty, certainty_signals
from bot.tickets.quotation import understood_sentences
from bot.tickets.thresholds import LEARNT, MOST_UNSEEN, MOST_WRONG, Thresholds, is_worth_a_note, public_doubts
from tests.core.mail.test_auto_response import US, mail
from tests.eval.surroundings import wrap
from tests.eval.tickets import SUBJECTS, TicketResult, fit_certainty, learn, weigh
from tests.rows import each_row
from tests.slow import slow

BY_SCORE = (1.0, *(0.0 for _ in SIGNALS[1:]))  # weights with which a certainty is the score
LIMITS = Thresholds(weights=BY_SCORE, question=0.9, error_line=0.7, menu=0.7)


@cache
def settings() -> Settings:
    return Settings()


async def assessed(engine: AnswerEngine, body: str, subject: str = "Frage") -> Assessment:
    known = MailboxContext(frozenset({US}), frozenset({US}))
    return await assess(ticket_of_mail(mail(body, Subject=subject), US), known, responder(engine, settings()))


def wrapped(asked: Mapping[str, Mapping[Language, Sequence[str]]], every: int) -> Iterator[tuple[str, str, str]]:
    """(id, body, subject) of tickets, both languages: of one question in so many, within generated surroundings."""
    for place, (name, questions) in enumerate(asked.items()):
        for language in LANGUAGES:
            for number in range(place % every, len(questions[language]), every):
                subjects = SUBJECTS[language]
                yield name, wrap(questions[language][number], language, number), subjects[number % len(subjects)]


async def verdicts(engine: AnswerEngine, every: int) -> Counter[str]:
    """How many tickets of the entries' questions are answered publicly with the entry, with another one, or not."""
    found: Counter[str] = Counter()
    for name, body, subject in wrapped({i: e.questions for i, e in engine.knowledge.entries.items()}, every):
        verdict = await assessed(engine, body, subject)
        right = verdict.answer.facts.get("entries", ())[:1] == [name]
        found["not public" if verdict.verdict != "public" else "right" if right else "wrong"] += 1
    return found


async def test_wrapped_questions_of_every_entry_are_answered_publicly_and_rightly(engine: AnswerEngine) -> None:
    found = await verdicts(engine, 240)
    assert found.total() >= len(engine.knowledge.entries)
    assert found["right"] >= 0.8 * found.total(), found
    assert found["wrong"] <= MOST_WRONG * found.total(), found


@slow
async def test_a_thousand_wrapped_questions_are_answered_publicly_and_rightly(engine: AnswerEngine) -> None:
    found = await verdicts(engine, 5)
    assert found.total() >= 1_000
    assert found["right"] >= 0.8 * found.total(), found
    assert found["wrong"] <= MOST_WRONG * found.total(), found


def uncovered(engine: AnswerEngine) -> Mapping[str, Mapping[Language, Sequence[str]]]:
    return {topic.id: topic.questions for topic in engine.knowledge.topics.values()}


async def test_what_is_not_covered_is_never_answered_publicly(engine: AnswerEngine) -> None:
    for name, body, subject in list(wrapped(uncovered(engine), 97))[:120:4]:
        assert (await assessed(engine, body, subject)).verdict != "public", (name, body)


@slow
async def test_five_hundred_mails_about_other_things_get_no_public_answer_and_few_notes(
    engine: AnswerEngine,
) -> None:
    tickets = list(wrapped(uncovered(engine), 5))[:500]
    assert len(tickets) == 500
    found = Counter([(await assessed(engine, body, subject)).verdict for _, body, subject in tickets])
    assert found["public"] <= 1, (
        "facts about mail stand around some, and 'What am I doing wrong?': one is taken for a question"
    )
    assert found["note"] <= 40, found  # 34, most of them: "Kundennummer 48213" as the subject of small talk


@each_row(
    ("body", "subject", "reason"),
    [
        (
            "Guten Tag,\nwelcher Port ist für IMAP mit SSL richtig?\nUnd wie richte ich DKIM für unsere Domain ein?",
            "Frage",
            "left-over",
        ),
        (
            "Guten Tag,\nam Montag kommt der Elektriker.\nQuale porta devo usare, IMAP SSL port?\nBeste Grüße\nMax",
            "Frage",
            "foreign-sentence",
        ),
        ("553 5.7.1 <boss@example.com>: Sender address rejected: not owned by user me@example.com", "Hilfe", ""),
        ("Hallo,\nbei uns regnet es seit Tagen, und der Beamer im Saal flackert.", "Kundennummer 48213", ""),
        ("Hallo Frau Sommer,\n\nbei uns regnet es seit Tagen.\n\nGrüße\nMax Muster", "Kundennummer 48213", ""),
        ("", "Kundennummer 48213", ""),
    ],
)
async def test_what_is_doubtful_waits_for_a_person(engine: AnswerEngine, body: str, subject: str, reason: str) -> None:
    """`reason`: one of the note's reasons; empty: a note or silence, whichever."""
    found = await assessed(engine, body, subject)
    assert found.verdict != "public", found.answer.facts["entries"]
    assert not reason or reason in found.reasons


@each_row("fact", [
    "Ich hole meine Mails per POP3 ab, Port 995.", "Als Postausgangsserver steht bei mir ns0.ovh.net drin.",
    "My mailbox holds 2 GB.", "I use IMAP with SSL on port 993.", "Meine Mails sind höchstens 10 MB groß.",
])  # fmt: skip
async def test_what_only_tells_something_is_never_answered_publicly(engine: AnswerEngine, fact: str) -> None:
    for body in (fact, f"Guten Tag,\n\n{fact}\n\nFreundliche Grüße\nMax Muster", f"Hi,\n{fact} We got fibre recently."):
        found = await assessed(engine, body, "Information")
        assert found.verdict != "public", (body, found.answer.facts["entries"])


async def test_a_ticket_that_is_closed_by_its_sender_is_not_answered(engine: AnswerEngine) -> None:
    """Not even for its subject, which still names the error."""
    for body in (
        'Der Fehler "isn\'t allowed to be relayed" ist weg, Sie können das Ticket schließen.',
        "It was the percent sign in the user name. Consider this closed, thank you!",
    ):
        for subject in ("Welcher Port für IMAP mit SSL?", "Re: 550 sorry, no mailbox here by that name. (#5.1.1)"):
            assert (await assessed(engine, body, subject)).verdict == "silent", (body, subject)


async def test_a_subject_is_answered_where_the_text_only_points_to_it(engine: AnswerEngine) -> None:
    for body in (
        "Siehe Betreff", "Guten Tag\n\nFreundliche Grüße\nMax Muster", "Die Frage steht im Betreff.",
        "wie im Betreff, danke!",
        "See subject line please.", "My question is in the subject.",
    ):  # fmt: skip
        found = await assessed(engine, body, "Welcher Port ist für IMAP mit SSL richtig?")
        assert (found.verdict, found.reasons) == ("public", ()), body


def decision(outcome: Outcome, *parts: tuple[Outcome, float, str]) -> Decision:
    made = tuple(Part("port", kind, ("ports",), score, rule) for kind, score, rule in parts)
    return Decision(outcome, ("ports",), "de", max(p.score for p in made), made, "port?")


def test_each_doubt_has_its_code() -> None:
    """One row: the parts of an answer, what was asked, and what speaks against sending it unseen."""
    rows: list[tuple[tuple[tuple[Outcome, float, str], ...], str, bool, tuple[str, ...]]] = [
        ((("answer", 0.95, "question: x"),), "Port?", False, ()),
        ((("answer", 0.85, "question: x"),), "Port?", False, ("not-certain",)),
        ((("answer", 0.94, "question: x"), ("answer", 0.94, "question: y")), "Port?", False, ("not-certain",)),
        ((("answer", 0.75, "error line: x"),), "550 5.1.1 <a@b.example>", False, ()),
        ((("answer", 0.65, "error line: x"),), "550 5.1.1 <a@b.example>", False, ("not-certain",)),
        ((("answer", 0.95, "question: x"),), "550 5.7.99 <a@b.example>: no", False, ("unexplained-code",)),
        ((("answer", 0.95, "question: x"),), "Ich habe Port 995 eingestellt.", False, ("asks-nothing",)),
        ((("answer", 0.95, "question: x"),), "I need the port for POP3. Is it 110?", False, ("asks-of-figure",)),
        ((("answer", 0.95, "question: x"),), "Welcher Port ist es, 993 oder 995?", False, ()),
        ((("answer", 0.95, "question: x"), ("decline", 0.99, "question: y")), "Port?", False, ("left-over",)),
        ((("answer", 0.95, "question: x"),), "Port?", True, ("by-subject",)),
    ]
    for parts, text, by_subject, expected in rows:
        made = decision("answer", *parts)
        assert public_doubts(made, text, by_subject=by_subject, thresholds=LIMITS) == expected, parts


def test_a_choice_of_entries_is_a_note_only_where_it_is_likely_to_help() -> None:
    likely, unlikely = (decision("suggest", ("suggest", score, "question: x")) for score in (0.8, 0.6))
    assert is_worth_a_note(likely, by_subject=False, thresholds=LIMITS)
    assert not is_worth_a_note(likely, by_subject=True, thresholds=LIMITS)
    assert not is_worth_a_note(unlikely, by_subject=False, thresholds=LIMITS)


def test_thresholds_are_learnt_from_what_would_have_been_wrong() -> None:
    """Of a thousand tickets, five may be wrong, and some standard deviations are kept free, more for alike ones."""

    def ticket(score: float, *, right: bool, outcome: Outcome = "answer") -> TicketResult:
        answer = Answer(outcome, "de", {}, decision(outcome, (outcome, score, "question: x")))
        expect = ("ports",) if right else ("imap-ssl",)
        return TicketResult("Port?", expect, BestAnswer(answer, "Port?"), line=str(score))

    sure = [ticket(0.99, right=True)] * 900
    wrong = [ticket(0.7 + number / 100, right=False) for number in range(20)]
    menus = [ticket(0.6, right=False, outcome="suggest"), *[ticket(0.8, right=True, outcome="suggest")] * 2]
    others = [*sure, *[ticket(0.1, right=False, outcome="decline")] * 77, *menus]

    def by_score(tickets: Sequence[TicketResult]) -> list[tuple[TicketResult, Weights]]:
        return [(one, BY_SCORE) for one in tickets]

    found = learn(by_score([*others, *wrong]), BY_SCORE)
    assert 0.87 < found.question < 0.88, "2 wrong ones are left"
    alike = [replace(one, line="the same") for one in wrong]
    assert 0.88 <= learn(by_score([*others, *alike]), BY_SCORE).question < 0.89
    assert 0.6 < found.menu <= 0.605
    assert found.error_line == 0.5, "no error line was wrong"
    quiet = ticket(0.1, right=False, outcome="decline")
    allowed = int(1_000 * MOST_UNSEEN)
    few, many = (by_score([ticket(0.92, right=False)] * n + [quiet] * (1_000 - n)) for n in (allowed, allowed + 1))
    known = by_score([*others, *wrong])
    assert learn(known, BY_SCORE, few).question == found.question, f"{MOST_UNSEEN} of missing entries' may"
    assert learn(known, BY_SCORE, many).question > 0.91
    unsure = tuple(weight / 10 for weight in BY_SCORE)
    assert learn(known, unsure, many).question > 0.91, "each is judged by the weights that were learnt without it"


def part(score: float, text: str = "welcher port", second: float = 0.1) -> Part:
    candidates = (Candidate("ports", 0.8), Candidate("imap-ssl", second))
    return Part(text, "answer", ("ports",), score, "question: x", candidates)


def test_an_answer_is_the_more_certain_the_surer_undoubted_and_further_ahead_it_is() -> None:
    weights = LEARNT.weights
    usual = certainty(weights, part(0.95))
    assert certainty(weights, part(0.99)) > usual
    assert certainty(weights, part(0.95, second=0.01)) > usual > certainty(weights, part(0.95, second=0.7))
    assert certainty(weights, replace(part(0.95), nearest=0.5)) < usual, "its examples say something else"
    doubts = {
        "disputed": replace(part(0.95), disputed=True),
        "told error": replace(part(0.95), told_error=True),
        "nearest topic": replace(part(0.95), nearest_topic=0.6),
        "unused concept": replace(part(0.95), unused_concept=True),
    }
    assert doubts.keys() | {"denial"} == DOUBTS
    for name, doubtful in doubts.items():
        counts = weights[SIGNALS.index(name)] < 0  # one that would by chance speak for an answer has the weight 0
        assert certainty(weights, doubtful) < usual if counts else certainty(weights, doubtful) == usual, name
    assert sum(weights[SIGNALS.index(name)] < 0 for name in DOUBTS) >= 3
    for text in ("nicht das postfach die einzelne mail wie gross", "not the mailbox a single mail", "aber kein pop3"):
        assert certainty_signals(part(0.95, text))[SIGNALS.index("denial")] == 1.0, text
        assert certainty(weights, part(0.95, text)) <= usual, text
    for text in ("notiz zu pop3", "kann nicht senden welcher port", "is it not port 25"):
        assert certainty(weights, part(0.95, text)) == usual, text


def test_a_doubt_never_speaks_for_an_answer() -> None:
    """Each doubt in turn stands at answers that were right, as it may by chance, and at those that were wrong."""
    plain = certainty_signals(part(0.95))
    for doubt in DOUBTS:
        place = SIGNALS.index(doubt)
        doubted = (*plain[:place], 1.0, *plain[place + 1 :])
        for right in (True, False):
            samples = [*[(doubted, right)] * 20, *[(plain, True)] * 30, *[(plain, False)] * 20]
            weights = fit_certainty([signals for signals, _ in samples], [was_right for _, was_right in samples])
            assert weights[place] == 0.0 if right else weights[place] < 0.0, doubt


def test_the_certainty_is_learnt_from_what_was_right() -> None:
    """Of answers of the same score, those that lead far were right."""

    def ticket(second: float, *, right: bool) -> TicketResult:
        made = Decision("answer", ("ports",), "de", 0.95, (part(0.95, second=second),), "port?")
        expect = ("ports",) if right else ()
        return TicketResult("Port?", expect, BestAnswer(Answer("answer", "de", {}, made), "Port?"))

    weights = weigh([*[ticket(0.02, right=True)] * 50, *[ticket(0.5, right=False)] * 10])
    assert certainty(weights, part(0.95, second=0.02)) > 0.9 > 0.5 > certainty(weights, part(0.95, second=0.5))


async def test_a_note_quotes_the_sentence_that_was_understood(engine: AnswerEngine) -> None:
    body = (
        "Sehr geehrte Damen und Herren,\n\nder Drucker läuft inzwischen auch.\n"
        "Welchen Port nehme ich für IMAP mit SSL?\nVielen Dank im Voraus!\n\nMit freundlichen Grüßen\nMax Muster"
    )
    found = await assessed(engine, body)
    assert found.facts["understood"] == ["Welchen Port nehme ich für IMAP mit SSL?"]
    note = engine.renderer.render(found.to_answer("note", ("mode-note",)))
    assert "Verstanden wurde" in note
    assert "„Welchen Port nehme ich für IMAP mit SSL?“" in note
    pasted = (
        "Hello,\nwhat is this?\n\n<a@b.example>:\nSorry, I couldn't find any host named b.example. (#5.1.2)\n\nThanks"
    )
    assert any("find any host named" in line for line in (await assessed(engine, pasted)).facts["understood"])


def test_nothing_is_quoted_that_was_not_written() -> None:
    assert understood_sentences(None, "Port?") == []
    assert understood_sentences(decision("decline", ("decline", 0.9, "question: x")), "Port?") == []
    assert understood_sentences(decision("answer", ("answer", 0.9, "question: x")), "Der Zaun ist grün.") == []
