"""The brand of provider.yaml: its colours can be read, its logo is a picture beside it, and what is wrong is said."""

import base64
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.content.brand import DARK, LARGEST_LOGO, LEAST_CONTRAST, LIGHT, BrandModel, contrast, lightened, to_brand
from bot.content.content_cache import content_key
from bot.content.loader import load
from bot.content.problems import KnowledgeError
from tests.project import PROJECT

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'
colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(colours)
def test_a_colour_is_taken_if_people_can_read_it_on_the_page_and_else_the_error_says_what_to_do(colour: str) -> None:
    if contrast(colour, LIGHT) >= LEAST_CONTRAST:
        brand = to_brand(BrandModel(colour=colour))
        assert contrast(brand.colour_dark, DARK) >= LEAST_CONTRAST
    else:
        with pytest.raises(ValidationError, match="take a darker one"):
            BrandModel(colour=colour)


@given(colours)
def test_any_colour_can_be_made_light_enough_for_the_dark_page(colour: str) -> None:
    assert contrast(lightened(colour), DARK) >= LEAST_CONTRAST


def test_the_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_grounds_are_those_of_the_style_sheet() -> None:
    css = (PROJECT / "bot/web/chat/page.css").read_text("utf-8")
    assert f"--paper: {LIGHT};" in css
    assert f"--card: {DARK};" in css


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROJECT / "tests/hosters/alpenpost", tmp_path / "base"))


def write(base: Path, brand: str, **files: bytes) -> int:
    """Adds a brand and files to a base; the line of `brand`."""
    for name, content in files.items():
        (base / name.replace("_", ".")).write_bytes(content)
    file = base / "provider.yaml"
    file.write_text(f"{file.read_text('utf-8')}brand:\n  {brand}\n", "utf-8")
    return len(file.read_text("utf-8").splitlines())


@pytest.mark.parametrize(("name", "content", "kind"), [("a.svg", SVG, "image/svg+xml"), ("a.png", PNG, "image/png")])
def test_a_logo_is_read_with_the_content(base: Path, name: str, content: bytes, kind: str) -> None:
    write(base, f"logo: {name}", **{name.replace(".", "_"): content})
    brand = load(base).provider.brand
    assert (base64.b64decode(brand.logo), brand.logo_type) == (content, kind)


def test_another_logo_is_other_content(base: Path) -> None:
    write(base, "logo: a.svg", a_svg=SVG)
    before = content_key([base])
    (base / "a.svg").write_bytes(SVG + b" ")
    assert content_key([base]) != before


WRONG = [
    ("a colour that is a comment", "colour: #1f5fbf", "in quotes"),
    ("a colour by name", "colour: blue", '"#1f5fbf"'),
    ("a short colour", 'colour: "#fff"', '"#1f5fbf"'),
    ("a rule of its own", 'colour: "#1f5fbf;} body{background:url(https://evil.example)}"', '"#1f5fbf"'),
    ("a colour that nobody can read", 'colour: "#ffee00"', "has a contrast of 1."),
    ("a dark colour for the dark page", '{colour: "#1f5fbf", colour_dark: "#102030"}', "take a lighter one"),
    ("only a dark page's colour", 'colour_dark: "#8ab4f8"', "is of no use without colour"),
    ("a link as a logo", "logo: https://www.alpenpost.example/logo.svg", "SVG or PNG file beside provider.yaml"),
    ("a path as a logo", "logo: ../../etc/passwd.svg", "SVG or PNG file beside provider.yaml"),
    ("another kind of picture", "logo: logo.gif", "SVG or PNG file beside provider.yaml"),
    ("no file", "logo: missing.svg", "there is no such file"),
    ("a page for a picture", "logo: page.svg", "is no SVG picture"),
    ("a text for a picture", "logo: page.png", "is no PNG picture"),
    ("a large picture", "logo: large.svg", f"at most {LARGEST_LOGO} are allowed"),
    ("an unknown key", "font: Comic Sans", "unknown key"),
]


@pytest.mark.parametrize(("brand", "says"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_wrong_with_a_brand_is_said_where_it_stands(base: Path, brand: str, says: str) -> None:
    line = write(base, brand, page_svg=b"<html></html>", page_png=b"GIF89a", large_svg=SVG + b" " * LARGEST_LOGO)
    with pytest.raises(KnowledgeError) as wrong:
        load(base)
    [problem] = wrong.value.problems
    assert says in problem.text
    assert line - 1 <= problem.line <= line
