"""Surroundings: an example question is answered within greeting, signature and asides as it is alone."""

from collections.abc import Callable
from itertools import product

from bot.answering.engine import AnswerEngine
from bot.core.model import LANGUAGES, Language, Question
from tests.eval.surroundings import PIECES, wrap
from tests.rows import each_row
from tests.slow import one_in, sample

MANY = one_in(400, more=5)


def changed(
    engine: AnswerEngine, every: int, within: Callable[[str, Language, int], str], end: str = ""
) -> tuple[list[str], list[str], int]:
    """Messages that get no answer any more, those that get another, and how many were asked.

    Asked are examples, one in `every` of all, that are answered alone and have this `end`; `within`: puts one by its
    language and number into a message.
    """
    decide = engine.matcher.decide
    lost, other, asked = [], [], 0
    examples = [
        (question, language, number)
        for entry in engine.knowledge.entries.values()
        for language in LANGUAGES
        for number, question in enumerate(entry.questions[language])
        if question.endswith(end)
    ]
    for question, language, number in examples[::every]:
        alone = decide(Question(question))
        if alone.outcome != "answer":
            continue
        message = within(question, language, number)
        found = decide(Question(message))
        asked += 1
        if found.outcome != "answer":
            lost.append(message)
        elif found.entries[0] not in alone.entries:
            other.append(message)
    return lost, other, asked


@MANY
def test_surroundings_hardly_ever_change_the_answer(engine: AnswerEngine, every: int) -> None:
    lost, other, asked = changed(engine, every, wrap)
    assert asked > 10_000 // every
    assert len(other) <= max(1, 0.01 * asked), "\n\n".join(other[:3])
    assert len(lost) <= max(1, 0.03 * asked), "\n\n".join(lost[:3])


@MANY
def test_what_somebody_tells_of_the_own_mail_answers_nothing(engine: AnswerEngine, every: int) -> None:
    """Facts that no example holds, before and behind a question: a clear one keeps its answer, another gets none."""

    def within(question: str, language: Language, number: int) -> str:
        facts = PIECES["facts"][language]
        return f"{facts[number * 7 % len(facts)]}\n\n{question}\n\n{facts[number * 11 % len(facts)]}"

    lost, other, asked = changed(engine, every, within, end="?")
    assert asked > 4_000 // every
    assert len(other) <= max(1, 0.03 * asked), "\n\n".join(other[:3])
    assert len(lost) <= max(1, 0.12 * asked), "\n\n".join(lost[:3])


@one_in(54, more=9)
@each_row("question", [
    "Wie richte ich in Outlook eine Signatur ein?", "Wo buche ich einen zweiten Webspace?",
    "Can I get my invoice as a PDF?",
    "How do I set up a vacation reply for August?", "Welche IP-Adressen haben Ihre Server?",
])  # fmt: skip
def test_facts_beside_a_question_that_is_not_covered_answer_nothing(
    engine: AnswerEngine, question: str, every: int
) -> None:
    facts = [fact for language in LANGUAGES for fact in PIECES["facts"][language][::every]]
    asked = [message for fact in facts for message in (f"{fact}\n{question}", f"{question} {fact}")]
    answered = [message for message in asked if engine.matcher.decide(Question(message)).outcome == "answer"]
    assert len(asked) > 800 // every
    assert len(answered) <= max(1, 0.05 * len(asked)), "\n\n".join(answered)


@each_row("word", ["vorher", "nachher", "heute", "again", "Bremen"])
def test_a_word_alone_beside_a_question_changes_nothing(engine: AnswerEngine, word: str) -> None:
    for question, entry in (("Welcher Port ist für IMAP mit SSL richtig?", "imap-ssl"), ("pop3s", "pop3-ssl")):
        for message in (f"{question}\n\n{word}", f"{word}\n\n{question}"):
            assert engine.matcher.decide(Question(message)).entries == (entry,), message


SITUATIONS = {  # that say by themselves what is wanted → entries
    "de": (
        ("Thunderbird warnt seit heute, das Zertifikat passe nicht zu ns0.ovh.net.", "ssl-alias-error ssl-server"),
        ("Im Hotel kann ich nicht senden, erst wenn ich vorher abgerufen habe.", "open-smtp smtp-requirements"),
        ("Ein Anhang von 18 MB geht nicht raus.", "message-size"),
        ("Mein Programm will jede Sekunde nachsehen, ob neue Post da ist.", "polling-interval"),
        ("Eine Behörde verlangt, dass es bei uns postmaster@ gibt.", "postmaster-account"),
    ),
    "en": (
        (
            "Since today Thunderbird warns that the certificate does not match ns0.ovh.net.",
            "ssl-alias-error ssl-server",
        ),
        ("In the hotel I cannot send unless I have fetched mail before.", "open-smtp smtp-requirements"),
        ("An attachment of 18 MB does not go out.", "message-size"),
        ("My program wants to look for new mail every second.", "polling-interval"),
        ("An authority demands that we have a postmaster@.", "postmaster-account"),
    ),
}
PLEAS = {
    "de": (
        "Was mache ich falsch?",
        "Können Sie helfen?",
        "Was kann ich tun?",
        "Mache ich etwas falsch?",
        "Bitte um Hilfe!",
    ),
    "en": ("What am I doing wrong?", "Can you help?", "What can I do?", "Am I doing something wrong?", "Please help!"),
}


@one_in(4)  # of 25
@each_row("language", ["de", "en"])
def test_a_plea_beside_a_situation_changes_nothing(engine: AnswerEngine, language: str, every: int) -> None:
    table = sample(product(SITUATIONS[language], PLEAS[language]), every)
    found = [
        (told, plea, entries, engine.matcher.decide(Question(f"{told} {plea}"))) for (told, entries), plea in table
    ]
    lost = [(told, plea) for told, plea, entries, decision in found if not {*entries.split()} & {*decision.entries}]
    assert lost == []
