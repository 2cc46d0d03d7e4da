"""deploy/README.md, word for word: its commands set Postbote up from a fresh clone on a real PostgreSQL."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bot.answering.engine import AnswerEngine
from bot.settings import variables
from tests.deploy.table import README, with_table
from tests.faults.world import free_port
from tests.slow import slow

PROJECT = README.parent.parent
ASKED = bool(os.environ.get("POSTBOTE_INTEGRATION"))
PG = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
UNIT = "etc/systemd/system/postbote.service"

# What stands for the rights of a host's administrator: commands run as they are written, but systemd is not there to be
# asked, what they need is installed already, and its folder is in ours.
SUDO = """#!/bin/sh
[ "$1" = -u ] && shift 2
for word do shift; case "$word" in /etc/systemd/*) word="$SCRATCH$word";; esac; set -- "$@" "$word"; done
exec "$@"
"""
NOTED = '#!/bin/sh\necho "$(basename "$0") $*" >>"$SCRATCH/noted"\n'


def test_the_table_of_variables_is_the_one_that_the_settings_give() -> None:
    readme = README.read_text(encoding="utf-8")
    assert readme == with_table(readme), "run: python -m tests.deploy.table"


def test_the_example_of_variables_names_all_that_an_operator_may_set() -> None:
    """But the data folder, which the unit and the image set, and Slack's address, which only tests change."""
    example = README.with_name("env.example").read_text(encoding="utf-8")
    named = re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)
    expected = {name for name, _, _ in variables()} - {"POSTBOTE_DATA_DIR", "SLACK_API_URL"}
    assert sorted(named) == sorted(expected)


def commands(section: str) -> list[str]:
    """The code blocks of a section."""
    readme = README.read_text(encoding="utf-8")
    text = re.split(r"^## ", readme.split(f"## {section}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


READ_SETTINGS = (
    "from bot.settings import Settings as S; s = S(); print(s.postbote_slack_helpers, s.postbote_contact, sep=';')"
)


@slow
def test_doctor_reads_the_file_of_variables_as_systemd_does(tmp_path: Path) -> None:
    """Values with blanks, as deploy/env.example has them: a shell that reads them runs half of them as commands."""
    variables = tmp_path / "postbote.env"
    variables.write_text("POSTBOTE_SLACK_HELPERS=S0123ABCD, C0123ABCD\nPOSTBOTE_CONTACT=+49 30 1234567\n")
    tools = tmp_path / "opt/bin"
    tools.mkdir(parents=True)
    for name, script in {
        "sudo": SUDO,
        "postbote": f'#!/bin/sh\nexec "{sys.executable}" -c "{READ_SETTINGS}"\n',
    }.items():
        (tools / name).write_text(script)
        (tools / name).chmod(0o755)
    (doctor,) = [block for block in commands("Set up on one host, with PostgreSQL") if " doctor" in block]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK_", "POSTBOTE_"))}
    environment = clean | {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "SCRATCH": str(tmp_path),
        "PYTHONPATH": str(PROJECT),
    }
    script = f"set -eu\nprefix={tmp_path}/opt\nconfig={variables}\n{doctor}"
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("S0123ABCD, C0123ABCD;+49 30 1234567\n", 0), done.stderr


@contextmanager
def a_database_server(port: int) -> Iterator[dict[str, str]]:
    """As Debian sets one up: its administrator comes over the socket, everybody else needs a password."""
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    place = Path(tempfile.mkdtemp(prefix="postbote-readme-"))  # not pytest's: the next one closes it
    if become:
        shutil.chown(place, "postgres")
    auth = ["--auth-local=trust", "--auth-host=scram-sha-256"]
    options = f"-p {port} -h 127.0.0.1 -k {place}"
    run([*become, str(PG[0] / "initdb"), "-D", str(place / "data"), "-U", "postgres", *auth])
    control = [*become, str(PG[0] / "pg_ctl"), "-D", str(place / "data")]
    run([*control, "-w", "-l", str(place / "log"), "-o", options, "start"])
    try:
        yield {"PGHOST": str(place), "PGPORT": str(port), "PGUSER": "postgres"}
    finally:
        run([*control, "-m", "immediate", "stop"])
        shutil.rmtree(place)


def run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


@pytest.fixture
def host(tmp_path: Path, learnt: Path, engine: AnswerEngine) -> Iterator[dict[str, str]]:
    """The environment of somebody who follows the README, in a fresh clone.

    The model is not trained at each of the installations: .ci/run builds a wheel that trains it.
    """
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, script in {"sudo": SUDO, "apt-get": NOTED, "systemctl": NOTED}.items():
        (tools / name).write_text(script)
        (tools / name).chmod(0o755)
    (tools / "python3").symlink_to(sys.executable)
    (tmp_path / UNIT).parent.mkdir(parents=True)
    subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(tmp_path / "clone")], check=True)
    port = free_port()
    with a_database_server(port) as database:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK_", "POSTBOTE_", "PIP_CONSTRAINT"))}
        path = f"{tools}:{PG[0]}:{os.environ['PATH']}"
        ready = {"POSTBOTE_TRAINED": str(learnt / "cache")}
        yield clean | database | ready | {"SCRATCH": str(tmp_path), "PATH": path, "SERVER": f"127.0.0.1:{port}"}


def followed(host: dict[str, str], blocks: list[str]) -> str:
    """What was printed; the four lines that differ from host to host are this one's."""
    scratch, server = host["SCRATCH"], host["SERVER"]
    chosen = {"prefix=/opt/postbote": f"prefix={scratch}/opt", "config=/etc/postbote.env": f"config={scratch}/env"}
    chosen["server=127.0.0.1:5432"] = f"server={server}"
    script = "set -eu\n" + "\n".join(blocks)
    for theirs, ours in chosen.items():
        assert theirs in script
        script = script.replace(theirs, ours)
    done = subprocess.run(
        ["sh", "-c", script], cwd=f"{scratch}/clone", env=host, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def variables_of(file: str) -> dict[str, str]:
    """As systemd reads an EnvironmentFile."""
    lines = Path(file).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@contextmanager
def started(host: dict[str, str]) -> Iterator[str]:
    """What the unit starts, with the unit's variables; its address once it is ready."""
    unit = Path(host["SCRATCH"], UNIT).read_text()
    start = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    file = re.search(r"^EnvironmentFile=-?(.*)$", unit, re.MULTILINE)
    assert start
    assert file
    url, port = "", str(free_port())
    environment = host | variables_of(file[1]) | {"POSTBOTE_PORT": port, "POSTBOTE_DATA_DIR": f"{host['SCRATCH']}/data"}
    process = subprocess.Popen(shlex.split(start[1]), env=environment, cwd="/", stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(300):
            with suppress(OSError):
                urllib.request.urlopen(f"{url}/readyz", timeout=5)
                break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        assert process.wait(30) == 0


@pytest.mark.integration
@pytest.mark.skipif(not (ASKED and PG), reason="needs PostgreSQL and POSTBOTE_INTEGRATION=1; .ci/run sets both up")
def test_a_fresh_clone_is_set_up_for_postgresql_by_following_the_readme(host: dict[str, str]) -> None:
    setup = commands("Set up on one host, with PostgreSQL")
    printed = followed(host, setup)
    assert "ok     database: PostgreSQL" in printed
    assert "WRONG" not in printed
    noted = Path(host["SCRATCH"], "noted").read_text().splitlines()
    assert [line.split()[:2] for line in noted] == [
        ["apt-get", "install"],
        ["systemctl", "daemon-reload"],
        ["systemctl", "enable"],
    ]
    assert Path(host["SCRATCH"], "env").stat().st_mode & 0o777 == 0o600
    with started(host) as url:
        answer = urllib.request.urlopen(f"{url}/readyz", timeout=5).read()
        assert b'"ready":true' in answer
    database = variables_of(f"{host['SCRATCH']}/env")["POSTBOTE_DATABASE_URL"]
    host |= {"POSTBOTE_DATABASE_URL": database}
    save, restore = commands("Back-up and restore")
    empty = 'psql -q -c "DROP DATABASE postbote" -c "CREATE DATABASE postbote OWNER postbote"'
    followed(host, [setup[0], save, empty, restore])
    with started(host):
        pass
    assert commands("Upgrade and roll back")[0].split("\n")[0] in setup[3], "installed once more, as above"
    counted = subprocess.run(
        ["psql", "-At", database, "-c", "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'postbote_%'"],
        env=host,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(counted.stdout) >= 5
