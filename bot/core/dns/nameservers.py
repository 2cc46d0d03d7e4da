"""Name servers as the setting names them: "ip[:port], …", an IPv6 address with a port in brackets."""

import ipaddress

from bot.core.lazy_regex import lazy_regex

_WITH_PORT = lazy_regex(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?")


def parse_nameservers(text: str) -> list[tuple[str, int]]:
    """Addresses and ports of the servers; empty where none is named: the system's are meant.

    Raises ValueError that names the variable and the cure.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return [_server(part) for part in parts or [text]] if text.strip() else []


def _server(text: str) -> tuple[str, int]:
    try:
        return _address_and_port(text)
    except ValueError:
        example = "write for example 9.9.9.9, 127.0.0.1:5353 or [::1]:53"
        raise ValueError(f"POSTBOTE_NAMESERVERS: {text[:60]!r} is no ip[:port]; {example}") from None


def _address_and_port(text: str) -> tuple[str, int]:
    if ":" in text and not text.startswith("[") and text.count(":") > 1:  # bare IPv6: its end only looks like a port
        return str(ipaddress.IPv6Address(text)), 53
    found = _WITH_PORT.fullmatch(text)
    if not found or not 0 < (port := int(found["port"] or 53)) < 65_536:
        raise ValueError("neither ip nor ip:port")
    address = ipaddress.IPv6Address(found["v6"]) if found["v6"] else ipaddress.IPv4Address(found["v4"])
    return str(address), port
