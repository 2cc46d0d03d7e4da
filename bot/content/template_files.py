"""Template files: the sources of a folder's templates."""

from collections.abc import Mapping
from pathlib import Path

from bot.content.problems import KnowledgeError, Problem
from bot.core.languages import KNOWN


def read_templates(folder: Path) -> Mapping[str, str]:
    """Sources of the templates in a folder, by path: "answer.md", and of a further language "fr/answer.md".

    Raises KnowledgeError.
    """
    if not folder.is_dir():
        raise KnowledgeError([Problem(str(folder), 1, "no such folder; POSTBOTE_TEMPLATES must name the templates")])
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
