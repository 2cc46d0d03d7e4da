"""One grammar: each source of Markdown means the same in every renderer."""

from bot.channels.slack.blocks import to_blocks
from bot.channels.slack.mrkdwn import to_mrkdwn
from bot.channels.slack.mrkdwn import to_plain as to_fallback
from bot.channels.slack.tables import EMPTY
from bot.core.markdown.to_html import to_html
from bot.core.markdown.to_plain import to_plain
from tests.rows import each_row

LINK = '<a href="https://a.example/b_c?d=1&amp;e" rel="noopener noreferrer nofollow">x</a>'
RENDERED = [
    # what it is, Markdown, HTML, plain text, Slack's mrkdwn, Slack's fallback text
    # the four disagreements of the first release
    (
        "bold over two lines",
        "**bold\nnext** x",
        *("<p><strong>bold<br>next</strong> x</p>", "bold\nnext x", "*bold*\n*next* x", "bold\nnext x"),
    ),
    ("a mark within bold", "**a*b**", "<p><strong>a*b</strong></p>", "a*b", "*a∗b*", "a*b"),
    ("emphasis with an underscore", "_a b_c_ d", "<p><em>a b_c</em> d</p>", "a b_c d", "_a b_c_ d", "a b_c d"),
    ("underscores twice are bold", "__init__", "<p><strong>init</strong></p>", "init", "*init*", "init"),
    ("underscores within a word", "a__b__c d_e", "<p>a__b__c d_e</p>", *("a__b__c d_e",) * 3),
    # what was literal everywhere
    (
        "a link",
        "[x](https://a.example/b_c?d=1&e)",
        *(f"<p>{LINK}</p>", "x (https://a.example/b_c?d=1&e)"),
        *("<https://a.example/b_c?d=1&amp;e|x>", "x (https://a.example/b_c?d=1&amp;e)"),
    ),
    (
        "a link to an address",
        "[a@b.example](mailto:a@b.example)",
        '<p><a href="mailto:a@b.example" rel="noopener noreferrer nofollow">a@b.example</a></p>',
        *("a@b.example", "<mailto:a@b.example|a@b.example>", "a@b.example"),
    ),
    ("a link to elsewhere", "[x](javascript:y)", "<p>[x](javascript:y)</p>", *("[x](javascript:y)",) * 3),
    ("a link without encryption", "[x](http://y.z)", "<p>[x](http://y.z)</p>", *("[x](http://y.z)",) * 3),
    (
        "a heading",
        "# Head _x_\nnext",
        "<p><strong>Head <em>x</em></strong></p><p>next</p>",
        "Head x\nnext",
        "*Head _x_*\nnext",
        "Head x\nnext",
    ),
    (
        "numbers, and bullets within",
        "3. a\n4. b\n   - c\n\nd",
        '<ol start="3"><li>a</li><li>b<ul><li>c</li></ul></li></ol><p>d</p>',
        *("3. a\n4. b\n  - c\n\nd", "3. a\n4. b\n  • c\n\nd", "3. a\n4. b\n  • c\n\nd"),
    ),
    # the rest
    ("line breaks are kept", "a\nb\n\nc", "<p>a<br>b</p><p>c</p>", *("a\nb\n\nc",) * 3),
    (
        "an item over two lines",
        "x\n- a\n  b\n- c",
        "<p>x</p><ul><li>a<br>b</li><li>c</li></ul>",
        *("x\n- a\n  b\n- c", "x\n• a\n  b\n• c", "x\n• a\n  b\n• c"),
    ),
    (
        "an item of two paragraphs, and an empty one",
        "- a\n\n  b\n-\n",
        "<ul><li>a<br>b</li><li></li></ul>",
        *("- a\n\n  b\n-", "• a\n\n  b\n•", "• a\n\n  b\n•"),
    ),
    (
        "bullets, then numbers",
        "- a\n1. b",
        "<ul><li>a</li></ul><ol><li>b</li></ol>",
        "- a\n1. b",
        "• a\n1. b",
        "• a\n1. b",
    ),
    (
        "bold and emphasis",
        "***a*** *b*",
        "<p><em><strong>a</strong></em> <em>b</em></p>",
        *("a b", "_*a*_ _b_", "a b"),
    ),
    (
        "bold within bold",
        "**a __b__ c**",
        "<p><strong>a <strong>b</strong> c</strong></p>",
        "a b c",
        "*a b c*",
        "a b c",
    ),
    ("code with a backtick", "`` a`b ``", "<p><code>a`b</code></p>", "a`b", "`a'b`", "a`b"),
    (
        "code is kept to the letter",
        "`*a* \\_ <b>`",
        "<p><code>*a* \\_ &lt;b&gt;</code></p>",
        "*a* \\_ <b>",
        "`*a* \\_ &lt;b&gt;`",
        "*a* \\_ &lt;b&gt;",
    ),
    ("escaped marks", r"\*a\* \_b\_ \[c\]", "<p>*a* _b_ [c]</p>", "*a* _b_ [c]", "∗a∗ ˍbˍ [c]", "*a* _b_ [c]"),
    (
        "entities are characters",
        "&lt; &copy;",
        "<p>&amp;lt; &amp;copy;</p>",
        "&lt; &copy;",
        "&amp;lt; &amp;copy;",
        "&amp;lt; &amp;copy;",
    ),
    (
        "HTML and autolinks are characters",
        "<b> <https://x.y>",
        "<p>&lt;b&gt; &lt;https://x.y&gt;</p>",
        "<b> <https://x.y>",
        "&lt;b&gt; &lt;https://x.y&gt;",
        "&lt;b&gt; &lt;https://x.y&gt;",
    ),
    (
        "quotes, rules and references",
        "> a\n\n---\n\n[b]: c",
        "<p>&gt; a</p><p>---</p><p>[b]: c</p>",
        "> a\n\n---\n\n[b]: c",
        "&gt; a\n\n---\n\n[b]: c",
        "&gt; a\n\n---\n\n[b]: c",
    ),
    (
        "a table with ragged rows",
        "| a | b |\n|---|---|\n| 1 |\n| 2 | 3 | 4 |",
        '<table><thead><tr><td>a</td><th scope="col">b</th></tr></thead><tbody>'
        '<tr><th scope="row">1</th><td></td></tr><tr><th scope="row">2</th><td>3</td></tr></tbody></table>',
        *("a  b\n1\n2  3", "```a  b\n1\n2  3```", "1: \n2: b 3"),
    ),
    ("a head without its rule", "| a | b |\n|---|\n| 1 | 2 |", "<p>| a | b |<br>|---|<br>| 1 | 2 |</p>")
    + ("| a | b |\n|---|\n| 1 | 2 |",) * 3,
    ("nothing", "", "", "", "", ""),
]


@each_row(
    ("markdown", "html", "plain", "mrkdwn", "fallback"), [row[1:] for row in RENDERED], ids=[row[0] for row in RENDERED]
)
def test_every_renderer_shows_the_same(markdown: str, html: str, plain: str, mrkdwn: str, fallback: str) -> None:
    assert to_html(markdown) == html
    assert to_plain(markdown) == plain
    assert to_mrkdwn(markdown) == mrkdwn
    assert to_fallback(markdown) == fallback


def test_slacks_blocks_are_sections_notes_and_tables() -> None:
    found = to_blocks("**a**\n\n- b\n\n| c | d |\n|---|---|\n| 1 |\n\n_e `f` g_h_\n\n_i_ j")
    assert [block["type"] for block in found] == ["section", "table", "context", "section"]
    assert found[0]["text"]["text"] == "*a*\n\n• b"
    cells = [[cell["elements"][0]["elements"][0]["text"] for cell in row] for row in found[1]["rows"]]
    assert cells == [["c", "d"], ["1", EMPTY]]
    assert found[2]["elements"][0]["text"] == "e `f` g_h"
    assert found[3]["text"]["text"] == "_i_ j"
