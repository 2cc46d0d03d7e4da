"""Entry as YAML nodes: its questions, titles and lists, read, made and replaced; comments and order stay.

For YAML of any kind see yaml_edit.py; for which of an entry's files a text goes to, edits.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bot.content.yaml_edit import INDENTS, dumped, loaded, replace_listed
from bot.core.model import Language

Texts = Mapping[Language, str]
Questions = Mapping[Language, Sequence[str]]


def with_questions(file: Path, questions: Questions, languages: Sequence[Language]) -> str:
    """Text of a file whose questions have these as well, each once."""
    raw, indent = loaded(file) if file.exists() else (CommentedMap(), INDENTS[0])
    wanted = {
        one: [*questions_of(raw, one), *(q for q in questions.get(one, ()) if q not in questions_of(raw, one))]
        for one in languages
    }
    replace_questions(raw, wanted, languages)
    return dumped(raw, indent)


def replace_questions(raw: CommentedMap, wanted: Questions, languages: Sequence[Language]) -> None:
    """Makes the lists of questions those of `wanted`; a question that stays keeps its place and its comment."""
    if "questions" not in raw:
        if any(wanted.values()):
            raw["questions"] = question_block(wanted, languages)
        return
    for language in languages:
        replace_listed(raw["questions"], language, wanted.get(language, ()))


def replace_lists(raw: CommentedMap, lists: Mapping[str, Sequence[str]]) -> None:
    """Makes the entry's other lists those wanted. An entry with error lines explains an error."""
    for key, wanted in lists.items():
        if [str(one) for one in raw.get(key) or ()] == list(wanted):
            continue
        if key not in raw and "faq" in raw:
            raw.insert(list(raw).index("faq") + 1, key, CommentedSeq())
        replace_listed(raw, key, wanted)
        if not wanted:
            del raw[key]
    if lists.get("lines") and raw.get("kind") == "answer":
        raw["kind"] = "error"


def question_block(questions: Questions, languages: Iterable[Language]) -> CommentedMap:
    """Questions as the nodes of an entry's key `questions`, each language's in its order."""
    return CommentedMap(
        {one: CommentedSeq(DoubleQuotedScalarString(q) for q in questions.get(one, ())) for one in languages}
    )


def quoted(texts: Texts, languages: Iterable[Language]) -> CommentedMap:
    """Texts as the nodes of a key such as `title`, one in double quotes for each language."""
    return CommentedMap({one: DoubleQuotedScalarString(texts[one]) for one in languages})


def text_of(raw: Mapping[str, Any], key: str, language: Language) -> str:
    """Text of a key in a language, stripped; empty where it has none."""
    texts = raw.get(key)
    return str(texts.get(language) or "").strip() if isinstance(texts, Mapping) else ""


def questions_of(raw: Mapping[str, Any], language: Language) -> Sequence[str]:
    """Questions of a file in a language; empty where it has none."""
    questions = raw.get("questions")
    return [str(q) for q in questions.get(language) or ()] if isinstance(questions, Mapping) else []
