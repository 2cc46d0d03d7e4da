"""Follow-up questions: "und für IMAP?" changes one thing of the previous question and means a whole one.

Four things of a question can be changed on their own: which way the mail goes (protocol or direction), the aspect
asked for (port, server, user name …), the manner (why, how, must I), and encryption. What the follow-up names
replaces what the previous question named of the same kind; everything else of it stays.
"""

from collections.abc import Iterable, Mapping, Sequence

from bot.core.matching.features import FeatureExtractor
from bot.core.matching.vocabulary import NEGATIONS
from bot.core.text.language import is_function_word

# Groups of knowledge/concepts.yaml → the slot of a question that they fill.
SLOTS: Mapping[str, str] = {
    "protocol": "way",
    "direction": "way",
    "aspect": "aspect",
    "manner": "manner",
    "security": "security",
}
MOST_OTHER_WORDS = 1  # words of a follow-up that fill none of these slots: "und beim *Handy* mit SSL?"
MOST_WORDS = 12  # of a follow-up
FRAGMENT = 5  # words up to which a message that names an aspect may still mean the previous question
ADDED = frozenset({"manner"})  # "warum?" asks something more of the same question


def resolve_followup(previous: str, text: str, extractor: FeatureExtractor) -> str:
    """The previous question with what the follow-up changes; empty where the message is no follow-up.

    `previous`: cleaned; a whole question itself; empty: there is none. `text`: the message, cleaned.
    """
    if not previous:
        return ""
    new = extractor.words(text)
    said = _slots(new, extractor)
    if not said or len(new) > MOST_WORDS or len(_others(new, said)) > MOST_OTHER_WORDS:
        return ""
    old = extractor.words(previous)
    left = _without(old, _slots(old, extractor), said, extractor)
    return " ".join([*left, *(w for w in new if w in NEGATIONS or not is_function_word(w))])


def is_whole_question(text: str, extractor: FeatureExtractor) -> bool:
    """True if the message may be a whole question; "und für IMAP?" and "welcher Port?" are none after another one."""
    words = extractor.words(text)
    return len(words) > FRAGMENT and "aspect" in _slots(words, extractor)


def _slots(words: Sequence[str], extractor: FeatureExtractor) -> dict[str, dict[str, Sequence[str]]]:
    """Slots that a message fills: slot → concept → the words that mean it."""
    found: dict[str, dict[str, Sequence[str]]] = {}
    for concept, evidence in extractor.vocabulary.concepts(words).items():
        slot = SLOTS.get(extractor.vocabulary.group_of(concept))
        if slot:
            found.setdefault(slot, {})[concept] = evidence
    return found


def _others(words: Sequence[str], said: Mapping[str, Mapping[str, Sequence[str]]]) -> list[str]:
    """Words that fill no slot and have content of their own."""
    evident = _words_of(said.values())
    return [w for w in words if w not in evident and not is_function_word(w)]


def _words_of(slots: Iterable[Mapping[str, Sequence[str]]]) -> set[str]:
    return {w for concepts in slots for phrases in concepts.values() for phrase in phrases for w in phrase.split()}


def _without(
    old: Sequence[str],
    of_old: Mapping[str, Mapping[str, Sequence[str]]],
    said: Mapping[str, Mapping[str, Sequence[str]]],
    extractor: FeatureExtractor,
) -> list[str]:
    """The previous question's words without those of the slots that are named anew.

    A word that means two things ("Postausgangsserver": the way and the server) goes, and what it meant besides is
    said again by the concept's first word.
    """
    gone = _words_of([of_old[slot] for slot in said if slot in of_old and slot not in ADDED])
    left = [w for w in old if w not in gone]
    still = extractor.vocabulary.concepts(left)
    lost = [c for slot, concepts in of_old.items() if slot not in said for c in concepts if c not in still]
    return [*left, *(extractor.vocabulary.word_for(c) for c in lost)]
