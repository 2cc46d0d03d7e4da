"""Publishing of edits: files of the knowledge folder are written whole or not at all, and committed where it is a
git checkout; where it cannot be written, the same changes as a patch.

The content watcher of each process sees the files and takes them over.
"""

import difflib
import fcntl
import io
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.content.edits import FileChange
from bot.settings import PACKAGED

GIT_SECONDS = 30.0  # until a commit is given up, such as one whose hook hangs


class Outdated(Exception):
    """Refusal: a file is no longer as it was when the change was made."""


def is_writable(folder: Path, changes: Sequence[FileChange]) -> bool:
    """True if the changes can be written. Content within an installed package cannot: the next version replaces it."""
    if folder.resolve().is_relative_to(PACKAGED.resolve()):
        return False
    return all(os.access(_nearest(folder / change.path), os.W_OK) for change in changes)


def stage(folder: Path, changes: Sequence[FileChange], into: Path) -> None:
    """Copies the knowledge folder to `into`, which must not exist, with the changes in it."""
    shutil.copytree(folder, into, ignore=shutil.ignore_patterns(".*"))
    for change in changes:
        _write(into / change.path, change.after)


def check_current(folder: Path, changes: Sequence[FileChange]) -> None:
    """Raises Outdated where a file is no longer as it was when the changes were made."""
    for change in changes:
        file = folder / change.path
        if (file.read_text(encoding="utf-8") if file.is_file() else None) != change.before:
            raise Outdated(f"{change.path} has changed since")


def publish(folder: Path, changes: Sequence[FileChange]) -> None:
    """Writes the changes. Raises Outdated where a file has changed meanwhile, and OSError; then nothing is written."""
    with _locked(folder):
        check_current(folder, changes)
        done: list[FileChange] = []
        try:
            for change in changes:
                _write(folder / change.path, change.after)
                done.append(change)
        except OSError:
            for change in reversed(done):
                _write(folder / change.path, change.before)
            raise


def reverse(changes: Sequence[FileChange]) -> Sequence[FileChange]:
    """Changes that undo others."""
    return [FileChange(change.path, change.after, change.before) for change in reversed(changes)]


def to_patch(changes: Sequence[FileChange]) -> str:
    """Changes as a patch for `git apply` or `patch -p1` within the knowledge folder."""
    return "".join(line for change in changes for line in _patch_lines(change))


def commit(folder: Path, changes: Sequence[FileChange], message: str, who: str) -> tuple[str, str]:
    """(commit's name, problem) of published changes; both empty where the folder is no git checkout.

    `who`: named as the author. Only the changed files are committed, whatever else stands in the index.
    """
    try:
        if _git(folder, "rev-parse", "--is-inside-work-tree").stdout.strip() != "true":
            return "", ""
        paths = [change.path for change in changes]
        name = re.sub(r"[<>\n\r\0]", " ", who).strip() or "Postbote"
        _git(folder, "add", "--intent-to-add", "--", *paths)
        done = _git(
            folder,
            *("-c", "user.name=Postbote", "-c", "user.email=postbote@localhost", "commit", "--quiet"),
            *(f"--author={name} <postbote@localhost>", f"--message={message}", "--only", "--", *paths),
        )
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines() or [f"git ended with {done.returncode}"]
            return "", lines[-1][:200]
        return _git(folder, "rev-parse", "--short", "HEAD").stdout.strip(), ""
    except FileNotFoundError:  # no git on this machine
        return "", ""
    except (OSError, subprocess.SubprocessError) as wrong:
        return "", str(wrong)[:200]


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Arguments of our own; what people wrote is a value within one. The git of this machine, wherever it is
    return subprocess.run(  # noqa: S603 # nosec B603 B607
        ["git", "-C", str(folder), *arguments],  # noqa: S607
        capture_output=True,
        text=True,
        errors="replace",
        timeout=GIT_SECONDS,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
        check=False,
    )


def _write(file: Path, text: str | None) -> None:
    """Writes a file whole or not at all, with the permissions that it had; None deletes it. Raises OSError."""
    if text is None:
        file.unlink(missing_ok=True)
        return
    file = file.resolve()  # a link stays one
    file.parent.mkdir(parents=True, exist_ok=True)
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
    handle, part = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(part).chmod(mode)
        Path(part).replace(file)
    except OSError:
        Path(part).unlink(missing_ok=True)
        raise


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock on the folder for one publisher at a time, also of other processes; it ends with its holder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _nearest(file: Path) -> Path:
    """Folder that must be writable for a file to be replaced: its own, else the nearest that exists."""
    folder = file.parent
    while not folder.exists():
        folder = folder.parent
    return folder


def _lines(text: str) -> list[str]:
    """Lines as git sees them, each with its end."""
    return io.StringIO(text).readlines()


def _patch_lines(change: FileChange) -> Iterator[str]:
    before, after = change.before or "", change.after or ""
    yield f"diff --git a/{change.path} b/{change.path}\n"
    if change.before is None:
        yield "new file mode 100644\n"
    if change.after is None:
        yield "deleted file mode 100644\n"
    old = "/dev/null" if change.before is None else f"a/{change.path}"
    new = "/dev/null" if change.after is None else f"b/{change.path}"
    for line in difflib.unified_diff(_lines(before), _lines(after), old, new):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
