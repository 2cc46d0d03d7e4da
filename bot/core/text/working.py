"""Clauses that say that something works: "receiving has been working since Monday", "meine Mails kommen an".

What works is told in as many ways as there are people, so the verb counts and not what stands behind it: a clause says
that something works if a verb of working has a subject before it. Verbs with other senses as well ("läuft", "goes")
need a manner behind them, a time, a place or a praise. Mail that arrives and what somebody managed count likewise. What
makes it doubtful ("kaum", "until", "hope") is for the caller to look for (bot/core/text/settled.py). Pure.
"""

from bot.core.lazy_regex import lazy_regex, lower_case, phrases
from bot.core.text.function_words import word_set

_ANYHOW = word_set("funktioniert funktionieren klappt klappen works connects connected verbindet")
_WITH_MANNER = word_set("läuft laufen geht gehen tut tun runs")
_PARTICIPLES = word_set("working running")  # of "is working": "the working port" says nothing
_BE = word_set("is are been being s re now still all already fine")
_MANNERS = word_set(
    """
    seit am im bei nach dank wie zuhause daheim jetzt wieder schon bereits inzwischen alles reibungslos tadellos
    einwandfrei problemlos prima gut bestens sauber ganz ja also auch immer ohne überall endlich mit auf in
    on since with at like for from thanks after now again already without a fine well perfectly flawlessly
    beautifully nicely smoothly just everywhere too finally as both
    """
)
_WHERE_TO = word_set("auf in mit on at for from with a")  # "geht auf den alten Server" tells of a way
_MAIL = r"(?:e-?)?(?:mails?|post|nachrichten|messages)"
_MINE = r"(?:(?:alle|meine|unsere|die|all|my|the|our) ){0,2}"
CLAUSE_BEGINS = r"^\W{0,4}(?:(?:und|and|also)\s{1,3})?"
_ARRIVES = phrases(
    {
        "Alle Mails kommen an": (
            rf"(?:\S{{1,20}} ){{0,3}}?{_MAIL} komm(?:en|t) (?:\S{{1,20}} ){{0,6}}?(?:an|rein|herein|durch)"
        ),
        "Es kommen wieder Mails an": rf"es komm(?:en|t) (?:\S{{1,20}} ){{0,2}}?{_MAIL} (?:an|rein|herein|durch)",
        "Ich bekomme meine Mails": rf"(?:ich|wir) (?:bekomme|kriege|erhalte|empfange)n? {_MINE}{_MAIL}",
        "Mails empfangen wir": rf"{_MINE}{_MAIL} (?:bekomme|kriege|erhalte|empfange)n? (?:ich|wir)",
        "My mail is coming in": (rf"{_MINE}{_MAIL} (?:comes?|arrives?|(?:is|are) coming|gets?)(?: in| through)?"),
        "I'm getting mails": (rf"(?:i(?:['’]m)?|we(?:['’]re)?) (?:still )?(?:get|receive)(?:ting|ing)? {_MINE}{_MAIL}"),
    },
    begin=CLAUSE_BEGINS,
    end=r"(?: (?P<manner>\S{1,20})(?: \S{1,30}){0,8})?[\s.!)]{0,4}$",
    needs=("mail", "post", "nachrichten", "messages"),
)
_MANAGED = phrases(
    {
        "Den Empfang habe ich hinbekommen": (
            r"(?:\S{1,40} ){1,8}?hab(?:e|en)? (?:\S{1,20} ){0,5}?(?:hingekriegt|hinbekommen|geschafft)"
        ),
        "Das Abrufen hat geklappt": r"(?:\S{1,40} ){1,8}?hat (?:\S{1,20} ){0,5}?(?:geklappt|funktioniert)",
        "Empfang: läuft": (
            r"(?:\S{1,40} ){0,3}\S{1,40}: "
            r"(?:erledigt|fertig|läuft|geht|klappt|ok|okay|done|fine|works|working|sorted|check)"
        ),
        "I got the receiving part working": (
            r"(?:(?:i|we)(?:['’]ve)? )?(?:have )?(?:managed|got|sorted)(?: out)? (?:the|my|our) (?:\S{1,30} ){0,4}?"
            r"(?:working|sorted|going|running|done|set up|part|half|side|bit)"
        ),
        "Receiving's fine": (r"(?:\S{1,30} ){0,3}\S{1,30}['’]s (?:fine|ok|okay|done|sorted|set|set up|good)"),
    },
    begin=CLAUSE_BEGINS,
    end=r"(?: (?:now|already|jetzt|schon|inzwischen))?[\s.!)]{0,4}$",
    needs=("geklappt", "hin", "geschafft", "funktioniert", ":", "got ", "managed", "sorted", "'s ", "’s "),
)
_WORD = lazy_regex(r"\w+")


def says_it_works(clause: str) -> bool:
    """True if a clause says that something works, arrives or was managed. `clause`: cleaned, without commas."""
    words = _WORD.findall(lower_case(clause))
    if any(_works(words, place) for place in range(1, len(words))):
        return True
    arrives = _ARRIVES.match(clause)
    if arrives:
        return arrives["manner"] is None or arrives["manner"].lower() in _MANNERS
    return bool(_MANAGED.match(clause))


def _works(words: list[str], place: int) -> bool:
    """True if the word at a place, which is not the first, is a verb that says that something works."""
    verb, before, behind = words[place], words[place - 1], words[place + 1 : place + 2]
    if verb in _WITH_MANNER:
        is_way = verb.startswith("geh") and not _WHERE_TO.isdisjoint(behind)
        return not behind or (behind[0] in _MANNERS and not is_way)
    return verb in _ANYHOW or (verb in _PARTICIPLES and before in _BE)
