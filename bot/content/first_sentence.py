"""First sentence of an entry's answer, for people who choose between entries (templates/ticket_note.md)."""

from bot.core.lazy_regex import lazy_regex

# Up to a full stop before a capital, but none of "z. B."; not a list's or a table's
_SENTENCE = lazy_regex(r"(?![-*|#>\d])(?:[^\n]|\n(?!\n))+?(?:(?<![. ]\w)[.!?](?=\s+[A-ZÄÖÜ`*]|\s*$)|(?=\n\n)|$)")


def first_sentence(markdown: str) -> str:
    """First sentence in one line; empty where the text begins with a list or a table, or only announces one."""
    found = _SENTENCE.match(markdown)
    sentence = " ".join(found[0].split()) if found else ""
    return "" if sentence.endswith(":") else sentence
