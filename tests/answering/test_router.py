"""Router: what is said where a question names nothing that could be looked up."""

from itertools import product

from bot.answering.engine import AnswerEngine
from bot.answering.router import answer_question
from bot.core.model import Question
from bot.core.small_talk import shorten_reply
from tests.rows import each_row

BEFORE = {  # questions that were answered, the first two of them about an error
    "de": ("450 4.4.1 This message has been in the queue too long.", "Mailbox not found.", "Welcher Port für IMAP?"),
    "en": (
        "Sorry, no mailbox here by that name. (#5.1.1)",
        "Sorry, that domain isn't allowed",
        "How big may a mail be?",
    ),
}
WHAT_ELSE = {
    "de": ("Was heißt das?", "was bedeutet das denn", "und was kann ich tun?", "Und jetzt?", "liegt das an mir?"),
    "en": ("What does that mean?", "what can I do about it", "and now?", "is it me?", "can you explain that?"),
}
SAYS = {"de": "Mehr steht dazu nicht in unserer FAQ", "en": "says no more about that"}
REPORTS = {"de": ("Ich habe eine Fehlermeldung bekommen", "Meine Mail kam zurück"), "en": ("I got an error",)}
ASKS_FOR_IT = {"de": "im Wortlaut", "en": "the exact words"}
MEANT = {"de": "Was bedeutet die Fehlermeldung?", "en": "What does the error message mean?"}


def said(engine: AnswerEngine, text: str, before: str = "") -> tuple[str, str]:
    """(outcome as it is kept, words) of the reply to a text; `before`: the question that was answered before it."""
    answer = shorten_reply(answer_question(engine.matcher, Question(text, previous=before)), text)
    return answer.outcome, engine.renderer.render(answer)


@each_row("language", ["de", "en"])
def test_an_error_that_nobody_names_is_asked_for_and_no_gap(engine: AnswerEngine, language: str) -> None:
    for report, before in product(REPORTS[language], ("", *BEFORE[language])):
        outcome, words = said(engine, report, before)
        assert outcome == "which_error", (report, before)
        assert ASKS_FOR_IT[language] in words


@each_row("language", ["de", "en"])
def test_what_an_answer_means_is_not_guessed(engine: AnswerEngine, language: str) -> None:
    for before, text in product(BEFORE[language], WHAT_ELSE[language]):
        outcome, words = said(engine, text, before)
        assert outcome == "none", (text, before)
        assert SAYS[language] in words, (text, before)


@each_row("language", ["de", "en"])
def test_what_the_error_means_is_about_the_error_that_was_explained(engine: AnswerEngine, language: str) -> None:
    outcomes = [said(engine, MEANT[language], before)[0] for before in ("", *BEFORE[language])]
    assert outcomes == ["which_error", "none", "none", "which_error"]


def test_a_follow_up_of_few_words_is_answered(engine: AnswerEngine) -> None:
    for text in ("und für IMAP?", "und SMTP?", "und der Server?"):
        assert said(engine, text, "Welcher Port für POP3 mit SSL?")[0] in ("answer", "suggest")
