"""Vocabulary, with the project's own concepts."""

from collections import defaultdict

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.matching.concept_groups import DEVICE
from bot.core.matching.features import FeatureExtractor
from bot.core.model import Question
from tests.rows import each_row
from tests.slow import one_in

MEANT = [
    # why, text, a concept that is heard, one that is not
    ("a compound", "Postausgangsserver", "outgoing", "incoming"),
    ("the same compound's other half", "Postausgangsserver", "server-name", "port"),
    ("a number", "geht 993?", "n993", "n995"),
    ("a status code is no provider's name", "5.1.1 user unknown", "recipient-unknown", "o-other-provider"),
    ("a negation hides what it rules out", "ohne SSL", "clear-text", "ssl"),
    ("the same in English", "without ssl please", "clear-text", "ssl"),
    ("where something is entered", "Welcher Postausgangsserver gehört da rein?", "outgoing", "incoming"),
    ("what comes in", "es kommen keine Mails rein", "incoming", "outgoing"),
    ("a function word is no form of another word", "pop and smtp", "pop3", "difference"),
]


@pytest.mark.parametrize(("text", "heard", "not_heard"), [row[1:] for row in MEANT], ids=[row[0] for row in MEANT])
def test_concepts_are_found_in_a_message(extractor: FeatureExtractor, text: str, heard: str, not_heard: str) -> None:
    found = extractor.vocabulary.concepts(extractor.words(text))
    assert heard in found
    assert not_heard not in found


READ = [
    # why, text, words
    ("a slip", "welchr prot", ["welchr", "prot"]),  # too short to be sure
    ("a letter left out", "Postausgansserver", ["postausgangsserver"]),
    ("letters swapped", "Zertifkiat", ["zertifikat"]),
    ("a real word is left alone", "mein alter Laptop", ["mein", "alter", "laptop"]),
    ("a protocol that is ruled out", "IMAP, nicht POP3: welcher Port", ["imap", "nicht", "welcher", "port"]),
    ("instead of", "imap instead of pop3", ["imap", "instead", "of"]),
    ("nothing else is named", "warum geht nicht POP3", ["warum", "geht", "nicht", "pop", "3"]),
]


@each_row(("text", "words"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_a_message_is_split_into_repaired_words(extractor: FeatureExtractor, text: str, words: list[str]) -> None:
    assert extractor.words(text) == words


def test_every_function_word_in_the_concepts_is_listed_on_purpose(
    engine: AnswerEngine, extractor: FeatureExtractor
) -> None:
    """A vocabulary that fires on words which only build sentences hurts everywhere."""
    for word in ("and", "und", "the", "der", "mit", "with", "ist", "is", "auch", "also", "ich", "it"):
        assert extractor.vocabulary.concepts([word]) == {}, word


@one_in(4)
def test_what_is_asked_about_a_device_is_the_same_whatever_its_name(
    engine: AnswerEngine, extractor: FeatureExtractor, every: int
) -> None:
    """Names that mean a device and nothing else: none of them says which entry is asked for."""
    vocabulary = extractor.vocabulary
    names: defaultdict[str, list[str]] = defaultdict(list)
    for concept in engine.knowledge.concepts:
        if concept.group == DEVICE:
            names[concept.id] += [n for n in concept.any if n.isalpha() and [*vocabulary.concepts([n])] == [concept.id]]
    assert len(names["mail-client"]) > 40
    for device, of_concept in names.items():
        for asked in ("what do i put as pop server on my {}", "Port für IMAP mit SSL in {}?", "{} is a nice name"):
            decided = {
                (decision.outcome, decision.entries, round(decision.score, 6))
                for decision in (engine.matcher.decide(Question(asked.format(name))) for name in of_concept[::every])
            }
            assert len(decided) == 1, (device, asked)
