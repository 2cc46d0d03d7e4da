"""Content hash: a name for exactly what stands in some files, so that a change of content is noticed."""

import hashlib
from collections.abc import Sequence
from pathlib import Path


def content_hash(folders: Sequence[Path], *patterns: str) -> str:
    """SHA-256 in hex of the names and bytes of all files below `folders` that fit a pattern such as "*.yaml".

    Hidden files, such as an editor's own, are passed over; links are followed. Where the folders themselves lie makes
    no difference. Nothing but regular files is read: a named pipe would be waited for. Raises OSError where a file
    cannot be read.
    """
    digest = hashlib.sha256()
    for number, folder in enumerate(folders):
        files = (f for pattern in patterns for f in folder.rglob(pattern) if not f.name.startswith("."))
        for file in sorted(filter(Path.is_file, files)):
            digest.update(f"{number}/{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.hexdigest()
