"""Brand of provider.yaml: the page's colours, whose contrast is checked, and the logo, a file beside provider.yaml.

The page's policy lets nothing come from elsewhere, so a logo is served by Postbote itself and never linked.
"""

import base64
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from bot.content.problems import Problem
from bot.content.strict_model import Strict
from bot.content.yaml_lines import line_of
from bot.core.provider import Brand

LARGEST_LOGO = 100_000  # bytes; the whole page has 20,000
LEAST_CONTRAST = 4.5  # of text on its ground (w3.org/TR/WCAG22, 1.4.3)
LIGHT, DARK = "#f4f5f8", "#21252e"  # grounds of bot/web/chat/page.css with the least contrast: --paper, dark --card
MEDIA = {".svg": "image/svg+xml", ".png": "image/png"}
_PNG = b"\x89PNG\r\n\x1a\n"  # w3.org/TR/png-3, 5.2
_LIGHTER = 20  # steps from a colour to white

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class BrandModel(Strict):
    """Schema of `brand`."""

    colour: Colour | None = Field(
        None, description='colour of links and buttons on a light page, "#" and six hex digits in quotes: "#1f5fbf"'
    )
    colour_dark: Colour | None = Field(
        None, description="the same for a dark page, in quotes; without: `colour`, made as light as it must be"
    )
    logo: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.(svg|png)$")] | None = Field(
        None,
        description="name of an SVG or PNG file beside provider.yaml, such as logo.svg: no address and no path, "
        "since Postbote serves it itself and the page loads nothing from elsewhere",
    )

    @field_validator("colour", "colour_dark", "logo", mode="before")
    @classmethod
    def _is_not_empty(cls, value: object) -> object:
        if value is None:
            raise ValueError("empty; put its value in quotes, because a # without them begins a comment")
        return value

    @field_validator("colour")
    @classmethod
    def _is_dark_enough(cls, value: str | None) -> str | None:
        return _readable(value, LIGHT, "light", "darker")

    @field_validator("colour_dark")
    @classmethod
    def _is_light_enough(cls, value: str | None) -> str | None:
        return _readable(value, DARK, "dark", "lighter")

    @model_validator(mode="after")
    def _has_both(self) -> Self:
        if self.colour_dark and not self.colour:
            raise ValueError("colour_dark is of no use without colour; add it")
        return self


def to_brand(read: BrandModel) -> Brand:
    """Brand without its logo, which `read_logo` reads."""
    colour = (read.colour or "").lower()
    return Brand(colour, (read.colour_dark or "").lower() or (lightened(colour) if colour else ""))


def read_logo(file: Path, raw: Any, problems: list[Problem]) -> tuple[str, str]:
    """Logo that `brand` of a provider.yaml names: (base64, media type), both empty where there is none.

    `raw`: the file's YAML, of a sound schema. What is wrong with the picture is added to `problems`.
    """
    name = ((raw.get("brand") or {}) if isinstance(raw, dict) else {}).get("logo")
    if not name:
        return "", ""
    logo = file.parent / name
    problem, content = "", b""
    try:
        content = logo.read_bytes() if logo.is_file() else b""
        problem = "" if content else "there is no such file, or it is empty; put the picture beside provider.yaml"
    except OSError as wrong:
        problem = f"cannot be read ({wrong}); correct its rights"
    problem = problem or _picture_problem(content, logo.suffix)
    if problem:
        problems.append(Problem(str(file), line_of(file, ["brand", "logo"]), f"brand.logo: {name}: {problem}"))
        return "", ""
    return base64.b64encode(content).decode(), MEDIA[logo.suffix]


def contrast(one: str, other: str) -> float:
    """Contrast of two colours "#rrggbb", 1..21 (w3.org/TR/WCAG22, contrast ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def lightened(colour: str) -> str:
    """Colour mixed with as little white as makes it readable on a dark page."""
    mixed = (_mix(colour, step / _LIGHTER) for step in range(_LIGHTER + 1))
    return next(one for one in mixed if contrast(one, DARK) >= LEAST_CONTRAST)


def _picture_problem(content: bytes, suffix: str) -> str:
    if len(content) > LARGEST_LOGO:
        return f"has {len(content)} bytes, at most {LARGEST_LOGO} are allowed; make it smaller"
    if suffix == ".png" and not content.startswith(_PNG):
        return "is no PNG picture; save it as one"
    if suffix == ".svg" and b"<svg" not in content[:2_000]:
        return "is no SVG picture; save it as one"
    return ""


def _readable(value: str | None, ground: str, name: str, cure: str) -> str | None:
    found = contrast(value, ground) if value else LEAST_CONTRAST
    if found < LEAST_CONTRAST:
        raise ValueError(
            f"{value} has a contrast of {found:.1f} on the {name} page, and people need {LEAST_CONTRAST} to read it; "
            f"take a {cure} one"
        )
    return value


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _luminance(colour: str) -> float:
    """Relative luminance 0..1 (w3.org/TR/WCAG22)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(colour))]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _mix(colour: str, white: float) -> str:
    return "#" + "".join(f"{round(value + (255 - value) * white):02x}" for value in _channels(colour))
