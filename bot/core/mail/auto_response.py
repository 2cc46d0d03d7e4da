"""May this mail be answered by a machine? RFC 3834 and what the field has learnt since.

A table: each rule has a code, a verdict and a source. `silent`: no answer, not even for an agent; `note`: for agents
only; `public`: nothing speaks against an answer. The strictest verdict counts, and every reason is kept.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.mail.mime import Mail

Verdict = Literal["silent", "note", "public"]
STRICTEST: Sequence[Verdict] = ("silent", "note", "public")

MARK = "X-KB-Bot"  # on everything that Postbote sends
OWN_ID = "<postbote."  # so begins the Message-ID of everything that Postbote sends

_LIST = ("list-id", "list-unsubscribe", "list-post", "list-help", "list-owner", "list-archive", "list-subscribe")
_LOOPS = (
    *(MARK.lower(), "x-loop", "x-rt-loop-prevention", "x-otrs-loop", "x-znuny-loop", "x-roundup-loop"),
    *("x-autoreply", "x-autorespond", "x-autoresponder", "x-fc-machinegenerated", "x-no-loop"),
)
_NOBODY = re.compile(  # local parts without a person behind them
    r"(?:mailer-?daemon|post-?master|mail(?:er)?-?system|bounces?|owner|listserv|majordomo|mailman|sympa|root|cron|nagios"
    r"|(?:no|do-?not|never|kein|keine|nicht)[-_.]?(?:reply|replies|respon[ds]e?|antwort\w*)|icinga|zabbix|www-data|nobody"
    r"|monitor(?:ing)?|daemon|auto-?(?:reply|responder|mailer|confirm)|notifications?|alerts?|devnull|newsletter)"
    r"(?:[-+_.=].*)?|owner-.+|.+-(?:request|owner|bounces?)|.+[-_.]no-?reply|(?:prvs|srs[01])[-=+].*",
    re.IGNORECASE,
)
_AUTOMATIC_SUBJECT = re.compile(  # at its start: customers write about undelivered mail in their own words
    r"(?:(?:re|aw)\s*:\s*)?(?:automatische (?:antwort|eingangsbestätigung)|abwesenheit\w*|abwesend\b"
    r"|auto(?:matic|mated)?[- ]?(?:reply|response|antwort)|out of (?:the )?office|ooo\b|(?:ich bin )?im urlaub\b"
    r"|away from (?:my|the)|(?:on )?vacation\b|réponse automatique|undeliver(?:able|ed)\b|unzustellbar"
    r"|delivery status notification|(?:mail )?delivery (?:failure|failed|has failed|system)|returned mail"
    r"|failure notice|nicht zustellbar|zustellung fehlgeschlagen|lesebestätigung|read receipt|gelesen:|read:)",
    re.IGNORECASE,
)
_PLAIN_ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)
_YES = re.compile(r"\s*(?:yes|true|1)\b", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class MailboxContext:
    """What is known besides the mail."""

    own: frozenset[str] = frozenset()  # addresses of ours, in lower case: every helpdesk, alias and bot
    inbox: frozenset[str] = frozenset()  # addresses that this mailbox is for; empty: rule 12 cannot be applied
    said: tuple[str, ...] = ()  # codes by which the system that holds the ticket says that a machine wrote it
    is_customer: bool = True  # False: an agent or the system itself opened the ticket


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason not to answer."""

    code: str
    verdict: Verdict
    source: str
    applies: Callable[[Mail, MailboxContext], bool]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What may be done; `reasons` is empty for `public`."""

    verdict: Verdict
    reasons: tuple[str, ...]


def judge(mail: Mail | None, known: MailboxContext) -> Judgement:
    """`mail`: None where the system holds no mail (a web form, a telephone note): then only what it says counts."""
    broken = [rule for rule in RULES if rule.applies(mail or Mail(), known) and (mail or rule in _WITHOUT_MAIL)]
    verdict = min((rule.verdict for rule in broken), key=STRICTEST.index, default=STRICTEST[-1])
    said = known.said if any(rule.code == "system-says-auto" for rule in broken) else ()
    return Judgement(verdict, tuple(dict.fromkeys([*(rule.code for rule in broken), *said])))


def is_automatic(value: str) -> bool:
    """Auto-Submitted: anything but "no", with comments and parameters cut (RFC 3834, 5; RFC 5436, 2.7.1)."""
    while (cut := _COMMENT.sub("", value)) != value:
        value = cut
    return value.partition(";")[0].strip().lower() != "no"


def answers_to(mail: Mail) -> str:
    """The one address that an answer may go to: Reply-To where there is one, else From; empty where there is none."""
    wanted = mail.reply_to or mail.senders
    return wanted[0] if len(wanted) == 1 else ""


def _suppresses(*wanted: str) -> Callable[[Mail, MailboxContext], bool]:
    """X-Auto-Response-Suppress is a list of words in any case (MS-OXCMAIL 2.1.3.2.20)."""

    def applies(mail: Mail, known: MailboxContext) -> bool:
        words = re.split(r"[,;\s]+", " ".join(mail.all("x-auto-response-suppress")).lower())
        return any(word in words for word in wanted)

    return applies


def _precedence(mail: Mail, known: MailboxContext) -> bool:
    words = {_COMMENT.sub("", value).strip().lower().replace("_", "-") for value in mail.all("precedence")}
    return bool(words & {"bulk", "junk", "list", "auto-reply"})


def _has(*names: str) -> Callable[[Mail, MailboxContext], bool]:
    return lambda mail, known: any(name in names for name, _ in mail.headers)


def _is_report(mail: Mail, known: MailboxContext) -> bool:
    kind = mail.types[0] if mail.types else ""
    return kind in ("multipart/report", "message/delivery-status", "message/disposition-notification")


def _only_a_report(mail: Mail, known: MailboxContext) -> bool:
    """Somebody forwards a report with words of their own; a machine sends nothing else."""
    reports = {"multipart/report", "message/delivery-status", "message/disposition-notification"} & set(mail.types[1:])
    return bool(reports) and not mail.own


def _from_nobody(mail: Mail, known: MailboxContext) -> bool:
    return any(_NOBODY.fullmatch(address.partition("@")[0]) for address in (*mail.senders, *mail.reply_to))


def _from_us(mail: Mail, known: MailboxContext) -> bool:
    return bool({*mail.senders, *mail.reply_to, mail.return_path or ""} & known.own)


def _answers_us(mail: Mail, known: MailboxContext) -> bool:
    return any(identity.startswith(OWN_ID) for identity in mail.answers)


def _odd_address(mail: Mail, known: MailboxContext) -> bool:
    return bool(answers_to(mail)) and not is_plain_address(answers_to(mail))


def is_plain_address(address: str) -> bool:
    """May it stand in a header and be told to any server? Umlauts need SMTPUTF8, quotes are rarely meant well."""
    return bool(_PLAIN_ADDRESS.fullmatch(address))


def _answers_somebody(mail: Mail, known: MailboxContext) -> bool:
    """By its subject, or it refers to what was written in our domain."""
    ours = {address.rpartition("@")[2] for address in known.inbox}
    return mail.is_reply or any(identity.rstrip(">").rpartition("@")[2].lower() in ours for identity in mail.answers)


def _is_spam(mail: Mail, known: MailboxContext) -> bool:
    flagged = ("x-spam-flag", "x-spam", "x-spam-status")  # SpamAssassin, rspamd
    return any(_YES.match(value) for name in flagged for value in mail.all(name))


def _forged(mail: Mail, known: MailboxContext) -> bool:
    """DMARC failed, or SPF did and nothing vouches for the sender.

    A false "fail" costs a note only, so any such header counts, whoever wrote it.
    """
    found = " ".join(mail.all("authentication-results")).lower()
    vouched = re.search(r"\bdmarc\s*=\s*pass", found)
    spf = re.search(r"\bspf\s*=\s*(?:hard)?fail", found) or any(
        value.lower().startswith("fail") for value in mail.all("received-spf")
    )
    return bool(re.search(r"\bdmarc\s*=\s*fail", found) or (spf and not vouched))


def _elsewhere(mail: Mail, known: MailboxContext) -> bool:
    """The return path, and the address that an answer would go to, belong to the sender's domain."""
    sender = mail.senders[0] if mail.senders else ""
    others = filter(None, (mail.return_path, answers_to(mail)))
    return bool(sender) and any(not same_domain(sender, other) for other in others)


def same_domain(one: str, other: str) -> bool:
    """Of two addresses: the same, or one below the other, as bounce.example.com below example.com."""
    a, b = (f".{address.rpartition('@')[2].strip('.')}" for address in (one, other))
    return a == b or (min(a.count("."), b.count(".")) >= 2 and (a.endswith(b) or b.endswith(a)))


def _reaches_many(mail: Mail, known: MailboxContext) -> bool:
    return bool(known.inbox) and not set(map(without_tag, mail.recipients)) & known.inbox


def without_tag(address: str) -> str:
    """support+abc@example.com → support@example.com (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


RULES: Sequence[Rule] = (
    Rule("null-return-path", "silent", "RFC 3834, 2: MUST NOT", lambda mail, _: mail.return_path == ""),
    Rule("auto-submitted", "silent", "RFC 3834, 2 and 5", lambda m, _: any(map(is_automatic, m.all("auto-submitted")))),
    Rule("precedence", "silent", "de facto: sendmail, vacation(1)", _precedence),
    Rule("list", "silent", "RFC 2369, RFC 2919; RFC 5230, 4.6", _has(*_LIST, "mailing-list", "x-mailing-list")),
    Rule("suppress", "silent", "MS-OXCMAIL 2.1.3.2.20", _suppresses("all", "autoreply")),
    Rule("suppress-oof", "note", "MS-OXCMAIL 2.1.3.2.20", _suppresses("oof")),
    Rule("report", "silent", "RFC 3462, RFC 3464, RFC 8098", _is_report),
    Rule("report-alone", "silent", "RFC 3464", _only_a_report),
    Rule("calendar", "note", "RFC 6047", lambda mail, _: "text/calendar" in mail.types),
    Rule("nobody", "silent", "RFC 3834, 2: MAY; RFC 5230, 4.6: SHOULD", _from_nobody),
    Rule("own-address", "silent", "RFC 3834, 2", _from_us),
    Rule("not-a-customer", "silent", "only customers are answered", lambda _, known: not known.is_customer),
    Rule("loop-marker", "silent", "de facto: the helpdesks' own marks", _has(*_LOOPS)),
    Rule(
        "not-one-sender",
        "silent",
        "RFC 5322, 3.6.2; RFC 3834, 4",
        lambda m, _: len(m.senders) != 1 or len(m.all("from")) != 1,
    ),
    Rule("no-one-recipient", "silent", "RFC 3834, 4: one answer, one recipient", lambda m, _: not answers_to(m)),
    Rule("odd-address", "note", "RFC 5321, 4.1.2: what every server can be told", _odd_address),
    Rule("spam", "silent", "SpamAssassin, rspamd", _is_spam),
    Rule(
        "system-says-auto",
        "silent",
        "RT-DetectedAutoGenerated, Zammad is-auto-response",
        lambda _, known: bool(known.said),
    ),
    Rule("broken", "note", "nothing but raw text could be read", lambda mail, _: mail.broken),
    Rule(
        "automatic-subject",
        "note",
        "a weak sign: RFC 3834, 3.1.5",
        lambda m, _: bool(_AUTOMATIC_SUBJECT.match(m.subject.strip())),
    ),
    Rule("not-addressed", "note", "RFC 5230, 4.5: personal messages only", _reaches_many),
    Rule("forged", "note", "RFC 8601, RFC 7489; RFC 3834, 7: backscatter", _forged),
    Rule("elsewhere", "note", "RFC 3834, 4: answers go to the return path", _elsewhere),
    Rule("answers-us", "silent", "only first messages are answered", _answers_us),
    Rule("answers-somebody", "note", "only first messages are answered", _answers_somebody),
)
_WITHOUT_MAIL = tuple(rule for rule in RULES if rule.code in ("not-a-customer", "system-says-auto"))


def own_addresses(listed: Collection[str]) -> frozenset[str]:
    """In lower case, without tags."""
    return frozenset(without_tag(address.strip().lower()) for address in listed if "@" in address)
