"""SPF, DMARC, MTA-STS and TLS reporting: one row for each rule, with its source."""

import time

from bot.core.dns.records import Status, TxtRecords
from bot.core.dns.txt_policies import Finding, read_dmarc, read_mta_sts, read_spf, read_tls_rpt
from tests.rows import each_row


def texts(*records: str, name: str = "_dmarc.a.example.com", status: Status | None = None) -> TxtRecords:
    return TxtRecords(name, status or ("ok" if records else "none"), records)


ELEVEN = " ".join(f"include:_spf{n}.example.com" for n in range(11))
SPF = [
    # rule, records, reading
    ("4.5: no record", ["google-site-verification=x"], Finding("absent")),
    ("4.5: two records are a permanent error", ["v=spf1 mx -all", "v=spf1 -all"], Finding("several")),
    ("4.5: the version ends at a space", ["v=spf10 mx -all"], Finding("broken", "version", "v=spf10 mx -all")),
    ("4.5: other versions are not SPF", ["spf2.0/pra -all"], Finding("absent")),
    ("4.5: a quotation mark too many", ['"v=spf1 -all"'], Finding("broken", "version", '"v=spf1 -all"')),
    ("12: the version's case does not matter", ["V=SPF1 -ALL"], Finding("present", "fail", "-ALL")),
    ("5.1: fail", ["v=spf1 mx -all"], Finding("present", "fail", "-all")),
    ("5.1: softfail", ["v=spf1 a:mail.example.com/24//64 ~all"], Finding("present", "softfail", "~all")),
    ("5.1: neutral", ["v=spf1 exists:%{i}._spf.%{d2} ?all"], Finding("present", "neutral", "?all")),
    ("5.1: pass for everybody", ["v=spf1 all"], Finding("present", "pass", "all")),
    ("5.1: nothing counts after all", ["v=spf1 -all ip4:9.9.9.0/24"], Finding("present", "fail", "-all")),
    ("4.7: no all", ["v=spf1 ip6:2620:fe::/48"], Finding("present", "no-all")),
    ("4.7: an empty record", ["v=spf1"], Finding("present", "no-all")),
    ("6.1: redirect", ["v=spf1 redirect=_spf.example.com"],
     Finding("present", "redirect", "redirect=_spf.example.com")),
    ("6.1: not beside all", ["v=spf1 redirect=_spf.example.com ~all"], Finding("present", "softfail", "~all")),
    ("6: redirect at most once", ["v=spf1 redirect=a.example redirect=b.example"],
     Finding("broken", "syntax", "redirect=")),
    ("6: other modifiers are ignored", ["v=spf1 ra=postmaster mx -all"], Finding("present", "fail", "-all")),
    ("4.6.1: unknown mechanism", ["v=spf1 ipv4:9.9.9.9 -all"], Finding("broken", "syntax", "ipv4:9.9.9.9")),
    ("5.6: ip4 with a wrong address", ["v=spf1 ip4:9.9.9 -all"], Finding("broken", "syntax", "ip4:9.9.9")),
    ("5.6: ip4 with an IPv6 address", ["v=spf1 ip4:2620:fe::9 -all"], Finding("broken", "syntax", "ip4:2620:fe::9")),
    ("5.6: too long a prefix", ["v=spf1 ip4:9.9.9.9/33"], Finding("broken", "syntax", "ip4:9.9.9.9/33")),
    ("5.2: include needs a domain", ["v=spf1 include -all"], Finding("broken", "syntax", "include")),
    ("7.1: a domain has a top-level label", ["v=spf1 include:spf -all"], Finding("broken", "syntax", "include:spf")),
    ("7.1: a wrong macro", ["v=spf1 exists:%{z}.example.com"], Finding("broken", "syntax", "exists:%{z}.example.com")),
    ("4.6.4: ten look-ups", [f"v=spf1 {ELEVEN.rpartition(' ')[0]} -all"], Finding("present", "fail", "-all")),
    ("4.6.4: eleven look-ups", [f"v=spf1 {ELEVEN} -all"], Finding("broken", "lookups")),
    ("5.5: ptr", ["v=spf1 ptr ptr:example.com -all"], Finding("present", "fail", "-all")),
]  # fmt: skip


@each_row(("records", "reading"), [row[1:] for row in SPF], ids=[f"RFC 7208, {row[0]}" for row in SPF])
def test_spf_is_read(records: list[str], reading: Finding) -> None:
    assert read_spf(texts(*records)) == reading


RUA = "rua=mailto:dmarc@example.com"
PARENT, TOP, SUFFIX = "_dmarc.b.example.com", "_dmarc.example.com", "_dmarc.com"
DMARC = [
    # rule, the domain's records, its parents' by name, reading
    ("4.10: no record", [], {}, Finding("absent")),
    ("4.10: two records count as none", ["v=DMARC1; p=none", "v=DMARC1; p=reject"], {}, Finding("several")),
    ("4.7: what is no DMARC record is ignored", ["v=spf1 -all"], {}, Finding("absent")),
    ("4.7: the version must match precisely", ["v=dmarc1; p=none"], {},
     Finding("broken", "version", "v=dmarc1; p=none")),
    ("4.7: the version must come first", ["p=none; v=DMARC1"], {}, Finding("absent")),
    ("4.8: blanks around the equals sign", ["v = DMARC1 ; p = reject"], {}, Finding("present", "reject")),
    ("4.7: none", ["v=DMARC1; p=none"], {}, Finding("present", "none")),
    ("4.7: quarantine", [f"v=DMARC1;p=quarantine;{RUA}"], {}, Finding("present", "quarantine")),
    ("4.7: no p is none", ["v=DMARC1"], {}, Finding("present", "none")),
    ("4.7: testing", ["v=DMARC1; p=reject; t=y"], {}, Finding("present", "reject", testing=True)),
    ("4.7: unknown tags are ignored", ["v=DMARC1; x=1; p=reject; pct=50"], {}, Finding("present", "reject")),
    ("4.10.1: a wrong policy with reports is none", [f"v=DMARC1; p=rejct; {RUA}"], {}, Finding("present", "none")),
    ("4.10.1: without reports nothing applies", ["v=DMARC1; p=rejct"], {}, Finding("broken", "policy", "p=rejct")),
    ("4.10.1: a wrong sp", ["v=DMARC1; p=none; sp=x"], {}, Finding("broken", "policy", "sp=x")),
    ("4.10.1: the parent's p", [], {TOP: ["v=DMARC1; p=reject"]}, Finding("present", "reject", at="example.com")),
    ("4.10.1: … or rather its sp", [], {TOP: ["v=DMARC1; p=reject; sp=none"]},
     Finding("present", "none", at="example.com")),
    ("4.10.2: the topmost counts", [], {PARENT: ["v=DMARC1; p=none"], TOP: ["v=DMARC1; p=reject"]},
     Finding("present", "reject", at="example.com")),
    ("4.10.2: psd=n ends the walk", [], {PARENT: ["v=DMARC1; p=none; psd=n"], TOP: ["v=DMARC1; p=reject"]},
     Finding("present", "none", at="b.example.com")),
    ("4.10.2: below psd=y", [], {TOP: ["v=DMARC1; p=none"], SUFFIX: ["v=DMARC1; p=reject; psd=y"]},
     Finding("present", "none", at="example.com")),
    ("4.10.2: psd=y itself", [], {PARENT: ["v=DMARC1; p=none"], SUFFIX: ["v=DMARC1; p=reject; psd=y"]},
     Finding("present", "reject", at="com")),
    ("4.10: the parent's two count as none", [], {TOP: ["v=DMARC1; p=none", "v=DMARC1"]}, Finding("absent")),
]  # fmt: skip


@each_row(("own", "parents", "reading"), [row[1:] for row in DMARC], ids=[f"RFC 9989, {row[0]}" for row in DMARC])
def test_dmarc_is_read(own: list[str], parents: dict[str, list[str]], reading: Finding) -> None:
    assert read_dmarc([texts(*own), *(texts(*records, name=name) for name, records in parents.items())]) == reading


STS = [
    ("3.1: no record", [], Finding("absent")),
    ("3.1: one", ["v=STSv1; id=20160831085700Z;"], Finding("present", "id", "20160831085700Z")),
    ("3.1: several count as none", ["v=STSv1; id=1", "v=STSv1; id=2"], Finding("several")),
    ("3.1: others are discarded", ["v=spf1 -all", "v=STSv1; id=1"], Finding("present", "id", "1")),
    ("3.1: the version is exact", ["v=stsv1; id=1"], Finding("broken", "version", "v=stsv1; id=1")),
    ("3.1: an id is needed", ["v=STSv1;"], Finding("broken", "id")),
    ("3.1: of letters and digits", ["v=STSv1; id=2016-08-31"], Finding("broken", "id", "2016-08-31")),
    ("3.1: at most 32", [f"v=STSv1; id={'1' * 33}"], Finding("broken", "id", "1" * 33)),
]


@each_row(("records", "reading"), [row[1:] for row in STS], ids=[f"RFC 8461, {row[0]}" for row in STS])
def test_mta_sts_is_read(records: list[str], reading: Finding) -> None:
    assert read_mta_sts(texts(*records)) == reading


MAILTO, HTTPS = "mailto:tls@example.com", "https://tls.example.com/v1"
RPT = [
    ("3: no record", [], Finding("absent")),
    ("3: mailto", [f"v=TLSRPTv1;rua={MAILTO}"], Finding("present", "rua", MAILTO)),
    ("3: several addresses", [f"v=TLSRPTv1; rua={MAILTO}, {HTTPS}"], Finding("present", "rua", f"{MAILTO}, {HTTPS}")),
    ("3: several records count as none", [f"v=TLSRPTv1;rua={MAILTO}"] * 2, Finding("several")),
    ("3: the version is exact", ["v=TLSRPT1; rua=x"], Finding("broken", "version", "v=TLSRPT1; rua=x")),
    ("3: rua is needed", ["v=TLSRPTv1;"], Finding("broken", "rua")),
    ("3: mailto or https alone", ["v=TLSRPTv1; rua=http://x.example"], Finding("broken", "rua", "http://x.example")),
]


@each_row(("records", "reading"), [row[1:] for row in RPT], ids=[f"RFC 8460, {row[0]}" for row in RPT])
def test_tls_rpt_is_read(records: list[str], reading: Finding) -> None:
    assert read_tls_rpt(texts(*records)) == reading


def test_a_policy_that_could_not_be_asked_is_unknown_not_absent() -> None:
    unknown = texts(status="timeout")
    assert [read(unknown) for read in (read_spf, read_mta_sts, read_tls_rpt)] == [Finding("unknown")] * 3
    assert read_dmarc([unknown]) == Finding("unknown")
    assert read_dmarc([texts(), unknown]) == Finding("unknown")


@each_row("piece", ["a.", "%{i}.", "1", "include:a.", "a/24/", "v=spf1 ", "p=", ";;", "rua=mailto:a@b,"])
def test_no_record_takes_long_to_read(piece: str) -> None:
    """As long as an answer may be; reading is in the way of everything else."""
    began = time.perf_counter()
    for start in ("v=spf1 ", "v=spf1 include:", "v=DMARC1; ", "v=STSv1; id=", "v=TLSRPTv1; rua="):
        record = texts(start + piece * (16_000 // len(piece)))
        for read in (read_spf, read_mta_sts, read_tls_rpt):
            read(record)
        read_dmarc([record])
    assert time.perf_counter() - began < 0.5
