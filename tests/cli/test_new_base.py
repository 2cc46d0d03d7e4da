"""`postbote init` and `postbote import` as an operator sees them: output and exit codes."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from tests.cli.in_process import umask

__all__ = ["umask"]  # a fixture of all tests here as well


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def postbote(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments, prog_name="postbote")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_init_says_what_it_made_and_what_comes_next() -> None:
    made = postbote("init", "nord", "--name", "Nord", "--language", "de")
    assert made.exit_code == 0
    assert made.stdout.splitlines()[:2] == ["made nord/base.yaml", "made nord/provider.yaml"]
    assert "`postbote check nord`" in made.stdout
    again = postbote("init", "nord")
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr == "nord:1: holds 'base.yaml' already; name a folder that is new or empty\n"


def test_import_says_what_it_made_and_what_is_missing() -> None:
    postbote("init", "nord", "--language", "de")
    Path("faq.md").write_text("# Was kostet das Umziehen?\nNichts, bis 2 GB.\n", "utf-8")
    made = postbote("import", "faq.md", "--to", "nord")
    assert made.exit_code == 0
    lines = made.stdout.splitlines()
    assert lines[0] == "made nord/kostet-umziehen.yaml: Was kostet das Umziehen?"
    assert lines[1:3] == ["1 new entry in nord", "Still missing:"]
    assert lines[3].startswith("  faq.md:1: kostet-umziehen: provider.yaml does not have 2 GB;")
    assert lines[-1] == "Next: read the entries, then `postbote check nord`"
    again = postbote("import", "faq.md", "--to", "nord").stdout
    assert again.startswith("0 new entries in nord\n1 question was there already\n")


def test_a_mistake_is_one_line_with_file_line_and_cure_and_exit_code_1() -> None:
    wrong = postbote("import", "faq.md", "--to", "nowhere")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    text = "no knowledge base: provider.yaml is missing; make one with `postbote init nowhere`"
    assert wrong.stderr == f"nowhere:1: {text}\n"
