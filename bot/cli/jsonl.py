"""JSON lines of `postbote answer --jsonl`: one object a line in, one a line out, in order."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from bot.core.model import LANGUAGES, Answer, Language, Question
from bot.core.small_talk import answer_small_talk, shorten_reply
from bot.core.text.untrusted_json import parse_json

LONGEST = 100_000  # characters of one line's text


def answer_lines(
    lines: Iterable[str],
    respond: Callable[[Question], Answer],
    word: Callable[[Answer], str],
    languages: Sequence[Language] = LANGUAGES,
) -> Iterator[str]:
    """Answer lines: one JSON line for each line that is not blank; a bad one gives {"error": …}, and it goes on.

    `languages`: of the base, which a line may choose. Outcome, entries and score are the decision's; the text is what
    people are told, as by `ask`.
    """
    for line in lines:
        if line.strip():
            yield json.dumps(_answered(line, respond, word, languages), ensure_ascii=False)


def _answered(
    line: str, respond: Callable[[Question], Answer], word: Callable[[Answer], str], languages: Sequence[Language]
) -> dict[str, Any]:
    try:
        question = to_question(parse_json(line), languages)
    except ValueError as wrong:
        return {"error": f'{wrong}; a line is {{"text": "…", "lang": {" | ".join(_quoted(languages))} | null}}'}
    answer = respond(question)
    decision = answer.decision
    said = answer_small_talk(question, None, languages) or shorten_reply(answer, question.text)
    return {
        "outcome": decision.outcome if decision else "answer",
        "entries": list(decision.entries) if decision else [],
        "language": said.language,
        "score": round(decision.score, 4) if decision else 1.0,
        "text": word(said),
    }


def to_question(raw: Any, languages: Sequence[Language] = LANGUAGES) -> Question:
    """Question of one JSON object. Raises ValueError saying what is wrong."""
    if not isinstance(raw, dict):
        raise ValueError("the line is no JSON object")
    text, language = raw.get("text"), raw.get("lang")
    if not isinstance(text, str):
        raise ValueError('"text" is missing or no string')
    if len(text) > LONGEST:
        raise ValueError(f'"text" is longer than {LONGEST} characters')
    if language is not None and language not in languages:
        raise ValueError(f'"lang" must be {", ".join(_quoted(languages))} or null')
    before = raw.get("before") or ""
    if not isinstance(before, str):
        raise ValueError('"before" is no string')
    menu = raw.get("menu") or []
    if not isinstance(menu, list) or not all(isinstance(entry, str) for entry in menu):
        raise ValueError('"menu" is no list of entries')
    return Question(text, language=language, previous=before, menu=tuple(menu))


def _quoted(languages: Sequence[Language]) -> list[str]:
    return [f'"{one}"' for one in languages]
