"""Labels in the page's tables."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.core.markdown.to_html import to_html
from bot.web.chat.table_labels import with_labels

SETTINGS = "| Verbindung | Server | Port |\n|---|---|---|\n| SMTPS | `ssl0` | 465 |\n| Benutzername | max |  |"


def test_each_cell_names_its_column_and_a_value_of_the_whole_row_names_none() -> None:
    shown = with_labels(to_html(SETTINGS))
    assert '<td data-label="Server"><code>ssl0</code></td><td data-label="Port">465</td>' in shown
    assert '<th scope="row">Benutzername</th><td>max</td><td></td>' in shown


@given(st.lists(st.lists(st.text("a|\"'<>&*`_ ", max_size=8), min_size=3, max_size=3), min_size=1, max_size=4))
def test_nothing_is_lost_and_no_tag_is_added(rows: list[list[str]]) -> None:
    lines = ["| " + " | ".join(row) + " |" for row in [["x", '"y"', "<z>"], *rows]]
    html = to_html("\n".join([lines[0], "|---|---|---|", *lines[1:]]))
    assert re.sub(r' data-label="[^"<>]*"', "", with_labels(html)) == html
