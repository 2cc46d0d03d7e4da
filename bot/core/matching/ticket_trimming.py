"""Ticket trimming: the question of a ticket, without greeting, signature, what works and the former provider's values.

Cut by clauses and only where something to ask is left; a short message stays as it is. On the labelled sets this is
worth ±0.01 of the score (bot/DECISIONS.md); it stays because it makes `--why` readable.
"""

import re

SHORTEST = 90  # characters from which a message is looked at as a ticket
FEWEST_WORDS = 4  # that must be left
MOST_WORDS_OF_WHAT_WORKS = 9

_GREETINGS = (
    r"sehr geehrte\w*|hallo|guten? (?:tag|morgen|abend)|moin|servus|grüezi|grüß gott|gruess gott|liebe[rs]?"
    r"|hi|hello|hey|dear|good (?:morning|afternoon|evening)"
)
_GREETED = (
    r"damen und herren|zusammen|liebes?|support\w*|team|alle|miteinander|leute|there|all|everyone|again"
    r"|sir or madam|sirs?|madam|folks|postbote|helpdesk|service\w*"
)
_FAREWELLS = (
    r"(?:mit )?(?:freundliche|beste|herzliche|liebe|viele|schöne)[nm]? gr(?:ü|u|ue)(?:ß|ss)(?:en|e)?"
    r"|gr(?:ü|u|ue)(?:ß|ss)e?\b|mfg\b|vg\b|lg\b|(?:best |kind |warm )?regards|cheers"
    r"|yours (?:sincerely|faithfully|truly)|sincerely|best wishes"
)
_THANKS = (
    r"(?:many )?thanks?(?: you)?(?: (?:in advance|a lot|so much|very much))?"
    r"|(?:vielen |besten |herzlichen )?danke?(?: (?:im voraus|schon mal|ihnen|und gruß))?"
)
_NAME = r"[\s,.!]*(?:[A-ZÄÖÜ][\w.]*(?:\s+|$)){0,4}$"  # what may follow thanks that end a message
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_CLAUSE = re.compile(r"(?<=,)\s+|(?<!\s)\s+(?:(?=(?:aber|nur|doch|but|only|however)\b)|[-–]\s+)")
_GREETING = re.compile(rf"^\W*(?:{_GREETINGS})\b(?:\s+(?:{_GREETED}))*\s*[,!.:–-]?\s*", re.IGNORECASE)
_FAREWELL = re.compile(rf"(?:^|(?<=[.!?,\n]))[^\S\n]*(?:(?i:{_FAREWELLS})|(?i:{_THANKS})(?={_NAME}))[^?]{{0,80}}$")
_WORKS = re.compile(
    r"\b(?:klappt|funktioniert|geht|gehen|läuft|laeuft|works?|working|is (?:fine|ok|okay|set up|configured)"
    r"|are (?:fine|ok|set up)|habe ich (?:schon|bereits)|i already have|schon (?:eingerichtet|eingetragen|erledigt)"
    r"|already (?:got|set|done|configured)|bereits (?:eingetragen|eingerichtet|erledigt))\b",
    re.IGNORECASE,
)
_MAILING = re.compile(  # what is said to work
    r"\b(?:senden|versenden|versand|verschicken|empfang\w*|abholen|abrufen?|eingang|ausgang|pop3?|imap|smtp|webmail|login"
    r"|anmeldung|sending|receiving|fetching|outgoing|incoming|details|settings|daten|angaben)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:nicht|nichts|kein\w*|nie|nur|ob|wie|bis|not|never|no|only|how|if|whether|until)\b|n't\b", re.IGNORECASE
)
_ONCE = r"(?:vorher|früher|frueher|bisher|zuvor|bislang)"
_WAS = r"(?:war|waren|hatten?|hie(?:ß|ss)|stand|nutzten?|benutzten?)"
_FORMER = re.compile(
    rf"\b(?:{_ONCE}\b.{{0,30}}\b{_WAS}|{_WAS}\b.{{0,30}}\b{_ONCE}"
    r"|(?:beim?|vom|unser\w*|mein\w*) (?:alten|früheren|vorigen|bisherigen|letzten) (?:anbieter|provider|hoster)"
    r"|before that|formerly|used to (?:be|have|say)|(?:old|former|previous|last) (?:provider|host|hoster|isp))\b",
    re.IGNORECASE,
)


def trim_ticket(text: str) -> str:
    """Question of a ticket; the text itself where it is short or nothing can be left out. `text`: cleaned."""
    if len(text) < SHORTEST:
        return text
    body = _FAREWELL.sub("", _GREETING.sub("", text))
    clauses = [c for s in _SENTENCE.split(body) for c in _clauses(s)]
    left = " ".join(c for c in clauses if not _is_beside_the_point(c)).strip()
    return next((t for t in (left, body) if len(t.split()) >= FEWEST_WORDS), text)


def _clauses(sentence: str) -> list[str]:
    return [c for c in _CLAUSE.split(sentence.strip()) if c]


def _is_beside_the_point(clause: str) -> bool:
    """True for a statement about the former provider, or that something about mail works."""
    if "?" in clause:
        return False
    if _FORMER.search(clause):
        return True
    short = len(clause.split()) <= MOST_WORDS_OF_WHAT_WORKS
    return bool(short and _WORKS.search(clause) and _MAILING.search(clause) and not _NOT.search(clause))
