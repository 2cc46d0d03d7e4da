"""Foreign text: languages and scripts that are not spoken here are told from German, its dialects, and English."""

import pytest

from bot.answering.engine import AnswerEngine
from bot.answering.router import answer_question
from bot.core.matching.pasted import own_text
from bot.core.model import Entry, Question, Topic
from bot.core.text.foreign import is_foreign
from bot.core.text.normalize import clean
from tests.core.text.bounces import ENGLISH
from tests.core.text.foreign_texts import FOREIGN, OURS, lines
from tests.rows import each_row
from tests.slow import one_in


@each_row("language", FOREIGN)
def test_a_question_in_another_language_is_foreign(language: str) -> None:
    missed = [text for text in lines(FOREIGN[language]) if not is_foreign(own_text(clean(text)))]
    assert not missed


def test_dialects_and_sentences_with_something_foreign_in_them_are_ours() -> None:
    assert not [text for text in lines(OURS) if is_foreign(own_text(clean(text)))]


@one_in(27, more=9)
def test_no_example_of_the_knowledge_base_is_foreign(engine: AnswerEngine, every: int) -> None:
    items: list[Entry | Topic] = [*engine.knowledge.entries.values(), *engine.knowledge.topics.values()]
    examples = [text for item in items for texts in item.questions.values() for text in texts][::every]
    assert len(examples) > 200
    assert not [text for text in examples if engine.matcher.foreign(text)]


@each_row("bounce", ENGLISH)
def test_a_foreign_question_above_an_english_bounce_is_declined(engine: AnswerEngine, bounce: str) -> None:
    for text in ("Bonjour, qu'est-ce que ce message veut dire ?", "このエラーは何ですか？"):
        decision = engine.matcher.decide(Question(f"{text}\n\n{ENGLISH[bounce]}"))
        assert (decision.outcome, decision.foreign) == ("decline", True)


def test_a_short_message_is_never_foreign_by_its_words_alone() -> None:
    texts = lines("\n".join(FOREIGN[of] for of in FOREIGN if of != "scripts"))
    short = [" ".join(text.replace("-", " ").split()[:2]) for text in texts]
    assert not [text for text in short if is_foreign(text)]


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_foreign_question_is_declined_in_both_our_languages(engine: AnswerEngine, language: str) -> None:
    for text in ("注文番号 995", "Quel est le port pour POP3 avec SSL ?", "2 GB 无限流量"):
        answer = answer_question(engine.matcher, Question(text, language="de" if language == "de" else "en"))
        rendered = engine.renderer.render(answer)
        assert answer.template == "decline"
        assert "Ich verstehe nur Deutsch und Englisch" in rendered
        assert "I understand German and English only" in rendered
