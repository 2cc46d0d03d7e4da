"""Escape first: what strangers typed is shown to the letter in every renderer, and is never a mark, tag or link."""

import re
import time
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack.blocks import to_blocks
from bot.channels.slack.mrkdwn import to_mrkdwn
from bot.channels.slack.mrkdwn import to_plain as to_fallback
from bot.content.template_filters import code, text
from bot.core.markdown.lint import lint
from bot.core.markdown.parser import parse
from bot.core.markdown.to_html import to_html
from bot.core.markdown.to_plain import to_plain
from tests.examples import any_text
from tests.rows import each_row
from tests.slow import one_in, slow

MARKS = st.text(st.sampled_from("\\`*_[]()<>|#~-+=:.!&;/\"' \n\t1aä\u200b\u3000"), max_size=60)
TYPED = (
    any_text(60)
    | MARKS
    | st.sampled_from(
        [
            *(
                "- x",
                "+ x",
                "1. x",
                "2) x",
                "10.",
                "-",
                "# x",
                "> x",
                "```",
                "---",
                "===",
                "|-|",
                "a\\",
                "\\*",
                "&lt;&#42;",
            ),
            *("<!channel>", "<@U1>", "[x](https://e.example)", "![x](https://e.example)", "<https://e.example>"),
            *("https://e.example", "**x**", "__x__", "_x_", "`x`", "~~x~~", "    x", "[x]: https://e.example"),
        ]
    )
)
LOOKALIKES = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "'"})


def shown(typed: str) -> str:
    """What of a typed text is to be seen: control characters are spaces, and blanks at the ends go."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", typed).strip()


def slack(typed: str) -> str:
    return typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@given(TYPED.filter(shown), st.sampled_from(["{}", "{} x", "x {}", "x\n{}", "x {}x", "# {}"]))
def test_typed_words_are_shown_to_the_letter(typed: str, around: str) -> None:
    markdown, words = around.format(text(typed)), around.removeprefix("# ").format(shown(typed))
    assert to_plain(markdown) == words
    assert unescape(re.sub(r"</?(?:p|strong)>", "", to_html(markdown)).replace("<br>", "\n")) == words
    assert to_fallback(markdown) == slack(words)
    bold = "*" if around.startswith("#") else ""
    assert to_mrkdwn(markdown) == f"{bold}{slack(words).translate(LOOKALIKES)}{bold}"


@given(TYPED.filter(shown))
def test_typed_words_stay_in_their_item_and_cell(typed: str) -> None:
    words = text(typed)
    assert to_html(f"- {words}\n- y").count("<li>") == 2
    assert to_plain(f"- {words}\n- y") == f"- {shown(typed)}\n- y"
    rows = parse(f"| a | b |\n|---|---|\n| {words} | {words} |")[0].rows
    assert to_plain(f"| a | b |\n|---|---|\n| {words} | y |").split("\n")[1].startswith(shown(typed))
    assert [len(row) for row in rows] == [2, 2]
    if "&" not in typed:  # an entity is none, which the linter tells editors
        assert list(lint(f"| a | b |\n|---|---|\n| {words} | {words} |\n\n{words}")) == []


@given(TYPED.filter(shown), TYPED.filter(shown))
def test_typed_code_is_one_piece_of_code(typed: str, other: str) -> None:
    plain = shown(typed).replace("`", "'").strip()
    if plain:
        html = to_html(f"**a:** {code(typed)} und {text(other)} _b_")
        assert re.findall("<code>(.*?)</code>", html, re.DOTALL) == [html.split("<code>")[1].split("</code>")[0]]
        assert unescape(html.split("<code>")[1].split("</code>")[0]) == plain
        assert set(re.findall(r"<(\w+)", html)) == {"p", "strong", "code", "em"}
        assert to_mrkdwn(code(typed)) == f"`{slack(plain)}`"


@given(
    st.lists(TYPED | MARKS | st.sampled_from(["\n", "\n\n", "\n- ", "\n| a |\n|---|\n| "]), max_size=12).map("".join)
)
def test_no_text_at_all_raises_mentions_or_makes_another_tag(markdown: str) -> None:
    """Unescaped, as an editor may write it: links are all that it can make, and they go to https: and mailto: alone."""
    html = re.sub(r' (?:scope="(?:row|col)"|start="\d+")', "", to_html(markdown))
    html = re.sub(r'<a href="(?:https://|mailto:)[^"<>]*" rel="noopener noreferrer nofollow">', "<a>", html)
    tags = set(re.findall(r"<[^>]*>", html))
    allowed = {"p", "br", "ul", "ol", "li", "strong", "em", "code", "a"} | {"table", "thead", "tbody", "tr", "th", "td"}
    assert tags <= {f"<{slash}{tag}>" for tag in allowed for slash in ("", "/")}
    blocks = [block for block in to_blocks(markdown) if block["type"] != "table"]  # its cells are no markup
    shown = [block.get("elements") or block.get("fields") or [block["text"]] for block in blocks]
    texts = [text["text"] for several in shown for text in several]
    for said in (to_mrkdwn(markdown), *texts):
        assert all(re.match(r"<(?:https://|mailto:)", link) for link in re.findall("<[^>]*>?", said))
    assert "<" not in to_fallback(markdown)
    to_plain(markdown)
    list(lint(markdown))


HOSTILE = [
    *("[", "![", "[[a](", "](", "[x](https://a.b/", "*a ", "**a", "_a_ ", "*_", "***a", "**[_`", "`a", "` `` ", "\\"),
    *("|", "|a|\n|-|\n", "a|b\n", "- ", "- a\n", "  - a\n", "1. a\n", "# ", "a\n", "\n", "<", "&", "\t", "_a b_c"),
]


def seconds(markdown: str) -> float:
    """Seconds of CPU for parsing and rendering."""
    began = time.process_time()
    to_html(markdown)
    to_mrkdwn(markdown)
    list(lint(markdown))
    return time.process_time() - began


@one_in(3)
def test_hostile_marks_cost_time_by_their_length_alone(every: int) -> None:
    """Eight times as long: eight times the time, not 64 times."""
    for piece in HOSTILE[::every]:
        short, long = (min(seconds((piece * size)[: size + more]) for more in range(2)) for size in (300, 2_400))
        assert long < max(0.06, 24 * short), piece


@slow
@each_row("piece", HOSTILE, ids=repr)
def test_the_longest_reply_is_rendered_within_seconds(piece: str) -> None:
    """100,000 characters take 0.1 to 0.6 s of CPU escaped, 0.1 to 1.0 unescaped; half of them here, on any machine."""
    for markdown in (text(piece * (25_000 // len(piece))), (piece * 50_000)[:50_000]):
        began = time.process_time()
        to_html(markdown)
        assert time.process_time() - began < 3.0
