"""`postbote import`: an FAQ file → draft entries of a base."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from bot.content import new_files
from bot.content.import_faq import Imported, import_faq
from bot.content.loader import load
from bot.content.problems import KnowledgeError
from bot.content.renderer import Renderer
from bot.content.starter import write_starter
from bot.core.markdown.to_plain import to_plain
from tests.conftest import PROJECT
from tests.examples import examples

PROVIDER = """\
name: One
connections:
  - {purpose: send, protocol: smtp, encryption: starttls, server: mail.one.example, port: 587}
  - {purpose: fetch, protocol: imap, encryption: tls, server: mail.one.example, port: 993}
limits: {size: 30 MB}
links: {webmail: "https://webmail.one.example/"}
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "provider.yaml").write_text(PROVIDER)
    (folder / "base.yaml").write_text("languages: [de]\ngeneral: none\n")  # read in a moment
    return folder


def faq(folder: Path, text: str, kind: str = "md") -> Path:
    file = folder.parent / f"faq.{kind}"
    file.write_text(text, "utf-8")
    return file


def entries(folder: Path) -> dict[str, Any]:
    files = [f for f in sorted(folder.glob("*.yaml")) if f.stem not in ("provider", "base")]
    return {f.stem: yaml.safe_load(f.read_text("utf-8")) for f in files}


def missing(found: Imported) -> list[str]:
    return [f"{problem.line}: {problem.text}" for problem in found.missing]


MARKDOWN = """\
# Hilfe

## Senden
### Welcher Server für den Postausgang?
Der Server ist mail.one.example, Port 587,
bis 30 MB.

### Postausgang
- Was trage ich ein?
- Wie verschicke ich?

*Nichts*.
"""
HTML = """\
<html><head><title>x</title></head><body><h1>Hilfe</h1><h2>Senden</h2>
<h3>Welcher Server für den Postausgang?</h3><p>Der Server ist mail.one.example, Port 587, bis 30 MB.</p>
<h3>Postausgang</h3><ul><li>Was trage ich ein?</li><li>Wie verschicke ich?</li></ul><p><i>Nichts</i>.</p></body></html>
"""
CSV = """\
Frage;Antwort;Sprache;Kategorie
Welcher Server für den Postausgang?;Der Server ist mail.one.example, Port 587, bis 30 MB.;de;Senden
Postausgang;*Nichts*.;Deutsch;Senden
Was trage ich ein?;;de;
"Wie verschicke ich?";*Nichts*.;de;
"""


@pytest.mark.parametrize(("kind", "text"), [("md", MARKDOWN), ("html", HTML), ("csv", CSV)])
def test_every_kind_of_file_gives_the_same_entries(base: Path, kind: str, text: str) -> None:
    found = import_faq(faq(base, text, kind), base)
    assert missing(found) == []
    made = entries(base)
    assert made["server-postausgang"] == {
        "id": "server-postausgang",
        "kind": "answer",
        "faq": "Senden",
        "title": {"de": "Welcher Server für den Postausgang?"},
        "answer": {
            "de": "Der Server ist {{ servers.smtp_starttls }}, Port {{ ports.smtp_starttls }}, bis {{ limits.size }}.\n"
        },
        "questions": {"de": ["Welcher Server für den Postausgang?", "Server Postausgang"]},
    }
    assert made["postausgang"]["questions"]["de"] == ["Postausgang", "Was trage ich ein?", "Wie verschicke ich?"]
    assert made["postausgang"]["answer"]["de"] == "*Nichts*.\n"
    assert found.made[0].variables == ("servers.smtp_starttls", "ports.smtp_starttls", "limits.size")
    assert set(load(base).entries) == set(made)


def test_sections_and_answers_with_headings_of_their_own_are_told_apart(base: Path) -> None:
    text = """\
vorab
# Hilfe
Begrüßung
## Wie richte ich es ein?
Erst das.
### Windows
Dann dies.
## Thunderbird
### Wie richte ich es ein?
Anders.
### Leer
"""
    found = import_faq(faq(base, text), base)
    made = entries(base)
    assert made["richte"]["answer"]["de"] == "Erst das.\n\n**Windows**\n\nDann dies.\n"
    assert made["thunderbird"]["title"]["de"] == "Thunderbird: Wie richte ich es ein?"
    assert [text.split(" (")[0] for text in missing(found)][:3] == [
        "1: left out: the text before the first heading",
        "2: left out: the text under the section 'Hilfe'",
        "11: left out: 'Leer' has no answer; write it under the heading",
    ]


def test_a_heading_that_quotes_an_error_line_makes_an_error_entry(base: Path) -> None:
    text = "# Was heißt „554 5.7.1 Relay access denied“?\nx\n# `571 4.9.9 Own words` kommt\ny\n# „Guten Tag“ sagen\nz\n"
    (base / "base.yaml").write_text("languages: [de]\n")  # with the general layer, which knows errors
    import_faq(faq(base, text), base)
    made = entries(base)
    assert made["relay-access-denied"]["instead_of"] == ["relay-denied"]
    assert made["relay-access-denied"]["lines"] == ["554 5.7.1 Relay access denied"]
    own = made["words"]
    assert (own["kind"], own["lines"], own["codes"]) == ("error", ["571 4.9.9 Own words"], ["4.9.9"])
    assert made["sagen"]["kind"] == "answer"
    assert load(base).entries["relay-access-denied"].variants  # the condition's


def test_what_is_missing_is_listed_with_its_line(base: Path) -> None:
    text = (
        "# Ein Wort?\nNimm smtp.two.example, Port 465. ![Bild](b.png) [da](/b)\n"
        f"\n# {'sehr ' * 30}lang?\n{'Wort ' * 500}\n"
    )
    found = missing(import_faq(faq(base, text), base))
    assert (
        found[0]
        == "1: wort: provider.yaml does not have smtp.two.example, Port 465; add it, or leave it where it is said once"
    )
    assert found[1] == "1: wort: left out: the picture 'Bild'; say it in words"
    assert found[2].startswith("1: wort: left out: the link to '/b'")
    assert "its title was cut; write one of at most 120 characters" in found[3]
    assert "its answer has 2,499 characters; shorten it to 2,000, or make two of it" in found[4]


def test_a_language_that_the_file_lacks_is_listed_with_file_and_line(base: Path) -> None:
    (base / "base.yaml").write_text("languages: [de, en]\ngeneral: none\n")
    found = import_faq(faq(base, "# Wie geht es?\nGut.\n"), base, "de")
    said = [str(problem) for problem in found.missing]
    assert any("geht-es.yaml:6: title.en: missing; add it" in text for text in said), said


GERMAN = """\
## Senden
### Welcher Server für den Postausgang?
Der Server ist mail.one.example, Port 587.
### Wie groß darf eine Mail sein?
Bis 30 MB.
## Lesen
### Wo ist das Webmail?
Unter https://webmail.one.example/ im Browser.
"""
ENGLISH = """\
## Sending
### Which server for outgoing mail?
The server is mail.one.example, port 587.
### How large may a mail be?
Up to 30 MB.
## Reading
### Where is webmail?
At https://webmail.one.example/ in the browser.
"""


def both(base: Path, german: str, english: str) -> tuple[Path, Path]:
    (base / "base.yaml").write_text("languages: [de, en]\ngeneral: none\n")
    files = base.parent / "faq-de.md", base.parent / "faq_en.md"
    for file, text in zip(files, (german, english), strict=True):
        file.write_text(text, "utf-8")
    return files


@pytest.mark.parametrize("turned", [False, True])
def test_two_files_of_one_faq_become_entries_in_both_languages(base: Path, turned: bool) -> None:
    german, english = both(base, GERMAN, ENGLISH)
    found = import_faq(*((english, base, None, [german]) if turned else (german, base, None, [english])))
    made = load(base).entries
    assert {name: (entry.title["de"], entry.title["en"]) for name, entry in made.items()} == {
        "server-postausgang": ("Welcher Server für den Postausgang?", "Which server for outgoing mail?"),
        "gross-mail": ("Wie groß darf eine Mail sein?", "How large may a mail be?"),
        "webmail": ("Wo ist das Webmail?", "Where is webmail?"),
    }
    assert "{{ limits.size }}" in made["gross-mail"].answer["en"]
    assert made["webmail"].questions["en"][0] == "Where is webmail?"
    assert [text for text in missing(found) if "figures differ" in text] == []
    assert '1: sections: add {"de": "Senden", "en": "Sending"}, for its source' in missing(found)


def test_a_question_that_stands_elsewhere_in_the_other_file_is_found_by_its_figures(base: Path) -> None:
    moved = "### Where is webmail?\nAt https://webmail.one.example/ in the browser.\n"
    german, english = both(base, GERMAN, moved + ENGLISH.replace(moved, ""))
    import_faq(german, base, None, [english])
    assert load(base).entries["webmail"].title["en"] == "Where is webmail?"
    assert load(base).entries["gross-mail"].title["en"] == "How large may a mail be?"


def test_figures_that_differ_between_the_languages_are_listed(base: Path) -> None:
    german, english = both(base, GERMAN, ENGLISH.replace("30 MB", "20 MB"))
    found = missing(import_faq(german, base, None, [english]))
    assert (
        "4: paired with 'Wie groß darf eine Mail sein?' (faq-de.md:4), whose figures differ; "
        "check that both say the same"
    ) in found


def test_files_that_do_not_fit_are_refused_and_nothing_is_written(base: Path) -> None:
    lacking = ENGLISH.replace("### How large may a mail be?\nUp to 30 MB.\n", "")
    german, english = both(base, GERMAN, lacking)
    before = sorted(base.iterdir())
    with pytest.raises(
        KnowledgeError, match=r"faq_en\.md:5: 2 questions, and faq-de\.md has 3; .* stands beside 'Wie gr"
    ):
        import_faq(german, base, None, [english])
    unnamed = english.rename(english.with_name("english.md"))
    with pytest.raises(KnowledgeError, match=r"english\.md:1: its name must end with its language, as in faq-de\.md"):
        import_faq(german, base, None, [unnamed])
    twice = german.with_name("more-de.md")
    twice.write_text(GERMAN, "utf-8")
    with pytest.raises(KnowledgeError, match="two files of one language"):
        import_faq(german, base, None, [twice])
    assert sorted(base.iterdir()) == before


def test_rows_of_the_same_id_are_one_entry_in_both_languages(base: Path) -> None:
    (base / "base.yaml").write_text("languages: [de, en]\ngeneral: none\n")
    table = "id,question,answer,language\n1,Wo ist das Webmail?,Im Browser.,de\n2,Wie groß?,Sehr.,de\n"
    import_faq(faq(base, f"{table}1,Where is webmail?,In the browser.,en\n2,How large?,Very.,en\n", "csv"), base)
    assert {entry.title["en"] for entry in load(base).entries.values()} == {"Where is webmail?", "How large?"}


def test_an_entry_is_never_overwritten_and_a_second_import_makes_nothing(base: Path) -> None:
    (base / "postausgang.yaml").write_text("# mine")
    first = import_faq(faq(base, MARKDOWN), base)
    assert [draft.id for draft in first.made] == ["server-postausgang", "postausgang-2"]
    before = {f.name: f.read_bytes() for f in base.iterdir()}
    second = import_faq(faq(base, MARKDOWN), base)
    assert (second.made, len(second.there)) == ((), 2)
    assert {f.name: f.read_bytes() for f in base.iterdir()} == before
    assert before["postausgang.yaml"] == b"# mine"


def test_entries_of_the_starter_are_named_where_the_faq_says_the_same(tmp_path: Path) -> None:
    write_starter(tmp_path / "base", "One", ["de"])
    text = "# Wie lautet mein Benutzername?\nDie Adresse.\n"
    said = [str(problem) for problem in import_faq(faq(tmp_path / "base", text), tmp_path / "base").missing]
    assert "remove start-user-name.yaml, an entry of `postbote init`, and import again" in said[0]
    assert sum("is still the entry of `postbote init`" in text for text in said) == 4


WRONG = {
    ("md", b""): "faq.md:1: no heading with a text under it was found; make each question a heading",
    ("md", b"# a\n\xff\n"): "faq.md:2: not UTF-8; save the file with the encoding UTF-8",
    ("doc", b"x"): "faq.doc:1: an FAQ is a file .md, .html or .csv; save it as one of these",
    ("csv", b"a,b\n1,2\n"): "faq.csv:1: there are no columns question and answer;",
    (
        "csv",
        b"question,answer\n",
    ): "faq.csv:1: no row with a question and an answer was found; a CSV file",
    ("csv", b"question,answer,language\na?,b,de\nc?,d,xx\n"): "faq.csv:3: the language 'xx' is unknown;",
    ("csv", b"question,answer,language\na?,b,en\n"): "faq.csv:2: the language 'en' is none of this base (de); add it",
}


@pytest.mark.parametrize(("kind", "data"), WRONG)
def test_a_file_that_cannot_be_read_is_named_with_line_and_cure(base: Path, kind: str, data: bytes) -> None:
    file = faq(base, "", kind)
    file.write_bytes(data)
    with pytest.raises(KnowledgeError) as wrong:
        import_faq(file, base)
    assert WRONG[kind, data] in str(wrong.value)
    assert entries(base) == {}


def test_a_missing_file_base_or_language_is_named_with_its_cure(base: Path, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"none\.md:1: cannot be read .*; name a file that is there"):
        import_faq(tmp_path / "none.md", base)
    with pytest.raises(KnowledgeError, match=r"provider\.yaml is missing; make one with `postbote init"):
        import_faq(faq(base, MARKDOWN), tmp_path)
    with pytest.raises(KnowledgeError, match=r"the language 'en' is none of this base"):
        import_faq(faq(base, MARKDOWN), base, "en")
    (base / "base.yaml").write_text("languages: [de, en]\ngeneral: none\n")
    with pytest.raises(KnowledgeError, match=r"speaks de, en; say with --language"):
        import_faq(faq(base, MARKDOWN), base)
    (base / "provider.yaml").write_text("name: [")
    with pytest.raises(KnowledgeError, match=r"provider\.yaml:\d+: no valid YAML"):
        import_faq(faq(base, MARKDOWN), base, "de")
    assert entries(base) == {}


def test_an_import_that_breaks_off_leaves_nothing_behind(base: Path) -> None:
    """The disk is full at the second file; or somebody writes one of the same name meanwhile."""
    file = faq(base, MARKDOWN)
    before = sorted(base.iterdir())
    with pytest.raises(KnowledgeError, match="nothing was changed"):
        new_files.write_new_files(base, {"a.yaml": "x", "provider.yaml": "y"})
    assert sorted(base.iterdir()) == before
    assert (base / "provider.yaml").read_text() == PROVIDER
    with pytest.raises(KnowledgeError, match="nothing was changed"):
        new_files.write_new_files(base, {"a.yaml": "x", f"{'b' * 300}.yaml": "y"})
    assert sorted(base.iterdir()) == before
    assert import_faq(file, base).made


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_files_are_for_all_to_read(base: Path) -> None:
    before = os.umask(0o077)
    try:
        import_faq(faq(base, MARKDOWN), base)
    finally:
        os.umask(before)
    assert {oct(f.stat().st_mode & 0o777) for f in base.glob("*postausgang*")} == {"0o644"}


@examples(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("aäB19 {}%#|:-'\"\\\n*`_&<>,.\t\x00\x85\u2028😀", min_size=1, max_size=60))
def test_any_words_of_a_heading_or_an_answer_make_an_entry_that_can_be_read_again(
    tmp_path_factory: pytest.TempPathFactory, words: str
) -> None:
    base = tmp_path_factory.mktemp("any") / "base"
    base.mkdir()
    (base / "provider.yaml").write_text(PROVIDER)
    (base / "base.yaml").write_text("languages: [de]\ngeneral: none\n")
    html = "".join(f"&#{ord(c)};" if c not in "\x00\x85" else c for c in words)
    import_faq(faq(base, f"<h1>x {html} eins</h1><p>y {html} zwei</p><h1>drei vier</h1><p>fünf</p>", "html"), base)
    knowledge = load(base)
    assert len(knowledge.entries) == 2
    renderer = Renderer(PROJECT / "templates", knowledge, {})
    answers = [to_plain(renderer.entry(entry, "de")) for entry in knowledge.entries]
    assert sum(answer.startswith("y") and answer.endswith("zwei") for answer in answers) == 1
    assert {letter for letter in words if letter.isalnum()} <= set("".join(answers))


def test_the_invented_hosters_faq_is_in_the_base_with_all_its_words(base: Path) -> None:
    source = PROJECT / "tests/hosters/alpenpost-faq/faq.md"
    found = import_faq(source, base)
    assert (len(found.made), found.there) == (12, ())
    assert {f.stem for f in (source.parent / "examples").iterdir()} <= set(entries(base))
