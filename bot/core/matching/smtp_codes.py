"""SMTP status codes in pasted text, and their meaning in the standards.

A reply code (RFC 5321 section 4.2: three digits, the first 2 to 5, the second 0 to 5) or an enhanced status code (RFC
3463 section 2) counts only where it stands as in a reply or a report of one: "550 5.7.1", "(#5.7.1)", "dsn=5.7.1",
"smtp; 550", "SMTP error 554", or with words that mail servers use. Versions, tickets, prices and web errors are none.
"""

import re
from collections.abc import Mapping, Sequence

from bot.core.lazy_regex import lazy_regex
from bot.core.model import StatusCode

MOST = 3  # codes of one message that are explained; a reply carries one of each kind

_STATUS = r"[245]\.\d{1,3}\.\d{1,3}(?![\d]|\.\d)"
_REPLY = r"[2-5][0-5]\d(?!\d|[.,:/]\d|[€$%/]|\s?(?:€|\$|%|Euro|EUR|USD|GB|MB|kB|km|kg)(?!\w))"
_START = r"(?<![\w.,#/€$+-])"
_CODES = rf"(?P<reply>{_REPLY})|(?P<status>{_STATUS})"

# 550 5.7.1, 550-5.7.1, 550 #5.1.0, 552 [5.2.2]: both, of one class
_BOTH = lazy_regex(
    rf"{_START}#?(?P<reply>(?P<class>[245])[0-5]\d)[ -]{{1,2}}[\[(#]{{0,2}}(?P<status>(?P=class){_STATUS[5:]})"
)
# (#5.1.1), (#5.1.1 - chkuser); dsn=5.1.1 (Postfix); Status: 5.1.1 (RFC 3464 section 2.3.4)
_LABELLED = lazy_regex(
    rf"\(#(?P<qmail>{_STATUS})(?=\)| - )|\bdsn=(?P<postfix>{_STATUS})|^Status:\s*(?P<report>{_STATUS})\s*(?:\(|$)",
    re.MULTILINE,
)
# Diagnostic-Code: smtp; 550 … (RFC 3464 section 2.3.6); SMTP error 554; SMTP-Fehlercode: 4.4.2
_NAMED = lazy_regex(
    r"\bE?SMTP(?:[ -](?:server|reply|response|status|error|return|antwort|fehler|rückgabe)?-?(?:code|meldung|status)?)?"
    rf"[\s:;=#(„\"']{{1,4}}(?:{_CODES})",
    re.IGNORECASE,
)
# Fehlercode 5.7.1, error 550: only where the message is about mail
_ERROR = lazy_regex(
    rf"\b(?:error|fehler|status|reply|return|bounce|antwort|rückgabe)-?(?:code|meldung|nummer)?[\s:=#(„\"']{{1,4}}(?:{_CODES})",
    re.IGNORECASE,
)
_ABOUT_MAIL = lazy_regex(
    r"\b(?:e-?mails?|mail(?:s|server|box|client|versand|adresse)?|smtp|bounced?|postfix|exim|qmail|sendmail|postfach"
    r"|mailer-daemon|empfänger\w*|absender\w*|recipients?|sender|undeliver\w*|unzustellbar\w*|zustell\w*)\b",
    re.IGNORECASE,
)
# Where a reply begins: on its own line, after a mark, or after who said it; also (535, b'…'), Python's smtplib
_BEGINS = lazy_regex(
    rf"(?:^|[:>\"'(\[<;,]|\b(?:said|says|replied|returned|answered|response|reply|error|fehler|mit|with|kommt))"
    rf"[ \t]*#?(?:{_CODES})(?:[ -]|: |, b?['\"])(?P<text>[^\n]{{3,300}})",
    re.MULTILINE | re.IGNORECASE,
)
_WHO = (
    r"mailbox|users?|recipients?|sender|address(?:es)?|relay(?:ing)?|domain|messages?|mail|e-?mail|host(?:name)?|client"
    r"|connections?|sessions?|access|auth\w*|account|policy|content|server|service|tls|quota|rcpt"
    r"|postfach|empfänger\w*|absender\w*|adresse|nachricht|zugriff|benutzer|konto"
)
_FAULT = (
    r"unknown|reject(?:ed)?|denied|refused|unavailable|not (?:available|found|allowed|accept\w*|permitted|exist\w*"
    r"|local|valid|authori[sz]ed|enabled|ready)|invalid|incorrect|blocked|failed|required|full|disabled|suspended|missing"
    r"|exceed(?:ed|s)|deferred|unrout(?:e)?able|too (?:big|large|many|much|long|busy)|does(?: not|n't) (?:exist|accept"
    r"|resolve|like)|weren't sent|over quota|temporar(?:y|ily)|no such|concurrent"
    r"|unbekannt|abgelehnt|verweigert|voll|gesperrt|ungültig|nicht (?:gefunden|verfügbar|erreichbar|erlaubt|vorhanden)"
)
_WORDS = lazy_regex(
    rf"\b(?:{_WHO})\b.*\b(?:{_FAULT})\b|\b(?:{_FAULT})\b.*\b(?:{_WHO})\b"
    r"|requested (?:mail )?action|transaction failed|closing (?:transmission|connection|channel|link)|syntax error"
    r"|bad sequence|command (?:not|un)\w+|unrecogni[sz]ed command|(?:try|come back) (?:again )?later|please try again"
    r"|local (?:problem|error|policy)|insufficient (?:system )?storage|start mail input|queued as"
    r"|administrative prohibition|bare lf"
    r"|\b(?:ehlo|helo|ptr|rbl|dnsbl|dkim|spf|dmarc|spam|junk ?mail|esmtp|rcpt to|mail from|starttls|postmaster"
    r"|(?:grey|black|block) ?list(?:ed|ing)?)\b",
    re.IGNORECASE,
)
_COUNTED = lazy_regex(  # "550 users were blocked" is a number of users
    r"(?:[\w-]+[ -])?(?:e?-?mails|users|messages|connections|sessions|recipients|addresses|clients|hosts|requests"
    r"|accounts|mailboxes|nachrichten|(?:be)?nutzern?|empfängern?|adressen|postfächern?|konten|verbindungen|kunden)\b",
    re.IGNORECASE,
)
_NOT_MAIL = lazy_regex(  # the same three digits elsewhere: HTTP (RFC 9110), FTP (RFC 959), SIP (RFC 3261)
    r"\b(?:HTTPS?(?:/\d|[ -](?:status|error|fehler|code|\d))|FTP|SIP/\d|nginx|apache|gateway|internal server error"
    r"|service (?:temporarily )?unavailable|login incorrect|no such file|misdirected request|legal reasons|web ?site"
    r"|webseite|browser|php)\b",
    re.IGNORECASE,
)
_RELEASED = lazy_regex(r"\b(?:release[sd]?|version|changelog|update[sd]?|upgrade|patch|ticket)\b", re.IGNORECASE)
_VERSION = lazy_regex(
    r"\b(?:v|version|release|build|update|patch|ticket|bug|issue|nr|kapitel|abschnitt|chapter|section|rfc|tel|telefon)"
    r"[\s.:#(]{0,4}$",
    re.IGNORECASE,
)
_WEB = frozenset({"500", "501", "502", "503", "504"})  # what an "error 500" is of a web server more often than not


def reply_codes(text: str) -> tuple[str, ...]:
    """Codes of the SMTP replies in a message, in its order, at most three: ("550", "5.7.1"); empty for none.

    `text`: as bot/core/text/normalize.py's `error_text` gives it.
    """
    lines = "\n".join("" if _NOT_MAIL.search(line) else line for line in text.split("\n"))
    found: dict[int, str] = {}
    for pattern, where in ((_BOTH, text), (_LABELLED, text), (_NAMED, lines), (_ERROR, lines), (_BEGINS, lines)):
        for match in pattern.finditer(where):
            if _is_of_mail(pattern, match, where):
                found |= {match.start(name): code for name, code in match.groupdict().items() if _is_code(name, code)}
    return tuple(dict.fromkeys(code for _, code in sorted(found.items())))[:MOST]


def meanings(codes: Sequence[str], table: Mapping[str, StatusCode]) -> list[tuple[str, StatusCode]]:
    """Meanings of codes, enhanced ones first, because they say most; for a code that the table does not hold, that of
    its subject, if any.

    The last rows are the classes, under the code's first digit: whether it is worth sending again. Empty for no codes
    or no table. `table`: by code, as general_layer/status-codes.yaml.
    """
    rows = [(code, row) for code in sorted(codes, key=lambda code: "." not in code) if (row := _meaning(code, table))]
    digits = dict.fromkeys((code[0], "." in code) for code in codes)
    whole = {digit: f"{digit}.x.x" if status else f"{digit}yz" for digit, status in digits}
    return rows + [(digit, table[name]) for digit, name in whole.items() if name in table]


def _meaning(code: str, table: Mapping[str, StatusCode]) -> StatusCode | None:
    if "." not in code:
        return table.get(code)
    _, subject, detail = code.split(".")
    return table.get(f"x.{subject}.{detail}") or table.get(f"x.{subject}.x")


def _is_code(group: str, code: str | None) -> bool:
    return bool(code) and group not in ("class", "text")


def _is_of_mail(pattern: re.Pattern[str], match: re.Match[str], text: str) -> bool:
    """True if a number that looks like a code is one: no version, no web error, no count of users."""
    if _VERSION.search(text[max(0, match.start() - 20) : match.start()]):
        return False
    if pattern is _ERROR:
        return match["reply"] not in _WEB and bool(_ABOUT_MAIL.search(text))
    return pattern is not _BEGINS or _is_reply(match["text"])


def _is_reply(text: str) -> bool:
    """True if the text behind a code reads as what a mail server says."""
    return bool(_WORDS.search(text)) and not _COUNTED.match(text) and not _RELEASED.search(text)
