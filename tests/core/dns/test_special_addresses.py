"""Special-purpose IP addresses: one row for each block."""

from bot.core.dns.special_addresses import address_kind
from tests.rows import each_row

ROWS = [
    # address, kind, source
    ("0.0.0.1", "unspecified", "RFC 1122, 3.2.1.3"),
    ("10.255.255.255", "private", "RFC 1918, 3"),
    ("172.16.0.1", "private", "RFC 1918, 3"),
    ("172.32.0.1", "public", ""),
    ("192.168.1.1", "private", "RFC 1918, 3"),
    ("100.64.0.1", "shared", "RFC 6598, 7"),
    ("100.128.0.1", "public", ""),
    ("127.0.0.53", "loopback", "RFC 1122, 3.2.1.3"),
    ("169.254.1.1", "link-local", "RFC 3927, 2.1"),
    ("192.0.0.8", "reserved", "RFC 6890, 2.1"),
    ("192.0.2.1", "documentation", "RFC 5737, 3"),
    ("198.51.100.1", "documentation", "RFC 5737, 3"),
    ("203.0.113.1", "documentation", "RFC 5737, 3"),
    ("198.19.0.1", "reserved", "RFC 2544, C.2.2"),
    ("224.0.0.1", "multicast", "RFC 5771, 3"),
    ("255.255.255.255", "reserved", "RFC 1112, 4"),
    ("9.9.9.9", "public", ""),
    ("::", "unspecified", "RFC 4291, 2.5.2"),
    ("::1", "loopback", "RFC 4291, 2.5.3"),
    ("::ffff:9.9.9.9", "reserved", "RFC 4291, 2.5.5.2"),
    ("64:ff9b:1::1", "reserved", "RFC 8215, 3"),
    ("100::1", "reserved", "RFC 6666, 2"),
    ("2001:2::1", "reserved", "RFC 5180, 8"),
    ("2001:db8::1", "documentation", "RFC 3849, 2"),
    ("3fff:fff::1", "documentation", "RFC 9637, 2"),
    ("fd12:3456::1", "private", "RFC 4193, 3.1"),
    ("fe80::1", "link-local", "RFC 4291, 2.5.6"),
    ("fec0::1", "private", "RFC 3879, 4"),
    ("ff02::1", "multicast", "RFC 4291, 2.7"),
    ("2620:fe::fe", "public", ""),
]


@each_row(("address", "kind", "source"), ROWS, ids=[row[0] for row in ROWS])
def test_an_address_has_the_kind_and_source_of_its_block(address: str, kind: str, source: str) -> None:
    assert address_kind(address) == (kind, source)
