"""Scaffolding of bounces: sentences and marks that a mail program puts around the reason, and that name none.

Of qmail, Exim, Postfix, sendmail, Exchange, Gmail, GMX, 1&1 and others, in English and German. Forms alone: nothing
of the knowledge base is needed. A line is scaffolding where one of these stands at its beginning, since programs break
their sentences into lines, and people quote half of them in their own. Pure.
"""

import re
from functools import lru_cache

from bot.core.lazy_regex import lazy_regex

LINES = 256  # that are remembered: each line of a message is looked at several times
LONGEST_LINE = 400  # characters of a line that are looked at: no program's own sentence is longer

# What programs write around a reason, as the beginnings of lines; one row for each program and sentence
_SENTENCES = (
    # qmail-send (qmail-send.c, `injectbounce`)
    r"hi\. this is the (?:qmail-send|e?mail|mail delivery|bounce)\S{0,40} ?\w{0,40} (?:program|system|server)\b",
    r"this is the [\w-]{1,30} program at\b",
    r"i'm (?:afraid|sorry) (?:that )?i (?:was|wasn't|was not|could|couldn't|am not|have) (?:not )?"
    r"(?:able to )?(?:deliver|been able)\b.{0,40}\b(?:message|mail|addresses)",
    r"(?:to )?the following addresses\.\s*$",
    r"this is a permanent error; i've given up",
    r"sorry it didn't work out",
    r"i tried to deliver a bounce message to this address, but the bounce bounced",
    r"giving up on [\w.:-]{1,80}\.?$",
    r"i'm not going to try again\.?$",
    # Exim (deliver.c), 1&1 and GMX with the same words
    r"this message was created automatically by (?:the )?mail delivery (?:software|system)",
    r"a message that you (?:have )?sent (?:could not be|has not yet been|was not)\b",
    r"(?:its|of its|all of its|to all of its|one or more of its|more of its|of) ?recipients[.,:]",
    r"recipients?\. this is a permanent error",
    r"this (?:is|has been) a permanent (?:error|failure)\.",
    r"the following address(?:\(es\)|es)? (?:failed|was not|has not|had)\b",
    r"the message (?:identifier|subject|has not yet been delivered|was sent)\b.{0,60}(?:is|:|to)",
    r"the date of the message is",
    r"the address(?:\(es\)|es)? to which the message has not yet been delivered",
    r"no action is required on your part",
    r"delivery attempts will continue",
    r"(?:some time, and )?this warning may be repeated",
    r"diese nachricht wurde automatisch (?:vom|von|durch)\b",
    r"(?:die|eine) (?:nachricht|e-?mail), die sie (?:ge|ver)sen?[dk]?\w* haben, konnte",
    r"(?:die )?folgenden? adressen? (?:ist|sind|war|waren|konnten?|schlugen?)\b.{0,60}(?:fehlgeschlagen|fehl|werden)?",
    # Postfix (conf/bounce.cf.default)
    r"this is the mail system at host\b",
    r"i'm sorry to have to inform you that your message could",
    r"be delivered to one or more recipients",
    r"it's attached below",
    r"for further assistance, please (?:send mail|contact)\b",
    r"if you do so, please include this problem report",
    r"delete your own text from the attached returned message",
    r"the mail system$",
    r"####",
    r"# this is a warning only\b",
    r"this is a warning (?:only|message)\b",
    r"your message could not be delivered for (?:more than )?\d+",
    r"it will be retried until it is \d+",
    r"dies ist das mail-?system\b",
    r"es tut mir leid, ihnen mitteilen zu müssen, dass ihre (?:nachricht|e-?mail)",
    r"enclosed is the mail delivery report",
    # sendmail (savemail.c, deliver.c)
    r"---+ ?the following addresses had (?:permanent|transient)(?: non-fatal| fatal)? (?:delivery )?errors",
    r"---+ ?transcript of (?:the )?session follows",
    r"---+ ?(?:the following|original message|original-?nachricht|message header)\b",
    r"the original message was received at\b",
    r"\.{3} while talking to\b",
    r"\*\* (?:this is a warning|you do not need to resend)",
    r"\*\*\*\*",
    r"\(reason: .{0,200}\)$",
    r"(?:warning: )?message still undelivered after\b",
    r"will keep trying until message is \d+",
    r"\(expanded from:",
    # Exchange and Outlook, English and German
    r"delivery has failed to these recipients or (?:groups|distribution lists)",
    r"your message (?:did not reach|to .{1,80} couldn't be delivered|couldn't be delivered to|wasn't delivered to)\b",
    r"(?:the following|these) recipient(?:s|\(s\))? (?:can|could)(?: ?not|n't) be reached",
    r"(?:diagnostic information for administrators|generating server|receiving server|original message "
    r"headers)\b",
    r"(?:diagnoseinformationen für administratoren|generierender server|empfangender server|ursprüngliche "
    r"nachrichtenkopfzeilen)\b",
    r"fehler bei der (?:nachrichten)?zustellung an (?:die )?folgende",
    r"ihre nachricht (?:hat (?:einige oder alle|den oder die|die) (?:gewünschten )?empfänger nicht erreicht"
    r"|an .{1,80} konnte nicht (?:zugestellt|übermittelt) werden|wurde nicht zugestellt"
    r"|konnte nicht zugestellt werden)",
    r"(?:folgende|der folgende|die folgenden) empfänger (?:kann|können|konnten?|ist|sind)"
    r" nicht (?:erreicht|erreichbar)",
    r"(?:der|die) (?:fehler|fehlermeldung) wurde (?:gemeldet|vom server)\b",
    r"the e-?mail system was unable to deliver the message, but did not report a specific reason",
    r"a problem occurred (?:during the delivery|and this message)",
    r"bei der übermittlung dieser nachricht (?:ist ein )?problem",
    r"(?:this|dies) (?:is an automatically generated|ist eine automatisch (?:generierte|erzeugte|erstellte))\b",
    r"(?:more info for email admins|weitere informationen für e-?mail-?administratoren)\b",
    r"(?:error details|fehlerdetails|reported error|gemeldeter fehler|how to fix it|so beheben sie|status code)\b:?",
    r"[\w.-]{1,100} rejected your message to the following\b",
    # Gmail, English and German
    r"\*\* [^*\n]{3,60} \*\*$",
    r"(?:address not found|adresse nicht gefunden|delivery incomplete|zustellung unvollständig|message blocked"
    r"|nachricht blockiert|message not delivered|nachricht nicht zugestellt)\s*$",  # headings
    r"(?:your|the) message wasn't delivered to\b",
    r"(?:delivery to the following recipients?|zustellung an die folgenden? empfänger)\b.{0,30}"
    r"(?:failed|has been delayed|fehlgeschlagen|verzögert)",
    r"ihre nachricht an .{1,80} (?:wurde|konnte) nicht\b",
    r"ihre nachricht wurde nicht an .{1,80} zugestellt",
    r"(?:bei der zustellung ihrer nachricht|beim senden ihrer nachricht)\b",
    r"there was a (?:temporary )?problem (?:delivering|while delivering|while trying to deliver) your message",
    r"gmail (?:versucht|will retry|will keep trying)\b",
    r"(?:the response(?: from the remote server)? was|the response from the remote server)\b",
    r"(?:die )?antwort (?:des|vom)(?: anderen| entfernten)? (?:remote-?)?server[sn]?\b.{0,30}:?$",
    r"(?:learn more (?:here|at)|weitere informationen (?:hier|finden sie)|technical details of (?:permanent|temporary) "
    r"failure|technische details)\b",
    r"google tried to deliver your message, but\b",
    # T-Online, web.de, GMX, Yahoo, Domino and other words for the same
    r"(?:mail delivery (?:failed|failure|system|subsystem|status report|error)|undeliver(?:ed|able)|unzustellbar"
    r"|returned mail|failure notice|delivery status notification|delivery failure|warning: could not send message"
    r"|nachricht nicht zustellbar|zustellung fehlgeschlagen|zustellung nicht (?:abgeschlossen|möglich)"
    r"|e-?mail-zustellung fehlgeschlagen)\b[^?]{0,120}$",
    r"(?:sorry, we were|we are sorry, but we were|we're sorry[,.] we (?:were|couldn't)) (?:unable to |un)?\s?deliver",
    r"(?:dear|lieber?|sehr geehrter?) (?:gmx|web\.de|1&1|ionos|t-online)[- ]?\w* ?(?:nutzer|kunde|user|customer)\w*",
    r"(?:ihre|die) e-?mail (?:mit dem betreff|an (?:die |den )?(?:folgenden? )?(?:empfänger|adressen?)|an .{3,80})\b"
    r".{0,80}\b(?:konnte|konnten|kann)\b",
    r"(?:ihre|die|eine) (?:e-?mail|nachricht) konnte (?:leider )?(?:nicht|an .{3,80} nicht)\b",
    r"(?:this|your|the) (?:e-?mail |mail )?message could not be delivered\b",
)
# What programs write into the line of a reason, wherever it stands
_WITHIN = lazy_regex(
    r"\bSMTP error from (?:the )?(?:remote )?(?:mail )?server (?:after|for|in response to) [^\n:]{1,100}:?"
    r"(?: ?host:? [\w.-]{1,200} ?(?:[\[(][^\])\n]{1,60}[\])])?:?)?"
    r"|\(in reply to (?:end of )?[A-Z ]{2,30}command\)|\b(?:remote (?:host|server)|the (?:other|remote) server|host"
    r" [\w.-]{1,200} ?(?:[\[(][^\])\n]{1,60}[\])])?) (?:said|says|returned|replied|responded)(?: with)?:?"
    r"|^[ \t>]{0,8}(?:reason|grund|ursache|explanation|erklärung|begründung) ?:"
    r"|\bhost:? [\w.-]{1,200} ?[\[(][^\])\n]{1,60}[\])]:?|\b[\d.]{7,15} does not like recipient\.?"
    r"|\bgiving up on [\d.:a-f]{3,45}\.?|\b[\w-]{1,40}\[\d{1,7}\]:",
    re.IGNORECASE | re.MULTILINE,
    needs=(
        *("smtp error from", "in reply to", "said", "says", "returned", "replied", "responded", "reason", "grund"),
        *("ursache", "explanation", "erklärung", "begründung", "host", "does not like", "giving up on", "]:"),
    ),
)
_LOG_FIELDS = lazy_regex(  # of log lines: to=<a@b>, relay=…, delay=1.2, dsn=4.4.1, status=deferred
    r"\b(?:to|from|orig_to|ctladdr|relay|delays?|xdelay|mailer|pri|dsn|conn_use|size|nrcpt|proto|class|ntries|msgid"
    r"|stat|status|[RTHCP])=(?:<[^<>\s]{0,320}>|sent\b|deferred\b|bounced\b|expired\b|Deferred: ?|[^\s,()]{0,200}),?"
    r"|\bdefer \(-?\d{1,4}\):?|\b\w{6}-\w{6,11}-\w{2,4}\b",  # Exim's way to say it, and its message ids
    re.IGNORECASE,
)
_REPLY = lazy_regex(r"(?<=[\s:(])[45][0-5]\d[ -](?:[45]\.\d{1,3}\.\d{1,3} )?(?=[^\W\d_]{3})")  # with words of its own
_MARK = r"[\s>|*\"'(-]{0,12}"  # quoting and decoration before a sentence
# Letters of every row: where none stands, as in most people's lines, the pattern is not even compiled, which takes 6 ms
_LETTERS = (
    "hi. this is,program at,i'm afraid,the following address,a permanent,i tried to deliver"
    ",giving up on,not going to try,a message that you,recipient,the message ,no action is,delivery attempts"
    ",warning may be,automatisch, die sie ,folgende adresse,folgenden adresse,mail system,attached below"
    ",further assistance,please include,your own text,###,this is a warning,your message,it will be retried"
    ",dies ist das mail,mitteilen zu müssen,mail delivery,--,original message,while talking,** ,***,(reason:"
    ",undeliver,will keep trying,(expanded from,diagnostic information,generating server,receiving server"
    ",diagnoseinformationen,generierender server,empfangender server,ursprüngliche nachrichten,zustellung"
    ",ihre nachricht,folgende empf,folgenden empf,fehler wurde,fehlermeldung wurde,a problem occurred"
    ",bei der übermittlung,an automatically,email admin,weitere informationen,error details,fehlerdetails"
    ",reported error,gemeldeter fehler,how to fix it,so beheben sie,status code,address not found"
    ",adresse nicht gefunden,delivery incomplete,message blocked,nachricht blockiert,message not delivered"
    ",nachricht nicht zu,ihrer nachricht,gmail versucht,gmail will,the response,antwort des,antwort vom,learn more"
    ",technical details,technische details,delivery fail,unzustellbar,returned mail,failure notice,delivery status"
    ",could not send,sorry,gmx,web.de,1&1,ionos,t-online,mail mit dem betreff,mail an ,mail konnte"
    ",nachricht konnte,message could not"
)
_SCAFFOLDING = lazy_regex(rf"\A{_MARK}(?:{'|'.join(_SENTENCES)})", re.IGNORECASE, needs=_LETTERS.split(","))


@lru_cache(LINES)
def is_scaffolding(line: str) -> bool:
    """True if the line begins as a sentence or mark does that mail programs put around a reason. `line`: cleaned."""
    return bool(_SCAFFOLDING.match(line[:LONGEST_LINE]))


def without_log_fields(line: str) -> str:
    """Line of a log without its fields, whose values are addresses, hosts and times; what "stat=" says stays."""
    return _LOG_FIELDS.sub(_value, line) if any(needed in line for needed in "=(-") else line


def _value(field: re.Match[str]) -> str:
    """Rest of a log's field: the value of "stat=", in which sendmail gives the reason."""
    name, _, value = field.group().partition("=")
    return f" {value} " if name.lower() == "stat" else " "


def without_phrases(line: str) -> str:
    """Line without the phrases that programs write into the line of a reason ("Remote host said:")."""
    return _WITHIN.sub(" ", line)


def _reason_within(line: str) -> str:
    """Reason within a line of scaffolding: from a reply code on; empty where it has none."""
    found = _REPLY.search(line)
    return line[found.start() :] if found else ""


def without_scaffolding(text: str) -> str:
    """Text without the lines and phrases that mail programs put around a reason; the text itself if that is all.

    Of a line that names the reason behind its scaffolding ("could not be sent. The server said: 550 …") that is kept.
    """
    lines = (_reason_within(line) if is_scaffolding(line) else line for line in text.split("\n"))
    kept = "\n".join(without_phrases(without_log_fields(line)) for line in lines if line)
    return kept if re.search(r"\w", kept) else text
