"""New files of a base: all of them or none, and never one in another's place."""

import os
import secrets
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.content.problems import KnowledgeError, Problem

READABLE, READABLE_FOLDER = 0o644, 0o755  # what Postbote may say is no secret: its service and an editor read it too


def write_new_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Writes files into a folder, which is made if it is missing. `texts`: file name → content.

    They are written beside each other first and then put in place, each at once. Raises KnowledgeError, and leaves
    nothing behind then: the folder cannot be written to, or one of the files has come to be meanwhile.
    """
    made = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    put: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if made:
            folder.chmod(READABLE_FOLDER)
        with _uninterrupted():
            _put(folder, texts, put)
    except BaseException as wrong:
        for file in put:
            file.unlink(missing_ok=True)
        for parent in made:
            if parent.is_dir():
                shutil.rmtree(parent) if parent == folder else _remove_empty(parent)
        if isinstance(wrong, OSError):
            why = f"{wrong.strerror or wrong}: {wrong.filename2 or wrong.filename or folder}"
            raise KnowledgeError([Problem(str(folder), 1, f"cannot be written ({why}); nothing was changed")]) from None
        raise


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Lets Ctrl-C and the end of a service wait for these milliseconds, where signals can wait."""
    if os.name != "posix":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _remove_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()


def _put(folder: Path, texts: Mapping[str, str], put: list[Path]) -> None:
    """Puts the files in place. `put`: gets each that stands there, for the caller to take back."""
    beside = folder / f".new-{secrets.token_hex(4)}"  # in the same file system, and read by nobody
    beside.mkdir()
    try:
        for name, text in texts.items():
            with (beside / name).open("w", encoding="utf-8", newline="\n") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            (beside / name).chmod(READABLE)
        for name in texts:
            _put_one(beside / name, folder / name)
            put.append(folder / name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _put_one(source: Path, target: Path) -> None:
    """Puts a file in place. Raises FileExistsError where one of this name stands."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        with target.open("x", encoding="utf-8", newline="\n") as out:
            out.write(source.read_text(encoding="utf-8"))
