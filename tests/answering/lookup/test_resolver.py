"""DNS resolver: its name servers and its cache."""

import time
from pathlib import Path

import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest

from bot.answering.lookup.resolver import LONGEST_CACHED, MOST_CACHED, BoundedCache, open_resolver
from tests.rows import each_row


def test_the_systems_name_servers_are_read_and_its_search_list_is_not(tmp_path: Path) -> None:
    conf = tmp_path / "resolv.conf"
    conf.write_text("nameserver 192.0.2.53\nsearch firma.example\n")
    resolver = open_resolver("", 1.0, str(conf))
    assert [str(server) for server in resolver.nameservers] == ["Do53:192.0.2.53@53"]
    assert (resolver.search, resolver.domain) == ([], dns.name.root)


@pytest.mark.parametrize("content", [None, "", "options ndots:1\n"])
def test_without_a_system_name_server_the_local_machine_is_asked(tmp_path: Path, content: str | None) -> None:
    conf = tmp_path / "resolv.conf"
    if content is not None:
        conf.write_text(content)
    assert [str(server) for server in open_resolver("", 1.0, str(conf)).nameservers] == ["Do53:127.0.0.1@53"]


def test_a_broken_resolv_conf_is_named_with_the_cure(tmp_path: Path) -> None:
    conf = tmp_path / "resolv.conf"
    conf.write_text("nameserver not-an-ip\n")
    with pytest.raises(ValueError, match="POSTBOTE_NAMESERVERS"):
        open_resolver("", 1.0, str(conf))


@each_row(
    "text",
    [
        ",",
        "127.0.0.1:0",
        "[192.0.2.1]:53",
        "9.9.9.9 8.8.8.8",
        "127.0.0.1:٥٣",
        "9.9.9",
        "9.9.9.9:x",
        "9.9.9.9:99999",
        "dns.example",
        "[::1",
    ],
)
def test_a_wrong_name_server_is_named_with_its_variable(text: str) -> None:
    with pytest.raises(ValueError, match="POSTBOTE_NAMESERVERS"):
        open_resolver(text, 1.0)


@each_row(
    ("text", "servers"),
    [
        ("9.9.9.9", ["9.9.9.9@53"]),
        ("127.0.0.1:5353, ::1", ["127.0.0.1@5353", "::1@53"]),
        ("[::1]:5353,", ["::1@5353"]),
        ("2001:db8:0:0:0:0:0:1", ["2001:db8::1@53"]),
        ("2001:db8::8:53", ["2001:db8::8:53@53"]),
    ],
)
def test_name_servers_may_have_a_port(text: str, servers: list[str]) -> None:
    assert [str(server) for server in open_resolver(text, 1.0).nameservers] == [f"Do53:{server}" for server in servers]


def answer(records: int, ttl: int) -> dns.resolver.Answer:
    query = dns.message.make_query("example.com.", "A")
    response = dns.message.make_response(query)
    addresses = [f"192.0.2.{number}" for number in range(records)]
    response.answer.append(dns.rrset.from_text_list("example.com.", ttl, "IN", "A", addresses))
    response = dns.message.from_wire(response.to_wire())
    assert isinstance(response, dns.message.QueryMessage)
    return dns.resolver.Answer(KEY[0], KEY[1], KEY[2], response)


KEY = (dns.name.from_text("example.com."), dns.rdatatype.A, dns.rdataclass.IN)


@each_row(("ttl", "kept"), [(60, 60), (300, 300), (604_800, LONGEST_CACHED), (2**31 - 1, LONGEST_CACHED)])
def test_a_long_time_to_live_is_cut(ttl: int, kept: float) -> None:
    cache = BoundedCache()
    cache.put(KEY, answer(1, ttl))
    found = cache.get(KEY)
    assert found
    assert kept - 5 < found.expiration - time.time() <= kept


def test_a_large_answer_is_not_cached() -> None:
    cache = BoundedCache()
    cache.put(KEY, answer(65, 60))
    assert cache.get(KEY) is None
    cache.put(KEY, answer(64, 60))
    assert cache.get(KEY) is not None


def test_the_cache_is_bounded() -> None:
    cache = open_resolver("192.0.2.1", 1.0).cache
    assert isinstance(cache, BoundedCache)
    assert cache.max_size == MOST_CACHED
