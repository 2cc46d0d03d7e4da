"""The general layer: it names nobody, and what a base says wins over it."""

import re
from pathlib import Path

import pytest

from bot.content.folders import GENERAL
from bot.content.loader import load
from bot.content.problems import KnowledgeError
from bot.core.matching.training import training_examples
from bot.core.model import Knowledge
from tests.conftest import PROJECT

HOSTER = """\
name: Muster
connections:
  - {purpose: fetch, protocol: imap, encryption: tls, server: mail.muster.example, port: 993}
"""
ENTRY = """\
id: ID
kind: answer
faq: FAQ
MORE
title: {de: Titel ID}
answer: {de: Antwort ID}
questions:
  de: ["Wie geht ID?", "Was ist ID genau?"]
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "provider.yaml").write_text(HOSTER)
    write(tmp_path, "message-size")
    return tmp_path


def write(folder: Path, name: str, more: str = "related: []") -> None:
    (folder / f"{name}.yaml").write_text(ENTRY.replace("ID", name).replace("MORE", more))


def known_lines(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    return {name: topic.lines for name, topic in knowledge.topics.items()}


def test_no_file_of_the_layer_names_the_hoster_that_ships() -> None:
    own = load(PROJECT / "knowledge").provider
    names = "|".join(map(re.escape, (own.name, *own.hosts, *(host.partition(".")[0] for host in own.hosts))))
    for file in GENERAL.rglob("*.*"):
        assert not re.search(rf"\b(?:{names})\b", file.read_text(encoding="utf-8"), re.IGNORECASE), file


def test_a_hoster_needs_its_name_and_one_entry_in_one_language(base: Path) -> None:
    knowledge = load(base)
    assert knowledge.languages == ("de",)
    assert list(knowledge.entries) == ["message-size"]
    assert {"webmail", "password", "relay-denied"} <= knowledge.topics.keys()
    assert all(topic.general for topic in knowledge.topics.values())
    assert knowledge.status["550"].means["de"]
    assert any(concept.id == "imap" for concept in knowledge.concepts)
    assert (knowledge.yields, knowledge.figures) == (True, "learnt")


def test_examples_are_learnt_in_the_languages_of_the_base_alone(base: Path) -> None:
    texts = {text for _, text in training_examples(load(base))}
    assert "Wie komme ich ins Webmail?" in texts
    assert "How do I get into webmail?" not in texts
    assert not [text for text in texts if "{server" in text or "{plain_server" in text]
    assert "Unterstützt mail.muster.example STARTTLS?" in texts  # the provider's server
    assert not [text for text in texts if "SPF softfail bei Mails über" in text]  # it has none without encryption


@pytest.mark.parametrize(("name", "more"), [("webmail", "related: []"), ("post-im-browser", "instead_of: [webmail]")])
def test_an_entry_about_a_general_topic_takes_its_place(base: Path, name: str, more: str) -> None:
    write(base, name, more)
    assert "webmail" not in load(base).topics


def test_an_own_topic_takes_the_place_of_a_general_one(base: Path) -> None:
    (base / "not-covered").mkdir()
    (base / "not-covered/webmail.yaml").write_text('{id: webmail, title: {de: W}, questions: {de: ["webmail?"]}}')
    topic = load(base).topics["webmail"]
    assert (topic.general, topic.questions["de"]) == (False, ("webmail?",))


def test_an_entry_that_explains_a_condition_gets_its_lines_and_slots(base: Path) -> None:
    before = load(base)
    line = "Sorry, that domain isn't allowed to be relayed thru this MTA"
    assert line in known_lines(before)["relay-denied"]
    write(base, "relay", "instead_of: [relay-denied]")
    file = base / "relay.yaml"
    file.write_text(file.read_text().replace("kind: answer", "kind: error").partition("questions:")[0])
    knowledge = load(base)
    entry = knowledge.entries["relay"]
    assert line in entry.variants
    assert (entry.slots["address"], "5.7.1" in entry.codes) == (("recipient",), True)
    assert len(entry.questions["de"]) > 20
    assert "relay-denied" not in knowledge.topics


def test_own_words_are_added_to_a_general_concept(base: Path) -> None:
    (base / "concepts.yaml").write_text("concepts: [{id: imap, de: [Rundumpost]}]")
    (imap,) = [c for c in load(base).concepts if c.id == "imap"]
    assert "Rundumpost" in imap.words["de"]
    assert "IMAP" in imap.words["de"]
    (base / "concepts.yaml").write_text("concepts: [{id: mine, de: [Rundumpost]}]")
    with pytest.raises(KnowledgeError, match=r"concepts\.0\.group: missing"):
        load(base)


def test_the_layer_can_be_left_out(base: Path) -> None:
    (base / "base.yaml").write_text("general: none")
    knowledge = load(base)
    assert (knowledge.topics, knowledge.concepts, knowledge.status) == ({}, (), {})
