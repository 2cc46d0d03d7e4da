"""What tests of the matcher share."""

import pytest

from bot.answering.engine import AnswerEngine
from bot.core.matching.features import FeatureExtractor


@pytest.fixture(scope="session")
def extractor(engine: AnswerEngine) -> FeatureExtractor:
    """Features of the project's own content; to make one takes 0.1 s."""
    return FeatureExtractor(engine.knowledge)
