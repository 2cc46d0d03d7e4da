"""Slots of an error: what it says of whose address it is about, what is missing, who speaks, whether it is final.

Words alone do not tell a sender that is refused from a recipient, or an unknown host from an unknown user. An entry
states its values (`slots` in its YAML); a text that states others of the same slot, and none of the entry's, cannot be
about it. Extraction is a table of patterns in English and German; a text that says nothing of a slot contradicts
nothing. Pure.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from bot.core.lazy_regex import lazy_regex
from bot.core.text.normalize import CACHED_MESSAGES

LONGEST = 6_000  # characters of a statement that are looked at
SLOTS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "address": ("sender", "recipient", "client", "helo"),  # whose address or name is refused
    "missing": ("mailbox", "domain", "host"),  # what does not exist
    "speaker": ("mail-server", "local-fault", "program"),  # whose error it is
    "reached": ("no", "yes"),  # whether the recipient's server has answered the attempt
    "end": ("temporary", "final"),  # whether it is tried again
    # what is at fault; "other" is whatever the patterns below do not name
    "reason": ("other", "proof", "reputation", "certificate", "full", "rate", "content", "greylisting"),
})  # fmt: skip

_REFUSED = (
    r"(?:rejected|refused|denied|unknown|not (?:found|known|exist\w*|allowed|accepted|ok)|blocked|(?:black"
    r"|block) ?listed"
    r"|invalid|(?:does not|doesn't|must) exist|undeliverable|verify failed|verification failed|cannot be resolved"
    r"|abgelehnt|abgewiesen|gesperrt|unbekannt|nicht gefunden|existiert nicht)"
)
# What nobody types who speaks of a mail, so that it tells within a person's sentence, too; "_" may be read as a blank.
# Forms that begin with a word stand behind one \b: it is tried once a place, and not once a form
_CODE_OF_PROGRAMS = (
    r"\b(?:SSL[_ ]do[_ ]handshake\(\)|while (?:SSL handshaking|connecting to upstream|reading response header)\b"
    r"|net::ERR_|ERR_[A-Z]+_[A-Z]|ldap_bind:|mysqli?[_ ]connect\b|php_network_getaddresses\b"
    r"|node:internal\b|java\.\w+\.\w|AH\d{5}:|PDOException\b|cURL error \d|DNS_PROBE_[A-Z]"
    r"|(?:SEC|SSL|MOZILLA_PKIX)_ERROR_[A-Z])"
)
# The qualified name of an exception, unless a mail library raised it
_EXCEPTION = lazy_regex(
    r"(?<![\w.])(?!ssl\.SSLCertVerification|(?:smtplib|imaplib|poplib|aiosmtplib|javax\.mail|jakarta\.mail|com\.sun\.mail|sun\.security)\b)"
    r"(?:[a-z_]\w{0,40}\.){1,8}[A-Z]\w{0,60}(?:Error|Exception)\b"
)
# A name says who speaks only beside a fault: "Bei uns läuft Zabbix" and "virus scanner up to date" tell of the writer
_FAULT = (
    r"\b(?:errors?|fehler|fail\w{0,4}|unable|refused|timed? ?out|timeout|critical|warning|alert\w{0,5}|problem|down"
    r"|un(?:reachable|available)|denied|cannot|could(?:n't| not)|exceeded|lost|crash\w{0,3}|exit(?:ed)?|too many"
    r"|[45]\d\d)\b"
)


def _at_fault(names: str) -> str:
    """Pattern of one of the names with a fault in the same line."""
    return rf"(?:\b(?:{names})\b(?=[^\n]{{0,160}}?{_FAULT})|{_FAULT}[^\n]{{0,160}}?\b(?:{names})\b)"


# What watches servers, and what it writes
_MONITORS = (
    r"zabbix|nagios|icinga|check_?mk|grafana|prometheus|alertmanager|prtg|uptime ?kuma"
    r"|uptimerobot|pingdom|munin|monit|datadog|nrpe|threshold"
)
_MONITORING = (
    rf"{_at_fault(_MONITORS)}|"
    r"\b(?:(?-i:is (?:CRITICAL|WARNING|UNKNOWN)\b"
    r"|(?:PROBLEM|RECOVERY|ACKNOWLEDGEMENT)\b(?: (?:Service|Host) Alert)? ?[:-] ?\S"
    r"|(?:CRITICAL|WARN|CRIT) ?[:-] ?\S))|\[(?:FIRING|RESOLVED)(?::\d{1,4})?\]"
    r"|(?-i:^\W{0,4}WARNING ?[:-] ?\S{1,30} (?:is|at|over|above) \d)"
)
# Codes of a refusal for lack of proof or for reputation: RFC 7372, and those of Gmail and Microsoft above 5.7.500
_CODE_OF_POLICY = r"\b[45]\.7\.(?:2\d|30)\b", r"\b[45]\.7\.[5-7]\d\d\b"
_PATTERNS: Mapping[tuple[str, str], str] = {
    ("address", "sender"): (
        rf"\b(?:envelope |return )?sender(?:'s)?(?: e-?mail| mail)?(?: address"
        rf"| domain)?(?: <[^<>\n]{{0,320}}>| \S+@\S+)?"
        rf"(?: is| was| has been| must| as)?:? {_REFUSED}|\binvalid sender\b|\bunknown sender\b|\bsender denied\b"
        r"|\b(?:envelope sender|mail from:?) (?:has been|is in|was)\b|\bbad ?mail ?from\b|\bdomain of sender\b"
        rf"|\babsender\w*(?: \S+){{0,3}} {_REFUSED}|\breturn address (?:was )?rejected"
    ),
    ("address", "recipient"): (
        rf"\b(?:recipient|empfänger)\w*(?: e-?mail)?(?: address| adresse)?(?: <[^<>\n]{{0,320}}>| \S+@\S+)?"
        rf"(?: is| was| has been| wurde)?:? {_REFUSED}|\b(?:user|mailbox|postfach|benutzer) {_REFUSED}"
        r"|\b(?:no such|unknown|invalid) (?:user|recipient|mailbox)\b|\bno mailbox (?:here|by)\b"
        r"|\brcpthosts\b|\brelay"
    ),
    ("address", "client"): (
        r"\bclient host(?:name)?\b.{0,80}\b(?:rejected|blocked)"
        r"|\byour (?:mail ?)?(?:server|host|ip|mta|network)\b.{0,60}(?:list|block|ban|reject|reputation|refus)"
        r"|\b(?:sending|banned) (?:mta|server|ip|host)\b|\bip(?:[- ]address|-adresse)? \S{0,60} ?(?:is|has"
        r"|was|ist|wurde)"
        r"\b.{0,40}(?:list|block|ban|gesperrt)|\bblocked (?:using|by) \S{3,80}\.\S{2,20}|\b(?:dnsbl|rbl)\b"
        r"|\b(?:mail ?server|ihr server|server) (?:is|ist|wurde|has been)\b.{0,30}(?:black|block|gesperrt|liste)"
        r"|\b[45]\.7\.(?:2\d|5\d\d|6\d\d)\b|\breverse (?:dns|hostname)\b|\bptr\b"
    ),
    ("address", "helo"): r"\b(?:helo|ehlo)\b.{0,60}\b(?:rejected|invalid|must|denied|not|mismatch|abgelehnt)",
    ("missing", "mailbox"): (
        r"\b(?:user|(?<!taken: )mailbox|recipient|alias|account|postfach|benutzer)\b(?!'s)[^\n:;]{0,40}?"
        r"\b(?:unknown|not found|unavailable|not known|(?:does not|doesn't|didn't) exist|not exist"
        r"|not valid|no longer|unbekannt"
        r"|nicht gefunden|existiert"
        r" nicht|nicht vorhanden|gibt es nicht)|\b(?:no such|unknown|invalid|no) (?:user|recipient|mailbox"
        r"|mail box|account"
        r"|alias|local[- ]?part)\b|\b(?:no|kein) (?:mailbox|postfach) (?:here|hier|unter)\b"
        r"|\b(?:empfänger|benutzer)(?:in)? (?:ist )?unbekannt|\brecipient rejected"
        r"|\bempfänger(?:in)?\b[^\n]{0,40}nicht gefunden"
    ),
    ("missing", "domain"): (
        r"\bdomain\b[^\n]{0,60}?\b(?:not found|(?:does not|doesn't|must) exist|couldn't be found|unknown|invalid"
        r"|nicht gefunden|existiert nicht|unbekannt|doesn't (?:receive|accept) e?-?mail|cannot be resolved|nxdomain)"
        r"|\b(?:unknown|no such|unroute?able(?: mail)?|non-?existent|bad) domain\b|\binvalid dns\b|\bnxdomain\b"
        r"|\bnull mx\b"
        r"|\bunbekannte domain\b|\bdns_mx\b"
    ),
    ("missing", "host"): (
        r"\bhost(?: name)?(?: or domain(?: name)?)? (?:is )?(?:unknown|not found|lookup)|\b(?:unknown|no such) host\b"
        r"|\bany host named\b|\bname service error\b|\bhost found but no data\b|\bhost unbekannt\b|\bmail exchanger\b"
        r"|\bhost \S{1,200} (?:not found|unknown|nicht gefunden)|\bno (?:valid )?(?:mx|mail servers?"
        r"|address records?)\b"
    ),
    ("speaker", "program"): (
        r"^(?:[ \t>]{0,8}(?:(?:curl|wget|git|ssh|scp|sftp|rsync|fatal|id|su|sudo|useradd|usermod|adduser|groupadd"
        r"|passwd|chown|getent|cron\w*"
        r"|psql|mysql\w*"
        r"|docker|kubectl|npm|pip|apt|yum|ftp|ping|nslookup|dig|mount|nginx|apache2?|httpd|php-fpm|kernel"
        r"|systemd|openvpn"
        r"|redis\S*|mongod?|ldap\w*|smbd|cups\w*|ansible|terraform|cargo|go|mvn|gradle|composer|bundle"
        r"|yarn)(?:\[\d+\])?:"
        r"|(?:curl|git|ssh|docker|npm) (?:ERR!|error)"
        r"|(?:whatsapp|teams|skype|zoom|signal|telegram|slack|discord|jira|confluence|sharepoint|onedrive"
        r"|dropbox|kafka|rabbitmq|celery|sip|vpn|rdp|windows|python\d?|perl|ruby|node) ?:)|\*\*\* [A-Z]\w+)"
        r"|\b(?:ERROR \d{4} \(\w{5}\)|unable to access 'https?:|HTTP/\d(?:\.\d)? [45]\d\d"
        r"|Error response from daemon\b|the requested URL\b|fetch failed\b)"
        rf"|{_at_fault('openvpn')}"
        rf"|{_CODE_OF_PROGRAMS}|{_MONITORING}"
    ),
    ("speaker", "local-fault"): (
        r"\bunable to (?:read|open|exec\w*|fork|stat|switch|chdir|write|lock|parse) (?!message|connection)\S"
        r"|\bunable to (?:read|open) controls?\b|\bunable to (?:contact"
        r"|connect to) (?:an? |the )?(?:ldap"
        r"|mysql|sql|postgres\w*|database|avp|clam\w*|spam\w*|policy|milter|daemon)\b|\bcommand output:(?! ?sorry)"
        rf"|\bavpcheck\b|{_at_fault('clamd?|virus scanner')}"
        r"|\bqueue file write error|\bout of memory\b|\bno space left\b"
        r"|\bcould not open (?:file"
        r"|database|table)|\bread-only file system\b|\bserver configuration (?:error|problem)|\bconfiguration error\b"
        r"|\balias(?:es)? database unavailable|\bdatabase is locked"
    ),
    ("reached", "yes"): (
        r"\b(?:remote host|server|host \S{1,200}(?: ?\[[^\]\n]{1,60}\])?) (?:said|says|returned"
        r"|replied):? [\"']?#?[45]\d\d\b"
        r"|\bdoes not like recipient\b|\bsender was rejected\b|^[ \t>]{0,8}<<< [45]\d\d|\bdeferred: 4\d\d[ -]"
        r"|\bin reply to (?:end of )?[A-Z ]{2,20}command\b|\bafter (?:RCPT TO|MAIL FROM|DATA|end of data)\b"
    ),
    ("reached", "no"): (
        r"\bconnection (?:refused|timed out|reset)|\bnetwork (?:is )?unreachable|\bno route to host|\bnot? establish"
        r"|\bable to establish|\bdid(?: not|n't) (?:accept our requests|respond)|\bcould(?:n't| not) connect"
    ),
    ("end", "temporary"): (
        r"\b(?:will be retried|will keep trying|still (?:trying|undelivered)|has not yet been delivered"
        r"|this is a warning"
        r"|delivery attempts will continue|will (?:re)?try again|versucht (?:noch )?weitere"
        r"|versucht es (?:weiter|erneut)|vorübergehend"
        r"|nicht abgeschlossen|weiter versucht|noch nicht (?:aufgegeben|zugestellt)|has been delayed|is delayed)\b"
    ),
    ("end", "final"): (
        r"\b(?:not going to try again|giv(?:ing|en) up|too long|timeout exceeded|expired?|permanent\w*|retry time not"
        r"|will not keep trying|nicht (?:erneut|noch einmal|weiter) versuch\w*|aufgegeben|abgelaufen"
        r"|endgültig|bounced"
        r"|undeliverable|unzustellbar|failing for a long time|returned to sender|time limit|exceeded)\b"
    ),
    ("reason", "proof"): rf"\b(?:SPF|DKIM|DMARC)\b|\bunauthenticated\b|\bauthentication level\b|{_CODE_OF_POLICY[0]}",
    ("reason", "reputation"): (
        r"\breputation\b|\b(?:spamhaus|spamcop|barracuda\w*|proofpoint|cloudmark|senderscore|sorbs|uceprotect)\b"
        r"|\bbanned\b|\buser complaints\b|\btraffic not accepted\b"
        rf"|{_CODE_OF_POLICY[1]}"
    ),
    ("reason", "certificate"): (
        r"\bcertificate\b[^\n]{0,60}\b(?:expired|not (?:yet )?valid|revoked|untrusted|not trusted|verif\w+ (?:failed"
        r"|error)|can(?:not|'t) be verified)|\bself[- ]signed\b|\bCERTIFICATE_VERIFY_FAILED\b"
        r"|\b(?:SSL certificate problem|local issuer certificate)\b"
        r"|\bzertifikat\w*\b[^\n]{0,60}\b(?:abgelaufen|ungültig|gesperrt|widerrufen|nicht (?:mehr gültig|vertrauens"
        r"|gültig)|selbst ?signiert)"
    ),
    ("reason", "full"): (
        r"\b(?:over|exceed\w*|out of|above) (?:the |its |their |his |your )?(?:\w+ )?(?:quota|storage)\b|\boverquota\b"
        r"|\bquota\b[^\n]{0,20}\b(?:exceeded|full|reached|überschritten)|\b(?:mailbox|inbox|postfach|account)\b"
        r"(?: \S{1,80})?(?: is| ist)? (?:full|voll|overfull|überfüllt)\b|\b[45]\.2\.2\b"
    ),
    ("reason", "rate"): (
        r"\brate[- ]?limit\w*|\btoo many (?:messages|connections|recipients|e?-?mails|concurrent)\b|\bthrottl\w+"
        r"|\bunexpected volume\b|\bzu viele (?:nachrichten|verbindungen|empfänger|e?-?mails)\b"
    ),
    ("reason", "content"): (
        r"\b(?:virus(?!-free| ?scan| ?protect)|malware|phish\w*|infected)\b"
        r"|\b(?:as|like|likely|suspected|considered|probably|be) spam\b(?! source)"
        r"|\bspam (?:content|message|score|detected|mail)\b|\bcontent (?:was |is )?(?:rejected|filter|policy|denied)"
        r"|\bpotential security issue\b|\bals spam\b"
    ),
    ("reason", "greylisting"): r"\bgr[ea]y-?list\w*|\bpostgrey\b",
}
# One of these stands in every match of a pattern, in lower case: most questions have none of any
_NEEDED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("address", "sender"): ("sender", "mail from", "mailfrom", "return address"),
    ("address", "recipient"): ("recipient", "empfänger", "user", "mailbox", "postfach", "benutzer", "rcpt", "relay"),
    ("address", "client"): (
        *("client host", "list", "block", "ban", "reject", "reputation", "refus", "gesperrt", "sending ", "rbl"),
        *("dnsbl", "black", ".7.", "reverse ", "ptr"),
    ),
    ("address", "helo"): ("helo", "ehlo"),
    ("missing", "mailbox"): (
        *("unknown", "not found", "nicht gefunden", "unavailable", "not known", "exist", "not valid", "no longer"),
        *("unbekannt", "nicht vorhanden", "gibt es nicht", "invalid", "no ", "kein ", "recipient rejected"),
    ),
    ("missing", "domain"): (
        *("not found", "nicht gefunden", "exist", "couldn't be found", "unknown", "no such", "unbekannt", "invalid"),
        *("doesn't ", "cannot be resolved", "nxdomain", "unrout", "bad domain", "null mx", "dns_mx"),
    ),
    ("missing", "host"): ("host", "name service error", "mail exchanger", "no mx", "no valid", "no mail", "no address"),
    ("speaker", "program"): (
        *(":", "err", "***", "openvpn", "http/", "requested url", "fetch failed", "handshak", "ssl_do", "ssl do"),
        *("connecting to upstream", "reading response", "mysql", "php_network", "java.", "pdoexception", "dns_probe"),
        *("zabbix", "nagios", "icinga", "check", "grafana", "prometheus", "alertmanager", "prtg", "uptime"),
        *("pingdom", "munin", "monit", "datadog", "nrpe", "threshold", "critical", "warn", "unknown", "problem"),
        *("recovery", "acknowledgement", "crit", "firing", "resolved"),
    ),
    ("speaker", "local-fault"): (
        *("unable to", "command output:", "avpcheck", "clam", "virus scanner", "queue file write", "out of memory"),
        *("no space left", "could not open", "read-only file", "configuration error", "configuration problem"),
        *("database unavailable", "database is locked"),
    ),
    ("reached", "yes"): (
        *("said", "says", "returned", "replied", "does not like", "sender was rejected", "<<<", "deferred: 4"),
        *("in reply to", "after "),
    ),
    ("reached", "no"): ("connect", "unreachable", "no route", "establish", "accept our", "respond"),
    ("end", "temporary"): (
        *("will be retried", "will keep trying", "still ", "has not yet", "this is a warning", "attempts will"),
        *("try again", "versucht", "vorübergehend", "nicht abgeschlossen", "noch nicht", "delayed"),
    ),
    ("end", "final"): (
        *("going to try", "giving up", "given up", "too long", "exceeded", "expire", "permanent", "retry time"),
        *("will not keep", "versuch", "aufgegeben", "abgelaufen", "endgültig", "bounced", "undeliverable"),
        *("unzustellbar", "failing for", "returned to", "time limit"),
    ),
    ("reason", "proof"): ("spf", "dkim", "dmarc", "unauthenticated", "authentication level", ".7."),
    ("reason", "reputation"): (
        *("reputation", "spamhaus", "spamcop", "barracuda", "proofpoint", "cloudmark", "senderscore", "sorbs"),
        *("uceprotect", "banned", "user complaints", "traffic not", ".7."),
    ),
    ("reason", "certificate"): ("certificate", "signed", "signiert", "zertifikat"),
    ("reason", "full"): ("quota", "storage", "full", "voll", "füllt", ".2.2"),
    ("reason", "rate"): ("rate", "too many", "throttl", "unexpected volume", "zu viele"),
    ("reason", "content"): ("virus", "malware", "phish", "infected", "spam", "content", "potential security"),
    ("reason", "greylisting"): ("grey", "gray"),
}
_TABLE = {of: lazy_regex(pattern, re.IGNORECASE | re.MULTILINE, _NEEDED[of]) for of, pattern in _PATTERNS.items()}

_UNTYPED: Mapping[tuple[str, str], re.Pattern[str]] = {
    ("speaker", "program"): lazy_regex(
        _CODE_OF_PROGRAMS + "|" + _MONITORING, re.MULTILINE, _NEEDED["speaker", "program"]
    ),
    ("reason", "proof"): lazy_regex(_CODE_OF_POLICY[0], needs=[".7."]),
    ("reason", "reputation"): lazy_regex(_CODE_OF_POLICY[1], needs=[".7."]),
}


def surely_stated(text: str) -> Mapping[str, frozenset[str]]:
    """Values, by slot, that a cleaned text states with what people do not type: they hold in their sentences, too."""
    text = text[:LONGEST]
    stated = {slot: frozenset({value}) for (slot, value), pattern in _UNTYPED.items() if pattern.search(text)}
    return {**stated, "speaker": frozenset({"program"})} if _names_exception(text) else stated


def _names_exception(text: str) -> bool:
    """True if a text has the qualified name of an exception that no mail library raised."""
    return ("Error" in text or "Exception" in text) and bool(_EXCEPTION.search(text))


@lru_cache(CACHED_MESSAGES)
def stated_slots(text: str) -> Mapping[str, frozenset[str]]:
    """Values that a cleaned text states, by slot; a slot that it says nothing of is missing: most texts have none."""
    text = text[:LONGEST]
    found: dict[str, set[str]] = {}
    for (slot, value), pattern in _TABLE.items():
        if pattern.search(text):
            found.setdefault(slot, set()).add(value)
    if _names_exception(text):
        found.setdefault("speaker", set()).add("program")
    return {slot: frozenset(values) for slot, values in found.items()}


def contradiction(stated: Mapping[str, frozenset[str]], slots: Mapping[str, tuple[str, ...]]) -> str:
    """Slot in which a text contradicts an entry: it states values, and none of the entry's; empty for none.

    `stated`: as `stated_slots` gives it; `slots`: the entry's own.
    """
    if not stated:
        return ""
    return next((slot for slot, own in slots.items() if slot in stated and not stated[slot] & set(own)), "")
