"""Learns the project's own content into a data folder that all tests share: `python -m tests.learn folder`."""

import fcntl
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.content.folders import learnt_from
from bot.content.model_cache import cache_key, file_name

if TYPE_CHECKING:  # the controller asks only whether it is learnt
    from bot.answering.engine import AnswerEngine
    from bot.settings import Settings

PROJECT = Path(__file__).parents[1]
KNOWLEDGE = PROJECT / "knowledge"


def is_learnt(folder: Path) -> bool:
    """True if the folder holds the model of the content and of bot/core as they are."""
    return (folder / "cache" / file_name(cache_key(learnt_from(KNOWLEDGE)))).exists()


@cache
def learn(folder: Path, knowledge: Path = KNOWLEDGE) -> "AnswerEngine":
    """Engine over this content, whatever the environment says. One process learns, others wait and read."""
    from bot.answering.engine import load_engine
    from bot.settings import Settings

    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return load_engine(
            Settings(postbote_data_dir=folder, postbote_knowledge=knowledge, postbote_templates=PROJECT / "templates")
        )


def keep_model(settings: "Settings") -> None:
    """After a change of content that no model learns from, such as a figure in an answer: names the old model anew."""
    cache = settings.postbote_data_dir / "cache"
    (model,) = cache.glob("trained-*")
    model.rename(cache / file_name(cache_key(learnt_from(settings.postbote_knowledge))))


if __name__ == "__main__":
    if sys.platform == "linux":  # on one core: the fork server, for which all workers wait, has another one
        os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])
    learn(Path(sys.argv[1]))
