"""Settled sentences: those that say what works, is done or is known, and so ask nothing ("Receiving works fine.").

They name the very words of the entries that are not asked about, so the decision leaves them out. A sentence counts as
settled only as a whole: "receiving works, sending does not" says what does not, and "is that right?" asks. Pure.
"""

import re
from functools import lru_cache

from bot.core.lazy_regex import lazy_regex, lower_case, one_of, phrases
from bot.core.text.function_words import word_set
from bot.core.text.labelled_lines import tells_by_label
from bot.core.text.normalize import CACHED_MESSAGES
from bot.core.text.not_meant import says_what_is_not_meant
from bot.core.text.working import CLAUSE_BEGINS, says_it_works

MOST_LETTERS = 160  # of a settled sentence; a longer one tells more
MOST_WORDS_OF_NAME = 3  # of a clause that only names something: "address, password and user name I know"


_WORKS = one_of(
    "geht,gehen,ging,läuft,laufen,lief,klappt,klappen,klappte,funktioniert,funktionieren,funktionierte"
    ",tut,tun,passt,passen,stimmt,stimmen"
)
_WELL = one_of(
    "gut,prima,super,klar,ok,okay,fein,bestens,einwandfrei,problemlos,normal,wunderbar,tadellos,richtig,korrekt"
    ",fertig,bekannt,erledigt,eingetragen,eingerichtet,eingestellt,eingeschaltet,hinterlegt,vorhanden,drin,da,alles"
    ",beide,beides,wieder,inzwischen,jetzt,schon,bereits,soweit,sonst,auch,ja,ganz,sehr,so,längst,nun,mittlerweile"
    ",neu,nagelneu,ausgefüllt,vorausgefüllt,vorgegeben,geprüft,überprüft,kontrolliert,angehakt,gesetzt,angenommen,akzeptiert"
    ",perfekt,anstandslos,also,immer,länger,seit_jahren,wie_immer,in_ordnung,ohne_problem,ohne_probleme,kein_problem"
)
_FINE = one_of(
    "fine,ok,okay,good,great,sorted,done,set,set_up,clear,correct,right,known,working,in,in_place,there,all,well"
    ",new,brand_new,created,installed,registered,ordered,paid,accepted,checked,verified,prefilled,pre-filled,ticked,given"
    ",perfect,perfectly,already,now,again,entered,configured,filled_in,switched_on,and,both,just,also,too,solved"
    ",covered,for_years,otherwise,so_far,up_and_running,as_usual,as_before,no_problem,without_problems"
    ",without_a_problem,without_any_problems"
)
_DONE = one_of(
    "schon,bereits,ja,alle,beide,alles,geprüft,getestet,kontrolliert,gesichert,probiert,ausprobiert,gemacht"
    ",eingetragen,eingerichtet,neu_gestartet,hier,da,noch,liegen"
)
_MADE = one_of(
    "angelegt,eingerichtet,eingetragen,eingestellt,umgestellt,geändert,installiert,bestellt,bezahlt,gekauft,notiert"
)
_USE = one_of(
    "nutze,nutzen,nutzt,verwende,verwenden,verwendet,benutze,benutzen,use,uses,fetch,fetches,relay,relays,poll,polls"
)
_TOLD = one_of(
    "genannt,gegeben,durchgegeben,mitgeteilt,gesagt,diktiert,geschickt,notiert,aufgeschrieben,verraten,hinterlassen"
)
_SET = one_of("eingerichtet,eingestellt,konfiguriert,verbunden,angebunden,set_up,configured,connected")
_CLAUSE_ENDS = r"\W{0,4}$"


def _before(least: int, most: int) -> str:
    """Pattern of so many words before others."""
    return rf"(?:\S{{1,40}}\s{{1,3}}){{{least},{most}}}"


def _behind(least: int, most: int) -> str:
    """Pattern of so many words behind others."""
    return rf"(?:\s{{1,3}}\S{{1,40}}){{{least},{most}}}"


_CLAUSE = phrases(  # of a sentence that is cut at its commas
    {
        "Der Abruf am Handy läuft einwandfrei": (
            rf"{_before(1, 12)}?{_WORKS}{_behind(0, 3)}?(?:\s{{1,3}}{_WELL}){{1,5}}"
        ),
        "Mails laufen": rf"{_before(1, 7)}{_WORKS}",
        "Benutzername und Server sind klar": (
            rf"{_before(1, 12)}?(?:ist|sind|war|waren|wird|werden|wurden?){_behind(0, 3)}?(?:\s{{1,3}}{_WELL}){{1,5}}"
        ),
        "Senden auch": rf"{_before(1, 3)}(?:auch|too)",
        "Outlook is connected by SMTP": (
            rf"{_before(1, 8)}?(?:ist|sind|is|are){_behind(0, 4)}?\s{{1,3}}{_SET}{_behind(0, 8)}"
        ),
        "Wir nutzen POP3": rf"{_before(1, 3)}?{_USE}{_behind(1, 12)}",
        "Versand läuft über Port 465": (
            rf"{_before(1, 6)}?(?:läuft|laufen|geht|gehen){_behind(0, 3)}?\s{{1,3}}(?:über|per|mit|via){_behind(1, 8)}"
        ),
        "Outlook sends and receives": rf"{_before(1, 3)}?sends? and receives?",
        "Das Konto habe ich bereits gesichert": (
            rf"{_before(1, 12)}?(?:weiß|weiss|kenne?|hab|haben?|hätten?) (?:ich|wir)(?:\s{{1,3}}{_DONE}){{0,4}}"
        ),
        "Die Adresse haben wir gestern schon angelegt": (
            rf"{_before(1, 12)}?haben? (?:ich|wir) (?:\w{{1,40}} ){{0,3}}?(?:schon|bereits){_behind(0, 5)}"
        ),
        "Den Port hat mir Ihr Kollege schon genannt": (
            rf"{_before(1, 12)}?(?:hat|haben) (?:mir|uns){_behind(0, 6)}?\s{{1,3}}{_TOLD}"
        ),
        "Der Port steht schon drin": rf"{_before(1, 8)}?(?:steht|stehen)(?:\s{{1,3}}{_WELL}){{1,4}}",
        "Den Port habe ich von Ihrem Kollegen": (
            rf"{_before(1, 8)}?(?:hab|haben?) (?:ich|wir) (?:\w{{1,12}} )?(?:von|vom|aus){_behind(1, 6)}"
        ),
        "Your colleague gave me the port": rf"{_before(1, 5)}?(?:gave|sent) (?:me|us){_behind(1, 6)}",
        "I got the port from your colleague": (
            rf"(?:i|we)(?:'ve| have)? (?:got|took|copied|have){_behind(1, 5)}?\s{{1,3}}(?:from|off){_behind(1, 6)}"
        ),
        "Port number I've got from the FAQ": (
            rf"{_before(1, 6)}?(?:i|we)(?:'ve| have) (?:already )?(?:got|found|copied){_behind(0, 6)}"
        ),
        "User name and password went in fine": rf"{_before(1, 7)}?went (?:in|through)(?:\s{{1,3}}{_FINE}){{0,3}}",
        "Das Konto haben wir angelegt": rf"{_before(1, 12)}?haben? (?:ich|wir) (?:\w{{1,40}} ){{0,3}}?{_MADE}",
        "Das Postfach gibt es schon": rf"{_before(1, 12)}?gibt(?:'?s| es) (?:schon|bereits){_behind(0, 3)}",
        "Receiving works just fine": (
            rf"{_before(1, 12)}?(?:works?|worked|runs?|goes|go){_behind(0, 3)}?(?:\s{{1,3}}{_FINE}){{1,4}}"
        ),
        "SSL works": rf"{_before(1, 7)}works?",
        "Sending is sorted": (rf"{_before(1, 12)}?(?:is|are|was|were|has been|have been)(?:\s{{1,3}}{_FINE}){{1,4}}"),
        "I've already restarted it": rf"(?:i|we)(?:'ve| have)? (?:already|both){_behind(1, 8)}",
        "I have the address here": r"(?:i|we)(?:'ve| have)? (?:know|have|got) (?:\S{1,40} ){0,8}(?:already|here)",
    },
    begin=CLAUSE_BEGINS,
    end=_CLAUSE_ENDS,
)
_MAIL_EN = r"(?:everything|(?:all )?(?:my |our |the )?(?:e-?)?(?:mails?|messages|post))"
_MAIL_DE = r"(?:alles|(?:alle |meine |unsere |die )?(?:e-?)?(?:mails?|nachrichten|post))"
_HANDLE = one_of("empfangen,abrufen,abholen,lesen,runterladen,herunterladen,senden,verschicken,versenden,schicken")
_ABLE = phrases(
    {
        "I can send messages already": (
            rf"(?:i|we) can (?:already )?\S{{3,12}}(?: {_MAIL_EN})?(?:\s{{1,3}}(?:\S{{1,12}}\s{{1,3}})?{_FINE}){{0,3}}"
        ),
        "Ich kann meine Mails abrufen": (
            rf"(?:ich|wir|man) k(?:ann|önnen) (?:{_MAIL_DE} )?{_HANDLE}(?:\s{{1,3}}{_WELL}){{0,3}}"
        ),
        "Verschicken kann ich schon": rf"{_before(1, 4)}kann (?:ich|man)(?:\s{{1,3}}{_WELL}){{1,3}}",
        "Ich kann schon senden": (
            r"(?:ich|wir) k(?:ann|önnen) (?:\S{1,20}\s{1,3}){0,3}(?:schon|bereits|wieder|problemlos) \S{1,20}"
        ),
    },
    begin=CLAUSE_BEGINS,
    end=_CLAUSE_ENDS,
)
_THING = r"(?:the|your|my|our|its|that|those|both) (?:\S{1,30} ){0,3}?\S{1,30}"
_AT_HAND = phrases(
    {
        "Den Port brauche ich nicht": (
            r"(?:[^\s,]{1,40}\s{1,3}){1,6}?(?:brauche?|benötige?|brauchen|benötigen) (?:ich|wir)(?: \w{1,12})? nicht"
            r"(?: mehr)?"
        ),
        "Wir brauchen den Port nicht mehr": (
            r"(?:ich|wir) (?:brauche?n?|benötigen?) (?:[^\s,]{1,40}\s{1,3}){1,4}nicht(?: mehr)?"
        ),
        "Den Server hab ich gefunden": (
            r"(?:[^\s,]{1,40}\s{1,3}){1,6}?(?:hab|haben?) (?:ich|wir) (?:\w{1,12} ){0,2}"
            r"(?:gefunden|rausgefunden|notiert)"
        ),
        "The server I know": (
            rf"{_THING},? (?:i|we)(?:['’]ve| have)? (?:already )?(?:know|have|found|got)(?: already| here)?"
        ),
        "I've got the server": rf"(?:i|we)(?:['’]ve| have)? (?:already )?(?:know|have|found|got) {_THING}",
        "I was given the port by your colleague": (  # "was" asks in German, and leaves a clause open
            rf"(?:i|we) (?:was|were|have been) given (?!(?:no|the wrong|a wrong)\b){_THING}(?: by .{{1,40}})?"
        ),
        "I don't need the port": rf"(?:i|we) (?:don['’]?t|do not) need {_THING}",
        "No need for the port": rf"no need for {_THING}",
    },
    begin=CLAUSE_BEGINS,
    end=_CLAUSE_ENDS,
)
_OPEN = lazy_regex(  # what leaves something open, or asks
    r"\?|__|n[’']t\b|\bno(?! problem)\b|\bwie(?! (?:immer|gehabt|gewohnt|geschmiert|am ersten tag)\b)\b"
    r"|\bkein(?:e[rnms]?)?(?! problem)\b|\bbis auf\b",
    re.IGNORECASE,
    needs=("?", "__", "n’t", "n't", "no", "wie", "kein", "bis auf"),
)
_OPEN_WORDS = word_set(  # and single words that do: a pattern of them all takes longer
    """
    nicht nie nichts niemand keiner aber nur trotzdem dennoch jedoch außer ausser fehler ob was wo wer wann warum
    wieso welche welcher welchen welches welchem bitte brauche brauchen suche suchen soll sollte sollten sollen muss
    müssen darf kann können wenn falls not never nothing nobody but only except however yet until though error if
    whether how what where who when why which please need should must can may cannot ned nich nit
    """
    # what makes it doubtful, or works badly or no longer
    """
    kaum selten manchmal halb teilweise schlecht langsam zäh ewig bis früher damals zuerst anfangs bloß lediglich
    damit hoffe hoffentlich möchte möchten will wollen würde erklär erkläre erklären zeig zeigen dass um falsch
    hardly barely rarely sometimes slowly badly poorly partly intermittently once used hope want would
    explain tell show way supposed wrong back spam phishing junk
    fremde fremden stranger strangers twice doppelt late spät
    """
)
_TROUBLE = lazy_regex(
    r"problem|fehler|meldung|schwierigkeit|frage|verdacht|trouble|error|issue|message|question|impression|feeling",
    re.IGNORECASE,
)
_FACT = lazy_regex(r"\b(?:haben?|hat|ist|sind|have|has|is|are)\b|[’']ve\b", re.IGNORECASE)
_SO = lazy_regex(r",\s{1,3}(?:(?:so|also|daher|deshalb|thus) )?(?:there[’']s |there is )?", re.IGNORECASE)
_WORD = lazy_regex(r"\w+")


@lru_cache(CACHED_MESSAGES)  # a sentence is asked for as a clause of its own, and by itself
def is_settled(sentence: str) -> bool:
    """True if a sentence only says what works, is done, is known or not the matter. `sentence`: cleaned."""
    if tells_by_label(sentence):
        return True
    if len(sentence) > MOST_LETTERS:
        return False
    if _ABLE.match(sentence) or says_what_is_not_meant(sentence):
        return True
    if "?" not in sentence and _ends_with_what_is_not_meant(sentence):
        return True
    if _AT_HAND.match(sentence) and "?" not in sentence:
        return not _TROUBLE.search(sentence)
    if _OPEN.search(sentence) or not _OPEN_WORDS.isdisjoint(_WORD.findall(lower_case(sentence))):
        return False
    *before, last = sentence.rstrip(" .!").split(",")
    names = all(len(clause.split()) <= MOST_WORDS_OF_NAME or _is_settled_clause(clause) for clause in before)
    return names and _is_settled_clause(last)


def _is_settled_clause(clause: str) -> bool:
    return bool(_CLAUSE.match(clause)) or (says_it_works(clause) and not _TROUBLE.search(clause))


def _ends_with_what_is_not_meant(sentence: str) -> bool:
    """True for a fact with what is not meant: "our mails have 4 MB, so your limit does not trouble us"."""
    return any(
        _FACT.search(sentence, 0, comma.start()) and says_what_is_not_meant(sentence[comma.end() :].replace(",", ""))
        for comma in _SO.finditer(sentence)
    )
