"""Cache file: what was computed from content, kept in the data folder under a name that holds the content's hash.

A lost or broken file is only a slower start, and so is a folder that cannot be written.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def save(file: Path, pattern: str, write: Callable[[BinaryIO], object]) -> None:
    """Saves a file whole or not at all, since two processes may start at once; deletes its forerunners.

    `pattern`: names of files in the same folder that the new one makes useless, "trained-*.model". Raises OSError.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=file.parent, suffix=".part")
    with os.fdopen(handle, "wb") as out:
        write(out)
        out.flush()
        os.fsync(out.fileno())  # before it gets its name: after a power cut there is no file of that name with holes
    Path(part).replace(file)
    for old in file.parent.glob(pattern):
        if old.name != file.name:
            old.unlink(missing_ok=True)
