"""Every message and view that the bot can make: only the knowledge base and the templates speak, within limits."""

import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.engine import AnswerEngine
from bot.channels.slack.blocks import MessageComposer
from bot.channels.slack.handover_blocks import HandoverComposer
from bot.channels.slack.mrkdwn import to_mrkdwn
from bot.channels.slack.tables import without_tables
from bot.channels.slack.views import ViewComposer
from bot.core.dns.error_checks import assess_condition
from bot.core.dns.records import MxHost, MxResult
from bot.core.model import LANGUAGES, Answer, Condition, Event, Language, Question, Target
from tests.examples import any_text, examples
from tests.rows import each_row
from tests.servers.block_kit import refused, refused_view
from tests.servers.fake_slack import buttons

TO = {"team": "T1", "channel": "C1", "thread_ts": "1.1", "ts": "1.1", "user": "U1"}
EVENT = Event("T1:C1:1515449522.000016:question", "slack", Question("x"), TO)
PINGS = re.compile(r"<(?!https://)[^>]*>")


@pytest.fixture(scope="session")
def composer(engine: AnswerEngine) -> MessageComposer:
    return MessageComposer(engine.renderer.render, engine.renderer.label, engine.renderer.title)


class World:
    """What hypothesis may not print."""

    def __init__(self, composer: MessageComposer, home: ViewComposer, handover: HandoverComposer) -> None:
        self.composer, self.home, self.handover = composer, home, handover

    def __repr__(self) -> str:
        return "World()"


@pytest.fixture(scope="session")
def world(engine: AnswerEngine, composer: MessageComposer, home: ViewComposer) -> World:
    return World(composer, home, HandoverComposer(engine.renderer.render, engine.renderer.label))


@pytest.fixture(scope="session")
def home(engine: AnswerEngine, composer: MessageComposer) -> ViewComposer:
    renderer = engine.renderer
    return ViewComposer(composer, renderer.render, renderer.label, renderer.title, renderer.prompts)


def texts(message: Mapping[str, Any]) -> Iterator[str]:
    """Everything that is shown."""
    for block in message["blocks"]:
        if block["type"] == "rich_text":
            yield from (text["text"] for element in block["elements"] for text in element["elements"])
            continue
        for part in (block, *block.get("elements", [])):
            if isinstance(part.get("text"), dict):
                yield part["text"]["text"]
            elif isinstance(part.get("text"), str):
                yield part["text"]
        yield from (b["label"] for b in buttons({"blocks": [block]}))


def replies(engine: AnswerEngine, language: Language) -> Iterator[Answer]:
    """One of each kind: every entry, menus over every entry, and every template without one."""
    given_ = {"email": "max@firma.de", "domain": "firma.de"}
    ids = list(engine.knowledge.entries)
    for entry in ids:
        yield Answer("answer", language, {"entries": [entry], "suggested": [], **given_})
    for some in (
        itertools.batched(ids, 3) if hasattr(itertools, "batched") else zip(ids, ids[1:], ids[2:], strict=False)
    ):
        yield Answer("suggest", language, {"entries": [], "suggested": list(some), **given_})
    yield Answer("answer", language, {"entries": ids[:5], "suggested": ids[5:8], **given_})
    checks: list[dict[str, str]] = [{"name": "mx2.example.com", "condition": "no-address"}]
    odd = {"address": "a@firma.de", "marked": "a@firma.de␣", "characters": ["SPACE"], "position": "end"}
    about = {"suggested": [], **given_, "checks": checks, "damaged_addresses": [odd]}
    yield Answer("answer", language, {"entries": ["error-name-service"], **about})
    login = {"email": "max@firma.de", "login": "max%firma.de", "domain": "firma.de"}
    yield Answer("login", language, {"help": False, **login, "damaged_addresses": [odd]})
    for condition in get_args(Condition):
        for found in (None, MxResult("null"), MxResult("ok", (MxHost(10, "mx.example.com", ("8.8.8.8",), "ok"),))):
            host = MxHost(0, "x", (), "none") if condition == "no-address" and found else found
            yield Answer("check", language, {"results": [assess_condition(Target("mx2.example.com", condition), host)]})
    for codes in (["550", "5.7.1"], ["452", "4.3.1", "421"], ["5.7.99"]):
        yield Answer("decline", language, {"entries": [], "suggested": [], **given_, "codes": codes})
    for template in ("decline", "thanks", "greeting", "slow", "switched_off", "failure", "ports"):
        yield Answer(template, language, {"entries": [], "suggested": [], **given_})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("private", [True, False])
def test_every_reply_is_taken_by_slack_and_says_nothing_of_its_own(
    engine: AnswerEngine, composer: MessageComposer, language: Language, private: bool
) -> None:
    """Each text stands in what the templates render, is a title, or is a label: word for word."""
    labels = {engine.renderer.label(b.rpartition("_")[0], language) for b in engine.renderer.blocks("labels")}
    labels.add(engine.renderer.render(Answer("offer", language, {"name": "mx2.example.com"})))
    labels |= {engine.renderer.label("other_language", other) for other in LANGUAGES}  # each in its own words
    titles = {e.title[language] for e in engine.knowledge.entries.values()}
    for answer in replies(engine, language):
        message = composer.message(EVENT, answer, private=private, person=True)
        assert refused({"channel": "C1", **message}) == "", answer
        rendered = to_mrkdwn(engine.renderer.render(answer))
        for shown in (line for text in texts(message) for line in text.split("\n")):
            assert shown in rendered or shown in labels | titles, shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_stands_in_its_entrys_file_and_names_its_section(engine: AnswerEngine, language: Language) -> None:
    """From the reply back to the YAML: with the figures filled in, each sentence is the entry's own."""
    folder = Path(__file__).parents[3] / "knowledge"
    for entry in engine.knowledge.entries.values():
        written = yaml.safe_load((folder / f"{entry.id}.yaml").read_text(encoding="utf-8"))["answer"][language]
        rendered = engine.renderer.render(
            Answer("answer", language, {"entries": [entry.id], "suggested": [], "email": "", "domain": ""})
        )
        title, *body, source = [p for p in rendered.split("\n\n") if p]
        assert title == f"**{entry.title[language]}**"
        assert engine.knowledge.section(entry.id, language) in source
        assert re.fullmatch(pattern_of(written), " ".join(" ".join(body).split())), entry.id


def pattern_of(written: str) -> str:
    """The entry's words, with at most a figure or a name where a variable stands; a condition's text may be missing."""
    plain = " ".join(written.split())
    pieces = re.split(r"(\{\{.*?\}\}|\{%.*?%\})", plain)
    conditional, found = False, ""
    for piece in pieces:
        if piece.startswith("{%"):
            conditional = "endif" not in piece
        elif piece.startswith("{{"):
            found += r".{0,60}"
        else:
            words = r"\s*".join(map(re.escape, piece.split()))
            found += rf"\s*(?:{words})?\s*" if conditional else rf"\s*{words}\s*"
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_and_the_form_are_taken_by_slack(engine: AnswerEngine, home: ViewComposer, language: Language) -> None:
    sections = {name: list(ids) for name, ids in engine.sections(language).items()}
    for entry in ["", *engine.knowledge.entries]:
        facts = {
            "sections": sections,
            "last": ["x" * 2_000] * 5,
            "editor": True,
            "entry": entry,
            "notice": "f:1: x" * 50,
        }
        link = "https://x.slack.com/archives/C/p1"
        gaps = [{"count": 3, "language": "de", "example": "y" * 2_000, "link": link, "remarks": ["z" * 500] * 3}] * 10
        assert refused_view(home.home_tab(Answer("home", language, {**facts, "gaps": gaps}))) == ""
    assert refused_view(home.question_form(language)) == ""
    assert len(home.suggested_prompts(language)) == 4


@each_row("gaps", [[], [{"count": 1, "language": "de", "example": "x", "link": "", "remarks": []}]])
@each_row("language", LANGUAGES)
def test_home_links_editors_to_the_dashboard_where_they_reach_it(
    engine: AnswerEngine, composer: MessageComposer, home: ViewComposer, language: Language, gaps: list[Any]
) -> None:
    renderer, url = engine.renderer, "https://postbote.hoster.example/dashboard/gaps"
    parts = (composer, renderer.render, renderer.label, renderer.title, renderer.prompts)
    linking = ViewComposer(*parts, editor_url=url)
    facts = {"sections": {}, "last": [], "entry": "", "notice": "", "gaps": gaps}
    for editor, shown in ((True, 1), (False, 0)):
        view = linking.home_tab(Answer("home", language, {**facts, "editor": editor}))
        assert refused_view(view) == ""
        assert str(view).count(f"<{url}|{renderer.label('work_on_gaps', language)}>") == shown
        assert url not in str(home.home_tab(Answer("home", language, {**facts, "editor": editor})))


TYPED = any_text(300) | st.sampled_from(
    [
        "<!channel>",
        "<@U1>",
        "<#C1|x>",
        "`*_~",
        "&lt;!here&gt;",
        "*a* _b_",
        "<!subteam^S1>",
        "<https://evil.example|x>",
        "a|b",
    ]
)


@examples(60)
@given(TYPED)
def test_nothing_that_a_person_types_can_ping_link_or_break_the_formatting(world: World, typed: str) -> None:
    facts = {"state": "open", "question": typed, "said": [], "outcome": "", "reason": typed, "link": "", "direct": True}
    request = Answer("handover", "de", {**facts, "asker": "T1:U1", "request": "k", "conversation": "T1:C1:1.1"})
    link = "https://x.slack.com/archives/C/p1"
    gap = {"count": 1, "language": "de", "example": typed, "link": link, "remarks": [typed]}
    shown = Answer(
        "home", "de", {"sections": {}, "last": [typed], "editor": True, "gaps": [gap], "entry": "", "notice": typed}
    )
    listed = Answer("faq", "en", {"about": "gaps", "gaps": [gap], "more": 0})
    why = Answer("faq", "en", {"about": "why", "key": "k", "question": typed, "lines": [f"read as {typed}"]})
    refusal = Answer("login", "en", {"problem": "no-at", "given": typed})
    messages = [
        world.handover.request(request, "", relayed=True),
        *(world.composer.message(EVENT, answer, private=True, person=False) for answer in (listed, why, refusal)),
    ]
    for message in messages:
        assert refused({"channel": "C1", **message}) == ""
        for text in (message["text"], *texts({"blocks": [b for b in message["blocks"] if b["type"] != "rich_text"]})):
            assert not PINGS.search(text.replace("<@U1>", "the asker"))
            assert text.count("`") % 2 == 0 or text == message["text"]
    view = world.home.home_tab(shown)
    assert refused_view(view) == ""
    for block in view["blocks"]:
        if block["type"] == "section" and block["text"]["type"] == "mrkdwn":
            links = re.findall(r"<[^>]*>", block["text"]["text"])
            assert all(link.startswith("<https://x.slack.com/archives/C/p1|") for link in links)


def test_a_buttons_value_that_does_not_fit_leaves_the_button_out(composer: MessageComposer) -> None:
    large = Answer("ports", "de", {"entries": [], "suggested": [], "rest": "x" * 3_000})
    message = composer.message(EVENT, large, private=True, person=True)
    assert refused({"channel": "C1", **message}) == ""
    asked_again = [b for b in buttons(message) if "In English" in b["label"]]
    assert len(asked_again) == 1  # by asking the same once more
    assert "Im Channel teilen" not in [b["label"] for b in buttons(message)]


def test_what_a_suggestion_cannot_carry_it_leaves_out(composer: MessageComposer) -> None:
    """The address is for the answer's text alone; without it an example stands there."""
    facts = {"entries": [], "suggested": ["login-name"], "email": "a" * 2_500, "domain": ""}
    message = composer.message(EVENT, Answer("suggest", "de", facts), private=False, person=False)
    assert refused({"channel": "C1", **message}) == ""


def test_an_empty_cell_says_nothing_and_a_dash_what_the_legend_says(
    composer: MessageComposer,
) -> None:
    """The user name has no port; that the FAQ does not name one is said of connections alone, in fields as well."""
    facts = {"help": False, "email": "max@firma.de", "login": "max%firma.de", "domain": "firma.de"}
    facts |= {"damaged_addresses": []}
    blocks = composer.message(EVENT, Answer("login", "de", facts), private=False, person=False)["blocks"]
    (table,) = [block for block in blocks if block["type"] == "table"]
    cells = {row[0]: row[1:] for row in ([c["elements"][0]["elements"][0]["text"] for c in r] for r in table["rows"])}
    assert [text.strip() for text in cells["Benutzername"]] == ["max%firma.de", "", ""]
    assert any("–" in row for row in cells.values())
    fields = [field["text"] for block in without_tables([table]) for field in block["fields"]]
    assert "*Benutzername*\nmax%firma.de" in fields
    assert any("Port –" in text for text in fields)
