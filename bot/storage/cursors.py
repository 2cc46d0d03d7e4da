"""How far a channel has looked, so that a restart goes on where it stopped."""

import sqlalchemy as sql

from bot.storage.schema import METADATA, key_column, text_column
from bot.storage.store import Store

_BOOKMARKS = sql.Table("postbote_bookmarks", METADATA, key_column(), text_column("place"))


class Cursors:
    """All functions block; call them in a thread."""

    def __init__(self, store: Store) -> None:
        self._engine = store.engine

    def read(self, key: str) -> str:
        """Empty where there is none."""
        with self._engine.connect() as connection:
            row = connection.execute(sql.select(_BOOKMARKS.c.place).where(_BOOKMARKS.c.key == key)).first()
        return str(row.place) if row else ""

    def save(self, key: str, place: str) -> None:
        """Two processes may do it at once: the later one wins, and looks at a few tickets twice."""
        mine = sql.update(_BOOKMARKS).where(_BOOKMARKS.c.key == key).values(place=place)
        try:
            with self._engine.begin() as connection:
                if not connection.execute(mine).rowcount:
                    connection.execute(sql.insert(_BOOKMARKS), [{"key": key, "place": place}])
        except sql.exc.IntegrityError:
            with self._engine.begin() as connection:
                connection.execute(mine)
