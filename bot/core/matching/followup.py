"""Follow-up questions: "und für IMAP?" changes one thing of the previous question and means a whole one.

Four facets of a question can be changed on their own: which way the mail goes (protocol or direction), the aspect
asked for (port, server, user name …), the manner (why, how, must I), and encryption. What the follow-up names
replaces what the previous question named of the same kind; everything else of it stays.

A message follows up only if its form says so: it begins as the rest of a sentence ("und …", "what about …", "für …"),
points back ("dafür", "the same"), or is a fragment without a verb. A sentence of its own, a complaint above all, is a
new question, however many facets it names.
"""

from collections.abc import Iterable, Mapping, Sequence

from bot.core.lazy_regex import lazy_regex
from bot.core.matching.concept_groups import ASPECT, DIRECTION, MANNER, PROTOCOL, SECURITY
from bot.core.matching.features import FeatureExtractor
from bot.core.matching.vocabulary import NEGATIONS, tokens, words_of
from bot.core.text.function_words import is_function_word, word_set

# Groups of general_layer/concepts.yaml → the facet of a question that they name
FACETS: Mapping[str, str] = {
    PROTOCOL: "way",
    DIRECTION: "way",
    ASPECT: "aspect",
    MANNER: "manner",
    SECURITY: "security",
}
MOST_OTHER_WORDS = 1  # words of a follow-up that name none of these facets: "und beim *Handy* mit SSL?"
MOST_WORDS = 12  # of a follow-up
FRAGMENT = 5  # words up to which a message that names an aspect may still mean the previous question
BARE = 4  # words up to which a message without a verb is a fragment
_COURTESY = word_set(
    """
    ok okay danke dankeschoen thanks thank you thx super gut prima perfekt great perfect nice cool alles klar aha ah
    oh hm alright fine ja yes
    """
)
_CONTINUES = lazy_regex(  # at the beginning, behind courtesy
    r"(?:und|and|oder|or|bzw|aber|but|also|dann|then|plus|jetzt noch|what about|how about|what if|was ist mit"
    r"|was ist bei|wie (?:ist|sieht|waere) (?:es|das|s)|wie siehts|gilt (?:das|dies)|same (?:for|with)|the same"
    r"|dasselbe|das gleiche|ebenso|likewise|warum|wieso|weshalb|why|how come)\b"
)
_REST = word_set(  # what the rest of a sentence begins with
    """
    mit ohne fuer bei beim per ueber via mittels zum zur im in auf am for with without over by using on via when if
    wenn falls statt instead nur only
    """
)
_POINTS_BACK = lazy_regex(
    r"\b(?:dafuer|hierfuer|dabei|dazu|davon|(?:for|with|of|about) (?:that|this|it|those|these)|that one|as well|too"
    r"|(?:das|es|dies) (?:\w{1,12} )?auch|auch (?:so|bei|beim|fuer|mit|ueber)|the same|genauso|gleiche[rns]?)\b"
)
_COMPLAINS = lazy_regex(
    r"\b(?:nicht mehr|keine? \w{1,20} mehr|keinen \w{1,20} mehr"
    r"|(?:geht|gehen|klappt|funktioniert|laeuft|kann) (?:\w{1,12} ){0,3}nicht"
    r"|can ?not|cannot|can t|cant|doesn ?t|don ?t|won ?t|isn ?t working|not working|stopped|broken|kaputt"
    r"|fehler\w{0,10}|failed|fails|unable)\b"
)
_VERBS = word_set(
    """
    ist sind war waren bin hat habe hab haben hatte kann kannst koennen koennt koennte muss musst muessen darf
    duerfen soll sollte sollen wird werden wurde heisst heissen lautet lauten brauche brauchen brauch braucht nehme
    nimmt nehmen trage traegt eintragen geht gehen gibt gilt kommt komme kommen bekomme kriege finde steht stehen
    will moechte funktioniert klappt laeuft verwende nutze benutze stelle richte sende schicke verschicke empfange
    hole rufe bleibt is are was were am do does did have has had can could must may might should would will need
    needs use uses get got gets send sends receive works work want enter put goes find finds means mean come comes
    keep keeps happens
    """
)
_Facets = Mapping[str, Mapping[str, Sequence[str]]]  # facet → concept → the words that mean it
ADDED = frozenset({"manner"})  # "warum?" asks something more of the same question


def resolve_followup(previous: str, text: str, extractor: FeatureExtractor) -> str:
    """The previous question with what the follow-up changes; empty where the message is no follow-up by its form.

    `previous`: cleaned; a whole question itself; empty: there is none. `text`: the message, cleaned.
    """
    if not previous or not _follows_up(text):
        return ""
    new = extractor.words(text)
    said = _facets(new, extractor)
    if not said or len(new) > MOST_WORDS or len(_others(new, said)) > MOST_OTHER_WORDS:
        return ""
    old = extractor.words(previous)
    left = _without(old, _facets(old, extractor), said, extractor)
    return " ".join([*left, *(w for w in new if w in NEGATIONS or not is_function_word(w))])


def is_whole_question(text: str, extractor: FeatureExtractor) -> bool:
    """True if the message may be a whole question; "und für IMAP?" and "mit SSL?" are none after another one.

    One with a verb and an aspect is, from FRAGMENT words on or where it also says which way the mail goes; and so is a
    fragment that does not begin as the rest of a sentence: "imap port", "username format?".
    """
    spoken, said = _spoken(text), _facets(extractor.words(text), extractor)
    if not _continues(spoken):
        return not said or not said.keys() <= {"way", "security"}  # "IMAP?" names what is asked about, and no question
    asks = "aspect" in said and not _VERBS.isdisjoint(spoken)
    return asks and (len(spoken) > FRAGMENT or "way" in said) and not _POINTS_BACK.search(" ".join(spoken))


def _follows_up(text: str) -> bool:
    """True if the form of a message says that it needs the question before it."""
    spoken = _spoken(text)
    if not spoken or _COMPLAINS.search(" ".join(spoken)):
        return False
    return _continues(spoken) or (len(spoken) <= BARE and _VERBS.isdisjoint(spoken))


def _continues(spoken: Sequence[str]) -> bool:
    """True if a message begins as the rest of a sentence, or points back."""
    joined = " ".join(spoken)
    is_rest = bool(spoken) and spoken[0] in _REST and len(spoken) <= FRAGMENT
    return is_rest or bool(_CONTINUES.match(joined) or _POINTS_BACK.search(joined))


def _spoken(text: str) -> list[str]:
    """Words of a message, folded, without courtesy before them."""
    words = tokens(text)
    begin = next((place for place, word in enumerate(words) if word not in _COURTESY), len(words))
    return words[begin:]


def _facets(words: Sequence[str], extractor: FeatureExtractor) -> dict[str, dict[str, Sequence[str]]]:
    """Facets that a message names, as _Facets."""
    found: dict[str, dict[str, Sequence[str]]] = {}
    for concept, evidence in extractor.vocabulary.concepts(words).items():
        facet = FACETS.get(extractor.vocabulary.group_of(concept))
        if facet:
            found.setdefault(facet, {})[concept] = evidence
    return found


def _others(words: Sequence[str], said: _Facets) -> list[str]:
    """Words that name no facet and have content of their own."""
    evident = _words_of(said.values())
    return [w for w in words if w not in evident and not is_function_word(w)]


def _words_of(facets: Iterable[Mapping[str, Sequence[str]]]) -> set[str]:
    return words_of(phrases for concepts in facets for phrases in concepts.values())


def _without(
    old: Sequence[str],
    of_old: _Facets,
    said: _Facets,
    extractor: FeatureExtractor,
) -> list[str]:
    """The previous question's words without those of the facets that are named anew.

    A word that means two things ("Postausgangsserver": the way and the server) goes, and what it meant besides is
    said again by the concept's first word.
    """
    gone = _words_of([of_old[facet] for facet in said if facet in of_old and facet not in ADDED])
    left = [w for w in old if w not in gone]
    still = extractor.vocabulary.concepts(left)
    lost = [c for facet, concepts in of_old.items() if facet not in said for c in concepts if c not in still]
    return [*left, *(extractor.vocabulary.word_for(c) for c in lost)]
