"""Start check: whether every reply can be rendered, and what `postbote check` would find in content that is used.

Both take a second or two and say the same as long as content and code are the same: what was found is kept in the data
folder, beside the model. Content that cannot be used is never kept.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bot.answering.engine import Speech
from bot.commands import find_commands
from bot.content.cache_file import load, save
from bot.content.content_hash import content_hash
from bot.content.problems import KnowledgeError
from bot.settings import Settings

BOT = Path(__file__).parent.parent
READ = ("*.yaml", "*.md", "*.py", "*.svg", "*.png")  # of the content, and of the code that checks it


def find_at_start(settings: Settings, engine: Speech) -> Sequence[str]:
    """Findings of `postbote check` with which every question can be answered, a line each.

    Raises KnowledgeError where a command or an entry could not be answered.
    """
    folders = [settings.postbote_knowledge, settings.postbote_templates]
    file, where = None, [str(folder.resolve()) for folder in folders]  # findings name files
    with suppress(OSError):  # a folder that cannot be read
        file = settings.postbote_data_dir / "cache" / f"findings-{content_hash([*folders, BOT], *READ)[:16]}.cache"
    if file:
        with suppress(OSError, ValueError, TypeError, KeyError):  # there is none, or a broken one
            kept = json.loads(load(file))
            if kept["folders"] == where:
                return [str(finding) for finding in kept["findings"]]
    found = _find(settings, engine)
    if file:
        with suppress(OSError):
            save(file, "findings-*", [json.dumps({"folders": where, "findings": found}).encode()])
    return found


def _find(settings: Settings, engine: Speech) -> Sequence[str]:
    """Templates are linted where they are not Postbote's own, which its tests have checked: that takes a second."""
    from bot.ops.check_content import content_findings  # with its converters; most starts have no need of them
    from bot.ops.sample_replies import entry_failures, rendering_problems

    knowledge, templates, commands = settings.postbote_knowledge, settings.postbote_templates, find_commands()
    problems = [
        *entry_failures(knowledge, engine.renderer, engine.knowledge),
        *rendering_problems(templates, engine.renderer, engine.knowledge, commands),
    ]
    if problems:
        raise KnowledgeError(problems)
    own = templates.resolve() == Settings.model_fields["postbote_templates"].get_default(call_default_factory=True)
    return [*map(str, content_findings(knowledge, None if own else templates, engine, commands))]
