"""HTML → headings and answers: the Markdown that answers may hold (knowledge/README.md), the words as they are."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.core.lazy_regex import lazy_regex
from bot.core.markdown.html_tree import PARAGRAPH_ENDS, Element, to_tree
from bot.core.markdown.lint import lint
from bot.core.markdown.parser import DEEPEST

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "dt": 7, "summary": 7}  # tag → level
_CONTAINERS = frozenset({"body", "center", "fieldset", "header", "html", "tbody"})
_LISTS = frozenset({"ul", "ol"})
_BOLD = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_CODE = frozenset({"code", "kbd", "samp", "tt"})
# A character that would be a mark, or that the linter takes for one
_MARK = lazy_regex(
    r"\\(?=[!-/:-@\[-`{-~])|[`*]|(?<![^\W_])_|_(?![^\W_])|\](?=\()|<(?=/?[a-zA-Z]{1,10}>)|&(?=#?\w{1,10};)|>(?=\s)|~(?=~~)"
)
_LINE_MARK = lazy_regex(r"[#>+-](?=#*(?:\s|$))|~(?=~~)|\d{1,9}(?=[.)](?:\s|$))")
_LINKED = lazy_regex(r"(?:https://|mailto:)[^\s<>|\"`]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Passage:
    """Passage of a document: a heading, or a block of text under it.

    `line`: in the document, from 1. `level`: of a heading, from 1; 0: a block. `text`: plain for a heading, Markdown
    for a block. `quoted`: what a heading holds as code. `left_out`: what of it no answer can hold.
    """

    line: int
    level: int
    text: str
    quoted: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def passages(html: str) -> list[Passage]:
    """Passages of a page, in its order; of one that says which part is its own, of that. Raises nothing."""
    tree = to_tree(html)
    own = next(tree.within("main"), tree)
    return [passage for passage in _blocks(own.children) if passage.text or passage.left_out]


def _is_block(node: Element) -> bool:
    return node.tag in PARAGRAPH_ENDS or node.tag in _CONTAINERS


def _blocks(nodes: Sequence[Element]) -> Iterator[Passage]:
    run: list[Element] = []  # inline elements side by side: a paragraph without a tag
    for node in nodes:
        if _is_block(node):
            yield from _paragraph(run)
            run = []
            yield from _block(node)
        else:
            run.append(node)
    yield from _paragraph(run)


def _block(node: Element) -> Iterator[Passage]:
    if node.tag in HEADINGS:
        codes = tuple(child.words() for tag in sorted(_CODE) for child in node.within(tag))
        yield Passage(node.line, HEADINGS[node.tag], node.words(), codes)
    elif node.tag in _LISTS:
        yield _passage(node, lambda marks: "\n".join(_list(node, 0, marks)))
    elif node.tag == "table" and any(next(node.within(tag), None) for tag in HEADINGS):  # of a layout
        for cell in (cell for row in _rows(node) for cell in row):
            yield from _blocks(cell.children)
    elif node.tag == "table":
        yield _passage(node, lambda marks: _table(node, marks))
    elif node.tag == "pre":
        lines = "".join(_raw(node)).split("\n")
        yield Passage(node.line, 0, "\n".join(_code(line.strip()) for line in lines if line.strip()))
    else:
        yield from _blocks(node.children)


def _raw(node: Element) -> Iterator[str]:
    yield node.text
    for child in node.children:
        yield "\n" if child.tag == "br" else "".join(_raw(child))


def _paragraph(nodes: Sequence[Element]) -> Iterator[Passage]:
    if nodes:
        whole = Element("p", nodes[0].line, children=list(nodes))
        yield _passage(whole, lambda marks: _paragraph_text(nodes, marks))


def _passage(node: Element, write: Callable[[bool], str]) -> Passage:
    """Passage of a block. `write`: True → its Markdown; False → without bold and emphasis, where they would show."""
    text = write(True)
    if any(lint(text)):
        text = write(False)
    return Passage(node.line, 0, text, left_out=tuple(_left_out(node)))


def _left_out(node: Element) -> Iterator[str]:
    for image in node.within("img"):
        yield f"the picture {image.attributes.get('alt') or image.attributes.get('src', '')!r}"
    for link in node.within("a"):
        target = link.attributes.get("href", "")
        if target and not re.match(r"(?:https?|mailto|tel):", target, re.IGNORECASE):
            yield f"the link to {target!r}, which leads nowhere from outside of the FAQ"


def _paragraph_text(nodes: Sequence[Element], marks: bool) -> str:
    lines = (re.sub(" {2,}", " ", line.strip()) for line in _inline(nodes, marks).split("\n"))
    return "\n".join(_without_line_mark(line) for line in lines if line)


def _without_line_mark(line: str) -> str:
    """Line that does not begin with the mark of a heading, list or quote."""
    found = _LINE_MARK.match(line)
    if not found:
        return line
    mark = found[0]
    return f"{mark}\\{line[len(mark) :]}" if mark.isdigit() else f"\\{line}"


def _inline(nodes: Sequence[Element], marks: bool) -> str:
    return "".join(_span(node, marks) for node in nodes)


def _span(node: Element, marks: bool) -> str:
    if not node.tag:
        return _MARK.sub(r"\\\g<0>", re.sub(r"\s+", " ", node.text))
    if node.tag == "br":
        return "\n"
    if node.tag in _CODE:
        return _code(node.words())
    if node.tag == "a" and next(node.within("a"), None) is None:  # of two crossed links the inner one is shown
        return _link(_inline(node.children, False), node.attributes.get("href", ""))
    if node.tag in _BOLD and marks:
        return _marked(_inline(node.children, False), _BOLD[node.tag])
    text = _inline(node.children, marks)
    return f"\n{text}\n" if _is_block(node) else text


def _marked(text: str, mark: str) -> str:
    inner = text.strip()
    if not inner or "\n" in inner:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{mark}{inner}{mark}{after}"


def _code(text: str) -> str:
    if not text:
        return ""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _link(text: str, target: str) -> str:
    shown = " ".join(text.split())
    if _LINKED.fullmatch(target) and shown:
        return f"[{shown}]({target.replace('(', '%28').replace(')', '%29')})"
    if target.startswith("http:") and target not in text:
        return f"{shown} ({target})"
    return text


def _list(node: Element, depth: int, marks: bool, indent: str = "") -> Iterator[str]:
    """Lines of a list; lists that lie too deep go on in the deepest one."""
    for number, item in enumerate((child for child in node.children if child.tag == "li"), start=1):
        marker = f"{number}. " if node.tag == "ol" else "- "
        words = [child for child in item.children if child.tag not in _LISTS]
        lines = [line.strip() for line in _inline(words, marks).split("\n") if line.strip()] or ["–"]
        within = indent + " " * len(marker)
        yield f"{indent}{marker}{_without_line_mark(lines[0])}"
        yield from (f"{within}{_without_line_mark(line)}" for line in lines[1:])
        for inner in (child for child in item.children if child.tag in _LISTS):
            deeper = depth + 1 < DEEPEST
            yield from _list(inner, depth + deeper, marks, within if deeper else indent)


def _rows(node: Element) -> Iterator[list[Element]]:
    """Cells of a table, by row; of tables within its cells none."""
    for child in node.children:
        if child.tag == "tr":
            yield [cell for cell in child.children if cell.tag in ("td", "th")]
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from _rows(child)


def _table(node: Element, marks: bool) -> str:
    rows = [row for row in ([_cell(cell, marks) for cell in cells] for cells in _rows(node)) if any(row)]
    if not rows:
        return ""
    width = max(map(len, rows))
    lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * width}", *lines[1:]])


def _cell(node: Element, marks: bool) -> str:
    return " ".join(_inline(node.children, marks).split()).replace("|", "\\|")
