"""Contact: the ways to a person that the page names, from POSTBOTE_CONTACT and provider.yaml."""

import re
from collections.abc import Iterator, Mapping

from bot.content.template_filters import text
from bot.contracts.engine import Engine

_SCHEMES = ("https://", "mailto:", "tel:")
_ADDRESS = re.compile(r"[^@\s<>()]+@[^@\s<>()]+")
_WAYS = {"page": "", "email": "mailto:", "phone": "tel:"}  # of provider.yaml → what makes a link of it


class Contact:
    """Ways to a person, in the order in which they are named: the operator's own, then the hoster's."""

    def __init__(self, engine: Engine, own: str = "") -> None:
        """`own`: POSTBOTE_CONTACT: https://…, mailto:…, tel:…, an address or any text; empty: none."""
        self._engine, self._own = engine, own.strip()

    def ways(self) -> list[Mapping[str, str]]:
        """Each way as {"text": as people read it, "link": address; empty: none}, each once."""
        return list({way["text"]: way for way in self._all()}.values())

    def markdown(self) -> list[str]:
        """Each way as Markdown; telephone numbers are no links there."""
        return [_to_markdown(way) for way in self.ways()]

    def _all(self) -> Iterator[Mapping[str, str]]:
        if self._own:
            named = self._own.startswith(_SCHEMES)
            link = self._own if named else f"mailto:{self._own}" if _ADDRESS.fullmatch(self._own) else ""
            yield {"text": re.sub(r"^(mailto:|tel:)", "", self._own), "link": link}
        contact = self._engine.provider().contact
        for way, scheme in _WAYS.items():
            if way in contact:
                value = re.sub(r"[^\d+]", "", contact[way]) if way == "phone" else contact[way]
                yield {"text": contact[way], "link": scheme + value}


def _to_markdown(way: Mapping[str, str]) -> str:
    shown, link = text(way["text"]), way["link"]
    is_link = link.startswith(("https:", "mailto:")) and not re.search(r"[\s()<>]", link)
    return f"[{shown}]({link})" if is_link else shown
