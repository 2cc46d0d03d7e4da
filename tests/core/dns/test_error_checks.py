"""Error checks: the names in an explained error, and the state of its condition; a row for each entry and state."""

from bot.answering.engine import AnswerEngine
from bot.core.dns.error_checks import assess_condition
from bot.core.dns.records import HostStatus, MxHost, MxResult
from bot.core.model import LANGUAGES, Answer, Condition, Language, Question, Target
from tests.rows import each_row

NAMED = [
    # what is pasted, the names to check and for what
    (
        "Name service error for mx2.example.com: Host found but no data record of requested type",
        "mx2.example.com no-address",
    ),
    (
        "Name service error for <http://mx2.example.com|mx2.example.com>: Host found but no data record",
        "mx2.example.com no-address",
    ),
    (
        "Host or domain name not found. Name service error for name=mx2.example.com type=A: Host not found",
        "mx2.example.com no-address",
    ),
    (
        "Host or domain name not found. Name service error for name=example.com\n type=MX: Host not found",
        "example.com no-mail-server",
    ),
    ("<kunde@example.con>:\nSorry, I couldn't find any host named example.con. (#5.1.2)", "example.con no-mail-server"),
    (
        "550 5.1.2 <b@example.com>... Host unknown (Name server: example.com: no data known)",
        "example.com no-mail-server",
    ),
    (
        "kunde@example.com\n    unable to look up host mx2.example.com: No address associated",
        "mx2.example.com no-address",
    ),
    ("Non-existing DNS_MX: MAIL FROM:<a@example.org >", "example.org no-mail-server"),
    ("Non-existing DNS_MX: MAIL FROM:&lt;<mailto:a@example.org|a@example.org> &gt;", "example.org no-mail-server"),
    ("450 4.1.8 <info@exmaple.con>: Sender address rejected: Domain not found", "exmaple.con no-mail-server"),
    (
        "<b@example.org>:\nSorry, I wasn't able to establish an SMTP connection. (#4.4.1)",
        "example.org no-connection",
    ),
    (
        "<b@example.org>:\nSorry, I wasn't able to establish an SMTP connection. (#4.4.1)\nI'm not going to try again; "
        "this message has been in the queue too long.",
        "example.org no-connection",
    ),
    (
        "@400000004b2c7f1a0a3d9e74 starting delivery 5: msg 12 to remote b@example.org\n@400000004b2c7f1a0a3d9e74 "
        "delivery 5: deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/",
        "example.org no-connection",
    ),
    ("connect to mx.example.org[192.0.2.1]:25: Connection refused", "mx.example.org no-connection"),
    (
        "<b@example.org>:\nTLS not available: connect failed: error:00000000:lib(0):func(0):reason(0)",
        "example.org no-tls",
    ),
    (
        "TLS error from 'mx.example.org': Handshake failed: received fatal alert: HandshakeFailure",
        "mx.example.org no-tls",
    ),
    (
        "... while talking to mailin-02.mx.aol.com.:\n>>> RCPT To:<max@aol.com>\n<<< 550 MAILBOX NOT FOUND\n"
        "550 <max@aol.com>... User unknown",
        "aol.com no-mailbox",
    ),
    ("> <info@example.com>:\n> Sorry, no mailbox here by that name. vpopmail (#5.1.1)", "example.com no-mailbox"),
    (
        "qmail-smtpd: Invalid RECIPIENT address: MAIL from <a@example.com> RCPT <b@example.org> state <not present>",
        "example.org no-mailbox",
    ),
]
NOTHING_NAMED = [
    "Name service error for mx2.firma.internal: Host found but no data record of requested type",  # never asked
    "Name service error for mx2: Host found but no data record of requested type",
    "Name service error for ns0.ovh.net: Host found but no data record of requested type",  # the hoster's own
    "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)",
    "connect to 192.0.2.1[192.0.2.1]:25: Connection refused",
    "MAILER-DAEMON@mx.example.org: Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)",
    "<b@example.org>: 554 sorry, your envelope sender is in my badmailfrom list",  # the DNS says nothing of lists
    "Welcher Port für POP3 mit SSL? max@firma.de",
    "552 5.2.2 <max@firma.de>: mailbox full",
]


@each_row(("pasted", "named"), NAMED)
def test_an_explained_error_names_the_target_of_its_check(engine: AnswerEngine, pasted: str, named: str) -> None:
    found = engine.matcher.decide(Question(pasted)).targets
    assert " ".join(f"{target.name} {target.condition}" for target in found) == named


@each_row("pasted", NOTHING_NAMED)
def test_names_that_may_not_be_asked_are_no_targets(engine: AnswerEngine, pasted: str) -> None:
    assert engine.matcher.decide(Question(pasted)).targets == ()


def test_two_errors_offer_two_checks_and_one_name_is_offered_once(engine: AnswerEngine) -> None:
    two = (
        "<b@example.org>:\nSorry, I wasn't able to establish an SMTP connection. (#4.4.1)\n\n"
        "Name service error for mx2.example.com: Host found but no data record of requested type"
    )
    assert {t.name for t in engine.matcher.decide(Question(two)).targets} == {"example.org", "mx2.example.com"}
    same = two.replace("mx2.example.com", "example.org")
    assert [t.name for t in engine.matcher.decide(Question(same)).targets] == ["example.org"]


def host(status: HostStatus, *addresses: str) -> MxHost:
    return MxHost(10, "mx.example.com", addresses, status)


UP = MxResult("ok", (host("ok", "8.8.8.8"),))
PRIVATE = MxResult("ok", (host("ok", "10.0.0.1"),))
DOWN = MxResult("ok", (host("none"), host("nxdomain")))
SLOW = MxResult("ok", (host("none"), host("timeout")))
BOTH = MxResult("ok", (MxHost(0, ".", (), "null"), host("ok", "8.8.8.8")))
IMPLICIT = MxResult("implicit", (host("ok", "8.8.8.8"),))

JUDGED: list[tuple[Condition, MxHost | MxResult | None, str, str, str]] = [
    # condition, what the DNS says, state, what is said about it in German and in English
    ("no-address", host("ok", "8.8.8.8"), "gone", "hat jetzt eine Adresse: `8.8.8.8`", "now has an address: `8.8.8.8`"),
    ("no-address", host("none"), "holds", "weder einen A- noch einen AAAA-Eintrag", "still has no A or AAAA record"),
    ("no-address", host("nxdomain"), "holds", "gibt es im DNS weiterhin nicht", "still does not exist in the DNS"),
    ("no-address", host("timeout"), "unknown", "keine brauchbare Antwort", "no usable answer"),
    ("no-address", host("failure"), "unknown", "später noch einmal", "try again later"),
    ("no-address", host("reserved"), "refused", "nicht abfrage", "do not look up"),
    ("no-address", None, "refused", "nicht abfrage", "do not look up"),
    ("no-address", host("ok", "10.0.0.5"), "unclear", "keine öffentliche: `10.0.0.5`", "not a public one: `10.0.0.5`"),
    ("no-mail-server", BOTH, "unclear", "widersprechen sich", "contradict each other"),
    ("no-connection", BOTH, "unseen", "widersprechen sich", "contradict each other"),
    ("no-mail-server", UP, "gone", "woran dieser Fehler liegen könnte", "shows no reason for this error"),
    ("no-mail-server", IMPLICIT, "gone", "keinen MX-Eintrag, aber eine Adresse", "no MX record, but an address"),
    ("no-mail-server", MxResult("none"), "holds", "weder einen MX-Eintrag noch", "neither an MX record nor"),
    ("no-mail-server", MxResult("nxdomain"), "holds", "gibt es im DNS nicht", "does not exist in the DNS"),
    ("no-mail-server", MxResult("null"), "holds", "Null-MX", "null MX"),
    ("no-mail-server", DOWN, "holds", "kein Mailserver mit einer öffentlichen", "no mail server with a public"),
    ("no-mail-server", PRIVATE, "holds", "kein Mailserver mit einer öffentlichen", "no mail server with a public"),
    ("no-mail-server", SLOW, "unknown", "keine brauchbare Antwort", "no usable answer"),
    ("no-mail-server", MxResult("dnssec"), "unknown", "keine brauchbare Antwort", "no usable answer"),
    ("no-mail-server", None, "refused", "nicht abfrage", "do not look up"),
    ("no-connection", UP, "unseen", "Ob dort eine SMTP-Verbindung zustande kommt", "whether an SMTP connection"),
    ("no-connection", IMPLICIT, "unseen", "verrät das DNS nicht", "The DNS cannot tell"),
    ("no-connection", MxResult("nxdomain"), "holds", "bleibt der Fehler bestehen", "the error will persist"),
    ("no-connection", DOWN, "holds", "bleibt der Fehler bestehen", "the error will persist"),
    ("no-connection", MxResult("timeout"), "unknown", "nicht sagen", "cannot tell"),
    ("no-tls", UP, "unseen", "Ob die verschlüsselte Verbindung gelingt", "whether the encrypted connection"),
    ("no-tls", MxResult("none"), "unseen", "weder einen MX-Eintrag noch", "neither an MX record nor"),
    ("no-tls", MxResult("lame"), "unknown", "nicht sagen", "cannot tell"),
    ("no-mailbox", UP, "unseen", "Ob es dieses Postfach gibt", "whether this mailbox exists"),
    ("no-mailbox", MxResult("nxdomain"), "holds", "bleibt der Fehler bestehen", "the error will persist"),
    ("no-mailbox", MxResult("null"), "holds", "Null-MX", "null MX"),
    ("no-mailbox", MxResult("failure"), "unknown", "nicht sagen", "cannot tell"),
]
CONCLUDED: dict[str, dict[Language, str]] = {
    "holds": {"de": "bleibt der Fehler bestehen", "en": "the error will persist"},
    "gone": {"de": "woran dieser Fehler liegen könnte", "en": "shows no reason for this error"},
}


@each_row("language", LANGUAGES)
@each_row(("condition", "found", "state", "german", "english"), JUDGED)
def test_the_condition_holds_or_holds_no_longer_or_the_dns_cannot_tell(
    engine: AnswerEngine,
    condition: Condition,
    found: MxHost | MxResult | None,
    state: str,
    german: str,
    english: str,
    language: Language,
) -> None:
    row = assess_condition(Target("mx2.example.com", condition), found)
    assert row["state"] == state
    said = engine.renderer.render(Answer("check", language, {"results": [row]}))
    assert (german if language == "de" else english) in said
    assert "`mx2.example.com`" in said
    for other, words in CONCLUDED.items():  # nothing but the state is ever concluded
        assert (words[language] in said) is (other == state)


@each_row(
    ("mx", "points", "said"),
    [
        (MxResult("ok", (MxHost(10, "mx2.example.com", (), "none"),)), True, "`example.com`’s MX points to this host"),
        (MxResult("ok", (MxHost(10, "mx9.example.com", (), "ok"),)), False, "MX does not point to this host"),
        (MxResult("ok", (MxHost(10, "mx9.example.com", (), "ok"),), left_out=1), None, ""),
        (MxResult("none"), False, "does not point"),
        (MxResult("timeout"), None, ""),
        (None, None, ""),
    ],
)
def test_a_host_is_reported_with_the_domain_whose_mx_names_it(
    engine: AnswerEngine, mx: MxResult | None, points: bool | None, said: str
) -> None:
    row = assess_condition(Target("mx2.example.com", "no-address"), host("none"), "example.com", mx)
    assert row["points"] is points
    worded = engine.renderer.render(Answer("check", "en", {"results": [row]}))
    assert said in worded
    assert ("point" in worded) is bool(said)


def test_private_addresses_are_not_listed_as_if_anybody_reached_them() -> None:
    inner, mixed = host("ok", "10.0.0.5"), MxHost(20, "mx2.example.com", ("192.168.0.1", "9.9.9.9"), "ok")
    row = assess_condition(Target("example.com", "no-mail-server"), MxResult("ok", (inner, mixed)))
    assert row["servers"] == [{"host": "mx2.example.com", "addresses": ["9.9.9.9"]}]


def test_a_typing_slip_in_a_domain_is_named(engine: AnswerEngine) -> None:
    row = assess_condition(Target("gmial.com", "no-mail-server"), MxResult("nxdomain"))
    assert "Meinten Sie `gmail.com`?" in engine.renderer.render(Answer("check", "de", {"results": [row]}))


def test_names_from_the_dns_cannot_break_the_formatting(engine: AnswerEngine) -> None:
    hostile = MxResult("ok", (MxHost(10, "`*<!channel>*`\n_x_", ("8.8.8.8",), "ok"),))
    said = engine.renderer.render(
        Answer("check", "de", {"results": [assess_condition(Target("example.com", "no-connection"), hostile)]})
    )
    assert "`'*<!channel>*' _x_`" in said
