"""Requests for a person, in words.

A message asks for nothing else ("Mensch", "I want to talk to a human"), or says that the answer before it was of no use
("hat nicht geholfen").

A message is such a request if it names a person and every other word of it asks for nothing. So a question that merely
mentions one ("Welchen Server braucht mein Kollege?") is a question.
"""

import re

from bot.core.lazy_regex import lazy_regex
from bot.core.model import Language
from bot.core.text.function_words import word_set

LONGEST = 160  # characters of such a message; who writes more asks something
_WORD = lazy_regex(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

_PERSON_DE = word_set(
    """
    mensch menschen mitarbeiter mitarbeiterin mitarbeitern mitarbeitende mitarbeitenden kollege kollegen
    kollegin person ansprechpartner ansprechpartnerin ansprechpartnern berater beraterin jemand jemandem
    jemanden kundenservice kundendienst kundenbetreuung sachbearbeiter sachbearbeiterin techniker technikerin
    """
)
_PERSON_EN = word_set(
    """
    human humans person people somebody someone agent agents representative rep staff operator colleague
    technician being
    """
)
_PERSON_BOTH = word_set(
    """
    support team supportteam helpdesk hotline admin
    """
)
# Words beside: who wants what of them, and how. Those that name a person only loosely ("jemand", "someone") need one of
# the verbs or adjectives in _CALLS beside them.
_LOOSE = word_set(
    """
    jemand jemandem jemanden somebody someone people person support team admin staff agent
    """
)
_CALLS = word_set(
    """
    sprechen spreche sprich reden rede redet kontaktieren kontakt verbinden verbinde verbindung weiterleiten
    holen hole hol rufen ruf rufe fragen frag frage echt echte echten echter echtem richtig richtige richtigen
    lebend lebenden menschlich menschliche menschlichen anrufen chatten schreiben talk speak talking speaking
    connect real actual live human contact call chat reach transfer escalate get ask
    """
)
_BESIDE_DE = word_set(
    """
    ich wir mir uns mich möchte moechte möchten will wollen würde wuerde gerne gern kann können könnte könnt
    du ihr sie bitte mit einem einen einer eine ein dem den der die das unserem unser euer eurem ihrem lieber
    mal jetzt sofort hier gibt es auch irgendwie dringend brauche brauchen brauch nur endlich vom von an zu
    zum ist da hallo hi hey bot postbote aus echter kannst können könntest man bei direkt noch einfach statt
    nicht keinen kein sondern hilfe persönlich dazu dafür
    """
)
_BESIDE_EN = word_set(
    """
    i we me us want need would like d'like to with a an the your you can could may please now right here is
    there any let lets let's rather just not bot from of on for some help i'd we'd my im i'm hello hi hey
    postbote instead this about it directly
    """
)
_CALLING = _CALLS | _BESIDE_DE | _BESIDE_EN

_OF_NO_USE = lazy_regex(
    r"(?:(?:das|es|die antwort|deine antwort|ihre antwort|hat|leider|aber|mir|uns)\W+){0,6}"
    r"(?:(?:hat|hilft|half|war|ist)\W+)?(?:(?:mir|uns|das|leider|auch|alles|so|gar|überhaupt|immer|noch)\W+){0,4}"
    r"(?:(?:nicht|nichts|kein\w*)\W+)(?:(?:wirklich|viel|weiter|sehr|besonders)\W+){0,2}"
    r"(?:geholfen|weitergeholfen|hilfreich|geklappt|weiter|hilfe|gebracht|beantwortet)"
    r"|(?:(?:das|es|die antwort|leider|aber)\W+){0,3}hilft(?:\W+(?:mir|uns|leider|so|da|auch|gar)){0,3}\W+nicht"
    r"(?:\W+weiter)?"
    r"|(?:(?:that|this|it|the answer|sorry|but|unfortunately)\W+){0,3}(?:did|does|has|was|is|do)(?:n['’]?t|\W+not)\W+"
    r"(?:(?:really|very|me|us|been|at all)\W+){0,2}(?:help\w*|useful|answer my question)"
    r"(?:\W+(?:me|us|at all))*"
    # "It doesn't work" is no word about an answer
    r"|(?:(?:that|this|it|the answer|sorry|but|unfortunately)\W+){0,3}(?:did|has)(?:n['’]?t|\W+not)\W+work(?:ed)?"
    r"|(?:(?:that|this|it|the answer|was|is|that's|really|still)\W+){0,4}(?:not|no)\W+(?:(?:very|really|much)\W+){0,2}"
    r"(?:helpful|useful|help)(?:\W+(?:at all|to me))*",
    re.IGNORECASE,
)
_ENGLISH = lazy_regex(r"\b(?:help\w*|useful|the|that|this|it|work\w*|answer)\b", re.IGNORECASE)


def asks_for_person(text: str) -> bool:
    """True for a message that asks for a person and for nothing else. `text`: cleaned."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text[: LONGEST + 1])]
    people = {word for word in words if word in _PERSON_DE | _PERSON_EN | _PERSON_BOTH}
    if not people or len(text) > LONGEST:
        return False
    if not all(word in people or word in _CALLING for word in words):
        return False
    return bool(people - _LOOSE) or any(word in _CALLS for word in words)


def says_of_no_use(text: str) -> bool:
    """True for a message that says that an answer did not help, and nothing else. `text`: cleaned."""
    return len(text) <= LONGEST and bool(_OF_NO_USE.fullmatch(text.strip(" \n.!…:-)(,")))


def language_of_request(text: str, hint: Language | None) -> Language:
    """Language of such a message; `hint` where its words do not tell."""
    words = {word.lower().replace("’", "'") for word in _WORD.findall(text)}
    if says_of_no_use(text):
        return "en" if _ENGLISH.search(text) else "de"
    german = len(words & (_PERSON_DE | _BESIDE_DE)) - len(words & (_PERSON_EN | _BESIDE_EN))
    return "de" if german > 0 else "en" if german < 0 else hint or "de"
