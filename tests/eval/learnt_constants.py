"""Constants in bot/'s source that are learnt: a script exchanges one for what it has learnt."""

import re
from pathlib import Path


def exchange(file: Path, name: str, source: str) -> None:
    """Writes `source`, an assignment to `name`, in place of the one in the file. Raises ValueError unless there is one.

    The assignment must end with a parenthesis on a line of its own.
    """
    before = file.read_text(encoding="utf-8")
    changed, times = re.subn(rf"^{name} = .*?^\)\n", lambda _: source, before, flags=re.DOTALL | re.MULTILINE)
    if times != 1:
        raise ValueError(f"{file} holds {times} times {name}")
    file.write_text(changed, encoding="utf-8")
