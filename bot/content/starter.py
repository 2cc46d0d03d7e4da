"""Starter: the knowledge base that `postbote init` writes, from the files of bot/content/starter/."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from bot.content.new_files import write_new_files
from bot.content.problems import KnowledgeError, Problem
from bot.core.lazy_regex import lazy_regex
from bot.core.model import LANGUAGES, Language

STARTER = Path(__file__).parent / "starter"
SECTION = {"de": "Einstellungen", "en": "Settings"}  # of its entries, as its base.yaml names it
_MARK = "# Starter entry of `postbote init`"  # at the head of each entry
_PAIRS = lazy_regex(r"\{([a-z]{2}: [^{}]*)\}")
_LANGUAGE = lazy_regex(r"[# -]*([a-z]{2}):(?: |$)")


def write_starter(folder: Path, name: str, languages: Sequence[Language]) -> list[str]:
    """Writes a base to start from into a new or empty folder; names of its files.

    `name`: the hoster's; empty: the folder's. `languages`: of LANGUAGES; empty: all of them. Raises KnowledgeError
    where the folder holds something, or cannot be written to.
    """
    held = _held(folder)
    if held:
        text = f"holds {held} already; name a folder that is new or empty"
        raise KnowledgeError([Problem(str(folder), 1, text)])
    texts = dict(_texts(name.strip() or _name_of(folder), languages or LANGUAGES))
    write_new_files(folder, texts)
    return list(texts)


def _held(folder: Path) -> str:
    """One of the things that stand at the folder's place; empty: none."""
    try:
        if folder.is_dir():
            return next((repr(one.name) for one in sorted(folder.iterdir())), "")
    except OSError as wrong:
        raise KnowledgeError([Problem(str(folder), 1, f"cannot be read ({wrong.strerror}); name another")]) from None
    return "a file" if folder.exists() or folder.is_symlink() else ""


def _name_of(folder: Path) -> str:
    words = folder.resolve().name.replace("-", " ").replace("_", " ").strip() or "Postbote"
    return f"{words[:1].upper()}{words[1:]}"


def _texts(name: str, languages: Sequence[Language]) -> Iterator[tuple[str, str]]:
    """File name and content of each file of the starter."""
    listed, section = ", ".join(dict.fromkeys(languages)), SECTION[languages[0]]
    for file in sorted(STARTER.glob("*.yaml")):
        text = "".join(_in_languages(file.read_text(encoding="utf-8").splitlines(keepends=True), languages))
        text = re.sub(r"^faq: SECTION$", f"faq: {section}", text, flags=re.M)
        text = re.sub(r"^name: NAME$", lambda _: f"name: {json.dumps(name, ensure_ascii=False)}", text, flags=re.M)
        yield file.name, re.sub(r"^languages: LANGUAGES$", f"languages: [{listed}]", text, flags=re.M)


def _in_languages(lines: Sequence[str], languages: Collection[Language]) -> Iterator[str]:
    """Lines without the keys of other languages, and what stands under these; also where a comment shows them."""
    left_out = -1  # indent of the key that is being left out
    blank: list[str] = []  # lines of which the next one tells whether they belong to it
    for line in lines:
        indent = len(line) - len(line.lstrip("# "))
        if not line.strip():
            blank.append(line)
            continue
        if left_out >= 0 and indent > left_out:
            blank = []
            continue
        found = _LANGUAGE.match(line)
        left_out = indent if found and found[1] in LANGUAGES and found[1] not in languages else -1
        if left_out < 0:
            yield from (*blank, _PAIRS.sub(lambda pairs: _pairs_in(pairs[1], languages), line))
            blank = []


def _pairs_in(pairs: str, languages: Collection[Language]) -> str:
    """Pairs of language and text on one line, without those of other languages."""
    return f"{{{', '.join(pair for pair in pairs.split(', ') if pair.partition(':')[0] in languages)}}}"


def is_starter(file: Path) -> bool:
    """True if the file is an entry of the starter that nobody has made their own, by the comment at its head."""
    try:
        with file.open(encoding="utf-8", errors="replace") as text:
            return text.readline().startswith(_MARK)
    except OSError:
        return False
