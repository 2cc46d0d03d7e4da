"""Learning: a knowledge base → its trained model, with all that is learnt beside the weights.

A base whose figures are fitted, and which leaves nothing out, is trained as it is (training.py); in a young one
(young_base.py) it is chosen first which examples are learnt and how often, and the decision's figures are learnt too.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bot.core.matching.calibration import fit_near, to_array
from bot.core.matching.example_support import usual_nearness
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.training import TrainedModel, example_texts, train, training_examples
from bot.core.matching.young_base import RememberingExtractor, held_out, weighed, yielding
from bot.core.model import Knowledge


def learn(knowledge: Knowledge, extractor: FeatureExtractor) -> TrainedModel:
    """Trained model of a base, for the cache (bot/content/model_cache.py)."""
    trained = _learn(knowledge, extractor)
    texts = example_texts(knowledge, trained)
    return replace(trained, usual_nearness=usual_nearness(extractor, trained, len(knowledge.entries), texts))


def _learn(knowledge: Knowledge, extractor: FeatureExtractor) -> TrainedModel:
    """Trained model without what is usual among its examples."""
    examples = training_examples(knowledge)
    if not knowledge.yields and knowledge.figures == "fitted":
        return train(knowledge, extractor, examples)
    remembering = RememberingExtractor(knowledge)
    left_out = yielding(knowledge, remembering) if knowledge.yields else frozenset()
    chosen = [n for n in range(len(examples)) if n not in left_out]
    if knowledge.figures == "fitted":
        return _train(knowledge, remembering, examples, chosen)
    figures = fit_near([one.sample for one in held_out(knowledge, remembering, chosen)])
    numbers = weighed(knowledge, examples, chosen)
    return replace(_train(knowledge, remembering, examples, numbers), figures=to_array(figures))


def _train(
    knowledge: Knowledge, extractor: FeatureExtractor, examples: Sequence[tuple[str, str]], numbers: Sequence[int]
) -> TrainedModel:
    """Model trained on the examples with these numbers."""
    trained = train(knowledge, extractor, [examples[n] for n in numbers])
    return replace(trained, example_number=np.array(numbers, dtype=np.int32))
