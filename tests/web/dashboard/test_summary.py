"""Counts, charts and drafts: values in, values out."""

import json
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given

from bot.content.loader import load
from bot.content.problems import KnowledgeError
from bot.core.model import Language
from bot.core.stored_records import DailyCount, StoredDecision
from bot.web.dashboard.charts import to_bars, to_columns
from bot.web.dashboard.entry_draft import to_draft, yaml_string
from bot.web.dashboard.summary import to_overview
from tests.conftest import PROJECT
from tests.examples import any_text
from tests.rows import each_row
from tests.slow import few

DAY = date(2026, 11, 25)
NUMBER = (DAY - date(1970, 1, 1)).days
TALLIES = [
    DailyCount(NUMBER - 1, "slack", "de", "answer", 6),
    DailyCount(NUMBER - 1, "slack", "de", "decline", 2),
    DailyCount(NUMBER, "slack", "en", "suggest", 1),
    DailyCount(NUMBER, "slack", "en", "mx", 3),
    DailyCount(NUMBER, "web", "de", "silent", 5),
    DailyCount(NUMBER, "", "de", "answer", 1),  # kept by a version that did not know its channel
]


def test_questions_are_counted_by_day_channel_language_and_outcome() -> None:
    found = to_overview(TALLIES, {"helpful": 4}, DAY, 3)
    assert found["asked"] == 10  # neither commands nor what was only overheard
    assert found["share"] == 70
    assert [(row["day"], row["asked"]) for row in found["by_day"]] == [
        ("2026-11-23", 0),
        ("2026-11-24", 8),
        ("2026-11-25", 2),
    ]
    rows = {(row["channel"], row["language"]): row for row in found["by_channel"]}
    assert rows["slack", "de"]["counts"]["answer"] == 6
    assert rows["slack", "de"]["share"] == 75
    assert rows["slack", "en"]["counts"]["command"] == 3
    assert rows["web", "de"]["share"] is None
    assert ("", "de") in rows
    assert (found["helpful"], found["unhelpful"]) == (4, 0)


def test_nothing_asked_is_no_share_at_all() -> None:
    found = to_overview([], {}, DAY, 7)
    assert (found["asked"], found["share"], found["by_channel"]) == (0, None, [])
    assert len(found["by_day"]) == 7


SERIES = [
    ("nothing", [("11-25", 0)]),
    ("one", [("11-25", 1)]),
    ("many", [(f"11-{n:02}", n * 37) for n in range(1, 31)]),
    ("marks", [("<b>&\"'", 3), ("ä", 10_001)]),
]


@each_row("bars", [row[1] for row in SERIES], ids=[row[0] for row in SERIES])
def test_a_chart_is_an_image_with_a_text_and_takes_its_colours_from_the_style_sheet(bars: Sequence[Any]) -> None:
    for drawn in (to_columns(bars, 'says "this" & <that>'), to_bars(bars, 'says "this" & <that>')):
        root = ElementTree.fromstring(drawn)  # noqa: S314 - our own
        assert root.get("role") == "img"
        assert root.get("aria-label") == 'says "this" & <that>'
        assert root.get("viewBox")
        assert root.get("width") is None
        assert "style=" not in drawn  # the page's policy forbids it
        series = [r for r in root.iter() if r.tag.endswith("rect") and r.get("fill") == "currentColor"]
        assert len(series) == len(bars)


def kept(question: str, language: Language = "de") -> StoredDecision:
    return StoredDecision("k", "", "", "", 0.0, language, "", question, "decline", (), "", "", "", "")


@pytest.mark.parametrize("language", few(1, ["de", "en"]))
def test_a_finished_draft_is_an_entry_and_an_unfinished_one_is_refused(tmp_path: Path, language: Language) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(PROJECT / "knowledge", folder)
    file = folder / "forwarding.yaml"
    file.write_text(to_draft(kept('Wie "leite" ich um: A\\B?', language)), encoding="utf-8")
    with pytest.raises(KnowledgeError) as refused:
        load(folder)
    places = [p.text.split(":")[0] for p in refused.value.problems if p.file == str(file)]
    assert {"id", "faq", "title.de", "title.en", "answer.de", "answer.en", "questions.de", "questions.en"} == set(
        places
    )
    draft = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert draft["questions"][language] == ['Wie "leite" ich um: A\\B?']
    for one in ("de", "en"):
        draft["title"][one] = draft["answer"][one] = "Weiterleitung"
        draft["questions"][one] += [f"Weiterleitung {one} {n}?" for n in range(12)]
    file.write_text(yaml.safe_dump(draft | {"id": "forwarding", "faq": "Weiterleitung"}), encoding="utf-8")
    assert load(folder).entries["forwarding"].questions[language][0] == 'Wie "leite" ich um: A\\B?'


@given(any_text(200))
def test_whatever_was_asked_is_one_text_in_the_draft(asked: str) -> None:
    found = yaml.safe_load(to_draft(kept(asked)))["questions"]["de"]
    assert len(found) == 1
    assert "\n" not in found[0]
    assert json.loads(yaml_string(asked)) == found[0]
