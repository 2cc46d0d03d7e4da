"""knowledge/*.yaml → Knowledge, or an error with file, line and cure."""

import shutil
from pathlib import Path

import pytest

from bot.content.loader import load
from bot.content.problems import KnowledgeError
from bot.core.model import LANGUAGES
from tests.rows import each_row

PROJECT = Path(__file__).parents[2]

ENTRY = """\
id: message-size
kind: answer
faq: Grenzen
title: {de: Groesse, en: Size}
answer:
  de: "Eine E-Mail darf hoechstens {{ limits.message_size }} gross sein."
  en: "At most {{ limits.message_size }}."
related: []
questions:
  de: [DE]
  en: [EN]
"""
TOPIC = """\
id: webmail
title: {de: Webmail, en: Webmail}
questions:
  de: ["Wo ist das Webmail?"]
  en: ["where is webmail"]
"""
EXAMPLES = """\
questions:
  de:
    - "Wie schwer darf eine Mail sein?"
  en:
    - "how heavy may a mail be"
variants:
  - {text: "552 message exceeds fixed maximum message size", by: Exim}
lookalikes:
  - {text: "413 Request Entity Too Large", because: a web server}
"""
CODES = (
    "codes:\n"
    + "".join(
        f'  - {{code: "{code}", source: RFC 5321, de: Klasse, en: class}}\n'
        for code in ("2yz", "3yz", "4yz", "5yz", "2.x.x", "4.x.x", "5.x.x")
    )
    + '  - {code: "550", source: RFC 5321, de: Postfach, en: mailbox}\n'
)
CONCEPTS = "concepts:\n  - {id: size, group: aspect, means: size of a message, de: [Groesse], en: [size]}\n"

REFUSED = [
    # what is wrong, file, text to replace, replacement, line, what the message says
    ("an unknown key", "message-size.yaml", "kind: answer", "kind: answer\ncolour: red", 3, "unknown key"),
    (
        "a language is missing",
        "message-size.yaml",
        '  en: "At most {{ limits.message_size }}."\n',
        "",
        5,
        "answer.en: missing",
    ),
    ("a wrong kind", "message-size.yaml", "kind: answer", "kind: reply", 2, "must be 'answer' or 'error'"),
    (
        "a dangling reference",
        "message-size.yaml",
        "related: []",
        "related:\n  - webmail-x",
        9,
        "there is no entry 'webmail-x'",
    ),
    ("an id that is not the file's name", "message-size.yaml", "id: message-size", "id: size", 1, "the file's name"),
    (
        "a check that is none",
        "message-size.yaml",
        "kind: answer",
        "kind: answer\ncheck: ping",
        3,
        "must be 'no-address', 'no-mail-server'",
    ),
    ("too few questions", "message-size.yaml", "[DE]", "[]", 10, "at least 2"),
    ("a title that is too long", "message-size.yaml", "de: Groesse", f"de: {'x' * 121}", 4, "at most 120"),
    ("no YAML", "message-size.yaml", "faq: Grenzen", 'faq: "Grenzen', 6, "no valid YAML"),
    (
        "an example in two places",
        "not-covered/webmail.yaml",
        "Wo ist das Webmail?",
        "frage 3",
        4,
        "stands in message-size.yaml:10 too",
    ),
    (
        "an example in the entry's own file and in its other one",
        "examples/message-size.yaml",
        "how heavy may a mail be",
        "Question 3",
        5,
        "stands in message-size.yaml:11 too",
    ),
    (
        "a line that is the entry's and is not",
        "examples/message-size.yaml",
        "413 Request Entity Too Large",
        "552 message exceeds fixed maximum message size",
        9,
        "stands in examples/message-size.yaml:7 too",
    ),
    ("a misspelt key of examples", "examples/message-size.yaml", "lookalikes:", "look_alikes:", 8, "unknown key"),
    (
        "a key of entries among examples",
        "examples/message-size.yaml",
        "lookalikes:",
        "kind: error\nlookalikes:",
        8,
        "unknown key",
    ),
    ("a variant that nobody says", "examples/message-size.yaml", ", by: Exim", "", 7, "variants.0.by: missing"),
    ("an empty example", "examples/message-size.yaml", '"how heavy may a mail be"', '""', 5, "questions.en.0"),
    ("examples that are no YAML", "examples/message-size.yaml", 'be"', "be", 7, "no valid YAML"),
    (
        "a language of examples is missing",
        "examples/message-size.yaml",
        '  en:\n    - "how heavy may a mail be"\n',
        "",
        1,
        "questions.en: missing",
    ),
    ("a concept without meaning", "concepts.yaml", "means: size of a message, ", "", 2, "means: missing"),
    ("a code without a language", "status-codes.yaml", "de: Postfach, ", "", 9, "de: missing"),
    ("a code that is none", "status-codes.yaml", '"550"', '"5.50"', 9, "must be a reply code"),
    ("a code without an RFC", "status-codes.yaml", "RFC 5321, de: Postfach", "me, de: Postfach", 9, "must be an RFC"),
    ("a code that stands there twice", "status-codes.yaml", '"550"', '"5yz"', 9, "stands there twice"),
    ("a class is missing", "status-codes.yaml", '"4.x.x"', '"x.7.1"', 1, "'4.x.x' is missing"),
    ("a port that is none", "provider.yaml", "port: 465 ", "port: 465000 ", 17, "a number from 1 to 65535"),
    (
        "an encryption that is none",
        "provider.yaml",
        "tls\n    server: ssl0.ovh.net # FAQ: V",
        "ssl\n    server: x # ",
        15,
        "starttls",
    ),
    ("a host that is none", "provider.yaml", "ssl0.ovh.net # FAQ: V", "ssl0_ovh # ", 16, "host name in lower case"),
    ("a row for the other direction", "provider.yaml", "protocol: pop3", "protocol: smtp", 18, "smtp is for send"),
    ("a row that says nothing", "provider.yaml", "    note: {de", "    # note: {de", 28, "needs a server, or a note"),
    (
        "two rows of one name",
        "provider.yaml",
        "encryption: none\n    server",
        "encryption: tls\n    server",
        1,
        "'smtps'",
    ),
    (
        "a user name without an address",
        "provider.yaml",
        "{local}%{domain}",
        "x",
        38,
        "form of the user name, in quotes",
    ),
    (
        "a key of the last version",
        "provider.yaml",
        "name: OVH",
        "name: OVH\nports: {imaps: 993}",
        4,
        "row of `connections` now",
    ),
    (
        "a prompt without a language",
        "provider.yaml",
        "  en:\n    - Which",
        "  xx:\n    - Which",
        58,
        "prompts.en: missing",
    ),
    (
        "an unknown general topic",
        "message-size.yaml",
        "kind: answer",
        "kind: answer\ninstead_of: [webmial]",
        3,
        "no topic or condition",
    ),
    ("a language that is unknown", "base.yaml", "[de, en]", "[de, xx]", 1, "known are de, en, fr"),
    ("a setting that is none", "base.yaml", "general: none", "general: some", 2, "yields (to entries about the same)"),
]


# What is no YAML, as people write it: text of a whole file, line of the problem, and its cure
NO_YAML = (
    ("a tab", "id: x\ntitle:\n\tde: Größe\n", 3, "blanks instead of tabs"),
    ("a control character", "id: x\ntitle: \x01\n", 1, "remove the control character"),
    ("two entries", "id: x\n---\nid: y\n", 2, "a file of its own"),
    ("a tag", "id: !!python/name:os.system x\n", 1, "begins with `!`"),
    ("a star", "id: x\ntitle: *wichtig\n", 2, "in double quotes"),
    ("a percent sign", "id: x\ntitle: %d Mails\n", 2, "in double quotes"),
    ("a colon", "id: x\ntitle: Frage: wie groß?\n", 2, "a text with a colon in double quotes"),
    ("an indentation", "id: x\n title: y\n", 2, "in the same column"),
    ("an open bracket", "id: [x\n", 2, "close the bracket"),
    ("a backslash", 'id: x\ntitle: "C:\\Mail"\n', 2, "for a backslash"),
    ("a key twice", "id: x\nquestions: {}\nkind: answer\nquestions: {}\n", 4, "stands in line 2 already; remove one"),
    ("a key twice within", "id: x\ntitle:\n  de: A\n  de: B\n", 4, "'de' stands in line 3 already"),
    ("nothing", "", 1, "must be keys with values"),
    ("a list", "- id: x\n", 1, "must be keys with values"),
    ("a text", "Wie groß darf eine Mail sein?\n", 1, "must be keys with values"),
)


def write_base(folder: Path) -> None:
    (folder / "not-covered").mkdir(parents=True)
    (folder / "examples").mkdir()
    shutil.copy(PROJECT / "knowledge/provider.yaml", folder)
    german = ", ".join(f'"Frage {n}?"' for n in range(12))
    english = ", ".join(f'"question {n}?"' for n in range(12))
    text = ENTRY.replace("[DE]", f"[{german}]").replace("[EN]", f"[{english}]")
    (folder / "message-size.yaml").write_text(text)
    (folder / "not-covered/webmail.yaml").write_text(TOPIC)
    (folder / "examples/message-size.yaml").write_text(EXAMPLES)
    (folder / "base.yaml").write_text("languages: [de, en]\ngeneral: none\n")
    (folder / "concepts.yaml").write_text(CONCEPTS)
    (folder / "status-codes.yaml").write_text(CODES)


def test_a_whole_base_is_read(tmp_path: Path) -> None:
    write_base(tmp_path / "base")
    knowledge = load(tmp_path / "base")
    assert list(knowledge.entries) == ["message-size"]
    entry = knowledge.entries["message-size"]
    assert entry.questions["de"][3] == "Frage 3?"
    assert [entry.questions[language][12:] for language in LANGUAGES] == [
        ("Wie schwer darf eine Mail sein?",),
        ("how heavy may a mail be",),
    ]
    assert entry.variants == ("552 message exceeds fixed maximum message size",)
    assert entry.lookalikes == ("413 Request Entity Too Large",)
    assert list(knowledge.topics) == ["webmail"]
    assert knowledge.provider.ports["smtps"] == 465
    assert knowledge.status["550"].means == {"de": "Postfach", "en": "mailbox"}


def test_a_base_without_status_codes_says_nothing_about_codes(tmp_path: Path) -> None:
    write_base(tmp_path / "base")
    (tmp_path / "base" / "status-codes.yaml").unlink()
    assert load(tmp_path / "base").status == {}


@each_row(("file", "old", "new", "line", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_wrong_is_named_with_file_line_and_cure(
    tmp_path_factory: pytest.TempPathFactory, file: str, old: str, new: str, line: int, says: str
) -> None:
    base = tmp_path_factory.mktemp("wrong") / "base"
    write_base(base)
    path = base / file
    german = ", ".join(f'"Frage {n}?"' for n in range(12))
    text = path.read_text()
    changed = text.replace(old.replace("[DE]", f"[{german}]"), new)
    assert changed != text
    path.write_text(changed)
    with pytest.raises(KnowledgeError) as refused:
        load(base)
    assert [str(p) for p in refused.value.problems if str(p).startswith(f"{path}:{line}: ") and says in str(p)], (
        refused.value
    )


@each_row(("text", "line", "cure"), [row[1:] for row in NO_YAML], ids=[row[0] for row in NO_YAML])
def test_what_is_no_yaml_is_named_with_its_cure(
    tmp_path_factory: pytest.TempPathFactory, text: str, line: int, cure: str
) -> None:
    base = tmp_path_factory.mktemp("base") / "base"
    write_base(base)
    (base / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError) as raised:
        load(base)
    found = [str(problem) for problem in raised.value.problems]
    assert len(found) == 1, found
    assert found[0].startswith(f"{base / 'x.yaml'}:{line}: "), found
    assert cure in found[0], found


def test_a_base_without_a_folder_of_examples_is_whole(tmp_path: Path) -> None:
    write_base(tmp_path / "base")
    shutil.rmtree(tmp_path / "base/examples")
    assert len(load(tmp_path / "base").entries["message-size"].questions["de"]) == 12


def test_all_examples_may_stand_in_their_own_file(tmp_path: Path) -> None:
    write_base(tmp_path / "base")
    entry = tmp_path / "base/message-size.yaml"
    own, _, questions = entry.read_text().partition("questions:\n")
    entry.write_text(own)
    (tmp_path / "base/examples/message-size.yaml").write_text(f"questions:\n{questions}")
    assert len(load(tmp_path / "base").entries["message-size"].questions["de"]) == 12


def test_too_few_examples_are_named_where_they_stand(tmp_path: Path) -> None:
    write_base(tmp_path / "base")
    entry, other = tmp_path / "base/message-size.yaml", tmp_path / "base/examples/message-size.yaml"
    entry.write_text(entry.read_text().partition("questions:\n")[0])
    assert [p.split(": ")[0] for p in problems(tmp_path / "base")] == [f"{other}:2", f"{other}:4"]
    other.unlink()
    assert problems(tmp_path / "base") == [
        f"{entry}:1: questions: missing; add it (questions: how people ask, in each language of the base)"
    ]


def test_examples_without_an_entry_are_named(tmp_path: Path) -> None:
    write_base(tmp_path / "base")
    examples = tmp_path / "base/examples/message-size.yaml"
    examples.rename(examples.with_name("mesage-size.yaml"))
    (found,) = problems(tmp_path / "base")
    assert found.startswith(
        f"{examples.with_name('mesage-size.yaml')}:1: there is no entry 'mesage-size'; name the file"
    )


def test_a_whole_file_of_examples_that_is_wrong_is_the_only_problem(tmp_path: Path) -> None:
    """Its entry lacks examples then, which is not said besides."""
    write_base(tmp_path / "base")
    examples = tmp_path / "base/examples/message-size.yaml"
    examples.write_text("- no mapping")
    assert [p.split(": ")[0] for p in problems(tmp_path / "base")] == [f"{examples}:1"]


def problems(folder: Path) -> list[str]:
    with pytest.raises(KnowledgeError) as refused:
        load(folder)
    return [str(problem) for problem in refused.value.problems]


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="POSTBOTE_KNOWLEDGE"):
        load(tmp_path / "nowhere")


def test_an_empty_folder_is_no_knowledge_base(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="POSTBOTE_KNOWLEDGE must name one"):
        load(tmp_path)
