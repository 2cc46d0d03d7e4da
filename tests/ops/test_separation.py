"""What `postbote check` says of a young base, and what a start repeats of it."""

import shutil
from pathlib import Path

import pytest

from bot.answering.engine import load_engine
from bot.cli.run import warn_of_findings
from bot.content.loader import load
from bot.core.matching.calibration import Sample
from bot.core.matching.young_base import HeldOut
from bot.ops.separation import near_twins, to_text
from bot.settings import Settings
from tests.conftest import PROJECT
from tests.learn import keep_model

TWO = """\
id: webmail
kind: answer
faq: FAQ
title: {de: "Wo finde ich das Webmail?"}
answer: {de: "Im Browser."}
questions: {de: ["Wo finde ich das Webmail?", "Webmail", "Kann ich meine Post im Browser lesen?"]}
"""


def held(owner: str, text: str, first: str) -> HeldOut:
    return HeldOut(owner, text, first, (first,), Sample((), first == owner, first == owner, False))


def test_an_example_that_says_the_words_of_another_one_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "provider.yaml").write_text("name: One\n")
    (tmp_path / "base.yaml").write_text("languages: [de]\ngeneral: none\n")
    (tmp_path / "webmail.yaml").write_text(TWO, "utf-8")
    twins = near_twins(load(tmp_path))
    assert twins == {("webmail", "Wo finde ich das Webmail?"), ("webmail", "Webmail")}
    own = [held("webmail", text, "webmail") for _, text in sorted(twins)]
    other = held("webmail", "Kann ich meine Post im Browser lesen?", "imap")
    assert list(to_text([*own, other], twins)) == [
        "left out: 2 examples that say the words of another one or of their title",
        "told apart: of 1 held-out examples 0 lead to their entry, 0 have it in a menu",
        "examples are worth most for webmail: 0 of 1 lead to it, taken for imap",
    ]
    assert list(to_text(own, twins))[1:] == [
        "nothing can be told yet of webmail: add how customers ask, in their own words"
    ]


def test_a_start_repeats_what_check_finds_in_the_content(
    few_entries: str, few_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    knowledge = shutil.copytree(few_entries, tmp_path / "knowledge")
    settings = Settings(
        postbote_data_dir=few_data, postbote_knowledge=knowledge, postbote_templates=PROJECT / "templates"
    )
    assert warn_of_findings(settings, load_engine(settings)) == []
    file = knowledge / "pop3-ssl.yaml"
    text = file.read_text("utf-8")
    assert "{{ ports.pop3s }}" in text
    file.write_text(text.replace("{{ ports.pop3s }}", "995"), "utf-8")
    keep_model(settings)
    found = warn_of_findings(settings, load_engine(settings))
    assert found
    assert f"{file}:" in found[0]
    assert "stands in provider.yaml" in found[0]
    said = capsys.readouterr().err
    assert all(f"Warning: {one}" in said for one in found)
    assert "changes of the content are not taken over" in said
