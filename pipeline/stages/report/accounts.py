"""The sum: every row read has one outcome, and three records agree on it."""

from collections import Counter
from pathlib import Path

import polars as pl

from pipeline.errors import AccountingError
from pipeline.rows import Status, rows_told


def check_accounts(
    rows_file: Path,
    *,
    read: int,
    outcomes: Counter[str],
    sent: Counter[str],
    ledger: Counter[str],
) -> None:
    """Compares source, outcomes, ledger and the written file; raises AccountingError.

    `read` counts the rows of all sources; `outcomes` those by status; `sent` and
    `ledger` this run's own sendings by status, as reported and as recorded.
    """
    written = _written(rows_file)
    complaints = [
        *_compare("read from the source", read, "with an outcome", outcomes.total()),
        *_compare("with an outcome", outcomes.total(), "in rows.csv", written.total()),
    ]
    for status in Status:
        complaints += _compare(
            f"{status} by outcome", outcomes[status], "in rows.csv", written[status]
        )
        complaints += _compare(
            f"{status} in this run's report",
            sent[status],
            "in the ledger",
            ledger[status],
        )
    if complaints:
        raise AccountingError(
            "The rows do not add up: " + " ".join(complaints),
            where=str(rows_file),
            hint="This is a fault of the program. Keep the folder and report it.",
        )


def _compare(what: str, count: int, other: str, number: int) -> list[str]:
    if count == number:
        return []
    return [f"{rows_told(count)} {what}, but {number:,} {other}."]


def _written(rows_file: Path) -> Counter[str]:
    # The header is read as a row: the user's own names may clash in a schema.
    lines = pl.scan_csv(rows_file, has_header=False, infer_schema=False)
    header = lines.head(1).collect().row(0)
    status = pl.nth(header.index("_status"))
    counts = lines.group_by(status).len().collect(engine="streaming")
    written = Counter(dict(counts.iter_rows()))
    written.subtract({"_status": 1})
    return +written
