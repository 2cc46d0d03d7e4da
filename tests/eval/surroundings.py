"""Surroundings: what people write around a question in tickets, mails and chats, generated in many forms.

Invented, in both languages; nothing of it asks anything of the FAQ. The pieces of a form are drawn by a seed. Two
halves share no piece: "fit" is what the decision may be fitted on, "check" what it is measured on.
"""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from bot.core.model import Language

Half = Literal["fit", "check"]

PLEADED = 0.4  # share of the statements in tickets behind which somebody asks what to do

# Kind → language → texts. "{}" in a chat line is the question; a farewell has {name}, {first}, {firm}, {other}
PIECES: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(
    (Path(__file__).parent / "surroundings.json").read_text("utf-8")
)


def wrap(question: str, language: Language, seed: int, half: Half = "check") -> str:
    """The question within surroundings of its language: a chat line, a short mail, or a whole ticket, by the seed."""
    draw = random.Random(f"{half}:{language}:{seed}")

    def one(kind: str) -> str:
        text = draw.choice(PIECES[kind][language][half == "check" :: 2])
        return _ended(text) if kind == "facts" else text

    form = draw.choice(("chat", "short", "short", "ticket", "ticket", "ticket", "told"))
    if form == "chat":
        return one("chat").format(question)
    name, other = draw.choice(PIECES["names"][language]), draw.choice(PIECES["names"][language])
    firm = draw.choice(PIECES["firms"][language])
    farewell = one("farewells").format(name=name, first=name.split()[0], firm=firm, other=other)
    if form == "short":
        joint = draw.choice((" ", "\n", "\n\n"))
        greeting = draw.choice(("", f"{one('greetings')}{joint}"))
        return f"{greeting}{question}{joint}{farewell}"
    # A fifth of what is told beside is about mail; where somebody tells of the own mail, half
    story = ("asides", "facts") if form == "told" else ("asides", "asides", "asides", "asides", "statements")
    before = " ".join(one(draw.choice(story)) for _ in range(draw.choice((0, 1, 1, 2, 3))))
    behind = " ".join(one(draw.choice(story)) for _ in range(draw.choice((0, 0, 1, 1, 2))))
    if not question.endswith("?") and draw.random() < PLEADED:
        behind = f"{one('pleas')} {behind}".strip()
    joint = draw.choice((" ", "\n\n", "\n\n"))  # the question stands in the paragraph, or in one of its own
    body = joint.join(filter(None, (before, _ended(question) if joint == " " else question, behind)))
    ending = draw.choice((one("endings"), one("endings"), ""))
    return "\n\n".join(filter(None, (one("greetings"), body, farewell, ending)))


def _ended(question: str) -> str:
    """The question as a sentence within a paragraph: it begins big, and has an end."""
    question = question[:1].upper() + question[1:]
    return question if question[-1:] in ".?!:" else f"{question}."
