"""Known errors in a message: which lines of the knowledge base stand in it, with the signals that rate each.

Step 2 of the decision (bot/core/matching/decision.py). Finding the lines is error_lines.py's; here the ranking's view
is added, and what was found becomes a part of the decision.
"""

from collections.abc import Sequence

from bot.core.matching.calibration import Weights
from bot.core.matching.error_lines import Alignment, ErrorLines, longer_lines, without_overlap
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.ranker import Ranker, Ranking
from bot.core.model import Candidate, Knowledge, Part

LEAST_ALIGNED = 0.5  # score of an alignment below which no error is found. By judgement; 0.3 to 0.55 scored the same
LONG_MESSAGE = (
    60  # words; of longer messages most is not about the error. Any number scored the same: few labelled are long
)
LARGEST_LEAD = 2.0  # of the ranking, as a signal: beyond it a lead tells nothing more
MOST_CANDIDATES = 5  # that `--why` names


class KnownErrors:
    """Finder of known error lines, rated with the ranking of questions."""

    def __init__(self, knowledge: Knowledge, extractor: FeatureExtractor, ranker: Ranker) -> None:
        self._lines = ErrorLines(knowledge.entries.values(), knowledge.topics.values())
        self._longer = longer_lines(knowledge.entries.values())
        self._extractor = extractor
        self._ranker = ranker

    def words(self, cleaned: str) -> list[str]:
        """Words of a cleaned message as known lines are aligned with them."""
        return self._lines.read(cleaned)

    def alignments(self, words: Sequence[str]) -> list[Alignment]:
        """Alignments of all known lines with the words, best first; empty where nothing is alike."""
        return self._lines.alignments(words)

    def find(
        self, cleaned: str, words: Sequence[str], alignments: Sequence[Alignment]
    ) -> list[tuple[Alignment, Weights]]:
        """Error lines in the order of the message, each with its four signals; empty where there is none.

        A single one in a short message is ranked with all that is said around it; in a long message, and where there
        are several, each is ranked with its own words alone.
        """
        found = self._explaining(alignments)
        with_context = len(found) == 1 and len(words) <= LONG_MESSAGE
        texts = [cleaned] if with_context else [" ".join(words[line.start : line.end + 1]) for line in found]
        return [
            (line, _signals(line, alignments, self._ranker.rank(self._extractor.words(text))))
            for line, text in zip(found, texts, strict=True)
        ]

    def _explaining(self, alignments: Sequence[Alignment]) -> list[Alignment]:
        """One alignment per entry; where a line continues another entry's line and both are found, the longer one."""
        found = [line for line in without_overlap(alignments, LEAST_ALIGNED) if line.known.explains]
        owners = {line.known.owner for line in found}
        left = [line for line in found if self._longer.get(line.known.owner) not in owners]
        return list({line.known.owner: line for line in reversed(left)}.values())[::-1]


def _signals(line: Alignment, alignments: Sequence[Alignment], ranking: Ranking) -> Weights:
    """Signals of an error line: score; lead over any line that must not be taken for it; the ranking's lead; 1."""
    rivals = [a for a in alignments if a.known.owner != line.known.owner or not a.known.explains]
    best = max((a.score for a in rivals if a.start <= line.end and a.end >= line.start), default=0.0)
    lead = max(-LARGEST_LEAD, min(LARGEST_LEAD, ranking.lead(line.known.owner)))
    return line.score, line.score - best, lead, 1.0


def to_part(
    line: Alignment, likely: float, least: float, words: Sequence[str], alignments: Sequence[Alignment]
) -> Part:
    """Part of a decision that explains an error line.

    `likely`: probability that its entry is right, 0..1; `least`: the one from which lines are explained. `words`: of
    the message; `alignments`: all, best first, for `--why`.
    """
    candidates: dict[str, Candidate] = {}
    for other in alignments:
        name = other.known.owner if other.known.explains else f"not {other.known.owner}"
        candidates.setdefault(name, Candidate(name, other.score, (other.known.text,)))
    return Part(
        text=" ".join(words[line.start : line.end + 1]),
        outcome="answer",
        entries=(line.known.owner,),
        score=likely,
        rule=f"error line: {line.score:.2f} of “{line.known.text}” was found; right with {likely:.2f}, "
        f"explained from {least:.2f}",
        candidates=tuple(list(candidates.values())[:MOST_CANDIDATES]),
    )
