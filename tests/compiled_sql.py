"""SQL that is compiled once in a process, and not once more for each SQLite database that a test opens.

SQLAlchemy keeps what it compiled for one engine alone. A bot in a test opens two databases, and to compile what
they ask at a start and for the first question was a fifth of all that it cost.
"""

from typing import Any

import sqlalchemy as sql


class CompiledSql(dict[Any, Any]):
    """Cache of compiled statements, as SQLAlchemy's execution option "compiled_cache" takes one.

    The key's first part is the engine's own dialect: it is left out, since all that come here are alike.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


SHARED = CompiledSql()


def share() -> None:
    """Makes every connection to SQLite, of all engines of this process, use the one cache."""
    sql.event.listen(sql.Engine, "engine_connect", _use_shared)


def _use_shared(connection: sql.Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execution_options(compiled_cache=SHARED)
