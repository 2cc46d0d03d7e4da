"""Example counts: what the decision counts over thousands of examples, once for a content rather than at each start.

Kept beside the content (bot/content/content_cache.py); tests and trials that build a part by itself count anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.matching.features import count_tokens
from bot.core.matching.known_lines import words_of_lines
from bot.core.model import Knowledge
from bot.core.text.language_detection import LanguageCounts, count_languages


@dataclass(frozen=True, slots=True)
class ExampleCounts:
    """Example counts of one knowledge base."""

    tokens: Mapping[str, int]  # token → example questions that use it (FeatureExtractor)
    languages: LanguageCounts  # words and trigrams of the example questions (LanguageDetector)
    lines: Mapping[str, tuple[str, ...]]  # error line as written → words that carry meaning, or none (LineAligner)


def count_examples(knowledge: Knowledge) -> ExampleCounts:
    """Example counts; about half a second of CPU for 15,000 examples."""
    lines = words_of_lines(knowledge.entries.values(), knowledge.topics.values())
    return ExampleCounts(count_tokens(knowledge), count_languages(knowledge), lines)
