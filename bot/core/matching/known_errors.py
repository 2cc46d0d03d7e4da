"""Known errors in a message: which lines of the knowledge base stand in it, with the signals that rate each.

Step 2 of the decision (bot/core/matching/decision.py). line_alignment.py finds the lines; here the ranking's view is
added, and what was found becomes a part of the decision.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from bot.core.lazy_regex import lazy_regex
from bot.core.matching.bounce import names_cause, names_no_cause, statements
from bot.core.matching.error_slots import contradiction, stated_slots, surely_stated
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.line_alignment import Alignment, LineAligner, longer_lines, without_overlap
from bot.core.matching.own_hosts import fails_to_reach
from bot.core.matching.pasted import impersonal_text, own_text, pasted_text
from bot.core.matching.ranked_text import Message
from bot.core.matching.ranker import Ranker, Ranking
from bot.core.matching.regression import Signals
from bot.core.matching.scaffolding import without_scaffolding
from bot.core.model import Candidate, Knowledge, Part
from bot.core.text.asking import asks_what
from bot.core.text.message_parts import own_sentences
from bot.core.text.normalize import CACHED_MESSAGES

LEAST_ALIGNED = 0.5  # score of an alignment below which no error is found. By judgement; 0.3 to 0.55 scored the same
OUTDOING = 0.7  # score of a look-alike that vetoes its entry, where no own line is about as good. By judgement
VERBATIM, VERBATIM_LEAD = 0.95, 0.3  # score and lead of an alignment from which a line stands there word by word
SURELY_ALIGNED = 0.8  # score of an alignment from which the message is about that line and no other
LONG_MESSAGE = 60  # words, from which most is not about the error. Any number scored the same: few labelled are long
OF_MAIL = frozenset({"mail-server"})  # who speaks in an error about mail
EQUAL = 0.1  # of two scores, what is no difference: of equal lines of an entry the first is taken
LARGEST_LEAD = 2.0  # of the ranking, as a signal: beyond it a lead tells nothing more
MOST_CANDIDATES = 5  # that `--why` names


_ADDRESS = lazy_regex(r"<?[\w.+=%'-]{1,64}@[\w.-]{1,255}>?:?")


class KnownErrors:
    """Finder of known error lines, rated with the ranking of questions."""

    def __init__(
        self,
        knowledge: Knowledge,
        extractor: FeatureExtractor,
        ranker: Ranker,
        words: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """`words`: of the known lines (words_of_lines); None: found now."""
        self._lines = LineAligner(knowledge.entries.values(), knowledge.topics.values(), words)
        self._longer = longer_lines(knowledge.entries.values())
        self._extractor = extractor
        self._ranker = ranker
        self._entries = knowledge.entries
        self._error_ids = frozenset(entry.id for entry in knowledge.entries.values() if entry.kind == "error")
        self._hosts = tuple(host.lower() for host in knowledge.provider.hosts)
        self._read = lru_cache(CACHED_MESSAGES)(
            lambda cleaned: self._lines.read_all([s.text for s in statements(cleaned)])
        )

    def words(self, cleaned: str) -> list[str]:
        """Words of a cleaned message as known lines are aligned with them."""
        return self._read(cleaned).words

    def alignments(self, words: Sequence[str]) -> list[Alignment]:
        """Alignments of all known lines with the words, best first; empty where nothing is alike."""
        return self._lines.alignments(words)

    def find(
        self, cleaned: str, words: Sequence[str], alignments: Sequence[Alignment]
    ) -> list[tuple[Alignment, Signals]]:
        """Error lines in the order of the message, each with its four signals; empty where there is none.

        A single one in a short message is ranked with the person's own words around it, but without what mail programs
        write around a reason and without other statements; in a long message, and where there are several, each is
        ranked with its own words alone.
        """
        if not any(line.known.explains and line.score >= LEAST_ALIGNED for line in alignments):
            return []  # as in most messages
        found = (
            [] if self._names_no_cause(cleaned, alignments) else self._explaining(self._with_cause(cleaned, alignments))
        )
        found = self._without_contradicted(cleaned, words, found)
        around = self._around(cleaned, found[0]) if len(found) == 1 else ""
        with_context = 0 < len(around.split()) <= LONG_MESSAGE
        texts = [around] if with_context else [" ".join(words[line.start : line.end + 1]) for line in found]
        return [
            (line, _signals(line, alignments, self._ranker.rank(self._extractor.words(text))))
            for line, text in zip(found, texts, strict=True)
        ]

    def to_rank(self, cleaned: str, alignments: Sequence[Alignment]) -> Message:
        """Message as its questions are ranked, where none of its error lines is explained."""
        return Message(*_own_and_pasted(cleaned), self._vetoed(cleaned, alignments))

    def _vetoed(self, cleaned: str, alignments: Sequence[Alignment]) -> frozenset[str]:
        """Ids of the entries that a message cannot be about, however it is ranked.

        A look-alike fits better than any of an entry's own lines; or the message contradicts the entry's slots; or
        what was pasted names no cause, and then no error entry is left, and none at all where nothing else is said.
        """
        asks = bool(own_text(cleaned))
        all_of_them = self._error_ids if asks else frozenset(self._entries)
        if self._names_no_cause(cleaned, alignments):
            return all_of_them
        impersonal = impersonal_text(cleaned)
        stated = {**stated_slots(impersonal), **surely_stated(cleaned), **self._of_failed_client(cleaned)}
        speaks_of_mail = stated.get("speaker", OF_MAIL) & OF_MAIL
        if impersonal == cleaned.strip() and not speaks_of_mail and not _asks_beside(cleaned):
            return frozenset(self._entries)  # all of it is another program's, or a machine's fault
        contradicted = {entry for entry in self._error_ids if contradiction(stated, self._entries[entry].slots)}
        if any(
            line.score >= SURELY_ALIGNED and line.known.explains and line.known.owner in contradicted
            for line in alignments
        ):
            return all_of_them  # the line is known, and its entry is not what it means
        return self._outdone(alignments) | contradicted

    def _outdone(self, alignments: Sequence[Alignment]) -> frozenset[str]:
        """Ids of the entries of which a look-alike fits better than any own line."""
        best: dict[tuple[str, bool], float] = {}
        for line in alignments:
            of = (line.known.owner, line.known.explains)
            best[of] = max(best.get(of, 0.0), line.score)
        return frozenset(
            owner
            for (owner, explains), score in best.items()
            if not explains
            and owner in self._entries
            and score >= OUTDOING
            and score > best.get((owner, True), 0.0) + EQUAL
        )

    def _around(self, cleaned: str, line: Alignment) -> str:
        """Text that is ranked with a line: its statement without scaffolding, and the person's own words."""
        statement = self._statement(cleaned, line)
        kept = without_scaffolding(statement)
        if statement == cleaned:
            return kept
        return "\n".join((own_text(cleaned), _ADDRESS.sub(" ", kept)))

    def _statement(self, cleaned: str, line: Alignment) -> str:
        """Text of the statement in which a line was found."""
        span = next((s for s in self._read(cleaned).spans if s.start <= line.start < s.end), None)
        return statements(cleaned)[span.statement].text if span else cleaned

    def _names_no_cause(self, cleaned: str, alignments: Sequence[Alignment]) -> bool:
        """True if what was pasted is a bounce's introduction, and no other line may be a reason."""
        if not names_no_cause(pasted_text(cleaned)) or names_cause(impersonal_text(cleaned)):
            return False
        reasons = self._with_cause(cleaned, alignments)
        return not any(line.known.explains and line.score >= SURELY_ALIGNED for line in reasons)

    def _with_cause(self, cleaned: str, alignments: Sequence[Alignment]) -> list[Alignment]:
        """The alignments without those in statements that are nothing but an introduction."""
        texts = [said.text for said in statements(cleaned)]
        introductions = [s for s in self._read(cleaned).spans if names_no_cause(texts[s.statement])]
        return [a for a in alignments if not any(s.start <= a.start < s.end for s in introductions)]

    def _without_contradicted(self, cleaned: str, words: Sequence[str], found: Sequence[Alignment]) -> list[Alignment]:
        """The lines that nothing contradicts, without those beside a line that is surely meant and contradicted."""
        if not found:  # as in most questions: their slots need not be read
            return []
        of_bounce = {slot: values for slot, values in stated_slots(cleaned).items() if slot in ("end", "speaker")}
        left, refuted = [], set()
        for line in found:
            statement = self._statement(cleaned, line)
            several = sum(self._statement(cleaned, other) == statement for other in found) > 1
            stated = {**of_bounce, **stated_slots(statement), **self._of_failed_client(statement)}
            if several:  # whose address it is, and what is missing, each line says for itself
                said = stated_slots(" ".join(words[line.start : line.end + 1]))
                stated = {slot: v for slot, v in stated.items() if slot not in ("address", "missing")} | dict(said)
            if not contradiction(stated, self._entries[line.known.owner].slots):
                left.append(line)
            elif line.score >= SURELY_ALIGNED:
                refuted.add(statement)
        return [line for line in left if self._statement(cleaned, line) not in refuted]

    def _of_failed_client(self, text: str) -> Mapping[str, frozenset[str]]:
        """Slots that a text states by saying that one of our own hosts was not reached; empty for any other."""
        return {"speaker": frozenset({"program"})} if fails_to_reach(text, self._hosts) else {}

    def _explaining(self, alignments: Sequence[Alignment]) -> list[Alignment]:
        """One alignment per entry; where a line continues another entry's line and both are found, the longer one."""
        found = [line for line in without_overlap(alignments, LEAST_ALIGNED) if line.known.explains]
        owners = {line.known.owner for line in found}
        left = [line for line in found if self._longer.get(line.known.owner) not in owners]
        best: dict[str, Alignment] = {}
        for line in left:
            other = best.get(line.known.owner)
            if other is None or line.score > other.score + EQUAL:
                best[line.known.owner] = line
        return sorted(best.values(), key=lambda line: line.start)


def _own_and_pasted(cleaned: str) -> tuple[str, str]:
    """(The person's own words, pasted reasons without scaffolding); one may be empty: the second where none is."""
    if not pasted_text(cleaned):
        return cleaned, ""
    reasons = (without_scaffolding(said.text) for said in statements(cleaned))
    own = own_text(cleaned)
    lines = dict.fromkeys(line for text in reasons for line in text.split("\n") if line.strip() and line not in own)
    return own, "\n".join(lines)


def _asks_beside(cleaned: str) -> bool:
    """True if a message asks something beside what states whose error it is: "Zabbix runs well. Which port is …?"."""
    return any(asks_what(sentence) and "speaker" not in stated_slots(sentence) for sentence in own_sentences(cleaned))


def _signals(line: Alignment, alignments: Sequence[Alignment], ranking: Ranking) -> Signals:
    """Signals of an error line: score; lead over any line that must not be taken for it; the ranking's lead; 1.

    With a line that stands there word by word, and is the only one, the ranking is taken to agree.
    """
    rivals = [a for a in alignments if a.known.owner != line.known.owner or not a.known.explains]
    best = max((a.score for a in rivals if a.start <= line.end and a.end >= line.start), default=0.0)
    least = 1.0 if line.score >= VERBATIM and line.score - best >= VERBATIM_LEAD else -LARGEST_LEAD
    lead = max(least, min(LARGEST_LEAD, ranking.lead(line.known.owner)))
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
