"""Which helpdesk it is."""

from urllib.parse import urlsplit


def account_of(root: str) -> str:
    """The helpdesk's host, and where it is one of several there, its port and path: of "https://rt.example.org/"
    "rt.example.org".
    """
    parts = urlsplit(root)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/").lower()
