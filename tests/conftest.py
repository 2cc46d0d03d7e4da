"""What several tests share: the real knowledge base, learnt once a session."""

from pathlib import Path

import pytest

from bot.__main__ import Mind, open_mind
from bot.settings import Settings

PROJECT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def mind(tmp_path_factory: pytest.TempPathFactory) -> Mind:
    """The project's own content, whatever the environment says."""
    return open_mind(
        Settings(
            postbote_data_dir=tmp_path_factory.mktemp("data"),
            postbote_knowledge=PROJECT / "knowledge",
            postbote_templates=PROJECT / "templates",
        )
    )
