"""Large knowledge bases of hundreds of entries: other ways of training and searching find what they know."""

from bot.core.matching.decision import Matcher
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.line_alignment import LineAligner
from bot.core.matching.ranker import Ranker
from bot.core.matching.training import MOST_OWNERS_OF_REGRESSION, train, training_examples
from bot.core.model import Language, Question, Topic
from tests.bench.growth import grown
from tests.slow import slow


@slow
def test_a_known_question_is_found_among_many_entries() -> None:
    knowledge = grown(MOST_OWNERS_OF_REGRESSION + 20)
    extractor = FeatureExtractor(knowledge)
    trained = train(knowledge, extractor, training_examples(knowledge))
    ranker = Ranker(extractor, trained, len(knowledge.entries))
    made = [e for e in knowledge.entries.values() if e.id.startswith("made-")][:40]
    found = [ranker.rank(extractor.words(e.questions["de"][0])).first() == e.id for e in made]
    assert sum(found) >= 36
    assert Matcher(knowledge, extractor, trained).decide(Question(made[0].questions["de"][0])).score <= 1.0


def test_a_line_is_found_among_hundreds_that_are_nearly_the_same() -> None:
    names = [f"{a}{b}{c}ox" for a in "bdfgklmn" for b in "aeiou" for c in "lmnrstvwz"]
    nothing: dict[Language, tuple[str, ...]] = {"de": (), "en": ()}
    topics = [
        Topic(name, {"de": "", "en": ""}, nothing, (f"554 refused by the policy server of {name} as unwanted",))
        for name in names
    ]
    others = [Topic(f"other-{n}", {"de": "", "en": ""}, nothing, (f"entirely different words {n}",)) for n in names]
    lines = LineAligner([], [*topics, *others])
    for name in names[::40]:
        found = lines.alignments(lines.read(f"554 refused by the policy server of {name} as unwanted"))
        assert found[0].known.owner == name
