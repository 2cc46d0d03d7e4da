"""Modules parsed once, and their statements, also those within functions and blocks: a walk that is short."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path


@cache
def tree_of(file: Path) -> ast.Module:
    """The module's tree; of several tests the first one parses it."""
    return ast.parse(file.read_text(encoding="utf-8"))


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """The module, and every statement in it."""
    yield tree
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        blocks = getattr(tree, field, None)
        if isinstance(blocks, list):  # of an expression with "body", as a lambda is, it is none
            for inner in blocks:
                yield from statements(inner)
