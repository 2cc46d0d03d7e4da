"""Mail policies in TXT records: readers of SPF, DMARC, MTA-STS and TLS reporting.

In brief: whether the record is there, is the only one, would be used by a receiver, and what it asks for. Nothing that
the records name is looked up.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from bot.core.dns.records import NOT_KNOWN, MailPolicies, TxtRecords
from bot.core.dns.spf import MOST_LOOKUPS, WrongTerm, is_spf, parse_spf
from bot.core.lazy_regex import lazy_regex
from bot.core.text.excerpt import shorten

State = Literal["present", "absent", "several", "broken", "unknown"]

LONGEST_SHOWN = 60  # characters of a record that are repeated
_shown = partial(shorten, longest=LONGEST_SHOWN)

# "v=DMARC1", exactly, and nothing but a separator behind it (RFC 9989 sections 4.7 and 4.8)
_DMARC = lazy_regex(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)")
_REPORT_URI = lazy_regex(r"(?:mailto:[^\s@,]+@[^\s@,]+|https://[^\s,]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """Finding about one kind of record."""

    state: State
    detail: str = ""  # its request, or its fault: names a wording in templates/mx.md
    value: str = ""  # the part of the record that says so; empty: none
    at: str = ""  # the parent domain that a DMARC policy comes from; empty: the domain's own record
    testing: bool = False  # DMARC only: True if the policy is not to be applied yet


def read(policies: MailPolicies) -> Mapping[str, Finding]:
    """Findings about every kind of record, by its name: spf, dmarc, mta_sts, tls_rpt."""
    return {
        "spf": read_spf(policies.spf),
        "dmarc": read_dmarc(policies.dmarc),
        "mta_sts": read_mta_sts(policies.mta_sts),
        "tls_rpt": read_tls_rpt(policies.tls_rpt),
    }


def read_spf(found: TxtRecords) -> Finding:
    """Finding about SPF: RFC 7208 sections 3.1 and 4.5 (which records count); bot/core/dns/spf.py parses the one."""
    records = [text for text in found.texts if is_spf(text)]
    if len(records) != 1:
        return _not_one(found, records, r"v=spf")
    try:
        spf = parse_spf(records[0])
    except WrongTerm as wrong:
        return Finding("broken", "syntax", _shown(str(wrong)))
    if spf.lookups > MOST_LOOKUPS:
        return Finding("broken", "lookups")
    return Finding("present", spf.others or "no-all", _shown(spf.by))


def is_dmarc(text: str) -> bool:
    """True if a TXT record is a DMARC record; all others are ignored (RFC 9989 section 4.10)."""
    return bool(_DMARC.match(text))


def read_dmarc(found: Sequence[TxtRecords]) -> Finding:
    """Finding about DMARC (RFC 9989 section 4.10): the domain's own record, else a parent's. `found`: nearest first."""
    own, *parents = found
    records = [text for text in own.texts if is_dmarc(text)]
    if len(records) == 1:
        return _dmarc_asks(_tags(records[0]), "")
    one_each = [(p, _tags(r[0])) for p in parents if len(r := [t for t in p.texts if is_dmarc(t)]) == 1]
    if records or own.status in NOT_KNOWN or not one_each:
        unclear = any(parent.status in NOT_KNOWN for parent in parents)
        return Finding("unknown") if unclear and not records else _not_one(own, records, r"v\s*=\s*dmarc")
    parent, tags = _organizational(one_each)
    return _dmarc_asks(tags, parent.name.removeprefix("_dmarc."))


def _organizational(parents: Sequence[tuple[TxtRecords, Mapping[str, str]]]) -> tuple[TxtRecords, Mapping[str, str]]:
    """Parent whose record counts (section 4.10.2): marked psd=n; just below psd=y, or that itself; else the topmost."""
    below: tuple[TxtRecords, Mapping[str, str]] | None = None
    for parent, tags in parents:
        if tags.get("psd") == "n":
            return parent, tags
        if tags.get("psd") == "y":
            is_child = below is not None and below[0].name.count(".") == parent.name.count(".") + 1
            return below if below and is_child else (parent, tags)
        below = parent, tags
    return parents[-1]


def _dmarc_asks(tags: Mapping[str, str], at: str) -> Finding:
    """Finding about one record (section 4.7). An invalid one with a report address counts as "none" (4.10.1)."""
    policies = {name: tags[name].lower() for name in ("p", "sp", "np") if name in tags}
    asks = (policies.get("sp") if at else None) or policies.get("p", "none")
    if not set(policies.values()) <= {"none", "quarantine", "reject"}:
        if not any(map(_REPORT_URI.fullmatch, _uris(tags))):
            wrong = next(f"{n}={v}" for n, v in policies.items() if v not in ("none", "quarantine", "reject"))
            return Finding("broken", "policy", _shown(wrong), at)
        asks = "none"
    return Finding("present", asks, "", at, tags.get("t", "").lower() == "y" and asks != "none")


def read_mta_sts(found: TxtRecords) -> Finding:
    """Finding about MTA-STS (RFC 8461 section 3.1). The policy itself stands on a web server, which is not asked."""
    records = [text for text in found.texts if text.startswith("v=STSv1;")]
    if len(records) != 1:
        return _not_one(found, records, r"v\s*=\s*stsv")
    name = _tags(records[0]).get("id", "")
    return Finding("present" if re.fullmatch(r"[A-Za-z0-9]{1,32}", name) else "broken", "id", _shown(name))


def read_tls_rpt(found: TxtRecords) -> Finding:
    """Finding about TLS reporting (RFC 8460 section 3)."""
    records = [text for text in found.texts if text.startswith("v=TLSRPTv1;")]
    if len(records) != 1:
        return _not_one(found, records, r"v\s*=\s*tlsrpt")
    tags = _tags(records[0])
    usable = all(map(_REPORT_URI.fullmatch, _uris(tags)))
    return Finding("present" if usable else "broken", "rua", _shown(tags.get("rua", "")))


def _not_one(found: TxtRecords, records: Sequence[str], alike: str) -> Finding:
    """Finding where no record counts, or more than one. `alike`: pattern of what begins like one and is ignored."""
    if found.status in NOT_KNOWN:
        return Finding("unknown")
    if records:
        return Finding("several")
    begins = re.compile(alike, re.IGNORECASE)
    near = next((text for text in found.texts if begins.match(text.lstrip(" \t\"'"))), "")
    return Finding("broken", "version", _shown(near)) if near else Finding("absent")


def _tags(record: str) -> Mapping[str, str]:
    """Tags of a record: "v=DMARC1; p=none" → {"v": "DMARC1", "p": "none"}; of several alike the first."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip(" \t"), value.strip(" \t"))
    return found


def _uris(tags: Mapping[str, str]) -> list[str]:
    """Addresses for reports; one empty text where there is no tag."""
    return [uri.strip() for uri in tags.get("rua", "").split(",")]
