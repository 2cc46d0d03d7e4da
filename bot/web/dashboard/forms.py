"""Forms of the editor → edits of the knowledge base."""

from collections.abc import Sequence

from bot.content.edits import KINDS, LISTS, Edit
from bot.content.yaml_edit import EditError
from bot.core.model import Language
from bot.web.dashboard.frame import Fields

LONGEST_TEXT = 4_000  # characters of a field; `postbote check` has narrower limits
MOST_QUESTIONS = 2_000  # lines of a field that holds one text a line
LONGEST_FILE = 150_000


def to_edit(fields: Fields, languages: Sequence[Language]) -> Edit:
    """Edit of a form: op, target, new, faq, and title_, answer_, questions_ of each language. Raises EditError.

    `questions_de` holds a question a line; `question` with `language` is one more. The target of op "example" is one
    of the likely entries or, where that says "other", that of the field `other`. An entry's `lists` hold a text a line;
    one that the form does not have stays. A file has its `text`.
    """
    kind = next((kind for kind in KINDS if kind == fields.get("op")), None)
    if kind is None:
        raise EditError("empty")
    if kind == "file":
        return Edit("file", fields.get("target", ""), {}, text=fields.get("text", "")[:LONGEST_FILE])
    questions = {one: [*fields.get(f"questions_{one}", "").splitlines()[:MOST_QUESTIONS]] for one in languages}
    asked, language = fields.get("question", ""), fields.get("language", "")
    if kind != "entry" and asked and language in questions:
        questions[language].append(asked[:LONGEST_TEXT])
    target = fields.get("target", "")
    new = fields.get("new") == "yes"
    if target == "other":
        target = fields.get("other", "")
    if target == "new" and kind == "topic":
        target, new = fields.get("id", ""), True
    return Edit(
        kind=kind,
        target=target,
        new=new,
        questions=questions,
        faq=fields.get("faq", "")[:LONGEST_TEXT],
        title={one: fields.get(f"title_{one}", "")[:LONGEST_TEXT] for one in languages},
        answer={one: fields.get(f"answer_{one}", "")[:LONGEST_TEXT] for one in languages},
        lists={key: fields[key].splitlines()[:MOST_QUESTIONS] for key in LISTS if key in fields and kind == "entry"},
    )
