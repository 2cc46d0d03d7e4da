"""HTML and other people's Markdown → passages: headings, and Markdown as answers may hold it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.core.markdown.commonmark import to_common_html
from bot.core.markdown.from_html import Passage, passages
from bot.core.markdown.lint import lint
from bot.core.markdown.to_plain import to_plain
from tests.rows import each_row

BLOCKS = {
    "<p>Hallo <b>du</b>, <i>ja</i></p>": "Hallo **du**, *ja*",
    "<p>a<br>b<br/>c": "a\nb\nc",
    "<p>Port <code>587</code>": "Port `587`",
    "<p>mit ` Strich: <code>a`b</code>": "mit \\` Strich: `` a`b ``",
    "<ul><li>a<ul><li>b<li>c</ul><li>d</ul>": "- a\n  - b\n  - c\n- d",
    "<ol><li>a<br>b</li><li><p>c</p><p>d</p></li></ol>": "1. a\n   b\n2. c\n   d",
    "<table><tr><th>A<th>B<tr><td>1|2<td>x<br>y<tr><td>z</table>": "| A | B |\n|---|---|\n| 1\\|2 | x y |\n| z |  |",
    "<pre>a\n b\n</pre>": "`a`\n`b`",
    '<a href="https://a.example/(b)">dort</a>': "[dort](https://a.example/%28b%29)",
    '<a href="mailto:a@b.example">Post</a>': "[Post](mailto:a@b.example)",
    '<a href="http://a.example">alt</a>': "alt (http://a.example)",
    '<a href="javascript:x()">Knopf</a>': "Knopf",
    "<p>2 * 3 * 4, da_ _so": "2 \\* 3 \\* 4, da\\_ \\_so",
    "<p>\\* &lt;b&gt; &amp;nbsp; [x](y)": "\\\\\\* \\<b\\> \\&nbsp; [x\\](y)",
    "<p># kein<br>- Anfang<br>1. einer<br>&gt; Liste": "\\# kein\n\\- Anfang\n1\\. einer\n\\> Liste",
    "<b>„A“</b>b<b> </b>": "„A“b",  # marks that would show are left out
    "<div>a <div>b</div> c</div>": None,
    "<script>x</script><style>y</style><nav>z</nav><!-- w -->": None,
}


@each_row("html", [html for html, markdown in BLOCKS.items() if markdown])
def test_a_block_keeps_its_words_and_the_marks_that_answers_have(html: str) -> None:
    assert [p.text for p in passages(html)] == [BLOCKS[html]]
    assert list(lint(str(BLOCKS[html]))) == []


def test_what_is_no_text_is_left_out_and_containers_end_paragraphs() -> None:
    assert [p.text for p in passages("<div>a <div>b</div> c</div>")] == ["a", "b", "c"]
    assert passages("<script>x</script><style>y</style><nav><p>z</nav><!-- w --><head><title>v</title></head>") == []


def test_headings_terms_and_summaries_have_levels_and_lines() -> None:
    html = "<h1>A &amp; B</h1>\n<h2>C <code>550 x</code>?</h2><p>d\n"
    html += "<dl><dt>E?<dd>f<dt>G?<dd>h</dl>\n<details><summary>I?</summary>j"
    found = [(p.line, p.level, p.text) for p in passages(html)]
    assert found == [
        (1, 1, "A & B"),
        (2, 2, "C 550 x?"),
        (2, 0, "d"),
        *((3, 7, "E?"), (3, 0, "f"), (3, 7, "G?"), (3, 0, "h")),
        *((4, 7, "I?"), (4, 0, "j")),
    ]
    assert passages(html)[1].quoted == ("550 x",)


PAGES = {
    "an accordion": '<h2 class="x"><button type="button">F?</button></h2><div id="c1"><div>a</div></div>',
    "a form around all": "<body><form><input type=hidden><h3>F?</h3>a</form>",
    "a table for the layout": "<table><tr><td><h4>F?</h4><td><table><tr><td>a</table></table>",
    "a page with its own part": "<h1>Menü</h1>x<main><h2>F?</h2>a</main><h2>Kontakt</h2>y",
    "a column beside": "<aside><h2>Kontakt</h2>y</aside><section><h2>F?</h2>a</section><footer>z</footer>",
    "XHTML": '<?xml version="1.0"?><html><head><meta/></head><body><h2>F?</h2><p>a</p><br/></body></html>',
}


@each_row("page", PAGES)
def test_pages_as_programs_build_them_give_their_questions_and_answers(page: str) -> None:
    found = [(bool(p.level), p.text.strip("| \n-")) for p in passages(PAGES[page])]
    assert found == [(True, "F?"), (False, "a")]


def test_pictures_and_links_within_the_page_are_named_as_left_out() -> None:
    found = passages('<p>Siehe <a href="#b">dort</a> <img src="a.png" alt="Fenster">')
    assert found[0].text == "Siehe dort"
    assert [what.split(",")[0] for what in found[0].left_out] == ["the picture 'Fenster'", "the link to '#b'"]


def test_markdown_keeps_its_lines_and_a_break_is_one_where_it_is_asked_for() -> None:
    text = "# A\n\nb\nc\n\n## D\n\n```\n554 e\n```\n"
    found = passages(to_common_html(text, keep_breaks=False))
    assert found == [Passage(1, 1, "A"), Passage(3, 0, "b c"), Passage(6, 2, "D"), Passage(found[3].line, 0, "`554 e`")]
    assert passages(to_common_html("b\nc", keep_breaks=True)) == [Passage(1, 0, "b\nc")]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@given(st.text("ab1 *_`#-+>~<&;[]()|\\!.\n„“{%", max_size=40))
def test_the_words_of_any_text_are_kept_and_none_of_its_characters_becomes_a_mark(text: str) -> None:
    html = "".join(f"&#{ord(c)};" for c in text)
    found = "\n\n".join(p.text for p in passages(f"<p>{html}</p>"))
    assert words(to_plain(found)) == words(text)
    assert list(lint(found)) == []


PIECES = [
    *("<p>", "</p>", "<b>", "</b>", "<i>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "<h2>", "</h2>"),
    *("<a href='https://a.example'>", "</a>", "<code>", "</code>", "<br>", "<pre>", "<div>", "</div>", "<dd>"),
    *("<script>", "</script>", "wort ", "„x“", "*", "\n"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_whatever_is_open_or_crossed_the_answer_shows_no_mark(pieces: list[str]) -> None:
    for passage in passages("".join(pieces)):
        if not passage.level:
            assert list(lint(passage.text)) == [], passage


def test_depth_and_length_cost_no_more_than_they_must() -> None:
    assert passages("<div>" * 2_500 + "a")[0].text == "a"
    assert passages("<ul><li>" * 1_500 + "a")[0].text
    assert len(passages("<p>a" * 10_000)) == 10_000
