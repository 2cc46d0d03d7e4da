"""Tests of Postbote; `pytest` runs the quick ones, .ci/run all of them."""

import os
import sys

# Images for containers like to set it. Then each process that a test starts compiles all of bot/ anew, which takes as
# long as its work, and each worker all tests. Bytecode lies beside the source, where git ignores it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
