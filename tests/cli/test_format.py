"""The terminal's dialect and its JSON lines."""

import json

from bot.cli.jsonl import answer_lines
from bot.core.markdown.to_plain import to_plain
from bot.core.model import Answer, Decision, Part, Question
from tests.rows import each_row

PLAIN = [
    ("bold", "**SMTP** mit SSL", "SMTP mit SSL"),
    ("code", "Port `465`", "Port 465"),
    ("emphasis", "_Quelle: FAQ_", "Quelle: FAQ"),
    ("a name with underscores stays", "DNS_MX und mail_from_x", "DNS_MX und mail_from_x"),
    ("code is kept to the letter", "`a_b *c* d_`", "a_b *c* d_"),
    ("escaped marks become themselves", r"1 \* 2 \_x\_", "1 * 2 _x_"),
    ("lists stay lists", "- eins\n- zwei", "- eins\n- zwei"),
]

REFUSED = [
    ("no JSON", "hallo", "line 1 column 1"),
    ("no object", "[1]", "no JSON object"),
    ("no text", '{"lang": "de"}', '"text" is missing'),
    ("text of another kind", '{"text": 5}', '"text" is missing'),
    ("an unknown language", '{"text": "x", "lang": "fr"}', '"lang" must be'),
    ("nested too deep", "[" * 100_000, "a line is"),
]


@each_row(("markdown", "shown"), [row[1:] for row in PLAIN], ids=[row[0] for row in PLAIN])
def test_markdown_is_shown_without_its_marks(markdown: str, shown: str) -> None:
    assert to_plain(markdown) == shown


def respond(question: Question) -> Answer:
    part = Part(question.text, "answer", ("ports",), 0.9, "test")
    decision = Decision("answer", ("ports",), question.language or "de", 0.9, (part,), question.text)
    return Answer("answer", decision.language, {}, decision)


@each_row(("line", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_bad_line_gives_an_error_and_the_stream_goes_on(line: str, says: str) -> None:
    bad, good = answer_lines([line, '{"text": "ports?", "lang": "en"}'], respond, lambda answer: "Text")
    assert says in json.loads(bad)["error"]
    assert json.loads(good) == {
        "outcome": "answer",
        "entries": ["ports"],
        "language": "en",
        "score": 0.9,
        "text": "Text",
    }


@each_row(
    ("text", "template"), [("danke", "thanks"), ("Hello", "greeting"), ("never mind", "aside"), ("ports?", "answer")]
)
def test_a_line_is_told_what_people_are_told(text: str, template: str) -> None:
    (line,) = answer_lines([json.dumps({"text": text})], respond, lambda answer: answer.template)
    found = json.loads(line)
    assert (found["text"], found["outcome"]) == (template, "answer"), "the decision is counted, whatever is said"


def test_blank_lines_are_passed_over() -> None:
    assert list(answer_lines(["\n", "   "], respond, lambda answer: "")) == []
