"""What tests of the matcher share."""

import pytest

from bot.core.matching.features import FeatureExtractor
from tests import project


@pytest.fixture(scope="session")
def extractor() -> FeatureExtractor:
    """Features of the project's own content; to make one takes 0.1 s."""
    return project.extractor()
