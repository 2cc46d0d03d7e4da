"""Small talk: thanks, greetings, and reactions to an answer, which want at most one short line.

Told by lists of words: a message is small talk where it holds nothing else.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from bot.core.languages import KNOWN, among
from bot.core.lazy_regex import lazy_regex
from bot.core.model import LANGUAGES, NO_QUESTION, Answer, Language, Question
from bot.core.person_request import asks_for_person, says_of_no_use
from bot.core.text.closed_matter import thanks_for_help
from bot.core.text.function_words import word_set
from bot.core.text.normalize import clean

_THANKS = frozenset({"danke", "dank", "dankeschön", "dankesehr", "merci", "thanks", "thank", "thx", "cheers", "ty"})
# Words beside thanks that ask for nothing
_BESIDE = lazy_regex(
    r"vielen|besten|herzlichen|tausend|schöne?n?|sehr|dir|ihnen|euch|lieb|super|perfekt|prima|klasse|top|toll|ok|okay|"
    r"alles|klar|das|hat|geholfen|hilft|geklappt|klappt|funktioniert|es|jetzt|geht|passt|ja|so|für|die|hilfe|antwort|"
    r"schnelle|you|very|much|a|lot|many|great|perfect|nice|cool|awesome|it|that|this|helped|works|worked|now|yes|all|"
    r"good|for|the|help|answer|quick|bot|postbote"
)
_GREETINGS = frozenset(
    {"hi", "hallo", "hello", "hey", "moin", "servus", "morgen", "tag", "abend", "morning", "evening"}
)
_BESIDE_A_GREETING = lazy_regex(
    r"guten?|good|afternoon|day|there|zusammen|alle|all|everyone|team|bot|postbote|lieber?|dear|grüß|gott|dich|sie|na"
)
_ABOUT_YOU = lazy_regex(
    r"\W*(?:(?:hi|hallo|hello|hey)\W*)?(?:wer bist du|wer sind sie|was (?:kannst|machst) du(?: so| alles)?"
    r"|was können sie|who are you|what (?:can|do) you do)\W*",
    re.IGNORECASE,
)
_ENGLISH = lazy_regex(r"\b(?:thank|thanks|thx|ty|cheers|hello|good|morning|there|everyone|you)\b", re.IGNORECASE)
_GERMAN = lazy_regex(
    r"\b(?:danke\w*|dank|hallo|moin|servus|guten?|morgen|tag|abend|zusammen|wer|was|sie|gott)\b", re.IGNORECASE
)
_GAVE_UP: Mapping[Language, re.Pattern[str]] = {  # who drops the matter: "schade", "never mind"
    "de": lazy_regex(
        r"(?:(?:ach|oh|na|naja|ja|tja|hm{1,9}|ok|okay|gut|dann|also|so|das|ist|es|mir|doch|echt|wirklich|sehr"
        r"|zu)\W{1,6}){0,8}"
        r"(?:schade|egal|meinetwegen|pech(?: gehabt)?|macht (?:ja )?(?:nichts|nix)|nicht (?:so )?wichtig|wie auch immer"
        r"|lass(?:en)? (?:wir (?:das|es)|gut sein|sie (?:es|gut sein))|verg(?:iss|essen sie) (?:es|das)"
        r"|(?:halt|eben|dann) nicht)\W{0,8}",
        re.IGNORECASE,
    ),
    "en": lazy_regex(
        r"(?:(?:ah|oh|well|ok|okay|fine|so|then|that'?s|that is|it'?s|it is|what|a|really|hm{1,9})\W{1,6}){0,8}"
        r"(?:whatever|never ?mind|forget (?:it|that)|too bad|(?:pity|shame)|no matter|(?:it )?doesn'?t matter"
        r"|meh|oh well)\W{0,8}",
        re.IGNORECASE,
    ),
}
_WORD = lazy_regex(r"[^\W\d_]+")
_SAYS_NOTHING = NO_QUESTION | {"decline", "suggest"}  # templates that say nothing of what was asked

# Reactions to an answer. Words that say that it worked; that it was read; and words beside them
_WORKED = word_set(
    """
    passt geklappt klappt funktioniert läuft geht gelöst erledigt perfekt prima super klasse top spitze
    hilfreich geholfen gefunden works worked working solved fixed great perfect awesome excellent brilliant
    helpful helped found nice cool lovely
    """
)
_READ = word_set(
    """
    ok okay oki okey k alles klar verstanden verstehe gut jo jap ja yes yep yeah sure aha ach ah oh hm hmm mhm
    aye got understood alright right fine good done will do mach mache probiere versuche try i'll see noted
    gotcha
    """
)
_BESIDE_A_REACTION = word_set(
    """
    das es ich hat hab habe ist war jetzt nun so sehr wirklich alles schon mir sofort gleich mal doch endlich
    auch ihr du bist die antwort it that this now was is i me very really all the answer a you works hab's
    geht's hat's it's that's s i've have aus bei to for will wieder
    """
)
_EMOJI = lazy_regex(r":[a-z0-9_+'-]+:(?::skin-tone-\d:)?")
_WORD_OF_REACTION = lazy_regex(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def is_thanks(text: str) -> bool:
    """True for nothing but thanks: "perfect, thanks!", "danke, es lag am Port". `text`: cleaned"""
    words = {word.lower() for word in _WORD.findall(text)}
    thanks = bool(words & _THANKS) and all(_BESIDE.fullmatch(word) for word in words - _THANKS)
    return thanks or thanks_for_help(text)


def _small_talk_of(text: str, languages: Sequence[Language]) -> tuple[str, Language]:
    """("thanks" or "greeting", language) of small talk in one of these languages; ("", "") for anything else."""
    words = {word.lower().replace("’", "'") for word in _WORD_OF_REACTION.findall(text)}
    for language in languages:
        row = KNOWN[language]
        if words and words <= row.thanks | row.greetings | row.courtesies:
            if words & row.thanks:
                return "thanks", language
            if words & row.greetings:
                return "greeting", language
    return "", ""


def is_greeting(text: str) -> bool:
    """True for nothing but a greeting, or the question who the bot is: "Guten Morgen!", "Was kannst du?" """
    words = {word.lower() for word in _WORD.findall(text)}
    greets = bool(words & _GREETINGS) and all(_BESIDE_A_GREETING.fullmatch(word) for word in words - _GREETINGS)
    return greets or bool(_ABOUT_YOU.fullmatch(text))


def gave_up(text: str) -> Language:
    """Language in which somebody drops the matter, in a text that says nothing else ("schade", "whatever"); or empty.

    `text`: cleaned.
    """
    said = text.replace("’", "'")
    return next((language for language, words in _GAVE_UP.items() if "?" not in said and words.fullmatch(said)), "")


def language_of_small_talk(text: str, hint: Language | None, languages: Sequence[Language] = LANGUAGES) -> Language:
    """Language of thanks and greetings, which are too short for a LanguageDetector; "hi" and "merci" tell nothing.

    One of `languages`, those of the base.
    """
    if _ENGLISH.search(text):
        return among("en", languages)
    return among("de" if _GERMAN.search(text) else hint, languages)


def answer_small_talk(
    question: Question, hint: Language | None = None, languages: Sequence[Language] = LANGUAGES
) -> Answer | None:
    """Answer to nothing but thanks, a greeting, or that a matter is dropped; None for others, and commands.

    The same in every channel and in the terminal. `hint`: language where neither the question nor the text tells.
    `languages`: of the base, in one of which it is said.
    """
    said = "" if question.command else clean(question.text)
    template, language = "thanks" if is_thanks(said) else "greeting" if is_greeting(said) else "", ""
    if not template:  # "merci" alone is German as well
        template, language = _small_talk_of(said, [one for one in languages if one not in LANGUAGES])
    if not template and (dropped := gave_up(said)):
        chosen = among(question.language or dropped, languages)
        return Answer("aside", chosen, {"asks": False})
    if not template:
        return None
    chosen = among(question.language, languages) if question.language else language
    return Answer(template, chosen or language_of_small_talk(said, hint, languages))


def shorten_reply(answer: Answer, text: str) -> Answer:
    """One short reply where nothing was asked of the FAQ, instead of what it does not cover: an aside where nothing was
    said that wants an answer; the ways to a person where nothing but one is wished for, or an answer was of no use.

    The same in every channel and in the terminal. `text`: of the question, as the channel delivered it.
    """
    said = clean(text)
    if answer.template in _SAYS_NOTHING and (asks_for_person(said) or says_of_no_use(said)):
        return Answer("person", answer.language, {"state": "words", "asks": False})
    if answer.decision and answer.decision.small_talk and answer.template not in NO_QUESTION:
        return Answer("aside", answer.language, {"asks": "?" in text})
    return answer


def read_reaction(text: str) -> Literal["worked", "read", ""]:
    """Reaction to an answer, if a message is nothing else: that it worked ("hat geklappt", "works now"), or that it was
    read ("ok", "👍"); empty: it is more than that. `text`: cleaned.
    """
    said = _EMOJI.sub(" ", text)
    if "?" in said or re.search(r"\d", said):
        return ""
    words = {word.lower().replace("’", "'") for word in _WORD_OF_REACTION.findall(said)}
    if not words:
        return "read" if text.strip() else ""
    if not words <= _WORKED | _READ | _BESIDE_A_REACTION or not words & (_WORKED | _READ):
        return ""
    return "worked" if words & _WORKED else "read"
