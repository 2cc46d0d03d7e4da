"""Present state: questions about what is set up, used or stored at the asker's own, which no FAQ can know.

"Which server is entered on my phone?" has the very words of "Which server must I enter on my phone?", and an answer to
the one is none to the other: it would tell somebody who wants to know what he has what he ought to have. Grammar tells
them apart: who did it ("which login did he choose?"), when ("right now"), that somebody is to look it up ("can you see
what I typed?"), a choice between what is there ("do I use POP or IMAP?"), how much of it is used; and that no word says
what ought to be ("must", "gehört", "should"), or what goes wrong. What is asked without any of these is told by its
examples alone (general_layer/not-covered/present-state.yaml). Pure.
"""

import re
from functools import lru_cache

from bot.core.lazy_regex import lazy_regex, one_of, phrases
from bot.core.text.asking import asks_in_words
from bot.core.text.normalize import CACHED_MESSAGES

_SENTENCES = lazy_regex(r"(?<=[.!?;:])\s{1,8}|\n{1,8}|\s[–—-]\s")
_OUGHT = one_of(  # what ought to be, may be or is recommended, and how something is done
    r"muss,musst,müssen,müsst,müsste,soll\w{0,3},gehör(?:t|en),darf,dürfen,kann_(?:ich|man|sich),können_wir"
    r",brauch\w{0,3},bräucht\w{0,2},(?:rein|hin)kommt,(?:rein|hin)kommen,kommt_(?:da|dort|hier|hin|rein|ins?)"
    r",maximal,höchstens,empf\w{2,9},richtig\w{0,2},korrekt\w{0,2},stattdessen,anstelle,trage,tippe,schreibe?,gebe"
    r",stelle,nehme,ändere,erlaubt,zulässig,ok,okay,schlimm,zu_(?:oft|häufig|groß|kurz)"
    r",must,ha(?:s|ve|d)_to,should,ought,supposed,meant,need\w{0,2},may,allowed?,belongs?,goes,go_in,(?:can|could)_i,maximum,at_most"
    r",recommend\w{0,3},instead,enter,do_i_(?:put|type|set|choose|pick|change|need|have_to),to_use"
)
_FAULT = one_of(
    r"falsch,warum,wieso,weshalb,woran,fehler\w{0,10},meldet,meldung,why,error\w{0,2},wrong,reject\w{0,3},refused?"
    r",bounce[ds]?"
)
_TO_SEE = lazy_regex(  # "wo kann ich sehen, …": who wants to see how it is does not ask how it ought to be
    r"\b(?:kann|könn(?:en|te)) (?:ich|man|wir)\b"
    r"(?=.{0,40}\b(?:sehen|nachsehen|nachschauen|ablesen|erkennen|anzeigen)\b)"
    r"|\b(?:can|could) i (?=see|look up|check|tell|find out)\b",
    re.IGNORECASE,
    needs=("kann", "könn", "can", "could"),
)
_NAMES_OUGHT = lazy_regex(rf"\b{_OUGHT}\b", re.IGNORECASE)
_NAMES_FAULT = lazy_regex(rf"\b{_FAULT}\b", re.IGNORECASE)
_NOW = one_of(
    "gerade,grade,grad,momentan,im_moment,aktuell,derzeit,zurzeit,zur_zeit,jetzt_schon,im_augenblick,gegenwärtig"
    ",wie_es_jetzt_steht,right_now,currently,at_present,presently,at_(?:this|the)_(?:moment|minute),these_days,so_far"
    ",as_of_now"
)
_SET_UP_DE = one_of(
    "eingestellt,eingetragen,eingegeben,eingetippt,hinterlegt,ausgesucht,gewählt,ausgewählt,zugeteilt,angelegt,gestellt"
    ",aktiviert,gespeichert,konfiguriert,reingeschrieben,reingehauen,reingetan,gesetzt,eingerichtet,getippt"
    ",eingeschaltet,angehakt,genommen,vergeben,zugewiesen,umgestellt,belegt,verbraucht"
)
_SET_UP_EN = one_of(
    "chosen,picked,set(?:_up)?,put,entered,typed,selected,saved,given,assigned,configured,ticked,left,created"
    ",used(?:_up)?,stored,registered,whitelisted,released,enabled,(?:switched|turned)_on,activated,blocked,checked"
    ",hardcoded,opened"
)
_CHOOSE = one_of("choose,chose,pick,set,put,enter,type,select,use,save,give,assign,configure,tick,create,write,opt_for")
_CHOSE = one_of("chose,picked,entered,typed,gave,configured,hardcoded")
_WHO_DE = r"(?:ich|er|sie|wir|man|jemand|(?:mein|unser|der|die|das|euer)\w{0,2} \w{2,30}(?: \w{2,30})?)"
_WHO_EN = r"(?:i|he|she|they|we|somebody|someone|anybody|(?:my|our|the) [\w’']{2,30}(?: \w{2,30})?)"
_AT_MY_OWN = r"(?:bei (?:mir|uns)|auf mein\w{1,2}|in (?:mein|unser)\w{1,2})"
_ASKS = (  # where a question begins, or behind its question word
    r"(?:(?:^|[,;:] )\W{0,3}(?=[^?]{0,200}\?)"
    r"|\b(?:welche[rsn]?|was|wie ?viele?|wann|what|which|who|how) [^,]{0,60}?)"
)
# Letters, some of which every match of a pattern has that names …
_OF_NOW = (
    "gerade,grad,moment,aktuell,derzeit,zurzeit,zur zeit,jetzt,augenblick,gegenwärtig,right now,currently,present"
    ",minute,these days,so far,as of now"
)
_OF_SET_UP = "ge,legt,aktiviert,konfiguriert,verbraucht"  # … _SET_UP_DE
_OF_MY_OWN = "bei mir,bei uns,auf mein,in mein,in unser"
# Example → (letters that its pattern needs, between commas; the pattern)
_WHO_DID_IT = {
    "Welchen Benutzernamen hat er ausgesucht?": (
        _OF_SET_UP,
        rf"{_ASKS}\b(?:hat|habe?|haben|hatte|hätte) (?:denn |da |damals )?{_WHO_DE}\b.{{0,60}}\b{_SET_UP_DE}\b(?! hab)",
    ),
    "… ob mein Chef SSL aktiviert hat": (
        "ob ",
        rf"\bob (?:ich|er|sie|wir|(?:mein|unser)\w{{0,2}} \w{{2,20}})\b.{{1,60}}\b{_SET_UP_DE} (?:habe?n?|hat)\b",
    ),
    "What size did my colleague choose?": (
        "did ",
        rf"\bdid {_WHO_EN}(?: \w{{2,20}})? {_CHOOSE}\b(?! (?:out|up|it up|too))",
    ),
    "Which port have I entered?": (
        "has ,have ",
        rf"{_ASKS}\b(?:has|have) {_WHO_EN}(?: \w{{2,20}})? {_SET_UP_EN}\b(?! (?:me|us|out)\b)",
    ),
    "What name was it that he chose?": (
        "chose,picked,entered,typed,gave,configured,hardcoded",
        r"\b(?:what|which)\b.{1,40}\b(?:s?he|they|we|some(?:body|one)|(?:my|our) \w{2,20})"
        rf" {_CHOSE}\b(?! (?:up|out))",
    ),
}
_WHAT_IS_THERE = {
    "Welcher Port ist gerade aktiv?": (_OF_NOW, rf"{_ASKS}\b(?:ist|sind|steht|läuft|laufen)\b.{{0,60}}\b{_NOW}\b"),
    "Was ist bei mir eingetragen?": (
        _OF_MY_OWN,
        rf"\b(?:ist|sind)\b.{{0,60}}\b{_AT_MY_OWN}\b.{{0,60}}\b{_SET_UP_DE}\b(?! habe?n?\b)",
    ),
    "… welcher Server bei mir eingetragen ist": (
        _OF_MY_OWN,
        rf"\b(?:ob|welche[rsn]?|was)\b.{{0,60}}\b{_AT_MY_OWN}\b.{{0,60}}\b{_SET_UP_DE} (?:ist|sind|hat|haben?)\b",
    ),
    "Was steht bei mir im Feld?": ("was steht", rf"\bwas steht (?:da |denn )?{_AT_MY_OWN}\b"),
    "Which server is entered on my phone?": (
        f"{_OF_NOW},my,our",
        rf"\b(?:is|are)\b.{{0,60}}\b{_SET_UP_EN}\b.{{0,30}}\b(?:{_NOW}|(?:on|in|at|for) (?:my|our))\b",
    ),
    "Which port does my phone have right now?": (
        _OF_NOW,
        rf"\b(?:is|are|does|do|am)\b(?=.{{0,80}}\b(?:my|our|i|we)\b).{{0,60}}\b{_NOW}\b(?! of)",
    ),
    "What's in the server field of my phone?": (
        "of my,of our,on my,on our",
        r"\bwhat(?:['’]?s| is) (?:there )?in (?:the )?.{1,30} (?:of|on) (?:my|our)\b",
    ),
    "Which address do you have on file for me?": (
        "which have,on file for,have me,have us",
        r"\bwhich have (?:i|we) got\b|\bon file for (?:me|us)\b|\bhave (?:me|us) down\b",
    ),
    "Is my IP whitelisted?": (
        "freigeschaltet,released,whitelisted,enabled,active",
        r"^\W{0,3}(?:ist|is) (?:meine|unsere|my|our) (?:ip|adresse|address)\b.{0,60}"
        r"\b(?:freigeschaltet|released|whitelisted|enabled|active)\b",
    ),
    "Is SSL enabled for my mailbox?": (
        "is ssl,is tls,is encryption,is imap,is pop",
        r"\bis (?:ssl|tls|encryption|imap|pop3?) (?:on|enabled|active|switched on) (?:for|on|at|in) (?:my|our|us|me)\b",
    ),
}
_LOOK_IT_UP = {
    "Können Sie mal nachsehen?": (
        "sehen,nachschauen,nachgucken",
        r"\b(?:können|könnten|könnt|kannst) (?:sie|ihr|du) (?:(?:mal|bitte|das|es|irgendwie) ){0,4}"
        r"(?:nachschauen|nachsehen|sehen|nachgucken)\b",
    ),
    "Seht ihr das bei euch?": (
        "seht ihr,seht sie,sehen ihr,sehen sie",
        r"(?<!wie )\bse(?:ht|hen) (?:ihr|sie) (?:das|es|bei euch|bei ihnen|auf ihrer|auf eurer|was ich"
        r"|ob (?:ich|wir|mein|unser))\b",
    ),
    "Wisst ihr das zufällig?": (
        "wisst ihr,wisst sie,wissen ihr,wissen sie",
        r"\bwiss(?:t|en) (?:ihr|sie) (?:das|es)(?: \w{2,12})?(?:$|\?)"
        r"|\bwiss(?:t|en) (?:ihr|sie) (?:das |es )?zufällig\b",
    ),
    "Can you see what I typed?": (
        "u see",
        r"\b(?:can|could) (?:you|u) see\b.{0,60}\b(?:i|we|my|our|it in)\b|\bdo you see (?:me|us|my|our|them)\b",
    ),
    "Remind me which port it was": ("remind me", r"\bremind me (?:which|what|who)\b"),
}
_WHICH_OF_BOTH = {
    "Nutze ich den Alias oder die Adresse?": (
        "oder",
        r"^\W{0,3}(?:nutze|benutze|hole?|rufe?|verwende|fahre|laufe|habe?) (?:ich|wir)\b.{1,80}\boder\b",
    ),
    "Läuft mein Handy über POP oder IMAP?": (
        "läuft ,nutzt ,verschlüsselt ,ruft ",
        r"\b(?:läuft|nutzt|benutzt|verschlüsselt|ruft) (?:mein|unser)\w{0,2} [\w-]{2,30}.{1,60}"
        r"\b(?:oder|verschlüsselt)\b",
    ),
    "Do I use POP or IMAP?": (
        "do i ,do we ",
        r"\bdo (?:i|we) (?:use|have|run|collect|fetch|get|connect)\b (?!the same).{1,60}\bor\b(?! not\b)",
    ),
}
_HOW_MUCH_IS_USED = {
    "Wie viel ist noch frei?": (
        "wie viel,wieviel,wie voll",
        r"\bwie ?viele?\b.{1,60}\b(?:belegt|belege|frei|verbrauch(?:t|e|en)|übrig|weg)\b"
        r"|\bwie voll (?:ist )?(?:mein|unser)",
    ),
    "Welcher Ordner belegt am meisten?": (
        "belegt,verbraucht,frisst",
        r"\bwelche[rs]? \w{2,20} (?:belegt|verbraucht|frisst)\b",
    ),
    "Wo sehe ich die aktuelle Belegung?": (
        "füllstand,belegung,auslastung,größe,verbrauch",
        r"\b(?:füllstand|(?:aktuelle|momentane|derzeitige)\w{0,2} (?:belegung|auslastung|größe|verbrauch))\b",
    ),
    "How much of it have I used?": (
        "how much,how many,how full",
        r"\bhow (?:much|many|full)\b.{1,60}"
        r"\b(?:used(?: up)?|taken|gone|using|uses|occup(?:y|ies|ied)|takes up|(?:are|is) free|do (?:i|we) have left)\b",
    ),
    "How much does my mailbox hold at present?": (
        "hold",
        rf"\bhow (?:much|many)\b.{{1,60}}\bholds?\b.{{0,20}}\b{_NOW}\b",
    ),
    "Which folder takes up most?": (" most", r"\bwhich \w{2,20} (?:takes? up|uses|occupies|holds) (?:the )?most\b"),
    "Where is the current usage?": (
        "current usage,current fill,current occupancy",
        r"\bcurrent (?:usage|fill|occupancy)\b",
    ),
}
# Each row is a pattern of its own
_STATES = tuple(
    phrases({example: row}, needs=letters.split(","))
    for table in (_WHO_DID_IT, _WHAT_IS_THERE, _LOOK_IT_UP, _WHICH_OF_BOTH, _HOW_MUCH_IS_USED)
    for example, (letters, row) in table.items()
)


@lru_cache(CACHED_MESSAGES)
def asks_for_state(text: str) -> bool:
    """True if what a text asks is only how the asker's own is set up, and not how it ought to be. `text`: cleaned."""
    asking = [sentence for sentence in _SENTENCES.split(text) if asks_in_words(sentence)]
    return bool(asking) and all(
        not (asks_what_ought_to_be(_TO_SEE.sub(" ", sentence)) or _NAMES_FAULT.search(sentence))
        and any(state.search(sentence) for state in _STATES)
        for sentence in asking
    )


@lru_cache(CACHED_MESSAGES)
def asks_what_ought_to_be(text: str) -> bool:
    """True if a text that asks has a word for what must, should or may be: it asks for a rule, not for a state."""
    return bool(_NAMES_OUGHT.search(text))
