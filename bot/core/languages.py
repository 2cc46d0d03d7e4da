"""Languages: one row of data for each language that Postbote can speak."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Language = str  # ISO 639-1 code, a key of KNOWN


@dataclass(frozen=True, slots=True)
class LanguageData:
    """Row of language data. Another language is another row here, its function words, and its blocks in templates/."""

    name: str  # in the language itself: "Deutsch"
    stemmer: str  # of Snowball: "german"
    conjunction: str  # before the last of several: "und"
    units: Mapping[str, tuple[str, str]]  # "hours", "minutes", "seconds" → one, many; the same in every case
    names: Mapping[Language, str]  # of the languages, in this one: "Englisch"
    example_domain: str  # stands for the asker's domain where it is not known
    letters: frozenset[str] = frozenset()  # beyond a to z that it has of its own
    function_words: str = ""  # that build its sentences; of German and English in core/text/function_words.py
    everyday_words: str = ""  # of support requests, which tell the language too and are about something
    # Greetings, thanks, and words beside them that ask for nothing; of German and English in core/small_talk.py
    greetings: frozenset[str] = frozenset()
    thanks: frozenset[str] = frozenset()
    courtesies: frozenset[str] = frozenset()


_FRENCH = """
    je tu il elle nous vous ils elles le la les un une du de et ou où est sont suis es avez avons ont j'ai ai
    pas ne que qui quel quelle quels quelles quoi comment pourquoi quand combien pour avec sans dans sur sous
    chez mon ma mes mon votre vos notre nos ce cette ces cet ça cela c'est n'est qu'est d'un d'une l'on au aux
    par plus très merci bonjour bonsoir salut cordialement peux peut pouvez puis dois faut faire fait
    reçois depuis mais donc aussi comme leur être avoir y'a lors afin veuillez svp vient veut dire
"""
_FRENCH_EVERYDAY = """
    utiliser marche fonctionne envoyer recevoir messagerie boîte boite courriel serveur entrant sortant taille
    adresse aide besoin toujours message erreur
"""
_FRENCH_COURTESIES = """
    à tous toutes tout le la monde l'équipe madame monsieur beaucoup bien mille vous te toi pour votre ton aide réponse
    c'est ça cela marche fonctionne maintenant parfait super génial ok oui je d'avance et très
"""
KNOWN: Mapping[Language, LanguageData] = {
    "de": LanguageData(
        "Deutsch",
        "german",
        "und",
        {"hours": ("Stunde", "Stunden"), "minutes": ("Minute", "Minuten"), "seconds": ("Sekunde", "Sekunden")},
        {"de": "Deutsch", "en": "Englisch", "fr": "Französisch"},
        "ihredomain.tld",
        frozenset("äöüßÄÖÜ"),
    ),
    "en": LanguageData(
        "English",
        "english",
        "and",
        {"hours": ("hour", "hours"), "minutes": ("minute", "minutes"), "seconds": ("second", "seconds")},
        {"de": "German", "en": "English", "fr": "French"},
        "yourdomain.tld",
    ),
    "fr": LanguageData(
        "Français",
        "french",
        "et",
        {"hours": ("heure", "heures"), "minutes": ("minute", "minutes"), "seconds": ("seconde", "secondes")},
        {"de": "allemand", "en": "anglais", "fr": "français"},
        "votredomaine.tld",
        frozenset("àâçéèêëîïôûùœÀÂÇÉÈÊËÎÏÔÛÙŒ"),
        _FRENCH,
        _FRENCH_EVERYDAY,
        frozenset({"bonjour", "bonsoir", "salut", "coucou"}),
        frozenset({"merci", "remercie"}),
        frozenset(_FRENCH_COURTESIES.split()),
    ),
}
LANGUAGES: tuple[Language, ...] = ("de", "en")  # of the base and the general layer that come with Postbote


def among(language: Language | None, languages: Sequence[Language]) -> Language:
    """Language of `languages`, those of the base: the one asked for, or else English, or else the first."""
    if language in languages:
        return str(language)
    return "en" if language and "en" in languages else languages[0]


def next_language(language: Language, languages: Sequence[Language]) -> Language:
    """Language of the base that a button offers beside an answer in `language`; itself where there is no other."""
    return languages[(languages.index(language) + 1) % len(languages)] if language in languages else languages[0]
