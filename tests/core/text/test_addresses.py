"""Parsers of mail addresses and domain names, as people type them."""

import time
from contextlib import suppress

import pytest
from hypothesis import given

from bot.core.model import UserError
from bot.core.text.addresses import (
    find_address,
    find_domain,
    is_reserved,
    near_miss,
    parse_address,
    parse_domain,
    to_login,
)
from bot.core.text.idna_names import to_ascii
from tests.examples import any_text
from tests.rows import each_row

OWN = ("ns0.ovh.net", "ssl0.ovh.net")

ADDRESSES = [
    ("plain", "webmaster@example.com", "webmaster@example.com"),
    ("Slack's link", "<mailto:max@firma.de|max@firma.de>", "max@firma.de"),
    ("Slack's link without a label", "<mailto:max@firma.de>", "max@firma.de"),
    ("in angle brackets", "<max@firma.de>", "max@firma.de"),
    ("a mailto link", "mailto:max@firma.de", "max@firma.de"),
    ("with punctuation", "max@firma.de.", "max@firma.de"),
    ("in quotes", "„max@firma.de“", "max@firma.de"),
    ("domain in upper case", "Max@FIRMA.DE", "Max@firma.de"),
    ("plus address", "max+shop@firma.de", "max+shop@firma.de"),
    ("international domain", "info@Müller.de", "info@müller.de"),
    ("international domain, already encoded", "info@xn--mller-kva.de", "info@müller.de"),
    ("Slack's escapes", "&lt;max@firma.de&gt;", "max@firma.de"),
    ("Slack's escapes around its link", "&lt;<mailto:max@firma.de|max@firma.de>&gt;", "max@firma.de"),
    ("an escaped sign in the local part", "R&amp;D@firma.de", "R&D@firma.de"),
    ("with a name (RFC 5322, 3.4)", "Max Muster <max@firma.de>", "max@firma.de"),
    ("characters that nobody sees", "\u200bmax@firma.de\ufeff", "max@firma.de"),
    ("an ellipsis", "max@firma.de…", "max@firma.de"),
    ("in bold", "*max@firma.de*", "max@firma.de"),
    ("in square brackets", "[max@firma.de]", "max@firma.de"),
    ("a mailto link with a subject", "mailto:max@firma.de?subject=x", "max@firma.de"),
]
REFUSED_ADDRESSES = [
    ("nothing", "", "no-address"),
    ("a word", "webmaster", "no-at"),
    ("no local part", "@firma.de", "no-local"),
    ("no domain", "max@", "no-domain"),
    ("two addresses", "a@firma.de, b@firma.de", "two-addresses"),
    ("two signs", "a@b@firma.de", "two-ats"),
    ("a space", "max muster@firma.de", "space"),
    ("a dot at the end of the local part", "max.@firma.de", "bad-local"),
    ("a local part that is too long", "x" * 65 + "@firma.de", "bad-local"),
    ("an IP address", "max@192.0.2.1", "ip-address"),
    ("an address literal", "max@[192.0.2.1]", "ip-address"),
    ("an IPv6 literal (RFC 5321, 4.1.3)", "max@[IPv6:2001:db8::1]", "ip-address"),
    ("a character that cannot be seen", "ma\u200dx@firma.de", "bad-local"),
    ("a top-level domain of digits (RFC 3696, 2)", "max@firma.123", "bad-domain"),
    ("two of Slack's links", "<mailto:a@b.de|a@b.de> <mailto:c@d.de|c@d.de>", "two-addresses"),
    ("a single label", "max@localhost", "single-label"),
    ("an empty label", "max@firma..de", "bad-domain"),
    ("a hyphen at the start", "max@-firma.de", "bad-domain"),
    ("a label that is too long", f"max@{'x' * 64}.de", "bad-domain"),
]
DOMAINS = [
    ("plain", "example.com", "example.com"),
    ("with its dot", "example.com.", "example.com"),
    ("upper case", "Example.COM", "example.com"),
    ("a URL", "https://example.com/path?q=1", "example.com"),
    ("a URL with port and user", "http://me@example.com:8080/", "example.com"),
    ("an address", "max@example.com", "example.com"),
    ("Slack's link", "<http://example.com|example.com>", "example.com"),
    ("Slack's bare link", "<https://example.com>", "example.com"),
    ("international", "Müller.DE", "müller.de"),
    ("sharp s stays (UTS 46, nontransitional)", "faß.de", "faß.de"),
    ("an ideographic dot (RFC 3490, 3.1)", "例子。com", "例子.com"),
    ("an @ in a URL's path", "https://medium.com/@user", "medium.com"),
    ("an address in a URL's query", "https://example.com/?mail=a@b.de", "example.com"),
    ("a URL without its scheme", "//example.com/x", "example.com"),
    ("Slack's escapes", "&lt;example.com&gt;", "example.com"),
    ("hyphens in the third and fourth place", "ab--cd.de", "ab--cd.de"),
    ("emoji", "💩.la", "💩.la"),
    ("emoji as an A-label", "xn--ls8h.la", "💩.la"),
    ("emoji with a variation selector", "I❤️.ws", "i❤.ws"),
    ("an international A-label", "xn--mnchen-3ya.de", "münchen.de"),
    ("in brackets, at the end of a sentence", "(example.com).", "example.com"),
    ("in brackets of the other kind", "[example.com]", "example.com"),
    ("in quotes", '"example.com"', "example.com"),
    ("in German quotes", "„example.com“!", "example.com"),
    ("with courtesy", "example.com bitte", "example.com"),
    ("with more of it", "die Domain example.com, please", "example.com"),
]
REFUSED_DOMAINS = [
    ("nothing", " ", "no-domain"),
    ("IPv4", "192.0.2.1", "ip-address"),
    ("IPv6", "2001:db8::1", "ip-address"),
    ("IPv6 in brackets", "[2001:db8::1]", "ip-address"),
    ("numbers alone", "1.2.3", "ip-address"),
    ("IPv4 with other dots", "192。0。2。1", "ip-address"),
    ("IPv6 with a port", "[::1]:53", "ip-address"),
    ("IPv4 in part hexadecimal", "0x7f.0.0.1", "bad-domain"),
    ("two addresses", "a@firma.de, b@other.de", "two-domains"),
    ("a single label", "localhost", "single-label"),
    ("two names", "example.com example.org", "two-domains"),
    ("an A-label of nothing", "xn--.de", "bad-domain"),
    ("an A-label of no Punycode", "xn--zzzzzzzzz.de", "bad-domain"),
    ("an underscore", "a_b.example.com", "underscore"),
    ("a name that is too long", ".".join(["a" * 60] * 5) + ".de", "bad-domain"),
]
FOUND = [
    ("an address", "mein server für max@firma.de?", "max@firma.de", "firma.de"),
    ("a domain", "smtp server für firma.de?", "", "firma.de"),
    ("a service's host", "ist smtp.firma.de richtig", "", "firma.de"),
    ("a numbered mail exchanger", "mx03.firma.de oder mail2.firma.de", "", "firma.de"),
    ("a service's host of a service's host", "www.mail.firma.de", "", "firma.de"),
    ("an address at a service's host", "max@smtp.firma.consulting", "max@smtp.firma.consulting", "firma.consulting"),
    ("a blank forgotten after the full stop", "geht nicht mehr.Bitte helfen", "", ""),
    ("an abbreviation before a word", "z.B.Outlook", "", ""),
    ("a link is not the person's", "siehe https://www.firma.de/hilfe", "", ""),
    ("the hoster's host is nobody's", "ns0.ovh.net oder ssl0.ovh.net?", "", ""),
    ("a freemail address is no domain of one's own", "von max@gmail.com aus", "max@gmail.com", ""),
    ("a file is no domain", "datei angebot.pdf zu groß", "", ""),
    ("abbreviations are no domains", "z.B. bzw. u.a.", "", ""),
    ("nothing", "welcher port?", "", ""),
]


@each_row(("typed", "address"), [row[1:] for row in ADDRESSES], ids=[row[0] for row in ADDRESSES])
def test_a_mail_address_is_parsed_with_all_that_people_put_around_it(typed: str, address: str) -> None:
    assert parse_address(typed) == address


@each_row(("typed", "problem"), [r[1:] for r in REFUSED_ADDRESSES], ids=[r[0] for r in REFUSED_ADDRESSES])
def test_text_that_is_no_address_is_refused_with_the_reason(typed: str, problem: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_address(typed)
    assert refused.value.problem == problem


@each_row(("typed", "domain"), [row[1:] for row in DOMAINS], ids=[row[0] for row in DOMAINS])
def test_a_domain_is_parsed_from_names_urls_and_addresses(typed: str, domain: str) -> None:
    assert parse_domain(typed) == domain


@each_row(("typed", "problem"), [r[1:] for r in REFUSED_DOMAINS], ids=[r[0] for r in REFUSED_DOMAINS])
def test_text_that_is_no_domain_is_refused_with_the_reason(typed: str, problem: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_domain(typed)
    assert refused.value.problem == problem


@each_row(("text", "address", "domain"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_the_persons_own_address_and_domain_are_found_in_a_message(text: str, address: str, domain: str) -> None:
    assert (find_address(text), find_domain(text, OWN)) == (address, domain)


@each_row("name", ["printer.local", "1.0.0.127.in-addr.arpa", "x.test", "a.example", "b.invalid", "c.onion"])
def test_reserved_names_are_recognised(name: str) -> None:
    assert is_reserved(name)
    assert not is_reserved("example.com")


@each_row(("typed", "meant"), [("gmial.com", "gmail.com"), ("hotmial.com", "hotmail.com"), ("firma.de", "")])
def test_a_typing_slip_in_a_well_known_domain_is_noticed(typed: str, meant: str) -> None:
    assert near_miss(typed) == meant


def test_a_hoster_whose_server_is_a_domain_itself_is_not_the_whole_top_level_domain() -> None:
    assert find_domain("firma.de oder hoster.de", ("hoster.de",)) == "firma.de"
    assert find_domain("smtp.hoster.de", ("hoster.de",)) == ""


@each_row("text", ["x" * 40_000, "a." * 20_000 + "de", "<" * 40_000, "a@" * 20_000, "mail." * 8_000 + "de"])
def test_a_long_text_is_refused_briefly_and_at_once(text: str) -> None:
    began = time.perf_counter()
    for parse in (parse_address, parse_domain):
        with pytest.raises(UserError) as refused:
            parse(text)
        assert len(refused.value.facts.get("given", "")) <= 100
    find_domain(text, OWN)
    assert time.perf_counter() - began < 1


def test_the_user_name_is_the_address_with_a_percent_sign() -> None:
    assert to_login("webmaster@example.com", "{local}%{domain}") == "webmaster%example.com"


@given(any_text(200))
def test_no_text_breaks_the_search(text: str) -> None:
    find_address(text)
    find_domain(text, OWN)
    with suppress(UserError):
        assert parse_address(text).count("@") == 1
    with suppress(UserError):
        assert to_ascii(parse_domain(text)).isascii()
