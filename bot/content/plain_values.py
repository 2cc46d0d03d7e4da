"""Plain values: what JSON gave → the core's types, for what we have written ourselves.

Nothing is validated but the shape. A validating library takes longer to make its validators than this does for all.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

Convert = Callable[[Any], Any]


def converter(kind: Any) -> Convert:
    """Converter to a dataclass of texts, numbers, tuples, mappings and such dataclasses.

    It raises ValueError for values of another shape.
    """
    convert = _converter(kind) or (lambda value: value)

    def checked(value: Any) -> Any:
        try:
            return convert(value)
        except (TypeError, KeyError, AttributeError) as wrong:
            raise ValueError(f"no {kind}: {wrong}") from wrong

    return checked


@cache
def _converter(kind: Any) -> Convert | None:
    """Converter; None where JSON's value is the value already."""
    if is_dataclass(kind):
        return _to_dataclass(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        inner = _converter(arguments[0])
        return (lambda value: tuple(map(inner, value))) if inner else tuple
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        of_value = _converter(arguments[1])
        return (lambda value: {key: of_value(one) for key, one in value.items()}) if of_value else None
    return None


def _to_dataclass(kind: Any) -> Convert:
    hints = get_type_hints(kind)
    converters = {field.name: _converter(hints[field.name]) for field in fields(kind)}
    names = converters.keys()

    def convert(value: Any) -> Any:
        if value.keys() != names:
            raise ValueError(f"other fields than {kind.__name__} has")
        return kind(**{name: of(value[name]) if of else value[name] for name, of in converters.items()})

    return convert
