"""Sentences that only say what is not meant: "die Größe ist mir egal", "your limit does not trouble us".

Each row has one open place for what is not meant, and nothing behind it: "the port doesn't matter, the server does"
says more. Pure.
"""

from bot.core.lazy_regex import phrases

_BEFORE = r"(?:[^\s,]{1,40}\s{1,3}){1,10}?"  # what is not meant, before its verb
_BEHIND = r"(?:[^\s,]{1,40}\s{1,3}){0,9}[^\s,]{1,40}"  # and behind it
_MATTER = r"(?:thema|problem|frage|punkt|anliegen)"
_ISSUE = r"(?:issue|problem|question|point|matter|trouble|worry)"
_NOT = r"(?:n['’]?t| not)"
_ROWS = {
    # German
    "Die Größe ist mir egal": (
        rf"{_BEFORE}(?:ist|sind|wäre) (?:(?:mir|uns|hier|dabei|völlig|ganz|total|eh) ){{0,3}}"
        r"(?:egal|gleich|wurscht|wurst|schnuppe|unwichtig|nebensächlich|zweitrangig|irrelevant)"
    ),
    "Die Größe ist nicht das Thema": (
        rf"{_BEFORE}(?:ist|sind) (?:\S{{1,12}} )?nicht (?:das|die|der|mein|meine|unser|unsere) {_MATTER}"
    ),
    "Die Größe ist es nicht": rf"{_BEFORE}(?:ist|sind) es nicht",
    "Die Größe spielt keine Rolle": rf"{_BEFORE}spiel(?:t|en) (?:(?:hier|dabei|da) )?keine rolle",
    "Die Größe interessiert mich nicht": (
        rf"{_BEFORE}(?:interessier(?:t|en)|stör(?:t|en)|kümmer[tn]|juck(?:t|en)|betriff(?:t|en))"
        r" (?:(?:mich|uns|hier|also|daher|sowieso|eh|gar) ){0,3}nicht"
    ),
    "Die Größe tut nichts zur Sache": rf"{_BEFORE}(?:tut|tun) (?:hier )?nichts zur sache",
    "Die Größe können Sie weglassen": (
        rf"{_BEFORE}(?:kannst du|können sie|könnt ihr) (?:gern )?(?:weglassen|ignorieren|überspringen|vergessen)"
    ),
    "Die Größe macht mir keine Sorgen": (
        rf"{_BEFORE}mach(?:t|en) (?:mir |uns )?(?:keine? )(?:sorgen?|kopfzerbrechen|kopfschmerzen|kummer)"
    ),
    "Die Größe brauchen Sie mir nicht zu nennen": (
        rf"{_BEFORE}(?:brauchst du|brauchen sie|braucht ihr) (?:mir |uns )?nicht (?:zu )?\S{{3,20}}"
    ),
    "Die Größe meine ich nicht": rf"{_BEFORE}(?:meine?|meinte|will|suche) ich (?:\w{{1,12}} )?nicht",
    "Um die Größe geht es mir nicht": (
        rf"(?:um|darum) (?:{_BEFORE})?geht(?:['’]s| es)(?: (?:mir|uns|hier|dabei|jetzt)){{0,2}} nicht"
    ),
    "Wie groß sie ist, darum geht es nicht": (
        r"(?:\S{1,40} ){0,6}?darum geht(?:['’]s| es)(?: (?:mir|uns|hier|dabei|jetzt)){0,2} nicht"
    ),
    "Es geht nicht um die Größe": rf"es geht (?:(?:mir|uns|hier|dabei) ){{0,2}}nicht um {_BEHIND}",
    "Mit der Größe hat das nichts zu tun": rf"mit {_BEFORE}hat (?:das|es) (?:\w{{1,12}} )?nichts zu tun",
    "Das hat nichts mit der Größe zu tun": rf"(?:das|es) hat (?:\w{{1,12}} )?nichts mit {_BEFORE}zu tun",
    "An der Größe liegt es nicht": rf"an {_BEFORE}liegt(?:['’]s| es) (?:\w{{1,12}} )?nicht",
    "Es liegt nicht an der Größe": rf"es liegt (?:\w{{1,12}} )?nicht an {_BEHIND}",
    "Ich frage nicht nach der Größe": (
        rf"ich (?:frage|rede|spreche|meine) (?:\w{{1,12}} )?nicht (?:nach |von |über )?{_BEHIND}"
    ),
    # English
    "The size isn't the issue": rf"{_BEFORE}(?:is|are|['’]s)(?: \w{{1,12}})?{_NOT} (?:the|my|our) {_ISSUE}",
    "Size's not the issue": rf"[^\s,]{{1,40}}['’]s not (?:the|my|our) {_ISSUE}",
    "The size doesn't matter": (
        rf"{_BEFORE}(?:does|do){_NOT} (?:really )?(?:matter|bother|concern|trouble|worry|affect|interest)"
        r"(?: (?:me|us|here|at all)){0,2}"
    ),
    "The size is of no concern": (
        rf"{_BEFORE}(?:is|are) (?:of )?"
        r"(?:no concern|no interest|no importance|irrelevant|unimportant|secondary|beside the point)"
    ),
    "The size plays no role": rf"{_BEFORE}plays? no (?:role|part)",
    "The size has nothing to do with it": rf"{_BEFORE}ha(?:s|ve) nothing to do with (?:it|this|that)",
    "It has nothing to do with the size": rf"(?:it|this|that) has nothing to do with {_BEHIND}",
    "I don't care about the size": rf"(?:i|we) (?:do{_NOT} (?:care about|mean)|could{_NOT} care less about) {_BEHIND}",
    "Never mind the size": rf"(?:never mind|forget|ignore|leave out)(?: about)? {_BEHIND}",
    "It's not about the size": (
        rf"(?:it|this|that)(?:(?:['’]s| is) ?(?:n['’]t|not)| isnt) (?:about )?(?!working|possible|ok|clear){_BEHIND}"
    ),
    "I'm not asking about the size": (
        rf"(?:i['’]m|i am|we['’]re|we are) not (?:asking|talking|on)(?: about| for)? {_BEHIND}"
    ),
    "No need to mention the size": rf"no need to (?:explain|tell me|mention|send) {_BEHIND}",
    "The size is not what I mean": (
        rf"(?:{_BEFORE}|that['’]s |that )(?:is|are|)(?: ?n['’]?t| ?not) what (?:i|we)(?:['’]m| am|['’]re| are)?"
        r" (?:mean|need|want|asking|after)(?: about)?"
    ),
}
_NOT_MEANT = phrases(
    _ROWS,
    # why it is not, and then that it is not: "it's tiny, so its size is not the issue"
    begin=r"^\W{0,4}(?:[^,]{1,60},\s{1,3}(?:also|so)\s{1,3})?"
    r"(?:(?:und|and|also|but|aber|nein|no|so)[\s,]{1,3}){0,2}",
    end=r"[\s.!)]{0,4}$",
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
