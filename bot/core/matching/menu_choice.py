"""Choice from a menu in words: "das zweite", "2", "the last one", "keines davon", after a reply that offered entries.

A message is a choice only if nothing is left beside ordinals and the words around them, so that "Port 2" and "die
zweite Mail ist zu groß" are questions. Pure.
"""

import re
from collections.abc import Sequence
from itertools import chain

from bot.core.lazy_regex import lazy_regex
from bot.core.text.function_words import word_set
from bot.core.text.normalize import fold

MOST_WORDS = 12  # of a choice
LONGEST = 120  # characters of a choice
MOST_OFFERED = 5  # places that words name

_TOKEN = lazy_regex(r"[a-z]+|\d+")
_LETTER = lazy_regex(r"\W*([a-e])\W*", re.IGNORECASE)
# Word → place in the menu, counted from 0; below 0: from its end
_PLACES = {
    form: place
    for forms, place in (
        ("1 eins erste erster erstes ersten ersteres ersterer first oberste oberstes obere former", 0),
        ("2 zwei zwo zweite zweiter zweites zweiten zweiteres zweitens second two", 1),
        ("3 drei dritte dritter drittes dritten drittens third three", 2),
        ("4 vier vierte vierter viertes vierten fourth four", 3),
        ("5 fuenf fuenfte fuenfter fuenftes fuenften fifth five", 4),
        ("letzte letzter letztes letzten letzteres letzterer unterste unterstes untere last bottom latter", -1),
    )
    for form in forms.split()
}
_MIDDLE = word_set("mittlere mittlerer mittleres mittleren middle")
_ALL = word_set("alle alles all")
_BOTH = word_set("beide beides beiden both")
_NONE = word_set(
    """
    keine keiner keines keins keinen nichts none neither nein nope nee noe no nix weder noch
    """
)
_SMALL_TALK = word_set("nein nope nee noe no nix alles all")  # where nothing is offered: "no", "that is all"
_BEFORE_NOT = (  # "das meine ich so nicht", but not "mein Outlook geht nicht"
    r"(?:(?:ich|das|es|die|den|der|dies\w{0,2}|davon|damit|dafuer|dazu|da|dabei|mir|mich|uns|so|aber|leider|auch|hier|gar"
    r"|ja|doch|jetzt|ganz|wirklich|eigentlich|ueberhaupt|alles?|beides?) ){0,3}"
)
_NO_MATCH = lazy_regex(  # refuses the menu, where no other words stand beside it than those of _AROUND
    rf"\b(?:(?:passt|passen|stimmt|trifft|hilft|meine?(?:te)?) {_BEFORE_NOT}nicht|nicht dabei"
    r"|(?:et)?was ganz anderes|(?:et)?was anderes|something (?:else|different)"
    r"|not (?:any )?(?:of )?(?:these|those|them)"
    r"|not what i (?:meant|mean|was looking for|am looking for|want|asked)"
    r"|(?:does not|doesn't|do not|don't) (?:fit|help|match)"
    r"|nicht (?:das|was) (?:ich )?(?:meine|meinte|suche|gesucht|gemeint)(?: habe)?)\b"
)
_AROUND = word_set(
    """
    bitte please ich meine meinte mein nehme nehmen nimm wuerde wuerd wollte moechte will haben wissen das die der
    den dem the one ones i mean meant meaning it s is was ist war es waere sind eher dann also ja yes yep yeah ok
    okay hm hmm aeh aehm oh ah think glaube denke genau danke thanks thank you dank vielen wohl gern gerne nummer
    nummero nr num number option punkt antwort frage vorschlag moeglichkeit auswahl choice thema topic answer
    question entry eintrag item von davon denen diesen dieser dieses of them these those this that for me would be
    take let lets go with want like d ll m bin fuer und and st nd rd th te ter leider sorry unfortunately above list
    liste aus from trifft passt fits what looking am here hier dabei ihnen euch mich mir know choose pick select
    waehle hilft help helps zu right richtig passend trotzdem eigentlich actually
    """
)


def chosen_places(text: str, offered: int) -> tuple[int, ...] | None:
    """Places in a menu that a message chooses, counted from 0; empty: none of them; None: it is no choice.

    `text`: cleaned. `offered`: entries that the menu had, from 1 on.
    """
    if letter := _LETTER.fullmatch(text):
        place = ord(letter[1].lower()) - ord("a")
        return (place,) if place < offered else None
    folded = fold(text)
    words = _TOKEN.findall(folded)
    if not words or len(words) > MOST_WORDS:
        return None
    if words == ["one"]:
        return (0,)
    if _NO_MATCH.search(folded) and _is_only_refusal(folded):
        return ()
    places = list(chain.from_iterable(_places(word, offered) for word in words))
    left = [w for w in words if w not in _AROUND and not _places(w, offered)]
    if places:
        return _checked(places, offered) if not set(left) - {"no"} else None
    return () if left and set(left) <= _NONE else None


def chosen_without_menu(text: str) -> tuple[int, ...] | None:
    """Places as of `chosen_places` where no menu is open: what the message points at is not there; None: no choice."""
    if len(text) > LONGEST or {*_TOKEN.findall(fold(text))} <= _SMALL_TALK | _AROUND:
        return None
    return chosen_places(text, MOST_OFFERED)


def _places(word: str, offered: int) -> Sequence[int]:
    if word in _ALL or (word in _BOTH and offered == 2):
        return range(offered)
    if word in _MIDDLE:
        return (offered // 2,) if offered % 2 else ()
    place = _PLACES.get(word)
    return () if place is None else (place if place >= 0 else offered - 1,)


def _checked(places: Sequence[int], offered: int) -> tuple[int, ...] | None:
    """The places in their order, each once; None where one of them was not offered."""
    return tuple(dict.fromkeys(places)) if max(places) < offered else None


def _is_only_refusal(folded: str) -> bool:
    left = _TOKEN.findall(_NO_MATCH.sub(" ", folded))
    return all(word in _AROUND or word in _NONE or word in _ALL for word in left)
