"""Decision about one message: which entries answer it, which are suggested, or that the FAQ does not cover it.

Pure. `Matcher.decide` takes these steps; the head of the package (__init__.py) has the place of each module in them.

0. **Early decisions** (early_decisions.py, foreign.py, closed_matter.py, menu_choice.py). A message in another language
   or script is declined, and one that closes a matter; "the second one" after a menu is the entry that it chooses, and
   is declined where there was none.

1. **Cleaning** (bot/core/text/normalize.py): mark-up, quotation marks and quoted-printable; a bounce's copy is cut off.

2. **Error lines** (known_lines.py, line_alignment.py, known_errors.py). The knowledge base holds known lines: an
   entry's own (`lines`, `variants`), which explain; an entry's `lookalikes` and a topic's `lines`, which look alike and
   mean something else. Every known line is aligned with the words of the message, in order, gaps allowed. A word weighs
   the more, the fewer conditions use it. The alignment's score is the share of the line's weight that was found (0..1),
   less for gaps and where little was found in all. The best alignments from LEAST_ALIGNED on that do not overlap are
   looked at, and each gives four signals: its score; its lead over other entries' lines and look-alikes that overlap
   it; the ranking's lead for its entry (step 4), within ±2; and 1. A logistic regression (`Calibration.explains`) turns
   them into the probability that the entry explains the error.
   With c as the cost of a wrong answer, explaining is worth p - c(1 - p), and leaving it 1 - p. So a line is explained
   from p = (1 + c) / (2 + c) on: 0.68 for c = 1.1. If any line is explained, the message is about errors: it is
   answered with these entries, and of the questions beside them with those that are sure (SURE).

   What programs write around a reason (scaffolding.py) is in neither what is aligned nor what is ranked; a bounce is
   read as one statement for each recipient (bounce.py). An entry that a look-alike fits better than its own lines, or
   whose slots the message contradicts (error_slots.py: whose address, what is missing, who speaks, for good or not;
   own_hosts.py), is vetoed: neither explained nor ranked; so are all where only another program's fault was pasted.

3. **Sentences** otherwise (message_parts.py, pasted.py, sentence_ranker.py). An error that is reported, and not what it
   says (error_report.py), is declined: it is asked for. Greeting, courtesy, farewell, signature and disclaimer are left
   out, and what says what works, is known or is not meant (settled.py) or tells of another way than is asked about
   (contrast.py) or what an entry would answer (told_values.py). Of what is left every sentence is ranked by itself, and
   all of them as a whole; one that asks two things is two (asking.py), one that points back ("where can I set that?")
   is read with what it points at (back_reference.py), "which port do they use?" with the provider
   (provider_reference.py), one for a port with its protocol (told_ways.py); a main clause that is clear counts alone
   (main_clause.py). Sentences of small talk, and those about one's own mail, are left out beside others. Where the
   questions are clear by themselves, or one is surely not covered and none likely is, the questions alone count, not
   what is told beside them (ranked_text.py). Where two of those that ask are answered with different entries, each is a
   part. Else there is one part: of the sentence, or the whole, whose first entry is likeliest right. Beside an answer,
   a question that is surely not covered is a part that declines, to say what is left over. What is pasted is one text.
   A message that only changes something of the question before it ("und für IMAP?") is completed by it (followup.py),
   unless it is a whole question with an answer. Addresses alone ask nothing, and are declined.

4. **Ranking** (contrast.py, features.py, ranker.py, unexplained.py). What a text denies ("not the mailbox, a single
   mail: …") is left out. It becomes features: word stems, letter n-grams, concepts and their pairs, what is asked for.
   Every entry and topic gets a raw score without scale: a linear scorer (softmax regression over all examples), the
   mean similarity to its nearest examples, and the evidence of pairs of words (word_pairs.py). Where the text asks,
   topics of what is told (`told: true`) come last, and all entries where it asks for what is set up at the asker's own
   (present_state.py). What counts are six signals: the margin of the first entry over the likeliest topic, within ±4;
   the square root of that over the second entry, up to 2; the share of the content words that this entry, and that no
   entry explains; how many subjects it names; whether it names another provider.

5. **Probabilities** (calibration.py). One softmax regression of what can be true: `first` (the first entry is right),
   the second or third is, none of the three, `not_covered` (the FAQ does not cover it); `in_top3` is the sum of the
   first two. A message of one sentence has the six signals and a constant; one of several has those of the surest, the
   whole's two margins, whether both have the same first entry, whether the surest asks, and if not, how likely a
   sentence that does is not covered, and how likely another sentence's other entry is right; with weights of its own:
   the more sentences, the likelier one of them looks like a question by chance. A text none of whose words the examples
   use, or that has nothing but its grammar, is declined at once, with 1.

6. **Outcome** of a part: the greatest expected value; of equal ones, the first in this list.

       answer   first - c(1 - first)   one entry; a wrong answer costs c
       suggest  0.5 in_top3            a menu of three entries; the right one in a menu earns half
       decline  not_covered            no entry

   An answer becomes a menu where the message names none of what tells the entry from its siblings (siblings.py), or is
   nothing but a word (vague.py): "which server?" fits the incoming and the outgoing one alike, "settings?" any entry.

7. **The whole message** is answered if any part is, else suggested if any part is, else declined, with the entries of
   the parts that have this outcome.

**Score**: the probability that the outcome is right. Of a part: `first`, `in_top3` or `not_covered`, by its outcome, or
that of the error line; of a decision the greatest of the parts with its outcome. Where nobody addressed the bot 0.95 is
wanted (bot/core/speak_policy.py). A candidate's score (`--why`) is its softmax share, or an alignment's.

**Sources of the figures**

- The regressions and c: FITTED in calibration.py, written by `python -m tests.eval.tune` from labelled sets and the
  knowledge base's own error lines. c is the least cost with which, in five folds, at most 2 % of the covered
  questions are answered wrong and at most 3.5 % of those that are not covered are answered.
- 0.5 for a menu: the score of the labelled sets. Weights of features, training, ranking: bot/DECISIONS.md.
- LEAST_ALIGNED, SURE, LONG_MESSAGE, constants of line_alignment.py: by judgement, as noted there.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial

from bot.core.dns.error_checks import find_targets
from bot.core.matching import early_decisions
from bot.core.matching.calibration import FITTED, Calibration, from_array, least_probability_to_explain
from bot.core.matching.error_report import UNNAMED_ERROR
from bot.core.matching.example_counts import ExampleCounts, count_examples
from bot.core.matching.example_support import ExampleSupport
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.followup import is_whole_question, resolve_followup
from bot.core.matching.known_errors import KnownErrors, to_part
from bot.core.matching.line_alignment import Alignment
from bot.core.matching.pasted import own_text
from bot.core.matching.questions import MOST_PARTS, QuestionMatcher
from bot.core.matching.ranked_text import Message
from bot.core.matching.ranker import Ranker
from bot.core.matching.regression import Signals, probability
from bot.core.matching.siblings import Siblings
from bot.core.matching.smtp_codes import reply_codes
from bot.core.matching.training import TrainedModel, example_texts
from bot.core.matching.unexplained import UnexplainedWords
from bot.core.matching.vague import VagueQuestions
from bot.core.model import Decision, Knowledge, Language, Outcome, Part, Question
from bot.core.text.addresses import find_address, find_domain
from bot.core.text.closed_matter import closes_matter
from bot.core.text.foreign import is_foreign
from bot.core.text.invisible_characters import damaged_addresses
from bot.core.text.language_detection import LanguageDetector
from bot.core.text.message_parts import own_sentences, without_courtesy
from bot.core.text.normalize import LONGEST, clean, error_text, strip_markup, without_returned

MOST_WORDS = 6  # that `--why` names
CLEAR_LEAD = 0.5  # of a ranking, from which an example is better with another entry; below it is a toss-up
SURE = 0.8  # least score of a question beside an error line: the error is what the message is about


class Matcher:
    """Decision maker for one knowledge base; see the head of this module."""

    def __init__(
        self,
        knowledge: Knowledge,
        extractor: FeatureExtractor,
        trained: TrainedModel,
        calibration: Calibration | None = None,
        counts: ExampleCounts | None = None,
    ) -> None:
        """`calibration`: None: the figures that were learnt with the model, or FITTED where there are none.

        `counts`: of the knowledge's examples; None: counted now.
        """
        counts = counts or count_examples(knowledge)
        self._knowledge = knowledge
        self._extractor = extractor
        self._ranker = Ranker(extractor, trained, len(knowledge.entries))
        self._examples = cache(partial(example_texts, knowledge, trained))  # most questions ask for none
        self._errors = KnownErrors(knowledge, extractor, self._ranker, counts.lines)
        self._small_talk = frozenset(topic.id for topic in knowledge.topics.values() if topic.small_talk)
        unexplained = UnexplainedWords(extractor, trained, len(knowledge.entries))
        siblings = Siblings(extractor, unexplained, knowledge.entries.values())
        self._vague = vague = VagueQuestions(extractor, unexplained, [*knowledge.entries.values()])
        support = ExampleSupport(extractor, self._ranker, trained, len(knowledge.entries), examples=self._examples)
        self._questions = QuestionMatcher(
            knowledge, extractor, self._ranker, unexplained, siblings=siblings, vague=vague, support=support
        )
        learnt = from_array(trained.figures) if len(trained.figures) else FITTED
        self.calibration = calibration or learnt  # exchanged by the cross-validation of `postbote evaluate`
        self.language = LanguageDetector(counts.languages)

    def decide(self, question: Question) -> Decision:
        """Decision about one message. Never raises, whatever the text."""
        if self.foreign(question.text):
            return early_decisions.declined_as_foreign(question, self.language.languages)
        if chosen := early_decisions.choose_from_menu(question, self._knowledge, self.language):
            return chosen
        cleaned = without_returned(clean(question.text))
        if closes_matter(own_text(cleaned)):
            return early_decisions.declined_as_closed(question, self.language)
        if pointed := early_decisions.declined_without_menu(question, self.language):
            return pointed
        words = self._errors.words(cleaned)
        alignments = self._errors.alignments(words)
        explained = self._explained(cleaned, words, alignments)
        pasted = [w for line, _ in explained for w in words[line.start : line.end + 1]]
        if explained:
            least = least_probability_to_explain(self.calibration)
            errors = [to_part(line, p, least, words, alignments) for line, p in explained]
            asked, parts = cleaned, [*errors, *self._questions_beside(cleaned, pasted)]
        else:
            message = self._errors.to_rank(cleaned, alignments)
            asked, parts = self._question_parts(message, clean(question.previous))
        language = question.language or self.language.of(own_text(cleaned), question.language_hint, " ".join(pasted))
        decision = self._of_parts(parts, language, cleaned, asked)
        return self._with_error_details(decision, question.text[:LONGEST], error_text(cleaned))

    def foreign(self, text: str) -> bool:
        """True if the writer's own words are in none of the base's languages: nothing in them can be understood."""
        own = own_text(clean(text))
        texts = (own, "\n".join(own_sentences(own)))  # without courtesies, which are written in ours
        return any(is_foreign(each, self.language.languages) for each in texts)

    def words_in(self, text: str) -> frozenset[str]:
        """Words of a text as the parts of a decision have them: folded, slips repaired; as question and as error."""
        return frozenset([*self._extractor.words(text), *self._errors.words(text)])

    def better_owner(self, text: str, owner: str) -> str:
        """Id of the entry or topic that a question is clearly ranked before its owner to; empty where there is none."""
        words = self._extractor.words(without_courtesy(text))
        ranking = self._ranker.rank(words)
        return ranking.first() if self._ranker.knows(words) and -ranking.lead(owner) >= CLEAR_LEAD else ""

    def calibration_signals(self, text: str) -> tuple[list[str], Signals, bool, list[tuple[str, Signals]]]:
        """Signals of one message, from which the calibration is fitted.

        The first three entries, best first; the question's signals; True if they are those of several sentences; entry
        and signals of each error line that was found, empty where there is none.
        """
        cleaned = without_returned(clean(text))
        words = self._errors.words(cleaned)
        alignments = self._errors.alignments(words)
        found = self._errors.find(cleaned, words, alignments)
        lines = [(line.known.owner, signals) for line, signals in found]
        message = self._errors.to_rank(cleaned, alignments)
        return *self._questions.signals(message, self.calibration), lines

    def evidence_for(self, words: Sequence[str], owner: str) -> tuple[str, ...]:
        """Evidence for an entry or topic, as lines for `--why`: concepts, words, and the nearest of its examples."""
        concepts = self._extractor.vocabulary.concepts(words)
        nearest = self._examples()[self._ranker.nearest_example(words, owner)]
        return (
            *(f"concept {concept}: {', '.join(phrases)}" for concept, phrases in sorted(concepts.items())),
            f"words: {', '.join(self._ranker.evidence(words, owner, MOST_WORDS)) or '-'}",
            f"nearest example: “{nearest}”",
        )

    def _of_parts(self, parts: Sequence[Part], language: Language, cleaned: str, asked: str) -> Decision:
        """Decision that the parts of a message give together: step 7 of the module's head. `asked`: as understood."""
        outcome = _outcome(parts)
        deciding = [p for p in parts if p.outcome == outcome]
        return Decision(
            outcome=outcome,
            entries=tuple(dict.fromkeys(e for p in deciding for e in p.entries)),
            language=language,
            score=max(p.score for p in deciding),
            parts=tuple(parts),
            normalised=asked,
            address=find_address(cleaned),
            domain=find_domain(cleaned, self._knowledge.provider.hosts),
            small_talk=outcome == "decline" and all(self._is_small_talk(p) for p in parts),
        )

    def _is_small_talk(self, part: Part) -> bool:
        """True if a part is likeliest to want no answer, or none of its words is known."""
        wants_none = not part.candidates or part.candidates[0].id in self._small_talk
        return wants_none and part.rule != UNNAMED_ERROR

    def _with_error_details(self, decision: Decision, pasted: str, error: str) -> Decision:
        """The decision with what can be said of a pasted error besides its entry; a menu gets nothing of it."""
        entries = [self._knowledge.entries[e] for e in decision.entries] if decision.outcome == "answer" else []
        codes = reply_codes(error) if decision.outcome == "decline" else ()
        conditions = [entry.check for entry in entries if entry.check]
        is_error = bool(codes) or any(entry.kind == "error" for entry in entries)
        return replace(
            decision,
            codes=codes,
            targets=find_targets(error, conditions, self._knowledge.provider.hosts),
            damaged_addresses=damaged_addresses(strip_markup(pasted)) if is_error else (),
        )

    def _explained(
        self, cleaned: str, words: Sequence[str], alignments: Sequence[Alignment]
    ) -> list[tuple[Alignment, float]]:
        """Error lines to explain, in the order of the message, each with the probability that it is right."""
        found = self._errors.find(cleaned, words, alignments)[:MOST_PARTS]
        likely = [(line, probability(self.calibration.explains, signals)) for line, signals in found]
        return [(line, p) for line, p in likely if p >= least_probability_to_explain(self.calibration)]

    def _questions_beside(self, cleaned: str, pasted: Sequence[str]) -> list[Part]:
        """Questions beside an error line that are answered: those whose answer is sure.

        A sentence that consists of the pasted words for more than half is part of the error.
        """
        of_error = Counter(pasted)
        asked = [
            s
            for s in own_sentences(cleaned)
            if s.endswith("?") and sum(w in of_error for w in self._errors.words(s)) * 2 <= len(s.split())
        ]
        parts = [self._questions.part(s, self.calibration) for s in asked[:MOST_PARTS]]
        sure = [p for p in parts if p.outcome == "answer" and p.score >= SURE]
        return [p for p in sure if self._knowledge.entries[p.entries[0]].kind == "answer"]

    def _question_parts(self, message: Message, previous: str) -> tuple[str, list[Part]]:
        """(the question as it was understood, its parts): step 3 of the module's head."""
        parts = self._questions.parts(message, self.calibration)
        asked = "\n".join(filter(None, (message.own, message.pasted)))
        whole = resolve_followup(previous, asked, self._extractor)
        answered = [p for p in parts if p.outcome == "answer"]
        if whole and not (answered and is_whole_question(asked, self._extractor)):
            changed = self._questions.part(whole, self.calibration)
            about_error = any(self._knowledge.entries[e].kind == "error" for e in changed.entries)
            surer = changed.outcome != "answer" and any(p.score >= SURE for p in answered)
            if not about_error and not surer:  # an error has no port or server that could be another one
                return whole, [changed]
        if not whole and self._vague.is_only_addresses("\n".join(own_sentences(asked))):
            rule = "addresses alone: they ask nothing"
            parts = [replace(parts[0], outcome="decline", entries=(), score=1.0, rule=rule)]
        return asked, parts


def _outcome(parts: Sequence[Part]) -> Outcome:
    found = {p.outcome for p in parts}
    return "answer" if "answer" in found else "suggest" if "suggest" in found else "decline"
