"""FAQ file of a hoster: Markdown, HTML or CSV → its questions, each with its answer as it stands there."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.content.faq_outline import outline
from bot.content.problems import KnowledgeError, Problem
from bot.core.languages import KNOWN, Language
from bot.core.markdown.commonmark import to_common_html
from bot.core.markdown.from_html import passages
from bot.core.text.normalize import fold

LONGEST = 10_000_000  # bytes of a file that are read: a thousand times an FAQ
DELIMITERS = ",;\t"
COLUMNS: Mapping[str, frozenset[str]] = {  # column → how its heading may be written, folded
    "question": frozenset({"question", "questions", "frage", "fragen"}),
    "answer": frozenset({"answer", "answers", "antwort", "antworten"}),
    "language": frozenset({"language", "lang", "sprache"}),
    "id": frozenset({"id", "key", "nr", "no", "number", "nummer"}),  # the same question in several languages
    "section": frozenset({"section", "category", "topic", "abschnitt", "kategorie", "bereich", "thema", "rubrik"}),
}
_CURE = "a CSV file begins with the names of its columns: question, answer, and optionally language, section and id"


@dataclass(frozen=True, slots=True)
class FaqItem:
    """Question of an FAQ with its answer.

    `line`: in the file, from 1. `language`: as the file says; None: it says none. `questions`: its heading first, then
    other ways to ask that the file has. `section`: the heading above; empty: none. `answer`: Markdown, the words as
    they stand there. `quoted`: what the heading holds as code. `left_out`: what of it no answer can hold. `key`: column
    id of a CSV file; empty: none. `translations`: the same in the base's other languages, from `file` where that is
    another one (bot/content/language_pairing.py).
    """

    line: int
    questions: tuple[str, ...]
    answer: str
    section: str = ""
    language: Language | None = None
    quoted: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    key: str = ""
    translations: "tuple[FaqItem, ...]" = ()
    file: Path | None = None


@dataclass(slots=True)
class Faq:
    """FAQ as read: its questions, and `notes` on what of the file is none."""

    items: list[FaqItem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def read_faq(file: Path) -> Faq:
    """FAQ of a .md, .html or .csv file. Raises KnowledgeError with file, line and cure: it cannot be read as one."""
    readers: Mapping[str, Callable[[Path, str], Faq]] = {
        ".md": _of_markdown,
        ".markdown": _of_markdown,
        ".html": _of_html,
        ".htm": _of_html,
        ".csv": _of_csv,
    }
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise _wrong(file, 1, "an FAQ is a file .md, .html or .csv; save it as one of these")
    faq = reader(file, _text(file))
    if not faq.items:
        is_table = file.suffix.lower() == ".csv"
        what = "row with a question and an answer" if is_table else "heading with a text under it"
        cure = _CURE if is_table else "make each question a heading (## or <h2>)"
        raise KnowledgeError([*faq.notes, Problem(str(file), 1, f"no {what} was found; {cure}")])
    return faq


def _wrong(file: Path, line: int, text: str) -> KnowledgeError:
    return KnowledgeError([Problem(str(file), line, text)])


def _text(file: Path) -> str:
    """Text of a file, without the mark that Windows puts before it."""
    try:
        if not file.is_file():  # reading a named pipe would wait for ever
            raise OSError("no regular file")
        data = file.read_bytes()
    except OSError as wrong:
        raise _wrong(file, 1, f"cannot be read ({wrong.strerror or wrong}); name a file that is there") from None
    if len(data) > LONGEST:
        raise _wrong(file, 1, f"{len(data):,} bytes; an FAQ has at most {LONGEST:,}: split it")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise _wrong(file, line, "not UTF-8; save the file with the encoding UTF-8") from None


def _of_markdown(file: Path, text: str) -> Faq:
    return _of_page(file, to_common_html(_without_front_matter(text), keep_breaks=False))


def _without_front_matter(text: str) -> str:
    """Markdown without the YAML block that site generators want at its head; the lines keep their numbers."""
    found = re.match(r"---\r?\n.*?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", text, re.DOTALL)
    return "\n" * found[0].count("\n") + text[found.end() :] if found else text


def _of_html(file: Path, text: str) -> Faq:
    return _of_page(file, text)


def _of_page(file: Path, html: str) -> Faq:
    faq = Faq()
    for one in outline(passages(html)):
        if one.questions:
            faq.items.append(
                FaqItem(one.line, one.questions, one.answer, one.section, None, one.quoted, tuple(one.left_out))
            )
        elif one.note:
            faq.notes.append(Problem(str(file), one.line, one.note))
    return faq


def _of_csv(file: Path, text: str) -> Faq:
    delimiter, columns = _head(file, text)
    faq, answers = Faq(), dict[tuple[str, Language | None], int]()
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for number, row in enumerate(rows):
            if number and any(cell.strip() for cell in row):
                _add_row(faq, answers, file, line, {name: _cell(row, at) for name, at in columns.items()})
            line = rows.line_num + 1
    except csv.Error as wrong:
        raise _wrong(file, line, f"no valid CSV ({wrong}); put texts with line breaks in double quotes") from None
    return faq


def _head(file: Path, text: str) -> tuple[str, Mapping[str, int]]:
    """Delimiter, and place of each column, by the first line."""
    first = text.split("\n", 1)[0]
    columns: dict[str, int] = {}
    for delimiter in DELIMITERS:
        names = [fold(name).strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
        columns = {
            column: place for column, spelt in COLUMNS.items() for place, name in enumerate(names) if name in spelt
        }
        if {"question", "answer"} <= columns.keys():
            return delimiter, columns
    raise _wrong(file, 1, f"there are no columns question and answer; {_CURE}")


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _add_row(
    faq: Faq, answers: dict[tuple[str, Language | None], int], file: Path, line: int, cells: Mapping[str, str]
) -> None:
    """Adds a row: a question of its own, or, without an answer or with one that was there, another way to ask."""
    question, answer = " ".join(cells["question"].split()), cells["answer"]
    language = _language(file, line, cells.get("language", ""))
    same = answers.get((answer, language)) if answer else len(faq.items) - 1
    if not question:
        faq.notes.append(Problem(str(file), line, "left out: a row without a question; add it"))
    elif same is None:
        blocks = passages(to_common_html(answer, keep_breaks=True))
        left_out = tuple(text for block in blocks for text in block.left_out)
        words = "\n\n".join(f"**{block.text}**" if block.level else block.text for block in blocks if block.text)
        answers[answer, language] = len(faq.items)
        faq.items.append(
            FaqItem(line, (question,), words, cells.get("section", ""), language, (), left_out, cells.get("id", ""))
        )
    elif same < 0 or faq.items[same].language != language:
        faq.notes.append(Problem(str(file), line, "left out: a row without an answer; add it"))
    else:
        item = faq.items[same]
        faq.items[same] = replace(item, questions=tuple(dict.fromkeys((*item.questions, question))))


def _language(file: Path, line: int, written: str) -> Language | None:
    """Language of a row: its code or its name; None: it says none."""
    names = {fold(row.name): code for code, row in KNOWN.items()} | {"german": "de", "englisch": "en", "deutsch": "de"}
    code = fold(written).split("-")[0].strip()
    if not code:
        return None
    if code not in KNOWN and code not in names:
        raise _wrong(file, line, f"the language {written!r} is unknown; write {', '.join(KNOWN)} or leave it empty")
    return code if code in KNOWN else names[code]


def spoken(items: Sequence[FaqItem]) -> Iterator[Language]:
    """Languages that the file names, each once."""
    yield from dict.fromkeys(item.language for item in items if item.language)
