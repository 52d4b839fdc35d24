"""Formulas that no spreadsheet program has calculated."""

import openpyxl
import pytest

from tests.commands import activity_import, outcomes

pytestmark = pytest.mark.usefixtures("here")


def test_a_formula_stops_a_row_only_where_the_mapping_reads_it() -> None:
    book = openpyxl.Workbook()
    rows: list[list[str | int]] = [
        ["activity_time", "subject", "account_id", "Minutes"],
        ["2024-03-01", "one", "2d38de7c-3bec-4519-8b67-4d999253f6b7", "=1+1"],
        ["2024-03-01", "=1+1", "2d38de7c-3bec-4519-8b67-4d999253f6b7", 2],
    ]
    for row in rows:
        book.worksheets[0].append(row)
    book.save("calls.xlsx")

    run = activity_import("validate", "calls.xlsx", "-m", "generic", "--sandbox").run

    assert outcomes(run) == {
        2: ("valid", "uncalculated"),
        3: ("invalid", "uncalculated"),
    }
