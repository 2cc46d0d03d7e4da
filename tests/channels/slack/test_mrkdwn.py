"""Our Markdown → Slack's mrkdwn."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack.blocks import SECTION, to_blocks
from bot.channels.slack.mrkdwn import relayed, sections, to_mrkdwn, to_plain
from bot.content.template_filters import code, text
from tests.examples import any_text
from tests.rows import each_row

CONVERTED = [
    ("bold", "**SMTP**", "*SMTP*", "SMTP"),
    ("code", "Port `465`", "Port `465`", "Port 465"),
    ("emphasis", "_Quelle: FAQ_", "_Quelle: FAQ_", "Quelle: FAQ"),
    ("emphasis around code", "_Quelle · Eintrag `a-b`_", "_Quelle · Eintrag `a-b`_", "Quelle · Eintrag a-b"),
    ("a list", "- eins\n- zwei", "• eins\n• zwei", "• eins\n• zwei"),
    ("an address", "`max@firma.de`", "`max@firma.de`", "max@firma.de"),
    ("the three characters", "a < b & c > d", "a &lt; b &amp; c &gt; d", "a &lt; b &amp; c &gt; d"),
    ("a mention of everybody", "<!channel>", "&lt;!channel&gt;", "&lt;!channel&gt;"),
]


@each_row(("markdown", "mrkdwn", "plain"), [r[1:] for r in CONVERTED], ids=[r[0] for r in CONVERTED])
def test_our_markdown_becomes_slacks(markdown: str, mrkdwn: str, plain: str) -> None:
    assert to_mrkdwn(markdown) == mrkdwn
    assert to_plain(markdown) == plain


PINGS = re.compile(r"<[!@#][^>]*>|<https?:[^>]*>")
TYPED = any_text(200) | st.sampled_from(
    ["<!channel>", "<@U1>", "<#C1|x>", "`*_~", "&lt;!here&gt;", "*a* _b_", "<!subteam^S1>"]
)


@given(TYPED)
def test_nothing_that_a_person_types_can_ping_or_break_the_formatting(typed: str) -> None:
    for markdown in (f"**{text(typed)}** und {code(typed)} _x_", typed):
        texts = [t["text"] for b in to_blocks(markdown) for t in (b.get("elements") or [b["text"]])]
        for shown in (to_plain(markdown), *texts):
            assert not PINGS.search(shown)
            assert "<" not in shown
    assert to_mrkdwn(f"{code(typed)} _x_").count("`") % 2 == 0


@given(st.text(alphabet="ab \n", max_size=20_000))
def test_a_long_answer_is_cut_into_sections_that_slack_takes(markdown: str) -> None:
    pieces = sections(markdown, SECTION)
    assert all(0 < len(piece) <= SECTION for piece in pieces)
    assert "".join(pieces).split() == markdown.split() or any(len(w) > SECTION for w in markdown.split())


RELAYED = [
    ("nehmen Sie *Port 465* und `ssl0`", "nehmen Sie *Port 465* und `ssl0`"),
    ("siehe <https://example.com/a|hier> &amp; <mailto:a@b.de|a@b.de>", None),
    ("<!channel> <!here> <!everyone|x>", "@channel @here @x"),
    ("<!subteam^S1|@helpers> <!subteam^S1>", "@helpers @subteam"),
    ("<@U1> <@U2> <@U3|grace>", "@Ada @… @grace"),
    ("<!date^1392734382^{date}|Feb 18>", "Feb 18"),
    ("<#C1|general>", None),
    ("<javascript:alert(1)|x> <foo>", "&lt;javascript:alert(1)|x&gt; &lt;foo&gt;"),
    ("a < b", "a < b"),
]


@each_row(("said", "expected"), RELAYED)
def test_what_is_relayed_keeps_its_links_and_calls_nobody(said: str, expected: str | None) -> None:
    assert relayed(said, {"U1": "Ada"}) == (said if expected is None else expected)
