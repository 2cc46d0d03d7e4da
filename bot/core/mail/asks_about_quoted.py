"""Own words of a mail that only ask about what it quotes or has attached: "Was bedeutet diese Meldung?" above a bounce.

Read alone, such words are answered with whatever entry has them most often. What they point at is the question. Pure.
"""

from bot.core.lazy_regex import lazy_regex
from bot.core.text.function_words import is_function_word, word_set
from bot.core.text.message_parts import own_sentences
from bot.core.text.normalize import clean, fold

MOST_SENTENCES = 4  # of such words; who writes more tells something
_POINTERS = word_set(
    """
    diese dieser dieses diesen diesem dies das folgende folgender folgendes folgenden folgendem unten untenstehende
    untenstehenden anbei anhang anlage angehaengt angehaengte beigefuegt beigefuegte beiliegend screenshot bild foto
    siehe s this that these following below attached attachment enclosed above picture photo see here it
    """
)
_EMPTY = _POINTERS | word_set(
    """
    bedeutet bedeuten heisst heissen meint besagt sagt sagen erklaeren erlaeutern verstehe versteht verstehen weiss
    meldung meldungen fehlermeldung fehlermeldungen fehler nachricht nachrichten mail mails email emails e hinweis text
    rueckmeldung bounce kam kommt kommen zurueck zurueckgekommen bekommen bekomme bekam erhalten erhalte erhielt habe
    hilfe helfen tun machen mache anfangen problem falsch passiert woran liegt warum wieso weshalb bitte pruefen schauen
    schicke sende immer wieder seit heute gestern eben gerade heute morgen los
    mean means meaning say says explain understand message messages error errors notice report bounced came come back
    get gets got getting receive received receiving help do problem wrong happened happen happening why please check
    look always again since today yesterday just now tell mails know can could
    """
)
_WORD = lazy_regex(r"[^\W\d_]+")


def asks_about_quoted(own_words: str) -> bool:
    """True if every sentence of the writer's own words points at something that is not in them; False for none."""
    sentences = own_sentences(clean(own_words))
    words = [word for sentence in sentences for word in _WORD.findall(fold(sentence))]
    if not words or len(sentences) > MOST_SENTENCES or any(c.isdigit() for sentence in sentences for c in sentence):
        return False
    return not _POINTERS.isdisjoint(words) and all(word in _EMPTY or is_function_word(word) for word in words)
