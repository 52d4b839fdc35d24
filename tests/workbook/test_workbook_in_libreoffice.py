"""The workbook of each sample opens in LibreOffice, which sees the same cells."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.commands import ROOT, activity_import

# LibreOffice writes truth values as formulas, and keeps no carriage returns, which
# openpyxl reads as they are written.
ALIKE = {"=TRUE()": "True", "=FALSE()": "False"}
SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(
    SOFFICE is None, reason="there is no soffice to open workbooks with"
)
SAMPLES: list[dict[str, Any]] = json.loads(
    (ROOT / "tests/expected_samples.json").read_text("utf-8")
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The workbook of each sample in `before`; saved by LibreOffice in `after`."""
    folder = tmp_path_factory.mktemp("libreoffice")
    state = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    try:
        with chdir(folder):
            shutil.copytree(ROOT / "samples", "samples")
            Path("before").mkdir()
            for number, sample in enumerate(SAMPLES):
                shutil.copy(report_of(sample), f"before/{number}.xlsx")
            saved_by_libreoffice()
        yield folder
    finally:
        os.environ.pop("XDG_STATE_HOME")
        if state is not None:
            os.environ["XDG_STATE_HOME"] = state


def report_of(sample: dict[str, Any]) -> Path:
    sheet = ["--sheet", sample["sheet"]] if sample["sheet"] else []
    words = (sample["source"], "-m", sample["mapping"], *sheet, "-q")
    ended = activity_import("validate", *words)
    return Path("reports", ended.run, "report.xlsx")


def saved_by_libreoffice() -> None:
    profile = f"-env:UserInstallation={Path('profile').absolute().as_uri()}"
    books = sorted(str(book) for book in Path("before").glob("*.xlsx"))
    words = [profile, "--headless", "--convert-to", "xlsx", "--outdir", "after"]
    subprocess.run(
        [str(SOFFICE), *words, *books],
        check=True,
        capture_output=True,
        timeout=300,
    )


def filled_cells(book: Workbook) -> dict[tuple[str, str], str]:
    return {
        (sheet.title, cell.coordinate): ALIKE.get(
            str(cell.value), str(cell.value)
        ).replace("_x000D_", "")
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value not in {None, ""}
    }


def comments(book: Workbook) -> set[tuple[str, str]]:
    return {
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_libreoffice_sees_the_same_cells(folder: Path, number: int) -> None:
    before, after = (
        load_workbook(folder / side / f"{number}.xlsx") for side in ("before", "after")
    )

    assert after.sheetnames == before.sheetnames
    assert filled_cells(after) == filled_cells(before)
    assert comments(after) == comments(before)
