"""Tests of Postbote; `pytest` runs the quick ones, .ci/run all of them."""

import gc
import os
import sys
from pathlib import Path

import bot  # noqa: F401 - before any test imports NumPy: it says how many threads that has

# Images for containers like to set it. Then each process that a test starts compiles all of bot/ anew, which takes as
# long as its work, and each worker all tests. Bytecode lies beside the source, where git ignores it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

if not os.environ.get("POSTBOTE_INTEGRATION"):
    # No quick test trusts a public certificate authority. To read the system's 140 takes every client of a helpdesk
    # 20 ms, and each process that imports aiohttp twice that. The file names one authority, whose key nobody has
    os.environ["SSL_CERT_FILE"] = str(Path(__file__).parent / "servers/no_authority.pem")

if "pytest" in sys.modules:
    gc.disable()  # until all tests are collected (conftest.py): what is imported is no garbage
