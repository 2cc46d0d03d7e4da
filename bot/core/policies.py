"""Reading what a domain publishes in TXT records about its mail: SPF, DMARC, MTA-STS, TLS reporting."""

import re

# "v=DMARC1", exactly, and nothing but a separator behind it (RFC 9989 sections 4.7 and 4.8)
_DMARC = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)")


def is_dmarc(text: str) -> bool:
    """Is a TXT record a DMARC record? All others are ignored (RFC 9989 section 4.10)."""
    return bool(_DMARC.match(text))
