"""Known weaknesses of what Postbote is built on (pip-audit) and in its own code (bandit). `python -m tests.audit` says
what was found, and exits 1 where there is something; .ci/run runs it.

Where no vulnerability service can be reached, it says so in one line and goes on: nothing was checked then.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent.parent
CONSTRAINTS = PROJECT / "deploy/constraints.txt"
PIP_AUDIT = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "10"]
SHOWN = 3  # names of packages that a line repeats


def judged(report: Any) -> tuple[list[str], str]:
    """pip-audit's JSON → (a line for each weakness, a line about what was not checked). `report`: None for none."""
    rows = (report or {}).get("dependencies") or []
    found = [
        f"{row['name']} {row['version']}: {weakness['id']} ({', '.join(weakness.get('aliases') or [])}), "
        f"fixed in {', '.join(weakness.get('fix_versions') or []) or 'no version yet'}"
        for row in rows
        for weakness in row.get("vulns") or []
    ]
    skipped = [row["name"] for row in rows if "vulns" not in row]
    if not rows or len(skipped) == len(rows):
        return found, "pip-audit: NOTHING WAS CHECKED, no vulnerability service can be reached from here"
    if skipped:
        more = "" if len(skipped) <= SHOWN else f" and {len(skipped) - SHOWN} more"
        return found, f"pip-audit: {len(rows) - len(skipped)} checked, not {', '.join(skipped[:SHOWN])}{more}"
    return found, f"pip-audit: {len(rows)} checked"


def audited() -> Any:
    """pip-audit's report on the exact versions that the tests run with; None where it gives none."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(CONSTRAINTS), *PIP_AUDIT]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return None


def weak_code() -> Iterator[str]:
    """bandit's findings; what is skipped stands with its reason in pyproject.toml."""
    command = [sys.executable, "-m", "bandit", "--quiet", "--recursive", "bot", "--format", "json"]
    command += ["--configfile", "pyproject.toml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT, timeout=300)
    report = json.loads(done.stdout)
    assert not report["errors"], report["errors"]
    for row in report["results"]:
        yield f"{row['filename']}:{row['line_number']}: {row['test_id']} {row['issue_text']}"


def main() -> int:
    weak, about = judged(audited())
    code = list(weak_code())
    sys.stdout.write("\n".join([*weak, about, *code, f"bandit: {len(code)} found", ""]))
    return 1 if weak or code else 0


if __name__ == "__main__":
    sys.exit(main())
