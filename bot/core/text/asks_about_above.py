"""Messages that ask about what stands above them in a thread, and name nothing: "was bedeutet das?", "help?".

Pure; a word list, because every other word may be a subject of its own. Of a mail's words that ask about what it quotes
or has attached: bot/core/mail/asks_about_quoted.py.
"""

import re

from bot.core.lazy_regex import lazy_regex
from bot.core.text.function_words import is_function_word, word_set
from bot.core.text.normalize import clean, fold

MOST_WORDS = 14
_WORD = lazy_regex(r"[^\W\d_]+(?:'[a-z]+)?")
_ABOUT_WHAT_STANDS_ABOVE = word_set(
    """
    bedeutet bedeuten bedeutung heisst heissen meint gemeint meinen soll sollte sagt sagen sag fehler fehlers
    fehlermeldung fehlermeldungen meldung meldungen nachricht nachrichten text zeile zeilen log logs ausgabe problem
    problems ursache grund loesung loesen beheben beheb behebe behebt erklaeren erklaer erklaere erklaert erklaerst
    erklaerung deuten verstehen verstehe verstehst versteht uebersetzen helfen hilf hilfe hilfst weiterhelfen weiss
    weisst wissen kennt kennst kennen idee ideen ahnung rat tipp rausfinden herausfinden sehen siehst siehe ansehen
    anschauen anschaut schau schauen guck gucken angucken lesen lies liest drauf drueber darueber oben obige obigen
    obiger thread dahinter dahintersteckt steckt los falsch schief schiefgelaufen gelaufen passiert passieren tun tust
    macht unternehmen jemand jmd leute lieber liebe bot postbote kollege kollegin kollegen kunde kunden kundin bekommt
    bekam kriegt kam gekommen kommt mal fuer nochmal genau eigentlich denn mean means meaning meant say says saying
    error errors message messages text line lines log logs output problem issue cause reason solution solve solving
    fix fixing explain explains explanation explaining interpret decode translate help helping helps assist idea ideas
    clue thoughts understand look looking see read reading check above thread behind happen happened happening wrong
    going broke advice colleague colleagues customer customers client gets got getting received bot postbote here
    whats wtf pls plz please
    """
)


def asks_about_above(text: str) -> bool:
    """True if a message is about what stands above it: it is empty, or all of its words ask about something unnamed."""
    words = [fold(word) for word in _WORD.findall(clean(text).lower())]
    if re.search(r"\d|@", clean(text)) or len(words) > MOST_WORDS:
        return False
    return all(names_nothing(word) for word in words)


def names_nothing(word: str) -> bool:
    """True for a word that asks about something, or only builds the sentence. `word`: folded."""
    return word.replace("'", "") in _ABOUT_WHAT_STANDS_ABOVE or is_function_word(word)
