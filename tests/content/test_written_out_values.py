"""Values of provider.yaml in texts: where `check` asks for a variable, and `import` writes one."""

from bot.content.written_out_values import ProviderValues
from bot.core.provider import Connection, Provider
from tests.rows import each_row

HOST = "mail.one.example"
PROVIDER = Provider(
    "One",
    (
        Connection("smtp", "send", "smtp", "none", server="plain.one.example", port=25),
        Connection("smtp_starttls", "send", "smtp", "starttls", server=HOST, port=587),
        Connection("imaps", "fetch", "imap", "tls", server=HOST, port=993),
        Connection("pop3s", "fetch", "pop3", "tls", server=HOST, port=995),
    ),
    limits={"size": "30 MB", "mailbox": "5 GB", "spool": 24, "relay": 1, "again": 1},
    links={"webmail": "https://webmail.one.example/", "faq": "https://www.one.example/faq"},
)
VALUES = ProviderValues(PROVIDER)
TEXTS = {
    # a server that several connections share: the port beside it, the word beside it, or the heading tells which
    f"`{HOST}`, Port `993`": "`{{ servers.imaps }}`, Port `{{ ports.imaps }}`",
    f"IMAP: {HOST}\nPOP3: {HOST}": "IMAP: {{ servers.imaps }}\nPOP3: {{ servers.pop3s }}",
    f"Zum Senden {HOST} eintragen": "Zum Senden {{ servers.smtp_starttls }} eintragen",
    f"Der Server ist {HOST}.": "Der Server ist {{ servers.smtp_starttls }}.",
    # no part of a longer name or number is one
    f"webmail.{HOST}": f"webmail.{HOST}",
    f"{HOST}.at": f"{HOST}.at",
    "5870, 2.587, 587.5, v587": "5870, 2.587, 587.5, v587",
    # a small number is a port only where it is called one
    "bis 25. Mai, 25 MB, 25 Euro": "bis 25. Mai, 25 MB, 25 Euro",
    "Port 25 oder `25`": "Port {{ ports.smtp }} oder `{{ ports.smtp }}`",
    "587 MB": "587 MB",
    # sizes and times: a number that two limits have is neither's
    "höchstens 30 MB, im Postfach 5 GB": "höchstens {{ limits.size }}, im Postfach {{ limits.mailbox }}",
    "130 MB, 30 MBit, 30 MB.": "130 MB, 30 MBit, {{ limits.size }}.",
    "24 Stunden, 24 hours, 24 Uhr": "{{ limits.spool | hours }}, {{ limits.spool | hours }}, 24 Uhr",
    "1 Stunde": "1 Stunde",
    # whole addresses
    "[hier](https://webmail.one.example/).": "[hier]({{ links.webmail }}).",
    "https://webmail.one.example/x https://www.one.example/faq?a": "https://webmail.one.example/x https://www.one.example/faq?a",
}


@each_row("text", TEXTS)
def test_a_value_becomes_the_variable_of_what_is_meant(text: str) -> None:
    assert VALUES.with_variables(text, "")[0] == TEXTS[text]


def test_the_heading_tells_which_connection_is_meant() -> None:
    for heading, key in {"Server für IMAP?": "imaps", "POP-Server": "pop3s", "Postausgang": "smtp_starttls"}.items():
        assert VALUES.with_variables(f"Er heißt {HOST}.", heading) == (
            f"Er heißt {{{{ servers.{key} }}}}.",
            (f"servers.{key}",),
        )


def test_what_the_provider_does_not_have_is_named() -> None:
    text = f"smtp.two.example oder {HOST}, Port 465, 50 MB, webmail.one.example, Port 587, z. B. firma.de, 3.5"
    assert VALUES.unknown(text) == ["smtp.two.example", "Port 465", "50 MB"]


def test_a_provider_that_is_but_a_name_has_no_values() -> None:
    assert ProviderValues(Provider("One")).with_variables("Port 587", "") == ("Port 587", ())
