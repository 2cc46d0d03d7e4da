"""Reports of an error that do not tell what it says: "Ich habe eine Fehlermeldung bekommen", "my mail came back".

No entry explains those, and a menu of errors helps nobody: what the error says is asked for. A message is such a report
if one of its words means an error or a returned mail, and every other one only says how, when or in which mail program
it came. Those are a list, because every other word may be a subject of its own ("my invoice has an error"). Pure.
"""

from collections.abc import Sequence

from bot.core.lazy_regex import lazy_regex
from bot.core.matching.vocabulary import Vocabulary, words_of
from bot.core.model import Decision
from bot.core.text.asks_about_above import names_nothing
from bot.core.text.function_words import word_set
from bot.core.text.polite_words import POLITE

UNNAMED_ERROR = "error report: it does not tell what the error says"  # rule of the part
MOST_WORDS = 30  # of a report
_CIRCUMSTANCES = frozenset({"incoming", "outgoing", "mail-client"})  # concepts that tell nothing of an error
_QUOTES = lazy_regex(r"[\d@\"“”„«»`]\s?\S")  # a code, an address or what the error says
_ERRORS = word_set(
    """
    fehler fehlern fehlermeldung fehlermeldungen fehlernachricht fehlerhinweis fehlertext fehlercode meldung
    meldungen unzustellbar unzustellbarkeitsmeldung unzustellbarkeitsnachricht ruecklaeufer zurueck zurueckgekommen
    zurueckgeschickt zurueckgesendet zurueckgesandt error errors bounce bounces bounced bouncing undeliverable
    undelivered back returned
    """
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
    """True if a message reports an error, or a mail that came back, and not what it says.

    `text`: all of the message; `words`: of it, as the FeatureExtractor gives them.
    """
    if len(words) > MOST_WORDS or _ERRORS.isdisjoint(words) or _QUOTES.search(text):
        return False
    concepts = vocabulary.concepts(words)
    silent = words_of(concepts[one] for one in _CIRCUMSTANCES & concepts.keys()) | _ERRORS | _REPORTING | POLITE
    return all(word in silent or names_nothing(word) for word in words)


def wants_error(decision: Decision) -> bool:
    """True for the decision about such a report."""
    return any(part.rule == UNNAMED_ERROR for part in decision.parts)
