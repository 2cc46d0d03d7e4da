"""Documents: their links lead somewhere, SECURITY.md names tests that are there, DECISIONS.md can be read."""

import re
from pathlib import Path

from tests.test_imports import RANKS, all_imports, parts_of

PROJECT = Path(__file__).parent.parent.parent
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


def test_the_picture_of_the_rooms_shows_all_of_them_and_only_imports_that_are_there() -> None:
    """Arrows of a Mermaid flowchart: `a & b["b/ · what it is"] --> c`."""
    picture = re.search(r"```mermaid\nflowchart TD\n(.*?)```", CODE, re.DOTALL)
    assert picture
    rooms: dict[str, set[str]] = {}  # node → its rooms, as its label begins
    arrows: list[tuple[str, str]] = []
    for line in picture[1].splitlines():
        for node, label in re.findall(r'(\w+)\["(.+?) · ', line):
            rooms[node] = {name.strip(" /").removesuffix(".py") for name in label.split(",")}
        above, below = (side.split(" & ") for side in re.sub(r'\[".+?"\]', "", line).strip().split(" --> "))
        arrows += [(one, other) for one in above for other in below]
    imports = {(parts_of(file)[0], (name.split(".") + [""])[1]) for file, name in all_imports() if name[:4] == "bot."}
    drawn = [(room, other) for one, below in arrows for room in rooms.get(one, {one}) for other in rooms.get(below, {below})]
    assert len(arrows) > 20
    assert [one for one, below in arrows if not any((room, other) in imports for room in rooms.get(one, {one}) for other in rooms.get(below, {below}))] == []
    beside = set(re.findall(r"`(\w+)/`", CODE.partition("```mermaid")[0]))
    assert {room for pair in drawn for room in pair} | beside == RANKS.keys()


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
