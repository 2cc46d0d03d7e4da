"""Pasted lines: which lines of a message a program wrote, and which a person.

A program's line is known by its form: a reply code at its beginning, an address or host as replies name them, a log's
time, a header, a bounce's own sentences (scaffolding.py). A line of a person may hold any of these, too; it is told
apart by words with which people speak of themselves, greet, ask and thank. Needs no knowledge base. Pure.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.core.lazy_regex import lazy_regex, phrases
from bot.core.matching.scaffolding import is_scaffolding
from bot.core.text.normalize import CACHED_MESSAGES

LONGEST_LINE = 600  # characters of a line that are looked at
MOST_BETWEEN = 4  # lines without a form between two pasted ones that belong to the paste
FEWEST_HEADERS = 2  # header lines in a row: one alone may be a person's label ("Betreff: …")

_CODE = r"[245]\.\d{1,3}\.\d{1,3}"
# Anywhere in the line; each is something that people do not write. By the sign that each of its forms needs, which is
# looked for first; empty: none
_OF_PROGRAMS = {
    "(": rf"\(#{_CODE}[ )]|\blib\(0\)|\(in reply to [a-z ]{{2,30}}command\)",
    "=": rf"\b(?:dsn={_CODE}|(?:stat|status|relay|delay|dsn|queue|size|nrcpt|ehlo|verify|cipher)=\S)",
    "<": r"<[^<>\s]{1,200}@?[^<>\s]{0,200}>(?:\.\.\.|:(?:\s|$))|\b(?:RCPT TO|MAIL FROM): ?<",
    # host[192.0.2.1]
    "[": r"[\w.-]{1,200}\[\d{1,3}(?:\.\d{1,3}){3}\]|\[\d{1,3}(?:\.\d{1,3}){3}\](?::\d+| said| blocked)"
    r"|\[(?:AUTHENTICATIONFAILED|NONEXISTENT|TRYCREATE|OVERQUOTA|IN-USE|AUTH|errno|Errno|ALREADYEXISTS)\b",
    ":": r"\b(?:said: ?\d{3}\b|error:[0-9A-F]{8}:|(?:delivery|msg) \d{1,9}: (?:deferral|failure|success|bytes|from)"
    r"|(?:[A-Za-z]+Error|[A-Za-z]+Exception): )",
    ";": r"\b(?:smtp; ?[245]\d\d\b|rfc822; ?\S+@)",
    "_": r"_said:_|(?:[a-zA-Z0-9.,]{1,30}_){4,5}[a-zA-Z0-9]",
    "->": r"\b(?:SERVER|CLIENT) -> (?:SERVER|CLIENT)\b",
    "8": r"0x8\d{3,8}[0-9A-F]*\b",
    "": r"\b(?:remote (?:host|server) (?:said|returned|replied)|smtp error from remote (?:mail )?server"
    r"|SSL routines)\b",
}
_NEEDED = {"": ("remote ", "ssl routines")}
_PROGRAM = {sign: lazy_regex(pattern, re.IGNORECASE, _NEEDED.get(sign, ())) for sign, pattern in _OF_PROGRAMS.items()}
_BEGINS = phrases(
    {
        # Replies: SMTP, sendmail's transcript, POP3, IMAP
        "550 5.1.1 User unknown": rf"#?[245][0-5]\d(?:[ -]{{1,2}}[\[(#]{{0,2}}{_CODE}|-(?=\S)|: ?(?=\D))",
        "550 User unknown": r"#?[45][0-5]\d [\[(#<A-Za-z]",
        "5.1.1 User unknown": rf"#?{_CODE}[ :]\D",
        "550: User unknown": r"[245]\d\d: ",
        "<<< 550": r"<<< ",
        ">>> RCPT TO": r">>> ",
        "-ERR login failed": r"-ERR\b",
        "* BAD command": r"\* (?:OK|NO|BAD|BYE)\b",
        "a1 NO login failed": r"(?-i:[a-zA-Z]?\d{1,4} (?:NO|BAD|OK) )",
        # Shells and programs
        "$ telnet": r"\$ \w",
        "# myorigin=example.com": r"# \w+=",
        "Traceback (most recent call last)": r"Traceback \(",
        "curl: (67) login denied": (
            r"(?:curl|git|ssh|fatal|sudo|docker|npm|psql|ping|rsync|ftp|fetchmail|wget|postfix|qmail|exim|sendmail|dovecot"
            r"|nginx|php|python|perl|smtplib|warning|error|panic)(?:/\w+)?(?:\[\d+\])?(?:: |\[\d+\]:)"
        ),
        # Times and processes of logs
        "2026-03-01 12:30": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d",
        "Mar  1 12:30:00 mx": r"[A-Z][a-z]{2}\s+\d{1,2}\s\d\d:\d\d:\d\d\s",
        "@400000005c2f8a1b00000000 status": r"@[0-9a-f]{24}\b",
        "[12:30:00] connect": r"\[?\d\d:\d\d:\d\d[\] ,.]",
        "1.3.2026, 12:30:00": r"\d{1,2}[./]\d{1,2}[./]\d{2,4},? \d\d:\d\d:\d\d",
        "[2026-03-01": r"\[\d{4}-\d\d-\d\d",
        "<22>Mar 1": r"<\d{1,3}>[A-Z][a-z]{2} ",
        'File "send.py", line 3': r"(?:at|File) [\w.\"/<>$]+(?:\(|, line)",
        "smtpd[4711]: connect": r"\w{1,30}\[\d{1,7}\]: ",
        "connect to mx.example.com[192.0.2.1]": r"(?:connect to|host) [\w.-]{1,200}(?:\[|:\d)",
        "postfix/smtp[4711]:": r"\w{1,40}(?:/\w+){0,3}\[\d+\]:",
        # Mail servers' own words
        "reason: 550": rf"(?:reason|grund|ursache|diagnose|antwort): ?(?:[245]\d\d|{_CODE})\b",
        "I'm not going to try again": r"i'm not going to try again",
        "Sorry, no mailbox here by that name": (
            r"sorry, (?:i (?:wasn't|couldn't)|no mailbox here|your envelope|your mail from|that domain)"
        ),
        "192.0.2.1 does not like recipient": (
            r"(?:connected to )?\d{1,3}(?:\.\d{1,3}){3} (?:does not like|failed|said|but|sender|accepted)\b"
        ),
        "--- Below this line": r"-{3,} ?below this line",
    },
    begin=r"\A[\s>|*-]{0,12}",  # of the line, after quoting marks
)
_HEADER = lazy_regex(
    r"\A[\s>|]{0,12}(?:from|to|cc|bcc|date|subject|sent|reply-to|sender|importance|priority"
    r"|von|an|betreff|datum|gesendet|kopie|blindkopie|antwort an|wichtigkeit"
    r"|message headers?|mailfrom|helo|protocol|port|account|konto|server|protokoll)\s?:\s?\S?",
    re.IGNORECASE,
)
_TECHNICAL = lazy_regex(  # headers that no person writes: one is enough
    r"\A[\s>|]{0,12}(?:return-path|received|message-id|mime-version|content-[a-z-]{2,40}|delivered-to|in-reply-to"
    r"|references|authentication-results|dkim-signature|received-spf|x-[a-z0-9-]{1,60}|arc-[a-z-]{2,40}"
    r"|list-[a-z-]{2,40}|precedence|auto-submitted|user-agent|thread-(?:index|topic)): ?\S",
    re.IGNORECASE,
)
_REPORT = lazy_regex(  # RFC 3464 sections 2.2 and 2.3: one such field is enough
    r"\A[\s>|]{0,12}(?:reporting-mta|final-recipient|original-recipient|action|status|remote-mta|diagnostic-code"
    r"|arrival-date|last-attempt-date|will-retry-until|final-log-id|received-from-mta|dsn-gateway"
    r"|original-envelope-id"
    r"|x-postfix-[a-z-]+|x-actual-recipient|x-display-name): ?(?=\S)(?:\w+;|failed|delayed|delivered|relayed|expanded"
    rf"|{_CODE}|\w{{3}}, \d|[A-F0-9]{{6,}}|\S+@)",
    re.IGNORECASE,
)
_RULE = lazy_regex(
    r"\A[\s>|]{0,12}(?:[-=_*#~+]{4,}|-{2,}[^-\n]{3,90}-{2,}|begin forwarded message:)\s*$", re.IGNORECASE
)
_SOLELY = lazy_regex(  # an address, a host or an IP address, and nothing else: belongs to the lines around it
    r"\A(?:[\s>|*]{0,12}<?[\w.+=%'-]{1,64}@[\w.-]{1,255}>?(?: \([^()]{0,100}\))?[:,;]?\s*$"
    r"|[\s>|]{0,12}(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}:?\s*$|[\s>|]{0,12}\(?(?:generated|ultimately generated) from)",
    re.IGNORECASE,
)
_GERMAN = (  # no program of these speaks of "ich", and none greets
    # of themselves, and to us
    r"ich|mir|mich|meine?[mnrs]?|wir|unse?re?\w{0,2}|euch|eue?re?\w?|habt|könnt|könn(?:t)?en sie"
    # greeting, thanking
    r"|hallo|moin|servus|guten (?:tag|morgen|abend)|danke|dank im voraus|grüße?n?|gruss|gruß|gruesse|mfg|vg|lg"
    # asking
    r"|was (?:heißt|heisst|ist|bedeutet|soll|tun|mache|kann|muss|meint|will)|heißt das|heisst das|bedeutet das"
    r"|wieso|warum|weshalb|woran|woher|wer ist|welche[nrs]?"
    r"|wie (?:kann|komme|lange|bekomme|geht|oft|soll|behebe|groß)"
    # telling of mails, people and messages
    r"|komm(?:t|en) (?:die|das|immer|zurück|meine|folgende|diese)|bekomme|bekam|bekommen|kriege?n?"
    r"|erhalte|erhielt|erhalten|seit (?:heute|gestern|montag|kurzem|dem)|kunden?|kollegen?|kollegin|chef|jemand"
    r"|bitte (?:um|helfen|prüfen|schauen)|(?:die|meine|unsere|eine|jede) mails?"
    r"|bei(?:m| der) (?:\w*versand\w*|senden|versenden|verschicken|abruf\w*|empfang\w*|zustellung an)"
    r"|folgende[rns]? (?:meldung|fehler|nachricht|text|fehlermeldung)|steht (?:da|drin|dort|im)|im log|laut log"
    r"|auf einmal|plötzlich|bedeutung|hilfe|nach dem"
)
_ENGLISH = (  # "we", "my", "please", "sorry" are servers' words, too
    # of themselves; qmail says "I'm not going to try again", "I've given up"
    r"i (?:get|got|keep|receive|received|see|saw|sent|send|tried|try|need|want|wonder|think|have|had|am|can"
    r"|do|don't|did|didn't|just|always|also|still|found|set|changed|use|should|must|would)"
    r"|(?:i|we|you|they)'(?:d|ve|ll|re)(?! given up)|i'm(?! (?:not going|afraid|sorry))"
    r"|we (?:get|got|keep|receive|received|see|sent|tried|need|want|use|have a|changed|moved)|me"
    r"|my (?:mails?|e-?mails?|outlook|boss|customers?|clients?|colleague\w*|provider|account|website|shop|server|logs?"
    r"|phone|messages?|address|domain|question)"
    r"|our (?:customers?|clients?|website|shop|mails?|office|colleague\w*|server log)"
    # greeting, thanking
    r"|hello|hi (?:there|all|team|support|everyone|folks)|dear|thanks|thank you|regards|cheers"
    # asking
    r"|what(?:'s| (?:does|do|is|can|should|now|am|are|did|to))|why|how (?:do|can|to|come|long|should|often|big)"
    r"|does (?:this|that|it)|is (?:this|that|it) (?:my|your|a|the|because|about|normal)"
    r"|can (?:you|someone|anyone|i)|could (?:you|someone|anyone)|anyone|any (?:idea|clue)|meaning|mean\?|help"
    # telling
    r"|when (?:sending|mailing|i)|says the|what happened"
)
_PERSON = lazy_regex(rf"\b(?:{_GERMAN})\b|\b(?:{_ENGLISH})\b", re.IGNORECASE)
_NAMES = lazy_regex(
    r"<?[\w.+=%'-]{1,64}@[\w.-]{1,255}>?|\bhttps?://\S{1,300}|\b(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}\b",
    re.IGNORECASE,
    needs=("@", "://", "."),
)
_ASKS = lazy_regex(r"\?['\")\s]*$")
_ENDS = lazy_regex(r"[.!]['\")\s]*$")


@lru_cache(CACHED_MESSAGES)
def pasted_lines(cleaned: str) -> Sequence[bool]:
    """Per line of a cleaned message, True if a program wrote it: error, log, header, or a bounce's own sentences.

    `cleaned`: as bot/core/text/normalize.py's `clean` gives it; split at "\\n". A person's sentence that mentions a
    code, or quotes a line, is not pasted. A line without any form is pasted where it continues a paste or stands
    within one. Empty lines are pasted within a paste alone. An empty message is one line, not pasted.
    """
    lines = [line[:LONGEST_LINE] for line in cleaned.split("\n")]
    sure = [_has_form(line) for line in lines]
    _add_recipients(lines, sure)
    _add_headers(lines, sure)
    _add_continued(lines, sure)
    _add_between(lines, sure)
    return tuple(sure)


def pasted_text(cleaned: str) -> str:
    """The pasted lines of a cleaned message, joined; empty where there are none."""
    return _lines_of(cleaned, pasted=True)


@lru_cache(CACHED_MESSAGES)
def impersonal_text(cleaned: str) -> str:
    """Lines in which nobody speaks of themselves, greets, asks or thanks: all that may be a program's; empty: none."""
    return "\n".join(line for line in cleaned.split("\n") if not _is_persons(line[:LONGEST_LINE])).strip()


def own_text(cleaned: str) -> str:
    """The person's own lines of a cleaned message, joined; empty where all of it is pasted."""
    return _lines_of(cleaned, pasted=False)


@lru_cache(CACHED_MESSAGES)
def _lines_of(cleaned: str, *, pasted: bool) -> str:
    lines = zip(cleaned.split("\n"), pasted_lines(cleaned), strict=True)
    return "\n".join(line for line, is_pasted in lines if is_pasted == pasted).strip()


def _has_form(line: str) -> bool:
    """True if the line alone shows that a program wrote it."""
    if not line.strip():
        return False
    if is_scaffolding(line) or any(form.match(line) for form in (_REPORT, _RULE, _TECHNICAL)):
        return True
    shows = _BEGINS.match(line) or any(sign in line and form.search(line) for sign, form in _PROGRAM.items())
    return bool(shows) and not _is_persons(line)


@lru_cache(CACHED_MESSAGES)
def _is_persons(line: str) -> bool:
    """True if the line speaks as people do: of themselves, greeting, asking, thanking."""
    return bool(_ASKS.search(line) or _PERSON.search(_NAMES.sub(" ", line)))


def _add_headers(lines: Sequence[str], pasted: list[bool]) -> None:
    """Marks blocks of header lines, with their folded ones."""
    begin = 0
    while begin < len(lines):
        end = begin
        while end < len(lines) and (_HEADER.match(lines[end]) or _TECHNICAL.match(lines[end])):
            end += 1
        if end - begin >= FEWEST_HEADERS or (end > begin and begin and pasted[begin - 1]):
            pasted[begin:end] = [True] * (end - begin)
        begin = max(end, begin + 1)


def _add_recipients(lines: Sequence[str], pasted: list[bool]) -> None:
    """Marks an address alone on its line with the indented lines below it, as Exim and sendmail write."""
    for number in range(1, len(lines)):
        if lines[number][:1] == " " and (_SOLELY.match(lines[number - 1]) or pasted[number - 1]):
            pasted[number - 1] = pasted[number] = pasted[number] or not _is_persons(lines[number])


def _add_continued(lines: Sequence[str], pasted: list[bool]) -> None:
    """Marks lines that continue the pasted line before them: indented, or where its sentence had not ended."""
    for number in range(1, len(lines)):
        line, before = lines[number], lines[number - 1]
        if pasted[number] or not pasted[number - 1] or not line.strip() or _is_persons(line):
            continue
        pasted[number] = line[0] in " \t" or bool(_SOLELY.match(line)) or not _ENDS.search(before)


def _add_between(lines: Sequence[str], pasted: list[bool]) -> None:
    """Marks up to MOST_BETWEEN lines between two pasted ones, unless one of them is a person's."""
    last = -1
    for number, is_pasted in enumerate(list(pasted)):
        if not is_pasted:
            continue
        between = range(last + 1, number)
        if last >= 0 and len(between) <= MOST_BETWEEN and not any(_is_persons(lines[n]) for n in between):
            pasted[last + 1 : number] = [True] * len(between)
        last = number
