"""Other provider: whose server, port or limit is asked for, where it is not ours.

"Welcher Port gilt bei GMX?" fits the entry about our port in every word but one, and our port is a wrong answer to it.
So it is a signal of its own (calibration.py) that a question names somebody else in the place of a provider: another
provider or service that the vocabulary knows (concepts of the group "outside" about providers and services), or, after
a preposition or a possessive, a word that no example of the knowledge base uses ("How big can a mail at Frobozz be?").
Who says "bei euch" or "your" besides asks about us: "Bisher GMX, welchen Server habt ihr?".
"""

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

PROVIDERS = frozenset({"o-other-provider", "o-other-service"})  # concepts (general layer) that name one
MOST_OF_HEADING = 4  # words of a question that is a mere heading, "Frobozz IMAP settings": its first is whose they are
FEWEST_LETTERS = 3  # of a name
# Words before a provider, and those that say that we are meant. German, English, French; umlauts are written out
BEFORE_PROVIDER = frozenset({"von", "vom", "bei", "beim", "of", "at", "with", "for", "fuer", "chez", "de"})
POSSESSIVES = frozenset({"mein", "meinem", "meinen", "meiner", "my"})  # behind one of these: "my boss" provides none
# Words before who writes or is written to, and before what is compared
BEFORE_ANOTHER = frozenset({"an", "to", "nach", "zu", "from", "eine", "einen", "vers", "wie", "like", "als", "than"})
OURS = frozenset(
    {"euch", "ihr", "ihnen", "euer", "eure", "eurem", "euren", "eurer", "eures", "ihre", "ihrem", "ihren", "ihrer"}
    | {"hier", "you", "your", "yours", "u", "here", "vous", "votre", "vos", "ici"}
)
COMPARING = frozenset({"wie", "like", "as", "als", "than"})  # one or two words before what is compared with
# Verbs whose polite "Sie" asks what we do: "Welchen Abstand empfehlen Sie für Jira?"
OUR_VERBS = frozenset(
    {"empfehlen", "verlangen", "erlauben", "erwarten", "verwenden", "nutzen", "bieten", "setzen", "raten", "vergeben"}
)


def names_us(words: Sequence[str]) -> bool:
    """True if words name us, and not only as what is compared with: "at Yahoo, as with you"."""
    return any(
        word in OURS and COMPARING.isdisjoint(words[max(0, place - 2) : place]) for place, word in enumerate(words)
    )


def names_other_provider(words: Sequence[str], others: Collection[str], is_new: Callable[[str], bool]) -> bool:
    """True if a question's words name another provider than us.

    `words`: as the FeatureExtractor gives them. `others`: those of them that mean another provider or service.
    `is_new`: True if neither an example nor the vocabulary has a word.
    """
    asks_us = "sie" in words and any(verb in OUR_VERBS and word == "sie" for verb, word in pairwise(words))
    if asks_us or names_us(words):
        return False
    is_heading = 1 < len(words) <= MOST_OF_HEADING
    return any(
        before not in BEFORE_ANOTHER
        if word in others
        else ((is_heading and not before) or _is_providers_place(second, before)) and _is_name(word, is_new)
        for second, before, word in zip(("", "", *words), ("", *words), words, strict=False)
    )


def _is_providers_place(second: str, before: str) -> bool:
    """True if the place behind two words is a provider's."""
    return (second if before in POSSESSIVES else before) in BEFORE_PROVIDER


def _is_name(word: str, is_new: Callable[[str], bool]) -> bool:
    return len(word) >= FEWEST_LETTERS and word[0].isalpha() and is_new(word)
