"""Special-purpose IP addresses: the blocks of the registries (RFC 6890), each with its own document."""

import ipaddress
from typing import Literal

Kind = Literal[
    "public", "private", "shared", "loopback", "link-local", "documentation", "unspecified", "multicast", "reserved"
]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_BLOCKS: tuple[tuple[Kind, str, str], ...] = (
    ("unspecified", "0.0.0.0/8", "RFC 1122, 3.2.1.3"),
    ("private", "10.0.0.0/8", "RFC 1918, 3"),
    ("shared", "100.64.0.0/10", "RFC 6598, 7"),
    ("loopback", "127.0.0.0/8", "RFC 1122, 3.2.1.3"),
    ("link-local", "169.254.0.0/16", "RFC 3927, 2.1"),
    ("private", "172.16.0.0/12", "RFC 1918, 3"),
    ("reserved", "192.0.0.0/24", "RFC 6890, 2.1"),
    ("documentation", "192.0.2.0/24", "RFC 5737, 3"),
    ("private", "192.168.0.0/16", "RFC 1918, 3"),
    ("reserved", "198.18.0.0/15", "RFC 2544, C.2.2"),
    ("documentation", "198.51.100.0/24", "RFC 5737, 3"),
    ("documentation", "203.0.113.0/24", "RFC 5737, 3"),
    ("multicast", "224.0.0.0/4", "RFC 5771, 3"),
    ("reserved", "240.0.0.0/4", "RFC 1112, 4"),
    ("unspecified", "::/128", "RFC 4291, 2.5.2"),
    ("loopback", "::1/128", "RFC 4291, 2.5.3"),
    ("reserved", "::ffff:0:0/96", "RFC 4291, 2.5.5.2"),
    ("reserved", "64:ff9b:1::/48", "RFC 8215, 3"),
    ("reserved", "100::/64", "RFC 6666, 2"),
    ("reserved", "2001:2::/48", "RFC 5180, 8"),
    ("documentation", "2001:db8::/32", "RFC 3849, 2"),
    ("documentation", "3fff::/20", "RFC 9637, 2"),
    ("private", "fc00::/7", "RFC 4193, 3.1"),
    ("link-local", "fe80::/10", "RFC 4291, 2.5.6"),
    ("private", "fec0::/10", "RFC 3879, 4"),
    ("multicast", "ff00::/8", "RFC 4291, 2.7"),
)
_NETWORKS: tuple[tuple[Kind, Network, str], ...] = tuple(
    (kind, ipaddress.ip_network(block), source) for kind, block, source in _BLOCKS
)


def address_kind(address: str) -> tuple[Kind, str]:
    """Kind of an IP address, and the document that says so: ("private", "RFC 1918, 3"); ("public", "") for all others.

    Raises ValueError for anything that is no IP address.
    """
    parsed = ipaddress.ip_address(address)
    for kind, network, source in _NETWORKS:
        if parsed.version == network.version and parsed in network:
            return kind, source
    return "public", ""
