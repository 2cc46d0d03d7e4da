"""A database as a year leaves it: thousands of decisions and presses, written at once."""

import random
import time

import sqlalchemy as sql

from bot.storage import Storage
from bot.storage.database import DAY
from bot.storage.decisions import DECISIONS
from bot.storage.feedback import FEEDBACK

OUTCOMES, WEIGHTS = ("answer", "suggest", "decline", "silent", "failure", "mx"), (50, 10, 15, 20, 1, 4)


def fill(storage: Storage, number: int, days: float = 90.0) -> None:
    """So many decisions, evenly over the last days, in size and outcome like real ones; a press on each tenth."""
    rng, now = random.Random(5), time.time()
    words = ["".join(rng.choices("abcdefghijklmnoprstuw", k=rng.randint(2, 10))) for _ in range(3_000)]
    rows = [
        {
            "key": f"T1:C{one % 50}:{one}",
            "conversation": f"T1:C{one % 50}:{one // 3}",
            "at": now - days * DAY * one / number,
            "language": rng.choice(("de", "en")),
            "understood": " ".join(rng.choices(words, k=12)),
            "question": " ".join(rng.choices(words, k=rng.randint(3, 40))),
            "outcome": rng.choices(OUTCOMES, WEIGHTS)[0],
            "entries": '["imap-server"]',
            "why": " ".join(rng.choices(words, k=100)),
            "place": f"T1:C{one % 50}",
            "person": f"T1:U{one % 997}",
            "channel": rng.choice(("slack", "web")),
            "took": rng.random() * 10,
        }
        for one in range(number)
    ]
    pressed = [
        {"key": row["key"], "person": row["person"], "verdict": rng.choice(("helpful", "unhelpful")), "at": row["at"]}
        for row in rows[::10]
    ]
    with storage.database.engine.begin() as connection:
        connection.execute(sql.insert(DECISIONS), rows)
        connection.execute(sql.insert(FEEDBACK), pressed)
