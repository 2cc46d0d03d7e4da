"""Output of `postbote init` and `postbote import`: what was made, what is missing, what to do next."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.content.import_faq import Imported


def started_lines(folder: Path, files: Sequence[str]) -> Iterator[str]:
    """Lines about a base that was begun in `folder`."""
    yield from (f"made {folder / name}" for name in files)
    yield f"Next: your own values in {folder / 'provider.yaml'}; then `postbote check {folder}`, and"
    yield f"`postbote import FAQ --to {folder}` where there is an FAQ (.md, .html, .csv)."
    yield f"POSTBOTE_KNOWLEDGE={folder} makes all other commands use it."


def imported_lines(folder: Path, found: Imported) -> Iterator[str]:
    """Lines about entries that were imported into `folder`."""
    for draft in found.made:
        yield f"made {folder / draft.id}.yaml: {draft.title}"
        if draft.variables:
            yield f"     with {', '.join(draft.variables)}"
    yield f"{len(found.made)} new {'entry' if len(found.made) == 1 else 'entries'} in {folder}"
    if found.there:
        yield f"{len(found.there)} {'question was' if len(found.there) == 1 else 'questions were'} there already"
    if found.missing:
        yield "Still missing:"
        yield from (f"  {problem}" for problem in found.missing)
    yield f"Next: read the entries, then `postbote check {folder}`"
