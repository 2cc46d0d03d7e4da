"""Problems of the content: what is wrong in which line. Without the parsers, which a start from the cache needs not."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Problem of the content, where it stands and what to do about it."""

    file: str
    line: int  # from 1
    text: str  # what is wrong and what to do

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class KnowledgeError(Exception):
    """Knowledge base that cannot be used. `problems`: all that were found, never empty."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
