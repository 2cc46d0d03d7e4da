"""Languages: one row of data for each language that Postbote can speak."""

from collections.abc import Mapping
from dataclasses import dataclass

Language = str  # ISO 639-1 code, a key of KNOWN


@dataclass(frozen=True, slots=True)
class LanguageData:
    """Row of language data. Another language is another row here, its function words, and its blocks in templates/."""

    name: str  # in the language itself: "Deutsch"
    stemmer: str  # of Snowball: "german"
    conjunction: str  # before the last of several: "und"
    units: Mapping[str, tuple[str, str]]  # "hours", "minutes", "seconds" → one, many; the same in every case
    example_domain: str  # stands for the asker's domain where it is not known


KNOWN: Mapping[Language, LanguageData] = {
    "de": LanguageData(
        "Deutsch",
        "german",
        "und",
        {"hours": ("Stunde", "Stunden"), "minutes": ("Minute", "Minuten"), "seconds": ("Sekunde", "Sekunden")},
        "ihredomain.tld",
    ),
    "en": LanguageData(
        "English",
        "english",
        "and",
        {"hours": ("hour", "hours"), "minutes": ("minute", "minutes"), "seconds": ("second", "seconds")},
        "yourdomain.tld",
    ),
    "fr": LanguageData(
        "Français",
        "french",
        "et",
        {"hours": ("heure", "heures"), "minutes": ("minute", "minutes"), "seconds": ("seconde", "secondes")},
        "votredomaine.tld",
    ),
}
LANGUAGES: tuple[Language, ...] = ("de", "en")  # of the base and the general layer that come with Postbote
