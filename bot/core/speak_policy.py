"""Speak policy: whether the bot may answer where nobody addressed it. Only when sure, and never into a talk of people.

In its own thread a question of the one who asked it is meant for the bot until another person joins; in a channel it
listens to, a message must be a question or an error line, and the answer surer than any that was asked for.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from bot.core.languages import KNOWN, among
from bot.core.lazy_regex import lazy_regex
from bot.core.model import LANGUAGES, Answer, Decision, Language, Question
from bot.core.text.closed_matter import thanks_for_help
from bot.core.text.function_words import word_set
from bot.core.text.normalize import clean

if TYPE_CHECKING:
    from bot.core.records import Thread

# Least score of an answer that nobody asked for. Cross-validated over questions-dev, questions-blind-en and
# errors-dev on 2026-11-24: of 306 messages answered from 0.95 on 1 was wrong; from 0.9, 5 of 333; from 0.8, 8 of 354.
LEAST_SCORE_UNASKED = 0.95
OPEN_FOR = 24 * 3_600.0  # seconds for which a thread is still the bot's

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
_WORD = lazy_regex(r"[^\W\d_]+")
_ASKS = lazy_regex(
    r"\?|^\W*(?:wie|was|welche[rsnm]?|wo|woher|wohin|warum|wieso|weshalb|wann|wer|kann|können|muss|darf|gibt|brauche|"
    r"how|what|which|where|why|when|who|can|could|must|may|is|are|does|do|should)\b",
    re.IGNORECASE,
)
# "Anna, weißt du das?", "hey Tom: …", "@anna …", "welcher Port, Anna?"; no names: "Leute, …", "Kurze Frage: …"
_GREETS = r"(?i:(?:hallo|hi|hey|hello|moin|guten morgen|servus|dear|liebe[r]?)\s+)?"
_NO_NAME = (
    r"(?!(?:hallo|hi|hey|hello|moin|leute|team|alle|zusammen|frage|hilfe|problem|sorry|also|nein|ja|ok|okay|danke|bitte|"
    r"folks|guys|everyone|everybody|all|question|help|please|thanks|yes|no|so|well|morgen|achtung|fehler|error|host|"
    r"server|port|subject|betreff|from|to|von|an|warnung|warning|status|remote|connection|info|gibt|postbote|bot)\b)"
)
_CALLS_SOMEBODY = lazy_regex(
    rf"^{_GREETS}@?(?i:{_NO_NAME})[A-ZÄÖÜ][a-zäöüß]+(?:\s(?i:{_NO_NAME})[A-ZÄÖÜ][a-zäöüß]+)?[,:]\s|^{_GREETS}@[a-zäöüß]\w+|"
    rf",\s(?i:{_NO_NAME})[A-ZÄÖÜ][a-zäöüß]{{2,}}\s?[?!.]*$"
)


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
    """Answer to nothing but thanks or a greeting; None for any other message, and for a command.

    The same in every channel and in the terminal. `hint`: language where neither the question nor the text tells.
    `languages`: of the base, in one of which it is said.
    """
    said = "" if question.command else clean(question.text)
    template, language = "thanks" if is_thanks(said) else "greeting" if is_greeting(said) else "", ""
    if not template:  # "merci" alone is German as well
        template, language = _small_talk_of(said, [one for one in languages if one not in LANGUAGES])
    if not template:
        return None
    chosen = among(question.language, languages) if question.language else language
    return Answer(template, chosen or language_of_small_talk(said, hint, languages))


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


def has_question_form(text: str) -> bool:
    """True if a message has a question mark, or begins as a question: fewer than text/asking.py takes for one."""
    return bool(_ASKS.search(text))


def why_silent_in_thread(thread: "Thread", decision: Decision | None, text: str, person: str, now: float) -> str:
    """Reason for silence at a message without a mention in a thread that the bot answered in; empty: speak.

    `decision`: None for a command, thanks or a greeting. `now`: seconds since the epoch.
    """
    if thread.state != "open":
        return {"taken": "a person has taken over", "handed": "a person was asked"}.get(thread.state, thread.state)
    if person != thread.asker:
        return "somebody else speaks"
    if now - thread.at > OPEN_FOR:
        return "the thread is older than a day"
    if _CALLS_SOMEBODY.search(text):
        return "somebody else is called"
    if decision and decision.small_talk:
        return "nothing that wants an answer"
    refuses_menu = bool(decision and any(part.rule.startswith("menu") for part in decision.parts))
    if decision and decision.outcome == "decline" and "?" not in text and not refuses_menu:
        return "no question that the FAQ covers"
    return ""


def why_silent_in_channel(decision: Decision | None, text: str) -> str:
    """Reason for silence at a message in a channel that was not addressed to the bot; empty: speak."""
    if decision is None:
        return "nobody asked the bot"
    if _CALLS_SOMEBODY.search(text):
        return "somebody else is called"
    if decision.outcome != "answer":
        return f"not sure: {decision.outcome}"
    if decision.score < LEAST_SCORE_UNASKED:
        return f"not sure: {decision.score:.2f} is below {LEAST_SCORE_UNASKED}"
    if not has_question_form(text) and not any(part.rule.startswith("error line") for part in decision.parts):
        return "neither a question nor an error line"
    return ""
