"""Closed matters: messages that say that something is done with, and ask nothing ("You can close this ticket.").

They tell what it was, in the very words of the entry, and want no answer. So do thanks for an answer that helped
("Danke, es lag am Port, läuft jetzt!"), where every other clause says what it was or that it works. Pure.
"""

import re

from bot.core.lazy_regex import lazy_regex, phrases
from bot.core.text.asking import asks_for_something, asks_in_words
from bot.core.text.function_words import is_function_word, word_set
from bot.core.text.message_parts import own_sentences
from bot.core.text.normalize import fold
from bot.core.text.polite_words import POLITE

_TICKET = r"(?:tickets?|vorg(?:ang|änge)|fall|anfrage|thema|sache|angelegenheit|case|matter|issue|request)"
_MATTER = rf"(?:{_TICKET}|problem|this|it)"
_CLOSED = r"(?:schlie(?:ß|ss)en|geschlossen|abschlie(?:ß|ss)en|zumachen|vom tisch|hinfällig|erledigt)"
_CLOSES = phrases(
    {
        "Das Ticket kann geschlossen werden": rf"\b{_MATTER}\b.{{0,40}}\b{_CLOSED}\b",
        "Das hat sich inzwischen erledigt": r"\bhat sich (?:\w{1,20} ){0,2}erledigt\b",
        "Es ist weiter nichts zu tun": (
            r"^(?!.*\b(?:da|hier)?mit\b).*\b(?:(?:weiter|mehr|sonst) nichts (?:mehr )?|nichts (?:weiter|mehr) )zu tun\b"
        ),
        "You can close this ticket": rf"\b(?:close|closing) (?:\w{{1,20}} ){{0,2}}{_MATTER}\b",
        "Consider this closed": rf"\bconsider {_MATTER} (?:as )?(?:closed|done|solved)\b",
        "The ticket can be closed": rf"\b{_MATTER}\b.{{0,20}}\bcan be (?:now )?closed\b",
        "This case is now closed": rf"\b{_TICKET}\b.{{0,20}}\b(?:is|be) (?:now )?closed\b",
        "There is nothing else to do": (
            r"\bnothing (?:else|more|further|left)? ?(?:for you )?to (?:do|be done)\b(?! with\b)"
        ),
        "No further action is needed": r"\bno (?:further )?action (?:is )?(?:needed|required)\b",
    },
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
_INFORMS = phrases(
    {
        "Nur kurz als Rückmeldung": r"\b(?:nur|kurz)\b.{0,20}\b(?:bescheid|rückmeldung|rückmelden|mitteilen|info)\b",
        "Zur Info": r"\bzur (?:info|information|kenntnis)\b",
        "For your information": r"\bfor your information\b",
        "FYI": r"\bfyi\b",
        "Just wanted to let you know": (
            r"\b(?:just|only) (?:\w{1,20} )?to (?:let you know|say|tell you|inform you|report)\b"
        ),
    },
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

_THANKS = lazy_regex(
    r"\b(?:danke\w{0,5}|dank|merci|thanks|thank you|thx|ty|cheers|ta)\b(?! (?:\w{1,20} )?(?:im voraus|in advance))",
    re.IGNORECASE,
    needs=("dank", "merci", "thank", "thx", "ty", "cheers", "ta"),
)
_ANSWER_CLAUSES = lazy_regex(  # of thanks and what they are for
    r"\s{0,3}(?:[,;:.!()\n]|\s[–—-]\s)\s{0,3}|\s{1,3}(?:und|and)\s{1,3}", re.IGNORECASE
)
_RUNS = r"(?:läuft|laufen|geht|gehen|klappt|klappen|funktioniert|funktionieren|tut)(?:'?s)?"
_NOW = r"(?:jetzt|nun|endlich|wieder|damit|so|alles|prima|super|einwandfrei|bestens)"
_IT = r"(?:es|das|alles|beides|it|that|this|everything|all|both)"
_HELPED = phrases(  # the end of the clause, so that nothing stands behind it
    {
        "läuft jetzt": rf"\b{_RUNS}(?: {_IT})?(?: {_NOW}){{1,3}}$",
        "jetzt geht es": rf"\b{_NOW} {_RUNS}(?: {_IT})?(?: {_NOW}){{0,2}}$",
        "it works": rf"^(?:{_IT} )?(?:{_RUNS}|works?|runs?|worked)$",
        "mit Port 465 geht es": (rf"\b(?:mit|with) \S{{1,20}}(?: \S{{1,30}}){{0,3}} (?:{_RUNS}|works?)(?: {_IT})?$"),
        "Problem gelöst": r"\b(?:alles (?:gut|klar|bestens|wieder ok)|(?:problem )?(?:gelöst|behoben|erledigt))$",
        "working fine now": (
            r"\b(?:works?|working|runs?|running|worked)"
            r" (?:(?:now|again|fine|perfectly|well|great|like a charm)(?: |$)){1,2}$"
        ),
        "that did the trick": (
            r"\b(?:all good|sorted(?: it)?|solved(?: it)?|fixed(?: it)?|up and running|did (?:it|the trick)|that was it"
            r"|it (?:is|was) that|das war['’]?s|das war es)$"
        ),
    }
)
_WAS_IT = phrases(  # what the matter was
    {
        "es lag am Port": (
            r"\b(?:war(?:en)?|lag|hat(?:te)?|stimmt|passt|fehlte|eingetragen|eingegeben|geändert|gewechselt|umgestellt"
            r"|gefunden|übernommen|was|were|is (?:fine|right|correct|set|in)|entered|changed|switched|found|set|did|had"
            r"|helped)\b"
        ),
        "mit dem Port läuft die Sache": (r"\b(?:mit|with)\b.{1,40}\b(?:geht|gehts|läuft|klappt|funktioniert|works)\b"),
        "genau das habe ich gesucht": (
            r"\b(?:genau|exactly|just)\b.{1,40}\b(?:gesucht|gebraucht|gefehlt|needed|wanted|looking for|missing)\b"
        ),
        "für den Port": (
            r"\b(?:für|for) (?:d(?:en|ie|as)|the|d?eine?n?|eu(?:re|er)n?|ihren?|that|your) \S{1,30}(?: \S{1,30})?$"
        ),
    }
)
_WISHED = lazy_regex(  # what thanks are said for beforehand: "danke für die Mitteilung"
    r"\b(?:hilfe|mitteilung|angabe|info\w{0,8}|auskunft|antwort|rückmeldung|nachricht|tipps?|zusendung|help|reply|answer)\b",
    re.IGNORECASE,
)
_EXCLAIMED = word_set(  # beside thanks
    """
    ah ach oh aha top cool genau spitze hurra juhu ja jo jep wow puh brilliant lovely yay yes yep yeah phew ha amazing
    excellent cheers mate man bro sweet exactly
    """
)
_WORD = lazy_regex(r"[^\W\d_]+")
_ASKS_SOMEWHERE = lazy_regex(
    r"\?|\b(?:wie|wo|wer|wann|warum|wieso|welche[rsnm]?|ob|how|where|who|why|which|what)\b", re.IGNORECASE
)


def closes_matter(cleaned: str) -> bool:
    """True for a cleaned message that closes a matter, reports that it is solved, or thanks for it; and asks nothing.

    Words alone behind it ("pop3 ssl port") are a new matter, and so is what is announced ("Now there is another").
    """
    return thanks_for_help(cleaned) or _closes(cleaned)


def thanks_for_help(cleaned: str) -> bool:
    """True for thanks with clauses of which each says that it works, or what it was, and none asks."""
    if not _THANKS.search(cleaned) or _ASKS_SOMEWHERE.search(cleaned) or _STILL_OPEN.search(cleaned):
        return False
    clauses = [clause for clause in _ANSWER_CLAUSES.split(cleaned) if clause]
    told = [c for c in clauses if _HELPED.search(c) or (_WAS_IT.search(c) and not _WISHED.search(c))]
    others = [c for c in clauses if c not in told]
    return bool(told) and not any(map(_says_more_than_thanks, others))


def _says_more_than_thanks(clause: str) -> bool:
    """True for a clause with a word that neither is a courtesy nor only builds sentences."""
    return any(
        not (word in POLITE or word in _EXCLAIMED or is_function_word(word))
        for word in map(fold, _WORD.findall(clause))
    )


def _closes(cleaned: str) -> bool:
    """True for a message of which one sentence closes a matter, or reports that it is solved, and none asks."""
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
