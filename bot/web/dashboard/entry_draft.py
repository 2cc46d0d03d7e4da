"""Draft of an entry that would close a gap: with the question that was asked, and nothing invented.

What people must write is empty, and the schema refuses what is empty: a draft that was not finished cannot be
published by mistake (`postbote check` names each place).
"""

import json

from bot.content.edits import one_line
from bot.core.model import LANGUAGES, Language
from bot.core.stored_records import StoredDecision

NAME = "draft.yaml"
_HEAD = """\
# A draft from Postbote's list of gaps. Write what is empty ("FILL IN" says what), name the file after the id, put it
# into the knowledge base's folder, and run `postbote check`: it refuses the entry until everything is there.
# What the FAQ does not say belongs into not-covered/ instead. knowledge/README.md explains every key.
id: ""                            # FILL IN: lower-case words and hyphens, the file's name without .yaml
kind: answer                      # or error, then also lines: ["the error line, word by word"]
faq: ""                           # FILL IN: the section of the FAQ that says it
title:                            # FILL IN: at most 120 characters
  de: ""
  en: ""
answer:                           # FILL IN: what the FAQ says and no more; figures and host names as variables
  de: ""
  en: ""
related: []
questions:                        # FILL IN: how people ask, at least 12 a language
"""


def to_draft(kept: StoredDecision) -> str:
    """Draft as YAML, for a file of the knowledge base. Addresses were redacted when the question was stored."""
    return _HEAD + "".join(_questions(language, kept) for language in LANGUAGES)


def _questions(language: Language, kept: StoredDecision) -> str:
    if language != kept.language:
        return f"  {language}: []\n"
    return f"  {language}:\n    - {yaml_string(kept.question)}            # was asked; read it before you publish it\n"


def yaml_string(text: str) -> str:
    """YAML string in double quotes, on one line. A JSON string is a YAML string (yaml.org/spec/1.2.2 section 1.3)."""
    return json.dumps(one_line(text), ensure_ascii=False)
