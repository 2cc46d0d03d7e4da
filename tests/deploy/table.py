"""The table of variables in deploy/README.md. `python -m tests.deploy.table` writes it anew when settings change."""

import re
from pathlib import Path

from bot.settings import variables

README = Path(__file__).parent.parent.parent / "deploy/README.md"
_TABLE = re.compile(r"(?<=<!-- variables -->\n).*(?=<!-- end of variables -->)", re.DOTALL)


def table() -> str:
    rows = (f"| `{name}` | {f'`{default}`' if default else '–'} | {means} |" for name, default, means in variables())
    return (
        "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *rows, ""])
        .replace("`the user's data folder`", "the user's data folder")
        .replace("`the packaged one`", "the packaged one")
    )


def with_table(readme: str) -> str:
    """The text with the table as it should be; unchanged where it has no place for it."""
    return _TABLE.sub(lambda _: table(), readme)


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
