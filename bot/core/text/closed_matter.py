"""Closed matters: messages that say that something is done with, and ask nothing ("You can close this ticket.").

They tell what it was, in the very words of the entry, and want no answer. Pure.
"""

import re

from bot.core.lazy_regex import lazy_regex
from bot.core.text.asking import asks_for_something, asks_in_words
from bot.core.text.message_parts import own_sentences

_TICKET = r"(?:tickets?|vorg(?:ang|änge)|fall|anfrage|thema|sache|angelegenheit|case|matter|issue|request)"
_MATTER = rf"(?:{_TICKET}|problem|this|it)"
_CLOSED = r"(?:schlie(?:ß|ss)en|geschlossen|abschlie(?:ß|ss)en|zumachen|vom tisch|hinfällig|erledigt)"
_CLOSES = lazy_regex(
    rf"\b{_MATTER}\b.{{0,40}}\b{_CLOSED}\b|\bhat sich (?:\w{{1,20}} ){{0,2}}erledigt\b"
    r"|\b(?:(?:weiter|mehr|sonst) nichts (?:mehr )?|nichts (?:weiter|mehr) )zu tun\b"
    rf"|\b(?:close|closing) (?:\w{{1,20}} ){{0,2}}{_MATTER}\b|\bconsider {_MATTER} (?:as )?(?:closed|done|solved)\b"
    rf"|\b{_MATTER}\b.{{0,20}}\bcan be (?:now )?closed\b|\b{_TICKET}\b.{{0,20}}\b(?:is|be) (?:now )?closed\b"
    r"|\bnothing (?:else|more|further|left)? ?(?:for you )?to (?:do|be done)\b"
    r"|\bno (?:further )?action (?:is )?(?:needed|required)\b",
    re.IGNORECASE,
    needs=(
        *("schließen", "schliessen", "geschlossen", "zumachen", "vom tisch", "hinfällig", "erledigt", "zu tun"),
        *("close", "closing ", "consider ", "nothing ", "action "),
    ),
)
_ASKS_TO_CLOSE = lazy_regex(r"^\W{0,4}(?:können|könnten|kann|bitte|can|could|would|please)\b", re.IGNORECASE)
_ANOTHER = lazy_regex(  # what is left, or new, beside the matter that is closed
    r"\b(?:nun|jetzt|aber|noch|neue[snrm]?|ander\w{1,3}|nächste[snrm]?|dafür|now|but|new|another|next|different)\b"
    r".{0,40}\b(?:etwas|was|eins|frage|problem|sache|thema|punkt|anliegen|something|question|problem|thing|issue|one)\b",
    re.IGNORECASE,
)
_INFORMS = lazy_regex(
    r"\b(?:nur|kurz)\b.{0,20}\b(?:bescheid|rückmeldung|rückmelden|mitteilen|info)\b"
    r"|\bzur (?:info|information|kenntnis)\b|\bfor your information\b|\bfyi\b"
    r"|\b(?:just|only) (?:\w{1,20} )?to (?:let you know|say|tell you|inform you|report)\b",
    re.IGNORECASE,
    needs=("nur", "kurz", "zur ", "for your information", "fyi", "just ", "only "),
)
_SOLVED = lazy_regex(
    r"\b(?:erledigt|gelöst|behoben|geklärt|läuft|klappt|funktioniert|geht (?:jetzt|nun|wieder)|verschwunden|weg"
    r"|solved|resolved|fixed|sorted|gone|works|working|disappeared|cleared up)\b",
    re.IGNORECASE,
    needs=(
        *("erledigt", "gelöst", "behoben", "geklärt", "läuft", "klappt", "funktioniert", "geht ", "verschwunden"),
        *("weg", "solved", "fixed", "sorted", "gone", "working", "works", "disappeared", "cleared up"),
    ),
)
_STILL_OPEN = lazy_regex(
    r"\b(?:nicht|kein\w{0,2}|nie|aber|nur noch|immer noch|not|no|never|but|still|except|cannot)\b|n[’']t\b",
    re.IGNORECASE,
)


def closes_matter(cleaned: str) -> bool:
    """True for a cleaned message of which one sentence closes a matter, or reports that it is solved, and none asks.

    Words alone behind it ("pop3 ssl port") are a new matter, and so is what is announced ("Now there is another").
    """
    sentences = own_sentences(cleaned)
    closing = [s for s in sentences if _CLOSES.search(s) and ("?" not in s or _ASKS_TO_CLOSE.match(s))]
    informing, solved = ([s for s in sentences if said.search(s)] for said in (_INFORMS, _SOLVED))
    informs = bool(informing and solved) and not any(map(_STILL_OPEN.search, (*informing, *solved)))
    others = [s for s in sentences if s not in closing]
    behind = sentences[sentences.index(closing[0]) + 1 :] if closing else []
    # A name is no question without grammar
    asking = (s for s in behind if s not in closing and not s.istitle())
    is_another = any(_ANOTHER.search(s) or asks_for_something(s) for s in asking)
    return bool(closing or informs) and not is_another and not any(map(asks_in_words, others))
