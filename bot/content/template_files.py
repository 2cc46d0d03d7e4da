"""Template files: the sources of a folder's templates, and which block stands for one that a language lacks.

Without the parsers of content, which a start from the cache needs not.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from bot.content.problems import KnowledgeError, Problem
from bot.core.languages import KNOWN, LANGUAGES

INSTEAD = ("en", "de")  # languages, in this order, in which a text is said that a further language lacks


def read_templates(folder: Path) -> Mapping[str, str]:
    """Sources of the templates in a folder, by path: "answer.md", and of a further language "fr/answer.md".

    Raises KnowledgeError.
    """
    if not folder.is_dir():
        raise KnowledgeError([Problem(str(folder), 1, "no such folder; POSTBOTE_TEMPLATES must name the templates")])
    if not any(folder.glob("*.md")):
        raise KnowledgeError([Problem(str(folder), 1, "no template is in here; POSTBOTE_TEMPLATES must name them")])
    found, problems = {}, []
    further = [file for language in KNOWN for file in (folder / language).glob("*.md")]
    for file in sorted([*folder.glob("*.md"), *further]):
        try:
            if not file.is_file():  # reading a named pipe would wait for ever
                raise OSError("no regular file")
            found[file.relative_to(folder).as_posix()] = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as wrong:
            problems.append(Problem(str(file), 1, f"cannot be read ({wrong}); it must be a UTF-8 file"))
    if problems:
        raise KnowledgeError(problems)
    return found


def in_one(sources: Mapping[str, str]) -> Mapping[str, str]:
    """Templates by file name, each with the blocks of its further languages behind it."""
    found = {path: source for path, source in sources.items() if "/" not in path}
    for path, source in sources.items():
        name = path.rpartition("/")[2]
        if "/" in path and name in found:
            found[name] += f"\n{source}"
    return found


def instead_of(block: str, blocks: Collection[str]) -> str:
    """Block that is said where a further language's is missing, "help_en" for "help_fr"; empty: there is none."""
    name, joint, language = block.rpartition("_")
    if language not in KNOWN or language in LANGUAGES:
        return ""
    return next((found for other in INSTEAD if (found := f"{name}{joint}{other}") in blocks), "")
