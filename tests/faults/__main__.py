"""Fault suite in full: `python -m tests.faults [--short] [--json FILE] [SCENARIO …]`.

Prints a table as it goes; exit 1 where anything was lost, repeated or said wrongly. Without PostgreSQL's programs
(Debian: postgresql) its scenarios are left out.
"""

import asyncio
import json
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from tests.faults.scenarios import FULL, ON_POSTGRESQL, ON_SQLITE, SHORT, Database, Scenario, new_server
from tests.faults.world import Outcome, kill_all
from tests.servers.postgres import Postgres, binaries


def chosen(names: tuple[str, ...], server: Postgres | None) -> Iterator[tuple[str, str, Scenario]]:
    """Scenarios to run: (database, name, function); all where no names are given."""
    for where, found in (("SQLite", ON_SQLITE), ("PostgreSQL", ON_POSTGRESQL if server else {})):
        for name, scenario in found.items():
            if not names or name in names:
                yield where, name, scenario


@click.command()
@click.option("--short", is_flag=True, help="As in .ci/run.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the figures here.")
@click.argument("names", metavar="[SCENARIO]...", nargs=-1)
def main(short: bool, file: Path | None, names: tuple[str, ...]) -> None:
    """Break everything, and count what was lost and repeated."""
    size = SHORT if short else FULL
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server runs as another user
        server = new_server(folder) if binaries() else None
        if server is None:
            click.echo("PostgreSQL is not installed: its scenarios are left out")
        try:
            for number, (where, what, scenario) in enumerate(chosen(names, server)):
                here = folder / str(number)
                here.mkdir()
                own = Database(server.database(), server) if server and where == "PostgreSQL" else Database("")
                rows.append({"scenario": what, "database": where, **_run(scenario, here, own, size)})
                click.echo(_line(rows[-1]))
                if file:
                    file.write_text(json.dumps(rows, indent=2))
        finally:
            if server:
                server.stop()
    bad = [row for row in rows if row["failed"] or row["lost"] or row["repeated"]]
    click.echo(f"{len(rows) - len(bad)} of {len(rows)} good")
    sys.exit(bool(bad))


def _run(scenario: Scenario, folder: Path, database: Database, size: Any) -> dict[str, Any]:
    try:
        return asdict(asyncio.run(_done(scenario(folder, database, size)))) | {"failed": ""}
    except (AssertionError, OSError) as wrong:
        traceback.print_exc()
        return asdict(Outcome(0, 0, 0)) | {"failed": f"{type(wrong).__name__}: {str(wrong)[:300]}"}
    finally:
        kill_all()


async def _done(work: Awaitable[Outcome]) -> Outcome:
    return await work


def _line(row: dict[str, Any]) -> str:
    notes = row["failed"] or ", ".join(f"{name} {value}" for name, value in row["notes"].items())
    return (
        f"{row['database']:<11}{row['scenario']:<17}{row['events']:>6} events {row['faults']:>5} faults"
        f" {row['lost']:>4} lost {row['repeated']:>4} repeated {row['seconds']:>6.0f} s  {notes}"
    )


if __name__ == "__main__":
    main()
