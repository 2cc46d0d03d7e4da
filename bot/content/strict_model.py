"""Strict models: what all schemas of the content share. An unknown key is an error, and every key says what it is."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, create_model

from bot.core.model import Language

Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """Model without conversions and unknown keys. A field's description is what an editor reads where it is wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@lru_cache
def by_language(languages: tuple[Language, ...], value: Any, *, required: bool = True) -> Any:
    """Model with a key for each language. `required`: False: any of them may be missing."""
    fields: Any = dict.fromkeys(languages, (value, ...) if required else (value | None, None))
    return create_model("ByLanguage", __base__=Strict, **fields)


def texts(found: BaseModel | None) -> dict[Language, Any]:
    """Values of a model of `by_language`, by language; texts without blanks at both ends, lists as tuples."""
    values = found.model_dump(exclude_none=True) if found else {}
    return {key: value.strip() if isinstance(value, str) else tuple(value) for key, value in values.items()}


def description(model: type[BaseModel], place: Sequence[int | str]) -> str:
    """Description of the key at `place`, or of the nearest one above it that has one; empty where there is none."""
    said = ""
    at: Any = model
    for step in place:
        if isinstance(step, int):
            continue
        if at is None or step not in at.model_fields:
            break
        field = at.model_fields[step]
        said = field.description or said
        at = _model_in(field.annotation)
    return said


def _model_in(annotation: Any) -> Any:
    """Model in an annotation such as list[Model] or Model | None; None where there is none."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation if issubclass(annotation, BaseModel) else None
    return next(filter(None, map(_model_in, get_args(annotation))), None)
