"""deploy/SECURITY.md names the tests that check it: they are there."""

import re
from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent
SECURITY = (PROJECT / "deploy/SECURITY.md").read_text(encoding="utf-8")


def test_every_test_that_security_md_names_is_there() -> None:
    files = re.findall(r"`(tests/[\w/]+\.py)`", SECURITY)
    names = re.findall(r"`(test_\w+)`", SECURITY)
    assert len(files) > 15
    assert len(names) > 10
    assert [file for file in files if not (PROJECT / file).is_file()] == []
    written = (PROJECT / "tests/test_security.py").read_text(encoding="utf-8")
    assert [name for name in names if f"def {name}(" not in written] == []


def test_every_endpoint_is_in_the_threat_model() -> None:
    from tests.test_security import endpoints

    assets = tuple(f".{kind}" for kind in ("css", "js", "svg", "png"))
    told = [path for path in endpoints() if not path.endswith(assets)]
    assert [path for path in told if f"/{path.split('/')[1]}" not in SECURITY] == []
