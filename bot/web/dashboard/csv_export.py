"""Tables for spreadsheets: CSV (RFC 4180)."""

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response

from bot.core.model import Language
from bot.core.text.spreadsheet import without_formula
from bot.web.dashboard.frame import OWN

SEPARATORS = {"de": ";"}  # that a spreadsheet expects, by its language: a comma is in German numbers; else a comma


def to_csv(name: str, rows: Iterable[Sequence[object]], language: Language) -> Response:
    """Download of rows; the first is the head. What a spreadsheet would take for a formula gets a quote before it.

    `language`: of the page, and so most likely of the spreadsheet, which decides what separates the columns.
    """
    out = io.StringIO()
    csv.writer(out, delimiter=SEPARATORS.get(language, ",")).writerows([_cell(value) for value in row] for row in rows)
    headers = OWN | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv", headers=headers)


def _cell(value: object) -> object:
    return without_formula(value) if isinstance(value, str) else value
