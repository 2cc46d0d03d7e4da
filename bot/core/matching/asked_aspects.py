"""Asked aspects: which of the things that a question names it asks for.

"Port 993 is set, only the server is missing" names a port and a server, and asks for one of them. A word that asks
("which", "fehlt") has what is asked near it: behind it, or before it where it says that something is not there.
"""

from collections.abc import Iterator, Sequence

from bot.core.matching.concept_groups import ASPECT
from bot.core.matching.vocabulary import Vocabulary

AHEAD = 6  # words behind one that asks, among which the aspect stands
BACK = 5  # words before one that says that something is not there
# Words as the vocabulary's tokens: folded
_ASK = frozenset({
    "welche", "welcher", "welches", "welchen", "welchem", "wie", "was", "fehlt", "fehlen", "brauch", "brauche",
    "brauchen", "nur", "suche", "sucht", "fragt", "sag", "nenn", "nennt", "heisst", "lautet",
    "which", "what", "whats", "need", "needs", "only", "just", "missing", "lacks", "wants", "asks",
})  # fmt: skip
_NOT_THERE = frozenset({"leer", "fehlt", "unbekannt", "offen", "empty", "blank", "missing", "unknown"})


def asked_aspects(words: Sequence[str], vocabulary: Vocabulary) -> frozenset[str]:
    """Concepts of the group aspect that the words ask for; empty where no word asks. `words`: tokens, repaired."""
    asking = [place for place, word in enumerate(words) if word in _ASK or word in _NOT_THERE]
    return frozenset(concept for place in asking for concept in _asked_at(place, words, vocabulary))


def _asked_at(place: int, words: Sequence[str], vocabulary: Vocabulary) -> frozenset[str]:
    ahead = words[place + 1 : place + 1 + AHEAD] if words[place] in _ASK else ()
    back = words[max(0, place - BACK) : place][::-1] if words[place] in _NOT_THERE else ()
    return next(_aspects([*ahead, *back], vocabulary), frozenset())


def _aspects(words: Sequence[str], vocabulary: Vocabulary) -> Iterator[frozenset[str]]:
    """Aspects of the words that mean some, one after the other."""
    return filter(None, (vocabulary.of_group(word, ASPECT) for word in words))
