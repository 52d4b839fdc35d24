"""What tests of corrected reports start from: an API, sources, and a person's hands."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from tests.commands import Ended, activity_import, lines_of
from tests.misbehaving import CREATED, Talk, answers, misbehaving
from tests.runs.givens import converses

KEYLESS = """
version: 1
name: plain
fields:
  activity_time: {from: When}
  subject: {from: What}
"""
KEYED = KEYLESS + "key: [Id]\n"
COMBINING = KEYED + "combine: true\n"
REASONS = ("_status", "_code", "_message", "_hint")
OF_ALL_ROWS = (
    *("_source", "_sheet", "_row", "_status", "_activity_id"),
    *("_code", "_column", "_message", "_hint"),
)
Table = list[dict[str, str]]
Correct = Callable[[dict[str, str]], None]


@dataclass(frozen=True)
class Api:
    """Refuses subjects that say so, and takes all others: `taken` counts these."""

    url: str
    taken: Counter[str] = field(default_factory=Counter)

    def run(self, *words: object) -> Ended:
        """Types `run`; the key and the address stand in the environment."""
        environment = {"REEVO_API_KEY": "k", "REEVO_BASE_URL": self.url}
        return activity_import("run", *words, "--concurrency", "1", **environment)


@contextmanager
def recording() -> Iterator[Api]:
    taken: Counter[str] = Counter()

    def answer(talk: Talk) -> None:
        body = json.loads(talk.requests[-1].body)
        subject = body["attributes"]["metadata"]["subject"]
        if "refuse" in subject:
            answers(422, {"detail": "no"})(talk)
        else:
            taken[subject] += 1
            answers(201, CREATED)(talk)

    with misbehaving([converses(answer)] * 500) as server:
        yield Api(server.url, taken)


def mapping(text: str = KEYLESS) -> None:
    Path("plain.yaml").write_text(text, encoding="utf-8")


def source(*rows: tuple[str, str], path: str = "rows.csv") -> Path:
    """A file of rows of When and What, from row 2 on."""
    lines = [f"{when},{what}\n" for when, what in rows]
    Path(path).write_text("When,What\n" + "".join(lines), encoding="utf-8")
    return Path(path)


def folder_of(ended: Ended) -> Path:
    return Path("reports", ended.run)


def fix_me_of(ended: Ended) -> Path:
    return folder_of(ended) / "fix-me.csv"


def counts(ended: Ended) -> dict[str, int]:
    """The outcomes that there are, as summary.json in the run's folder says."""
    told = json.loads((folder_of(ended) / "summary.json").read_text("utf-8"))
    return {name: n for name, n in told["counts"].items() if n and name != "read"}


def corrected(path: Path, correct: Correct) -> Path:
    """The file after a person has changed the cells of its rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        correct(cells)
        row[:] = cells.values()
    path.write_bytes(b"\xef\xbb\xbf" + written([header, *rows], "\n").encode())
    return path


def written(rows: list[list[str]], ending: str, delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator=ending, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def report_book(ended: Ended, correct: Correct) -> Path:
    """A report.xlsx with all rows of a run, corrected."""
    lines = lines_of(folder_of(ended) / "rows.csv")
    own = [name for name in (lines[0] if lines else {}) if not name.startswith("_")]
    book = openpyxl.Workbook()
    book.active.title = "_summary"  # type: ignore[union-attr]
    sheet = book.create_sheet("rows")
    sheet.append([*own, *OF_ALL_ROWS])
    for line in lines:
        for name in own:
            line[name] = _plain(line[name])
        if line["_status"] in {"invalid", "rejected"}:
            correct(line)
        sheet.append([line[name] for name in (*own, *OF_ALL_ROWS)])
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s"
    book.create_sheet("_issues").append(["source", "row", "_status", "_code"])
    path = folder_of(ended) / "report.xlsx"
    book.save(path)
    return path


def _plain(cell: str) -> str:
    """rows.csv is neutralised, and a workbook's text is not."""
    return cell[1:] if cell.lstrip("'")[:1] in set("=+-@") and cell[:1] == "'" else cell
