"""Databases as a first start leaves them: made once in a process, and copied for each bot that a test starts.

Most of what a start costs is the creation of some thirty tables. Starts on an empty folder are tested with processes
(tests/test_run.py, tests/faults) and by tests/storage.
"""

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from dbos import DBOS

from bot.durable.dbos_setup import config
from bot.storage import create_storage


@cache
def _files() -> Mapping[str, bytes]:
    """Content of the two SQLite files, without a row."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        storage = create_storage("", folder)
        storage.database.open()
        storage.database.close()
        url = config(f"sqlite:///{folder / 'postbote.sqlite'}", folder, "")["system_database_url"]
        assert url
        DBOS.migrate(url)
        return {file.name: file.read_bytes() for file in folder.glob("*.sqlite")}


def prepare(folder: Path) -> None:
    """Puts the files into a data folder that has none."""
    if not list(folder.glob("*.sqlite")):
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in _files().items():
            (folder / name).write_bytes(content)
