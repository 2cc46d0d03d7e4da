"""Sentences that only say what is not meant: "die Größe ist mir egal", "your limit does not trouble us".

Each form has one open place for what is not meant, and nothing behind it: "the port doesn't matter, the server does"
says more. Pure.
"""

import re

from bot.core.lazy_regex import lazy_regex

_BEFORE = r"(?:[^\s,]{1,40}\s{1,3}){1,10}?"  # what is not meant, before its verb
_BEHIND = r"(?:[^\s,]{1,40}\s{1,3}){0,9}[^\s,]{1,40}"  # and behind it
_MATTER = r"(?:thema|problem|frage|punkt|anliegen)"
_ISSUE = r"(?:issue|problem|question|point|matter|trouble|worry)"
_NOT = r"(?:n['’]?t| not)"
_NOT_MEANT = lazy_regex(
    # why it is not, and then that it is not: "it's tiny, so its size is not the issue"
    r"^\W{0,4}(?:[^,]{1,60},\s{1,3}(?:also|so)\s{1,3})?(?:(?:und|and|also|but|aber|nein|no|so)[\s,]{1,3}){0,2}(?:"
    rf"{_BEFORE}(?:ist|sind|wäre) (?:(?:mir|uns|hier|dabei|völlig|ganz|total|eh) ){{0,3}}"
    r"(?:egal|gleich|wurscht|wurst|schnuppe|unwichtig|nebensächlich|zweitrangig|irrelevant)"
    rf"|{_BEFORE}(?:ist|sind) (?:\S{{1,12}} )?nicht (?:das|die|der|mein|meine|unser|unsere) {_MATTER}"
    rf"|{_BEFORE}(?:ist|sind) es nicht"
    rf"|{_BEFORE}spiel(?:t|en) (?:(?:hier|dabei|da) )?keine rolle"
    rf"|{_BEFORE}(?:interessier(?:t|en)|stör(?:t|en)|kümmer[tn]|juck(?:t|en)|betriff(?:t|en))"
    r" (?:(?:mich|uns|hier) ){0,2}nicht"
    rf"|{_BEFORE}(?:tut|tun) (?:hier )?nichts zur sache"
    rf"|{_BEFORE}(?:kannst du|können sie|könnt ihr) (?:gern )?(?:weglassen|ignorieren|überspringen|vergessen)"
    rf"|{_BEFORE}mach(?:t|en) (?:mir |uns )?(?:keine? )(?:sorgen?|kopfzerbrechen|kopfschmerzen|kummer)"
    rf"|{_BEFORE}(?:brauchst du|brauchen sie|braucht ihr) (?:mir |uns )?nicht (?:zu )?\S{{3,20}}"
    rf"|{_BEFORE}(?:meine?|meinte|will|suche) ich (?:\w{{1,12}} )?nicht"
    rf"|(?:um|darum) (?:{_BEFORE})?geht(?:['’]s| es)(?: (?:mir|uns|hier|dabei|jetzt)){{0,2}} nicht"
    rf"|(?:\S{{1,40}} ){{0,6}}?darum geht(?:['’]s| es)(?: (?:mir|uns|hier|dabei|jetzt)){{0,2}} nicht"
    rf"|es geht (?:(?:mir|uns|hier|dabei) ){{0,2}}nicht um {_BEHIND}"
    rf"|mit {_BEFORE}hat (?:das|es) (?:\w{{1,12}} )?nichts zu tun"
    rf"|(?:das|es) hat (?:\w{{1,12}} )?nichts mit {_BEFORE}zu tun"
    rf"|an {_BEFORE}liegt(?:['’]s| es) (?:\w{{1,12}} )?nicht|es liegt (?:\w{{1,12}} )?nicht an {_BEHIND}"
    rf"|ich (?:frage|rede|spreche|meine) (?:\w{{1,12}} )?nicht (?:nach |von |über )?{_BEHIND}"
    rf"|{_BEFORE}(?:is|are|['’]s)(?: \w{{1,12}})?{_NOT} (?:the|my|our) {_ISSUE}"
    rf"|[^\s,]{{1,40}}['’]s not (?:the|my|our) {_ISSUE}"
    rf"|{_BEFORE}(?:does|do){_NOT} (?:really )?(?:matter|bother|concern|trouble|worry|affect|interest)"
    r"(?: (?:me|us|here|at all)){0,2}"
    rf"|{_BEFORE}(?:is|are) (?:of )?"
    r"(?:no concern|no interest|no importance|irrelevant|unimportant|secondary|beside the point)"
    rf"|{_BEFORE}plays? no (?:role|part)|{_BEFORE}ha(?:s|ve) nothing to do with (?:it|this|that)"
    rf"|(?:it|this|that) has nothing to do with {_BEHIND}"
    rf"|(?:i|we) (?:do{_NOT} (?:care about|mean)|could{_NOT} care less about) {_BEHIND}"
    rf"|(?:never mind|forget|ignore|leave out)(?: about)? {_BEHIND}"
    rf"|(?:it|this|that)(?:(?:['’]s| is) ?(?:n['’]t|not)| isnt) (?:about )?(?!working|possible|ok|clear){_BEHIND}"
    rf"|(?:i['’]m|i am|we['’]re|we are) not (?:asking|talking|on)(?: about| for)? {_BEHIND}"
    rf"|no need to (?:explain|tell me|mention|send) {_BEHIND}"
    rf"|(?:{_BEFORE}|that['’]s |that )(?:is|are|)(?: ?n['’]?t| ?not) what (?:i|we)(?:['’]m| am|['’]re| are)?"
    r" (?:mean|need|want|asking|after)(?: about)?"
    r")[\s.!)]{0,4}$",
    re.IGNORECASE,
    needs=(
        *("egal", "gleich", "wurscht", "wurst", "schnuppe", "unwichtig", "nebensächlich", "zweitrangig", "irrelevant"),
        *("nicht", "rolle", "weglassen", "ignorieren", "überspringen", "vergessen", "sorge", "zerbrechen", "schmerzen"),
        *("kummer", "not", "n't", "n’t", "nt ", "no ", "unimportant", "secondary", "beside the", "never mind"),
        *("forget", "ignore", "leave out", "what i", "what we"),
    ),
)


def says_what_is_not_meant(sentence: str) -> bool:
    """True if a sentence only says what it is not about. `sentence`: cleaned."""
    return bool(_NOT_MEANT.match(sentence))
