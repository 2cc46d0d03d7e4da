"""A PostgreSQL server of our own, from Debian's package, that can be stopped and started again; or the one given."""

import os
import shutil
import subprocess
import uuid
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

POSTGRES = os.environ.get("POSTBOTE_TEST_POSTGRES", "")  # of a server that is there for all tests; .ci/run starts one
DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)]  # kinds, for a test of both


def binaries() -> Path | None:
    """The newest installed version's; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Postgres:
    """In a folder of its own, on a port of its own, for as long as the test runs."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder / "postgres"
        self._port = port

    def create(self) -> None:
        """Once, before `start`. As root, the folder's parents must be open to others."""
        self._folder.mkdir()
        if os.getuid() == 0:  # which PostgreSQL refuses
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "-A", "trust", "-U", "postgres", "--no-sync")

    def start(self) -> None:
        """Returns when it answers."""
        options = f"-p {self._port} -h 127.0.0.1 -k '' -c max_connections=200"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """At once, as after a power cut."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def database(self) -> str:
        """A new one; its URL."""
        return create_database(f"{self._root()}/postgres")

    def _root(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}"

    def _run(self, program: str, *options: str) -> None:
        home = binaries()
        assert home, "PostgreSQL is not installed"
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*user, str(home / program), "-D", str(self._folder), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd="/")


def create_database(server: str) -> str:
    """URL of a new database. `server`: URL of any database there."""
    name = f"postbote_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{server.rsplit('/', 1)[0]}/{name}"


def new_database(kind: str) -> str:
    """URL of an empty database of one of the DATABASES; empty for SQLite. Skips the test where there is no server."""
    if kind == "sqlite":
        return ""
    if not POSTGRES:
        pytest.skip("POSTBOTE_TEST_POSTGRES names no PostgreSQL server; .ci/run starts one")
    return create_database(POSTGRES)
