"""Reports of an error that do not tell what it says: "Ich habe eine Fehlermeldung bekommen", "Mein Outlook geht nicht".

No entry explains those, and a menu of errors helps nobody: what the error says is asked for. A message is such a report
if one of its words means an error or a returned mail, or if it says that something does not work; and every other one
only says how, when or in which mail program. Those are a list, because every other word may be a subject of its own
("my invoice has an error"). Where a direction does not work ("Senden geht nicht"), an entry may say why. Pure.
"""

from collections.abc import Sequence, Set

from bot.core.lazy_regex import lazy_regex
from bot.core.matching.vocabulary import Vocabulary, words_of
from bot.core.model import Decision
from bot.core.text.asking import asks_what, reports_fault
from bot.core.text.asks_about_above import names_nothing
from bot.core.text.function_words import word_set
from bot.core.text.polite_words import POLITE

UNNAMED_ERROR = "error report: it does not tell what the error says"  # rule of the part
MOST_WORDS = 30  # of a report
_PROGRAMS = frozenset({"mail-client"})
_DIRECTIONS = frozenset({"incoming", "outgoing"})
_CIRCUMSTANCES = _PROGRAMS | _DIRECTIONS  # concepts that tell nothing of an error
_QUOTES = lazy_regex(r"[\d@\"“”„«»`]\s?\S")  # a code, an address or what the error says
_ERRORS = word_set(
    """
    fehler fehlern fehlermeldung fehlermeldungen fehlernachricht fehlerhinweis fehlertext fehlercode meldung
    meldungen unzustellbar unzustellbarkeitsmeldung unzustellbarkeitsnachricht ruecklaeufer zurueck zurueckgekommen
    zurueckgeschickt zurueckgesendet zurueckgesandt error errors bounce bounces bounced bouncing undeliverable
    undelivered back returned
    """
)
_WORKING = word_set(
    """
    geht gehen ging funktioniert funktionieren klappt klappen laeuft laufen tut work works working worked
    """
)
_FAILING = word_set("kaputt defekt spinnt streikt broken broke stopped down dead won")  # without "not"
_OF_ONES_OWN = word_set(
    "postfach postfaecher konto konten mailkonto account accounts mailbox mailboxes nichts alles nothing everything"
    " leider weiterhin doesn isn t unfortunately"
)
_REPORTING = word_set(
    """
    mail mails email emails e kunde kunden ne neu neue neuen neuer neues immer andauernd dauernd staendig laufend
    jedesmal ploetzlich heute gestern erhalte erhalten erhielt erscheint erschien erscheinen kommt kam kommen kriege
    gekriegt meldet melden meldete zeigt zeigen anzeigt angezeigt tritt auftritt auftaucht aufgetaucht aufgetreten
    versende versenden verschicke verschicken schicke schicken versuche versuch komisch komische komischen komischer
    seltsam seltsame seltsamen seltsamer merkwuerdig merkwuerdige merkwuerdigen brauche ging programm mailprogramm
    new another anderer andere anderes ve different always constantly keep keeps kept today yesterday suddenly
    appears appeared comes coming came receive received receiving gave throws throwing shows showing shown show pops
    popped occurs occurred fails failed failing try tried trying something send sending sends sent weird strange odd
    funny client program app every time delivery failure notification notice
    """
)


def reports_unnamed_error(text: str, words: Sequence[str], vocabulary: Vocabulary) -> bool:
    """True if a message reports an error, a mail that came back or what does not work, and not what is said of it.

    `text`: all of the message; `words`: of it, as the FeatureExtractor gives them.
    """
    if len(words) > MOST_WORDS or _QUOTES.search(text):
        return False
    if not _ERRORS.isdisjoint(words):
        return _is_silent(words, _ERRORS, _CIRCUMSTANCES, vocabulary)
    fails = not _FAILING.isdisjoint(words) or (not _WORKING.isdisjoint(words) and reports_fault(text))
    if not fails or asks_what(text) or not _DIRECTIONS.isdisjoint(vocabulary.concepts(words)):
        return False
    return _is_silent(words, _WORKING | _FAILING | _OF_ONES_OWN, _PROGRAMS, vocabulary)


def _is_silent(words: Sequence[str], reporting: Set[str], about: Set[str], vocabulary: Vocabulary) -> bool:
    """True if a message has no words but those that report, and that name some concepts or nothing."""
    concepts = vocabulary.concepts(words)
    silent = words_of(concepts[one] for one in about & concepts.keys()) | reporting | _REPORTING | POLITE
    return all(word in silent or names_nothing(word) for word in words)


def wants_error(decision: Decision) -> bool:
    """True for the decision about such a report."""
    return any(part.rule == UNNAMED_ERROR for part in decision.parts)
