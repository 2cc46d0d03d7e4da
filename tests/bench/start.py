"""How long from process start to ready, and how much CPU one answer takes: `python -m tests.bench.start`.

Prints a table; the first row is a start that has to learn the knowledge base, the others remember it.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

import click

QUESTIONS = [
    "welcher port für pop3 mit ssl?",
    "Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/",
    "hello",
]
STARTS, ANSWERS = 4, 200


def started(environment: dict[str, str]) -> tuple[subprocess.Popen[str], str, float]:
    """A ready process, its address, and the seconds it took."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    for line in process.stdout:
        if found := re.search(r"http://\S+", line):
            return process, found[0], time.perf_counter() - began
    raise RuntimeError("the process ended before it was ready")


def ask(url: str, text: str) -> None:
    body = json.dumps({"text": text}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{url}ask", body)) as response:
        response.read()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process (proc(5), fields 14 and 15)."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123 - a file of the kernel
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"POSTBOTE_DATA_DIR": folder, "POSTBOTE_PORT": "0"}
        for number in range(STARTS):
            process, url, seconds = started(environment)
            click.echo(f"start {number + 1} ({'learns' if number == 0 else 'remembers'}): ready after {seconds:.2f} s")
            if number == STARTS - 1:
                for text in QUESTIONS:
                    ask(url, text)
                before = cpu_seconds(process.pid)
                for n in range(ANSWERS):
                    ask(url, QUESTIONS[n % len(QUESTIONS)])
                used = (cpu_seconds(process.pid) - before) / ANSWERS
                click.echo(f"an answer over HTTP: {1000 * used:.1f} ms of CPU, page to reply")
            process.send_signal(signal.SIGTERM)
            process.wait()


if __name__ == "__main__":
    main()
