"""Documents: their links lead somewhere, SECURITY.md names tests that are there, DECISIONS.md can be read."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from tests.slow import slow
from tests.syntax import tree_of
from tests.test_imports import FILES, RANKS, all_imports, parts_of

PROJECT = Path(__file__).parent.parent.parent
SOURCE = frozenset({".py", ".html", ".js", ".yaml", ".example", ".service"})
NAME = re.compile(r"\w*(?:[a-z0-9]_[a-z]|[a-z][A-Z]|[A-Z]_[A-Z])\w*")
LINK = re.compile(r"\]\((?!\w+:|\{)([^)\s]+)\)")
CODE = (PROJECT / "bot/README.md").read_text(encoding="utf-8")
SECURITY = (PROJECT / "deploy/SECURITY.md").read_text(encoding="utf-8")


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    folders = ("bot", "deploy", "knowledge", "templates", "tests")
    documents = [PROJECT / "README.md", *(file for name in folders for file in (PROJECT / name).rglob("*.md"))]
    links = [(document, link) for document in documents for link in LINK.findall(document.read_text(encoding="utf-8"))]
    assert len(links) > 15
    assert [f"{document}: {link}" for document, link in links if not leads_somewhere(document, link)] == []


def test_every_place_that_the_code_s_readme_names_is_there() -> None:
    table = CODE.split("## Where is …?\n")[1].split("\n## ")[0]
    places = re.findall(r"`([\w/]+\.(?:py|yaml)|\w+/)`(?: `(\w+)`)?", table)
    assert len(places) > 20
    for name, within in places:
        file = next((folder / name for folder in (PROJECT / "bot", PROJECT) if (folder / name).exists()), None)
        assert file, name
        assert not within or re.search(rf"(?:def|class) {within}\b", file.read_text(encoding="utf-8")), (name, within)


@slow
def test_the_picture_of_the_rooms_shows_all_of_them_and_only_imports_that_are_there() -> None:
    imports = {(parts_of(file)[0], f"{name}.".split(".")[1]) for file, name in all_imports() if name.startswith("bot.")}
    arrows = drawn_arrows(CODE)
    assert len(arrows) > 20
    assert [arrow for arrow in arrows if not imports & set(product(*arrow))] == []
    beside = set(re.findall(r"`(\w+)/`", CODE.partition("```mermaid")[0]))
    assert beside.union(*(rooms for arrow in arrows for rooms in arrow)) == RANKS.keys()


def drawn_arrows(document: str) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Arrows of a Mermaid flowchart, as the rooms of both ends: `a["a/, b/ · what they are"] & c --> d`."""
    picture = document.partition("```mermaid\nflowchart TD\n")[2].partition("```")[0]
    labels = re.findall(r'(\w+)\["(.+?) · ', picture)
    rooms = {node: frozenset(re.findall(r"\w+(?=/)|__main__|\w+(?=\.py)", label)) for node, label in labels}
    sides = [re.sub(r'\[".+?"\]', "", line).strip().split(" --> ") for line in picture.splitlines()]
    return [(rooms[a], rooms[b]) for above, below in sides for a in above.split(" & ") for b in below.split(" & ")]


def test_the_way_of_a_question_goes_through_places_that_are_there() -> None:
    """Mermaid's `from->>to: text`: both are modules or folders, and a name with "_" or before a colon stands in one."""
    way = CODE.partition("sequenceDiagram\n")[2].partition("```")[0]
    steps = re.findall(r"^ *(\S+?)->>(\S+?): (.+)$", way, re.MULTILINE)
    assert len(steps) > 4
    for before, after, text in steps:
        sources = [source for place in (before, after) if place != "Slack" for source in sources_of(place)]
        for name in [*re.findall(r"(\w+)(?:: |\()", text), *re.findall(r"\w*_\w+", text)]:
            assert name == "meanwhile" or re.search(rf"\b{name}\b", " ".join(sources)), f"{name} in {before} or {after}"


def sources_of(place: str) -> list[str]:
    """Names and texts of a module of bot/, or of all in a folder."""
    files = (
        [PROJECT / f"bot/{place}.py"]
        if (PROJECT / f"bot/{place}.py").exists()
        else [*PROJECT.glob(f"bot/{place}/*.py")]
    )
    assert files, place
    return [f"{file.stem} {file.read_text(encoding='utf-8')}" for file in files]


@slow
def test_every_word_of_the_glossary_is_a_name_in_the_code() -> None:
    """Within a name of bot/: "ticket ledger" in TicketLedger, "readiness problem" in readiness_problem."""
    rows = re.findall(r"^\| (?!word)([^|`]+) \| (.+) \|$", CODE.partition("## Glossary")[2], re.MULTILINE)
    assert 10 < len(rows) <= 40
    names = {name.replace("_", "").lower() for file in FILES for name in defined(tree_of(file))}
    for words, meaning in rows:
        for word in words.split(", "):
            assert any(word.replace(" ", "") in name for name in names), word
        for name in re.findall(r"`(?:\w+\.)?(\w+)`", meaning):
            assert name.replace("_", "").lower() in names, name


def defined(tree: ast.Module) -> Iterator[str]:
    """Names of classes, functions, fields and arguments."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.arg):
            yield node.arg


OF_OTHERS = frozenset({"oauth_v2_access"})  # names in the code of libraries
DOCUMENTS = ("bot/DECISIONS.md", "deploy/CHANGELOG.md", "deploy/SECURITY.md", "tests/eval/README.md", "bot/README.md")


@slow
def test_what_documents_call_by_name_is_there() -> None:
    """Code in backticks: a module's file, a name with "_" or of humps, a class with its attribute."""
    said = [
        (document, code)
        for document in DOCUMENTS
        for code in re.findall(r"`([^`\n]+)`", (PROJECT / document).read_text(encoding="utf-8"))
    ]
    texts = {
        f"/{file.relative_to(PROJECT)}": file.read_text(encoding="utf-8")
        for room in ("bot", "deploy", "tests", "templates")
        for file in (PROJECT / room).rglob("*")
        if file.suffix in SOURCE
    }
    everything = "\n".join(text for file, text in texts.items() if not file.endswith("/test_documents.py"))
    words = frozenset(re.findall(r"\w+", everything)) | OF_OTHERS
    classes = frozenset(re.findall(r"class (\w+)", everything))
    modules = [(document, code) for document, code in said if re.fullmatch(r"[\w/-]+\.py", code)]
    names = [
        (document, code.removesuffix("_total")) for document, code in said if NAME.fullmatch(code)
    ]  # of Prometheus
    attributes = [(document, *code.split(".")) for document, code in said if re.fullmatch(r"[A-Z]\w+\.\w+", code)]
    assert min(map(len, (modules, names, attributes))) >= 5
    assert [one for one in modules if not any(file.endswith(f"/{one[1]}") for file in texts)] == []
    assert [one for one in names if one[1] not in words] == []
    assert [one for one in attributes if one[1] not in classes or one[2] not in words] == []


def leads_somewhere(document: Path, link: str) -> bool:
    """True for a link to a file, and to a heading as GitHub names it; other protocols are not followed."""
    name, _, heading = link.partition("#")
    target = document.parent / name if name else document
    if not target.exists() or not heading:
        return target.exists()
    titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
    return heading in [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


def test_every_test_that_security_md_names_is_there() -> None:
    files = re.findall(r"`(tests/[\w/]+\.py)`", SECURITY)
    names = re.findall(r"`(test_\w+)`", SECURITY)
    assert len(files) > 15
    assert len(names) > 10
    assert [file for file in files if not (PROJECT / file).is_file()] == []
    written = (PROJECT / "tests/test_security.py").read_text(encoding="utf-8")
    assert [name for name in names if f"def {name}(" not in written] == []


def test_every_endpoint_is_in_the_threat_model() -> None:
    from tests.test_security import endpoints

    assets = tuple(f".{kind}" for kind in ("css", "js", "svg", "png"))
    told = [path for path in endpoints() if not path.endswith(assets)]
    assert [path for path in told if f"/{path.split('/')[1]}" not in SECURITY] == []


LONGEST_DECISION = 1_500  # characters
DECISIONS = (PROJECT / "bot/DECISIONS.md").read_text(encoding="utf-8")


def test_the_decisions_of_each_room_are_listed_dated_short_and_newest_first() -> None:
    head, *rooms = re.split(r"^## ", DECISIONS, flags=re.MULTILINE)
    titles = [room.partition("\n")[0] for room in rooms]
    assert re.findall(r"^- \[(.+?)\]\(#(.+?)\)", head, re.MULTILINE) == [
        (title, title.lower().replace(" ", "-")) for title in titles
    ]
    for title, room in zip(titles, rooms, strict=True):
        entries = room.strip().split("\n\n")[1:]
        dates = [entry[2:12] for entry in entries]
        assert [entry for entry in entries if not re.match(r"\*\*\d{4}-\d\d-\d\d · ", entry)] == [], title
        assert dates == sorted(dates, reverse=True), title
        assert [entry[:60] for entry in entries if len(entry) > LONGEST_DECISION] == [], title
