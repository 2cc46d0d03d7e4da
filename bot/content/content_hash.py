"""Content hash: a name for exactly what stands in some files, so that a change of content is noticed."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path


def content_hash(folders: Sequence[Path], *patterns: str) -> str:
    """SHA-256 in hex of the names and bytes of all files below `folders` that fit a pattern such as "*.yaml".

    `patterns`: an asterisk and the end of a name. Hidden files, such as an editor's own, are passed over; links to
    files are followed. Where the folders themselves lie makes no difference. Nothing but regular files is read: a named
    pipe would be waited for. Raises OSError where a file cannot be read.
    """
    digest = hashlib.sha256()
    ends = tuple(pattern.removeprefix("*") for pattern in patterns)
    for number, folder in enumerate(folders):
        for name, path in sorted(_files(str(folder), "", ends)):
            with FileIO(path) as file:  # Path.read_bytes takes twice as long, and every start reads 600 files
                digest.update(f"{number}/{name}\0".encode() + file.readall())
    return digest.hexdigest()


def _files(folder: str, within: str, ends: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Name below the first folder, and path, of each file; none where there is no folder."""
    if not Path(folder).is_dir():
        return
    with os.scandir(folder) as found:
        for one in found:
            if one.is_dir(follow_symlinks=False):
                yield from _files(one.path, f"{within}{one.name}/", ends)
            elif one.name.endswith(ends) and not one.name.startswith(".") and one.is_file():
                yield f"{within}{one.name}", one.path
