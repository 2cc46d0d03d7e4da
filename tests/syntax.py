"""Statements of a module's source, also those within functions and blocks, and no expressions: a walk that is short."""

import ast
from collections.abc import Iterator


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """The module, and every statement in it."""
    yield tree
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        blocks = getattr(tree, field, None)
        if isinstance(blocks, list):  # of an expression with "body", as a lambda is, it is none
            for inner in blocks:
                yield from statements(inner)
