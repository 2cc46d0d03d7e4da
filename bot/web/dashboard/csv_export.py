"""Tables for spreadsheets: CSV (RFC 4180)."""

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response

from bot.core.text.spreadsheet import without_formula
from bot.web.dashboard.frame import OWN


def to_csv(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """Download of rows; the first is the head. What a spreadsheet would take for a formula gets a quote before it."""
    out = io.StringIO()
    csv.writer(out).writerows([_cell(value) for value in row] for row in rows)
    headers = OWN | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv", headers=headers)


def _cell(value: object) -> object:
    return without_formula(value) if isinstance(value, str) else value
