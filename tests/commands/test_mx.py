"""/mx: every rule with its source, every verdict in both languages, and nothing that a name server could do with it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack.blocks import SECTION, to_blocks
from bot.channels.slack.mrkdwn import to_mrkdwn
from bot.commands.mx import RULES, assess_mx
from bot.core.dns.records import MailPolicies, MxHost, MxResult, TxtRecords
from bot.core.markdown.to_html import to_html
from bot.core.model import LANGUAGES, Answer, Language
from tests.examples import examples
from tests.project import renderer
from tests.rows import each_row

UP = MxHost(10, "mx1.example.com", ("9.9.9.9",), "ok")
UP2 = MxHost(20, "mx2.example.com", ("9.9.9.10", "2620:fe::9"), "ok")
NO_ADDRESS = MxHost(20, "mx2.example.com", (), "none")
GONE = MxHost(20, "mx2.example.com", (), "nxdomain")
SLOW = MxHost(20, "mx2.example.com", (), "timeout")
LAME = MxHost(20, "mx2.example.com", (), "lame")
BOGUS = MxHost(20, "mx2.example.com", (), "dnssec")
LOOP = MxHost(20, "mx2.example.com", (), "loop")
BROKEN = MxHost(20, "mx2.example.com", (), "failure")
RESERVED = MxHost(20, "printer.local", (), "reserved")
LITERAL = MxHost(20, "192.0.2.1", (), "address")
DOTLESS = MxHost(20, "mail", (), "incomplete")
ALIAS = MxHost(20, "mx2.example.com", ("9.9.9.9",), "ok", alias="real.example.net")
PRIVATE = MxHost(20, "mx2.example.com", ("10.0.0.1",), "ok")
LOOPBACK = MxHost(20, "mx2.example.com", ("127.0.0.1", "::1"), "ok")
PAPER = MxHost(20, "mx2.example.com", ("192.0.2.1", "2001:db8::1"), "ok")
MIXED = MxHost(10, "mx1.example.com", ("10.0.0.1", "9.9.9.9"), "ok")
HALF = MxHost(10, "mx1.example.com", ("9.9.9.9",), "ok", unknown=("IPv6",))
CROWDED = MxHost(10, "mx1.example.com", ("9.9.9.9",), "ok", more=3)
NULL = MxHost(0, ".", (), "null")

FOUND = [
    # rule and source, what was found, verdict, rules that are noticed
    ("in order of preference: RFC 5321, 5.1", MxResult("ok", (UP, UP2)), "ok", []),
    ("null MX: RFC 7505, 3", MxResult("null"), "null", []),
    ("null MX with a preference: RFC 7505, 3", MxResult("null", null_preference=10), "null", ["null-preference"]),
    ("null MX beside others: RFC 7505, 3", MxResult("ok", (NULL, UP)), "contradictory", ["null-beside-others"]),
    ("implicit MX: RFC 5321, 5.1", MxResult("implicit", (UP,)), "implicit", []),
    (
        "implicit MX, private: RFC 1918, 3",
        MxResult("implicit", (PRIVATE,)),
        "implicit-unreachable",
        ["not-public"],
    ),
    ("neither MX nor address: RFC 5321, 5.1", MxResult("none"), "none", []),
    ("the domain is an alias: RFC 5321, 5.1", MxResult("ok", (UP,), alias="example.net"), "ok", []),
    ("an alias of nothing: RFC 6604, 3", MxResult("nxdomain", alias="gone.example.net"), "alias-broken", []),
    ("an alias out of the public DNS", MxResult("reserved", alias=""), "reserved", []),
    ("MX is a CNAME: RFC 2181, 10.3", MxResult("ok", (UP, ALIAS)), "flawed", ["alias"]),
    ("MX is an IP address: RFC 1035, 3.3.9", MxResult("ok", (UP, LITERAL)), "partly", ["address"]),
    ("MX is nothing but an IP address", MxResult("ok", (LITERAL,)), "unreachable", ["address"]),
    ("MX has one label: RFC 1034, 3.1", MxResult("ok", (UP, DOTLESS)), "partly", ["incomplete"]),
    ("MX is a name for special use: RFC 6761, 6", MxResult("ok", (RESERVED,)), "unreachable", ["reserved"]),
    ("MX host does not exist: RFC 5321, 5.1", MxResult("ok", (UP, GONE)), "partly", ["nxdomain"]),
    ("MX host has no address: RFC 5321, 5.1", MxResult("ok", (UP, NO_ADDRESS)), "partly", ["none"]),
    ("no MX host has one", MxResult("ok", (NO_ADDRESS,)), "unreachable", ["none"]),
    ("private address: RFC 1918, 3", MxResult("ok", (UP, PRIVATE)), "partly", ["not-public"]),
    ("loopback: RFC 1122, 3.2.1.3", MxResult("ok", (LOOPBACK,)), "unreachable", ["not-public"]),
    ("documentation: RFC 5737, 3", MxResult("ok", (PAPER,)), "unreachable", ["not-public"]),
    ("a private address beside a public one", MxResult("ok", (MIXED,)), "ok", []),
    ("duplicate preference: RFC 5321, 5.1", MxResult("ok", (UP, MIXED)), "flawed", ["twice"]),
    (
        "duplicate preference is no fault: RFC 5321, 5.1",
        MxResult("ok", (UP, MxHost(10, "mx2.example.com", ("9.9.9.9",), "ok"))),
        "ok",
        [],
    ),
    ("one of two kinds of address unknown", MxResult("ok", (HALF,)), "ok", []),
    ("not known", MxResult("ok", (SLOW,)), "unknown", []),
    ("not known, or missing", MxResult("ok", (SLOW, GONE)), "unknown", ["nxdomain", "twice"]),
    ("NXDOMAIN: RFC 1035, 4.1.1", MxResult("nxdomain"), "nxdomain", []),
    ("SERVFAIL: RFC 1035, 4.1.1", MxResult("failure"), "failure", []),
    ("SERVFAIL but for CD: RFC 4035, 5.5", MxResult("dnssec"), "dnssec", []),
    ("timeout", MxResult("timeout"), "timeout", []),
    ("lame: RFC 9499, 7", MxResult("lame"), "lame", []),
    ("a circle of CNAMEs: RFC 1034, 3.6.2", MxResult("loop"), "loop", []),
]  # fmt: skip


@each_row(("found", "verdict", "rules"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_a_broken_rule_is_found_and_gives_the_verdict(found: MxResult, verdict: str, rules: list[str]) -> None:
    facts = assess_mx("example.com", found)
    assert (facts["verdict"], [finding["rule"] for finding in facts["noticed"]]) == (verdict, rules)


def test_every_rule_has_a_source_and_a_case() -> None:
    judged = {rule for _, _, _, rules in FOUND for rule in rules}
    assert judged == set(RULES)
    assert all(re.match(r"RFC \d{4}, \d", source) for source in RULES.values())


@each_row("language", LANGUAGES)
@each_row("rule", RULES)
def test_every_rule_is_explained_with_its_source(rule: str, language: Language) -> None:
    found = next(found for _, found, _, rules in FOUND if rule in rules)
    assert RULES[rule] in said(found, language).split("\n")[-1]  # beside the source


SAID = [
    # what was found, German, English
    (MxResult("ok", (UP,)), "kann E-Mails empfangen: Der Mailserver hat", "its mail server has a public address"),
    (MxResult("ok", (UP, UP2)), "Beide Mailserver haben", "both mail servers each have"),
    (MxResult("ok", (UP, UP2), 9), "Alle 2 geprüften Mailserver", "9 more MX records were not"),
    (MxResult("ok", (UP, UP2), 1), "Einen weiteren MX-Eintrag habe", "1 more MX record was not"),
    (MxResult("ok", (UP, ALIAS)), "MX-Einträge enthalten Fehler", "there are mistakes in its MX"),
    (MxResult("ok", (UP, ALIAS)), "(Alias für `real.example.net`)", "(alias of `real.example.net`)"),
    (MxResult("ok", (UP, NULL)), "widerspricht sich", "contradicts itself"),
    (MxResult("ok", (UP, NO_ADDRESS)), "keine Adresse eingetragen", "has no address"),
    (MxResult("ok", (UP, NO_ADDRESS)), "(`error-name-service`)", "(`error-name-service`)"),
    (MxResult("ok", (UP, GONE)), "„Fehler: Name service error“", "“Error: Name service error”"),
    (MxResult("ok", (UP, GONE)), "diesen Host gibt es nicht", "does not exist"),
    (MxResult("ok", (UP, SLOW)), "keine Antwort in der", "no answer within"),
    (MxResult("ok", (UP, LAME)), "nicht zuständig zu sein", "not responsible"),
    (MxResult("ok", (UP, BOGUS)), "DNSSEC-Fehlers", "DNSSEC error"),
    (MxResult("ok", (UP, LOOP)), "Aliase (CNAME) im Kreis", "aliases (CNAME) in a loop"),
    (MxResult("ok", (UP, BROKEN)), "keine brauchbare Antwort", "no usable answer"),
    (MxResult("ok", (UP, LITERAL)), "ist eine IP-Adresse; hier muss", "is an IP address; it must"),
    (MxResult("ok", (UP, DOTLESS)), "kein vollständiger Name", "not a complete name"),
    (MxResult("ok", (UP, PRIVATE)), "`10.0.0.1` (privat)", "`10.0.0.1` (private)"),
    (MxResult("ok", (NO_ADDRESS, GONE)), "kann mit diesen Einträgen keine E-Mails", "cannot receive"),
    (MxResult("ok", (NO_ADDRESS,), 4), "kann mit diesen Einträgen vermutlich keine", "probably cannot receive"),
    (MxResult("ok", (RESERVED,)), "gehört nicht zum öffentlichen DNS", "not part of the public DNS"),
    (MxResult("ok", (SLOW,)), "ließen sich nicht ermitteln", "could not be determined"),
    (MxResult("ok", (HALF,)), "(IPv6-Adressen ließen sich", "(IPv6 addresses could not"),
    (MxResult("ok", (CROWDED,)), "`9.9.9.9` und 3 weitere", "`9.9.9.9` and 3 more"),
    (
        MxResult("ok", (UP,), alias="b.example"),
        "ein Alias (CNAME) für `b.example`;",
        "an alias (CNAME) of `b.example`;",
    ),
    (MxResult("implicit", (UP,)), "keinen MX-Eintrag", "no MX record"),
    (MxResult("implicit", (PRIVATE,)), "ist keine öffentliche", "not a public one"),
    (MxResult("null"), "RFC 7505", "RFC 7505"),
    (MxResult("none"), "weder einen MX-Eintrag noch eine Adresse", "neither an MX record nor an address"),
    (MxResult("nxdomain"), "existiert nicht", "does not exist"),
    (MxResult("nxdomain", alias="b.example"), "für `b.example`, und diesen", "of `b.example`, which does not"),
    (MxResult("reserved"), "nicht zum öffentlichen DNS", "not part of the public DNS"),
    (MxResult("timeout"), "nicht rechtzeitig geantwortet", "did not answer in time"),
    (MxResult("lame"), "falsch delegiert", "delegated wrongly"),
    (MxResult("dnssec"), "DNSSEC-Fehlers", "DNSSEC error"),
    (MxResult("loop"), "im Kreis", "through a loop"),
    (MxResult("failure"), "keine brauchbare Antwort", "no usable answer"),
]


def said(found: MxResult, language: Language, domain: str = "example.com") -> str:
    return renderer().render(Answer("mx", language, assess_mx(domain, found)))


@each_row(("found", "german", "english"), SAID, ids=lambda value: str(value)[:30])
def test_every_finding_is_worded_in_both_languages(found: MxResult, german: str, english: str) -> None:
    assert german in said(found, "de")
    assert english in said(found, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_is_the_first_sentence(language: Language) -> None:
    for _, found, _, _ in FOUND:
        first = said(found, language).split("\n")[0]
        assert "`example.com`" in first
        assert not first.startswith(("-", "*"))


@each_row(
    ("domain", "found", "meant"),
    [
        ("gmial.com", MxResult("nxdomain"), "gmail.com"),
        ("gmx.ed", MxResult("none"), "gmx.de"),
        ("hotmial.de", MxResult("failure"), "hotmail.de"),
        ("web.dd", MxResult("null"), "web.de"),
        ("gmial.com", MxResult("ok", (UP,)), ""),
        ("gmail.com", MxResult("nxdomain"), ""),
        ("firma.de", MxResult("nxdomain"), ""),
    ],
)
def test_a_typing_slip_is_noticed_where_no_mail_can_arrive(domain: str, found: MxResult, meant: str) -> None:
    assert assess_mx(domain, found)["meant"] == meant


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_exchanger_has_a_line_of_its_own(language: Language) -> None:
    text = said(MxResult("ok", (UP, CROWDED, HALF, SLOW), 2), language)
    lines = text.split("\n")
    rows = [line for line in lines if re.match(r"- \d", line)]
    assert [line[:4] for line in rows] == ["- 10", "- 10", "- 10", "- 20"]
    assert all(line.count("mx") == 1 for line in rows)
    assert "\n\n- 10" in text  # else Markdown takes the neighbours for part of the list
    assert not re.search(r"\n- [^\n]*\n(?![-\n])", text)


def exchanger(preference: int, name: str) -> MxHost:
    return MxHost(preference, name, ("9.9.9.9",), "ok")


def test_hosts_of_one_preference_are_named_by_preference() -> None:
    """Pairs of different preferences are not thrown together, and all are named: none is "1 more"."""
    pairs = MxResult(
        "ok", tuple(exchanger(p, f"{n}.example.com") for p, n in ((10, "a"), (10, "b"), (20, "c"), (20, "d")))
    )
    german, english = said(pairs, "de"), said(pairs, "en")
    assert "Präferenz 10: `a.example.com`, `b.example.com` –" in german
    assert "Preference 20: `c.example.com`, `d.example.com` –" in english
    assert "Probleme" not in german


@each_row("number", [3, 4, 5])
def test_one_more_host_is_named_and_not_counted(number: int) -> None:
    hosts = tuple(MxHost(n, f"h{n}.example.com", (), "none") for n in range(number))
    problems = said(MxResult("ok", hosts), "de").partition("Probleme")[2]
    assert ("weitere" in problems) is (number == 5)
    assert ("2 weitere" in problems) is (number == 5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_servers_are_said_to_be_unchecked_only_where_there_are_some(language: Language) -> None:
    words = {"de": "ob die Server antworten", "en": "whether the servers answer"}[language]
    for _, found, _, _ in FOUND:
        facts = assess_mx("example.com", found)
        assert (words in said(found, language)) is bool(facts["hosts"])


def policies(spf: TxtRecords, dmarc: TxtRecords, mta_sts: TxtRecords, tls_rpt: TxtRecords) -> MailPolicies:
    return MailPolicies(spf, (dmarc,), mta_sts, tls_rpt)


def texts(*records: str) -> TxtRecords:
    return TxtRecords("example.com", "ok" if records else "none", records)


BRIEF = [
    (
        policies(texts(), texts(), texts(), texts()),
        ["SPF, DMARC, MTA-STS, TLS-RPT: keine Einträge"],
        ["SPF, DMARC, MTA-STS, TLS-RPT: no records"],
    ),
    (
        policies(
            texts("v=spf1 mx -all"), texts("v=DMARC1; p=quarantine; t=y"), texts("v=STSv1; id=1;"),
            texts("v=TLSRPTv1; rua=mailto:tls@example.com"),
        ),
        ["SPF: vorhanden; andere Absender sind nicht zugelassen (`-all`)", "(`quarantine`), derzeit im Testbetrieb",
         "MTA-STS: vorhanden", "TLS-RPT: vorhanden; Berichte gehen an `mailto:tls@example.com`"],
        ["SPF: present; other senders are not authorised (`-all`)", "(`quarantine`), being tested",
         "MTA-STS: present", "TLS-RPT: present; reports go to `mailto:tls@example.com`"],
    ),
    (
        policies(
            texts("v=spf1 -all", "v=spf1 mx -all"), texts("v=DMARC1; p=none", "v=DMARC1; p=none"),
            texts("v=STSv1; id=1", "v=STSv1; id=2"), texts("v=TLSRPTv1; rua=mailto:a@b.c", "v=TLSRPTv1; rua=x"),
        ),
        ["(RFC 7208, 4.5)", "(RFC 9989, 4.10)", "(RFC 8461, 3.1)", "(RFC 8460, 3)"],
        ["SPF: several", "DMARC: several", "MTA-STS: several", "TLS-RPT: several"],
    ),
    (
        policies(texts("v=spf1 ip4:1.2.3"), texts("v=DMARC1; p=rejct"), texts("v=STSv1; id=a b"), texts("v=TLSRPTv1;")),
        ["unverständlich ist `ip4:1.2.3`", "unverständlich ist `p=rejct`", "`id` fehlt", "`rua` fehlt"],
        ["`ip4:1.2.3` cannot be understood", "`p=rejct` cannot", "`id` is missing", "`rua` is missing"],
    ),
]  # fmt: skip


@each_row(("found", "german", "english"), BRIEF, ids=["absent", "present", "several", "broken"])
def test_policies_have_one_line_each(found: MailPolicies, german: list[str], english: list[str]) -> None:
    for language, parts in ((LANGUAGES[0], german), (LANGUAGES[1], english)):
        text = said(MxResult("ok", (UP,), policies=found), language)
        lines = [line for line in text.split("\n") if re.match(r"- (SPF|DMARC|MTA-STS|TLS-RPT)[:,] ", line)]
        assert len(lines) == len(parts)
        for line, part in zip(lines, parts, strict=True):
            assert part in line


# What a name server may put into a name or a text, as dnspython writes it; and what would do harm in Slack or a page
HOSTILE = st.text(st.sampled_from("<!>&@|`*_~#[]()\\\"'\n\r\t\u2028\u202ea.1-=;:/%"), max_size=300) | st.sampled_from(
    ["<!channel>", "<!here|here>", "<@U0001>", "<#C0001>", "<!subteam^S1>", "<https://evil.example|bank>", "`*x*`"]
)


@st.composite
def results(draw: st.DrawFn) -> MxResult:
    host = st.builds(
        MxHost,
        st.integers(0, 65_535),
        HOSTILE,
        st.lists(st.sampled_from(["9.9.9.9", "10.0.0.1", "2001:db8::1", "ff02::1", "fe80::1"]), max_size=8).map(tuple),
        st.sampled_from(["ok", "none", "nxdomain", "reserved", "address", "incomplete", "null", "timeout", "lame"]),
        st.integers(0, 9),
        st.sampled_from([(), ("IPv4",), ("IPv6",)]),
        HOSTILE,
    )
    one = st.builds(
        TxtRecords, HOSTILE, st.sampled_from(["ok", "none", "timeout"]), st.lists(RECORD, max_size=3).map(tuple)
    )
    found = st.builds(MailPolicies, one, st.lists(one, min_size=1, max_size=4).map(tuple), one, one)
    status = st.sampled_from(["ok", "implicit", "null", "none", "nxdomain", "failure", "dnssec", "loop", "reserved"])
    hosts = st.lists(host, max_size=10).map(tuple)
    return draw(st.builds(MxResult, status, hosts, st.integers(0, 90), HOSTILE, st.integers(0, 9), st.none() | found))


RECORD = st.tuples(
    st.sampled_from(["", "v=spf1 ", "v=DMARC1; p=", "v=STSv1; id=", "v=TLSRPTv1; rua=", "v=spf", "v=dmarc"]), HOSTILE
).map("".join)


@examples(30)
@given(results(), st.sampled_from(LANGUAGES))
def test_hostile_dns_data_cannot_format_ping_or_overflow(found: MxResult, language: Language) -> None:
    markdown = said(found, language)
    mrkdwn = to_mrkdwn(markdown)
    assert not re.search("[<>]", mrkdwn)  # in Slack every mention, link and date begins with one
    bare = re.sub(r"`[^`\n]*`", "", mrkdwn)
    assert "`" not in bare  # every piece of a name is inside its own code span
    assert set(re.findall(r"\*[^*\n]+\*", bare)) <= {"*Probleme*", "*Richtlinien*", "*Problems*", "*Policies*"}
    assert "evil" not in bare
    blocks = to_blocks(markdown)
    assert all(len(block["text"]["text"]) <= SECTION for block in blocks if block["type"] == "section")
    assert blocks[-1]["type"] == "context"  # the last line is there: nothing was left out for want of room
    assert set(re.findall(r"<(\w+)", to_html(markdown))) <= {"p", "br", "ul", "li", "code", "strong", "em"}


def test_the_longest_answer_fits_into_a_message() -> None:
    """Ten hosts, each with the longest name in its longest spelling and all the addresses that are shown."""
    name = r"\255" * 250
    v6 = ("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",) * 8
    hosts = tuple(MxHost(65_535, name, v6, "ok", 99, ("IPv4",), name) for _ in range(10))
    wrong = texts("v=spf1 " + "x" * 5_000)
    found = MxResult("ok", hosts, 90, name, policies=policies(wrong, wrong, wrong, wrong))
    for language in LANGUAGES:
        text = said(found, language, "b" * 250)
        blocks = to_blocks(text)
        assert blocks[-1]["type"] == "context"
        assert len(text) < 11_000
