"""Data folder (POSTBOTE_DATA_DIR): made at the start, and tried out by writing a file."""

import tempfile
from pathlib import Path


def why_unusable(folder: Path) -> str:
    """Problem of a folder in which nothing can be written, with its cure; empty: it is there, and can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b" ")
    except OSError as wrong:
        return f"POSTBOTE_DATA_DIR: {folder}: {wrong.strerror}; set it to a folder that this user may write in"
    return ""
