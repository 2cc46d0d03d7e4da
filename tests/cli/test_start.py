"""First start: bad input ends in one line that names the variable and the cure, never in a trace.

Words are tested in this process, one table for each kind of mistake; that a real process prints them and nothing else
is tested in test_cli.py.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
from pydantic import ValidationError

from bot.cli.interrupt import STOPPED
from bot.settings import Settings, variables
from bot.settings.cures import expected, misspelt, to_cures
from bot.storage.data_folder import why_unusable
from bot.web.listen import CannotListen, bind
from tests.cli.in_process import postbote, umask
from tests.rows import each_row
from tests.servers.postbote import PROJECT, environment
from tests.slow import few

__all__ = ["umask"]  # a fixture of all tests here as well
KNOWN = [name for name, _, _ in variables()]
FOREIGN_WORDS = ("Input should", "valid", "unable to parse", "String should", "Traceback")  # of pydantic, of Python


def wrong_values() -> Iterator[tuple[str, str]]:
    """Each variable that is a number, a choice or a text of limited length, with values that it may not have."""
    for name, field in Settings.model_fields.items():
        if get_origin(field.annotation) is Literal:
            yield from ((name, value) for value in ("nonsense", get_args(field.annotation)[0].swapcase()))
        elif field.annotation in (int, float):
            yield from ((name, value) for value in ("x", "-1", "1e999", "nan", "10,5", "tcp://10.0.0.1:3000"))
        elif expected(field):
            yield name, "x" * 100_000


@each_row(("name", "value"), list(wrong_values()))
def test_a_wrong_number_or_choice_is_named_with_what_would_be_right(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        Settings.model_validate({name: value})
    (line,) = to_cures(wrong.value, Settings)
    assert line.startswith(f"{name.upper()}: ")
    assert expected(Settings.model_fields[name]) in line
    assert not any(words in line for words in FOREIGN_WORDS)
    assert len(line) < 200


def test_every_misspelling_of_a_variable_is_warned_of_with_the_one_that_was_meant() -> None:
    """A letter left out, doubled or exchanged with the next, at each place behind the prefix."""
    for name in KNOWN:
        head = name.index("_") + 1
        for place in range(head, len(name) - 1):
            before, one, two, rest = name[:place], name[place], name[place + 1], name[place + 2 :]
            for typed in {before + two + rest, before + one + one + two + rest, before + two + one + rest} - {*KNOWN}:
                (line,) = misspelt([typed], KNOWN)
                assert line == f"{typed} is set, and no variable has that name; did you mean {name}?"


@each_row(
    "name", ["PATH", "SLACK_WEBHOOK_URL", "POSTBOTE_SERVICE_HOST", "POSTBOTE_PORT_3000_TCP_ADDR", "POSTBOTE_PORT"]
)
def test_variables_of_others_are_not_warned_of(name: str) -> None:
    assert list(misspelt([name], KNOWN)) == []


def test_a_misspelt_variable_is_warned_of_beside_the_answer(data: Path) -> None:
    done = postbote(data, "gaps", POSTBOTE_PROT="80")
    assert (done.exit_code, done.stdout) == (0, "no gaps\n")
    assert "Warning: POSTBOTE_PROT is set" in done.stderr
    assert "did you mean POSTBOTE_PORT?" in done.stderr


@each_row("host", ["nowhere.invalid", "192.0.2.1", "2001:db8::1", "a..b", "x" * 300, "10.0.0.1/8"])
def test_a_host_that_is_not_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(CannotListen, match=r"^POSTBOTE_HOST: .* set 127\.0\.0\.1"):
        bind(host, 0)


@each_row("host", ["127.0.0.1", "localhost", "::"])
def test_a_port_in_use_is_refused_and_one_that_was_just_left_is_not(host: str) -> None:
    bound = bind(host, 0)
    port = bound[0].getsockname()[1]
    assert {one.getsockname()[1] for one in bound} == {port}
    for one in bound:
        one.listen()
    with pytest.raises(CannotListen, match=rf"^POSTBOTE_PORT: port {port} of {host} is in use"):
        bind(host, port)
    for one in bound:
        one.close()
    for one in bind(host, port):
        one.close()


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file/below", Path("/proc/nowhere"), tmp_path / ("x" * 300)):
        assert why_unusable(folder).startswith(f"POSTBOTE_DATA_DIR: {folder}: ")
    assert why_unusable(tmp_path / "new/folder") == ""


COMMANDS = [["run"], ["gaps"], ["why", "x"], ["forget", "a@b.example"]]


@pytest.mark.parametrize("arguments", COMMANDS, ids=[words[0] for words in COMMANDS])
def test_every_command_that_stores_refuses_such_a_folder(tmp_path: Path, arguments: list[str]) -> None:
    done = postbote(tmp_path, *arguments, POSTBOTE_DATA_DIR="/proc/nowhere")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: POSTBOTE_DATA_DIR: /proc/nowhere: ")
    assert done.stderr.count("\n") == 1


def test_a_file_env_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_bytes(b"POSTBOTE_HOST=\xff\xfe")
    monkeypatch.chdir(tmp_path)
    done = postbote(tmp_path, "gaps")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: .env cannot be read")


def test_a_second_process_on_the_port_ends_with_one_line(few_data: Path, few_entries: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = postbote(few_data, "run", POSTBOTE_PORT=str(port), POSTBOTE_KNOWLEDGE=few_entries)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: POSTBOTE_PORT: port {port} of 127.0.0.1 is in use")
    assert done.stderr.count("\n") == 1


MOMENTS = few(1, ["numpy", "typing", "click", "dbos", "bot.app"])


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Shells start what runs in their background with SIGINT ignored, and a process hands that on to its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("module", MOMENTS)
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_while_the_program_loads_ends_it_with_one_line(tmp_path: Path, module: str) -> None:
    """As soon as the module is loaded: the moment is the same on every machine."""
    command = [sys.executable, "-X", "importtime", "-m", "bot", "run"]
    variables = environment(POSTBOTE_DATA_DIR=str(tmp_path))
    with subprocess.Popen(command, env=variables, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as process:
        too_long = threading.Timer(60, process.kill)
        too_long.start()
        assert process.stderr
        for line in process.stderr:
            if line.rpartition("|")[2].strip() == module:
                break
        os.kill(process.pid, signal.SIGINT)
        said = [line for line in process.stderr if not line.startswith("import time:")]
        assert process.wait() == STOPPED
        too_long.cancel()
    assert "".join(said).strip() == "stopped"
