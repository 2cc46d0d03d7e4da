"""What is made of pip-audit's report (github.com/pypa/pip-audit, "JSON format"); the audit itself is .ci/run's."""

from typing import Any

from tests.audit import judged
from tests.rows import each_row

WEAK: dict[str, Any] = {
    "name": "flask",
    "version": "0.5",
    "vulns": [{"id": "PYSEC-2019-179", "fix_versions": ["1.0"], "aliases": ["CVE-2019-1010083"], "description": "…"}],
}
WELL: dict[str, Any] = {"name": "jinja2", "version": "3.1.6", "vulns": []}
AWAY: dict[str, Any] = {"name": "yarl", "skip_reason": "Dependency not found on PyPI and could not be audited"}
UNREACHED = "pip-audit: NOTHING WAS CHECKED, no vulnerability service can be reached from here"
REPORTS = [
    ("all well", {"dependencies": [WELL]}, 0, "pip-audit: 1 checked"),
    ("a weakness", {"dependencies": [WELL, WEAK]}, 1, "pip-audit: 2 checked"),
    ("a weakness, and one that was not checked", {"dependencies": [WEAK, AWAY]}, 1, "pip-audit: 1 checked, not yarl"),
    ("no service", {"dependencies": [AWAY]}, 0, UNREACHED),
    ("no report at all", None, 0, UNREACHED),
]


@each_row(("report", "number", "about"), [r[1:] for r in REPORTS], ids=[r[0] for r in REPORTS])
def test_a_weakness_fails_and_a_service_that_is_away_is_told(report: Any, number: int, about: str) -> None:
    found, said = judged(report)
    assert (len(found), said) == (number, about)
    assert all("PYSEC-2019-179 (CVE-2019-1010083), fixed in 1.0" in line for line in found)
