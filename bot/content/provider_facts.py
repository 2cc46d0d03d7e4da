"""Provider's facts, as templates and entries name them."""

from collections.abc import Mapping
from typing import Any

from bot.core.model import Knowledge

WAYS = {"page": "[{0}]({0})", "email": "[{0}](mailto:{0})", "phone": "{0}"}  # to a person → how it is written


def provider_facts(knowledge: Knowledge) -> Mapping[str, Any]:
    """Variables of templates and entries that hold the provider's rows."""
    provider = knowledge.provider
    return {
        "provider": provider.name,
        "connections": provider.connections,
        "protocols": list(dict.fromkeys(row.protocol.upper() for row in provider.connections)),
        "servers": provider.servers,
        "aliases": provider.aliases,
        "ports": provider.ports,
        "limits": provider.limits,
        "links": provider.links,
        "login_form": provider.login,
        "contact": [WAYS[way].format(provider.contact[way]) for way in WAYS if way in provider.contact],
        "faq": f"[FAQ]({provider.links['faq']})" if "faq" in provider.links else "FAQ",
        "explains_errors": any(entry.kind == "error" for entry in knowledge.entries.values()),
    }
