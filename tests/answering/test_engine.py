"""Reload: the engine in use is swapped, and the old one is let go."""

import gc
import weakref
from pathlib import Path
from typing import Any

from bot.answering.engine import load_engine
from bot.answering.reload import ReloadableEngine, freeze_gc
from bot.core.model import Question
from bot.settings import Settings
from tests.servers.dns_server import DnsServer

PROJECT = Path(__file__).parents[2]


def to_settings(data: Path, knowledge: str, **changed: Any) -> Settings:
    content = {"postbote_knowledge": Path(knowledge), "postbote_templates": PROJECT / "templates"}
    return Settings.model_validate({"postbote_data_dir": data, **content, **changed})


async def test_a_reloaded_engine_answers_and_the_old_one_is_freed(few_data: Path, few_entries: str) -> None:
    """Although the garbage collector looks at neither while they are frozen."""
    settings = to_settings(few_data, few_entries)
    use = ReloadableEngine(load_engine(settings), settings)
    freeze_gc()  # as bot/app.py does at the start
    assert gc.get_freeze_count() > 0
    old = weakref.ref(use.current.matcher._ranker)
    assert use.reload() == ""
    gc.collect()  # of no use by itself: what is frozen is not collected
    assert old() is None
    answer = await use.respond(Question("Welcher Port für POP3 mit SSL?"))
    assert answer.facts["entries"] == ["pop3-ssl"]


async def test_the_dns_cache_outlives_a_reload(few_data: Path, few_entries: str) -> None:
    async with DnsServer({"firma.de": {"MX": ["10 mx.firma.de."]}, "mx.firma.de": {"A": ["192.0.2.1"]}}) as server:
        settings = to_settings(few_data, few_entries, postbote_nameservers=server.address)
        use = ReloadableEngine(load_engine(settings), settings)
        await use.respond(Question("/mx firma.de"))
        asked = list(server.asked)
        assert "firma.de MX" in asked
        assert use.reload() == ""
        await use.respond(Question("/mx firma.de"))
        assert server.asked == asked


def test_a_reload_of_content_that_cannot_be_read_changes_nothing(
    few_data: Path, few_entries: str, tmp_path: Path
) -> None:
    knowledge = tmp_path / "knowledge"
    knowledge.symlink_to(few_entries)
    settings = to_settings(few_data, str(knowledge))
    use = ReloadableEngine(load_engine(settings), settings)
    before = use.current
    knowledge.unlink()
    knowledge.mkdir()
    assert str(knowledge) in use.reload()
    assert use.current is before
