"""Data folders of what is measured: deleted at the end, with or without a model that was learnt before."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

LEARNT = "POSTBOTE_BENCH_LEARNT"  # variable: a data folder whose model is used; learning takes half a minute of CPU


@contextmanager
def data_folder() -> Iterator[Path]:
    """New data folder, empty but for the model."""
    with TemporaryDirectory() as name:
        if learnt := os.environ.get(LEARNT):
            shutil.copytree(Path(learnt) / "cache", Path(name) / "cache")
        yield Path(name)
