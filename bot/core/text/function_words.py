"""Function words: words that build sentences rather than say what they are about, by language."""

from collections.abc import Collection, Mapping

from bot.core.languages import KNOWN
from bot.core.model import Language
from bot.core.text.normalize import fold

# Words that build sentences, not words about mail. Those that exist in both languages (in, an, die, am, was, will,
# so, war, hat …) are left out or stand where they are far more common.
_GERMAN = """
ab aber alle allem allen aller alles als also am andere anderen auch auf aus bei beim bin bis bitte bist da dabei
dafuer damit danach dann daran darf darueber das dass dein deine dem den denn der des deshalb dich die dies diese
diesem diesen dieser dieses dir doch dort du durch duerfen ein eine einem einen einer eines einfach er es etwas euch
euer eure eurem euren eurer fuer gar geben gegen geht gehen genau gerade gern gerne gibt ging habe haben hab habt
hallo hatte hatten hier hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer ins irgendwie ist ja jede jedem
jeden jeder jedes jemand jetzt kann kannst kein keine keinem keinen keiner klappt koennen koennt koennte komme kommt
machen macht mal man mehr mein meine meinem meinen meiner mich mir mit moechte morgen muss muesste muessen nach nein
nicht nichts nie noch nur ob oder ohne schon sehr seid sein seine seit selbst sich sie sind soll sollen sollte
sondern sonst statt steht ueber um und uns unser unsere unserem unseren unserer unter viel viele vom von vor wann
warum was weder wegen weil welche welchem welchen welcher welches wenn wer werde werden wie wieder wieso wieviel wir
wird wo wohin woher woran wurde wurden zu zum zur zwischen guten tag gruss gruesse danke dank merci servus moin
gruezi mfg freundlichen freundliche vielen hilfe heisst heissen weiss brauche brauchen bekomme bekommen kriege
kriegt laeuft nehmen nehme eintragen trage gehoert stimmt liegt irgendwas irgendwo irgendwann hae huhu tschuess nix
nich isch ned bissl halt eben
"""
_ENGLISH = """
a about after again all am an and any anybody anyone anything are as at be because been before being but by can
cannot can't could couldn't did didn't do does doesn't doing don't each every everything for from get gets give goes
going got had has have having he hello her here hi him his how however i if i'd i'll i'm i've into is isn't it its
it's just keep keeps know let's like long make makes many may me might mine more most much must my need needs
neither never no nobody not nothing now of off often ok on once one only or other our out over own please pls put
right same says set should shouldn't since so some somebody someone something still such take tell than thank thanks
that that's the their them then there these they thing things this those though through to too try turn two under
until up us use used using very wasn't we we're were weren't what what's when where which while who whose why with
without won't would wouldn't yes yet you your you're yours regards dear kind best cheers
"""

# Words of everyday speech that build no sentence but belong to one language.
_GERMAN_TOO = """
fehlt falsch funktioniert funktionieren willst wollen suche sucht versuche versuchen sagt sagen gesagt schicken
schicke senden sende empfangen neue neuer neues neuen alte alter altes alten erste ersten letzte letzten heute
gestern tage bedeutet bedeuten bedeutung
"""
_ENGLISH_TOO = """
required needed missing wrong works work working want wants looking getting trying tried stopped asked asks says
said told sending sent receive receiving new old first last next time day days today yesterday people someone mean
means meaning
"""


def word_set(listed: str) -> frozenset[str]:
    """Set of the words of a list, as they are."""
    return frozenset(listed.split())


def folded_words(listed: str) -> frozenset[str]:
    """Set of the words of a list, folded and without apostrophes."""
    return frozenset(fold(w).replace("'", "") for w in listed.split())


# Words of both languages that are left out above: they build sentences, and tell no language
FUNCTION_WORDS_IN_BOTH = folded_words("in an die am was will so war hat den dem bei and mit")
_FUNCTION_WORDS: Mapping[Language, frozenset[str]] = {"de": folded_words(_GERMAN), "en": folded_words(_ENGLISH)}
_ALL_FUNCTION_WORDS = FUNCTION_WORDS_IN_BOTH.union(*_FUNCTION_WORDS.values())
_MORE: Mapping[Language, frozenset[str]] = {code: folded_words(row.function_words) for code, row in KNOWN.items()}
EITHER = folded_words("all also am an die hat im in so war was will")  # how often each language uses them tells
COUNTED: Mapping[Language, frozenset[str]] = {
    "de": (_FUNCTION_WORDS["de"] | folded_words(_GERMAN_TOO)) - EITHER,
    "en": (_FUNCTION_WORDS["en"] | folded_words(_ENGLISH_TOO)) - EITHER,
    **{code: words | folded_words(KNOWN[code].everyday_words) for code, words in _MORE.items() if words},
}


def function_words(languages: Collection[Language]) -> frozenset[str]:
    """Words of at least two letters of which `is_function_word` is true."""
    return _ALL_FUNCTION_WORDS.union(*(_MORE[language] for language in languages))


def is_function_word(word: str, languages: Collection[Language] = ()) -> bool:
    """True if a folded word builds sentences rather than say what they are about: in German, English or `languages`."""
    return len(word) < 2 or word in _ALL_FUNCTION_WORDS or any(word in _MORE[language] for language in languages)
