"""Stored text: all that stands in a database, to look in it for what must be gone."""

import base64
import binascii
from pathlib import Path

import sqlalchemy as sql


def stored_text(database: str, data: Path) -> str:
    """All that stands in all tables; what the engine has pickled as far as bytes can be read."""
    urls = [database.replace("postgresql://", "postgresql+psycopg://")]
    urls = urls if database else [f"sqlite:///{data / name}" for name in ("store.sqlite", "postbote.sqlite")]
    found = []
    for url in urls:
        engine = sql.create_engine(url)
        for schema in (None, "dbos") if database else (None,):
            tables = sql.MetaData()
            tables.reflect(engine, schema=schema)
            with engine.connect() as connection:
                for table in tables.sorted_tables:
                    found += [str(v) for row in connection.execute(sql.select(table)) for v in row if v is not None]
        engine.dispose()
    return "\n".join(found + [decoded(value) for value in found])


def decoded(value: str) -> str:
    """Text of a value that the job engine has pickled, as far as its bytes can be read; empty: it has not."""
    try:
        return base64.b64decode(value, validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""
