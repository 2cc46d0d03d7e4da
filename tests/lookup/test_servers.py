"""Which name servers are asked."""

from pathlib import Path

import dns.name
import pytest

from bot.lookup.servers import open_resolver


def test_the_systems_name_servers_are_read_and_its_search_list_is_not(tmp_path: Path) -> None:
    conf = tmp_path / "resolv.conf"
    conf.write_text("nameserver 192.0.2.53\nsearch firma.example\n")
    resolver = open_resolver("", 1.0, str(conf))
    assert list(resolver.nameservers) == ["192.0.2.53"]
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


@pytest.mark.parametrize(
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


@pytest.mark.parametrize(
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
