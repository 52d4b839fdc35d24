from collections import Counter
from pathlib import Path

import pytest

from pipeline.errors import AccountingError
from pipeline.stages.report import check_accounts

SENT = Counter(created=2)
OUTCOMES = Counter(created=2, invalid=1)


def rows_file(folder: Path, *statuses: str, header: str = "Id") -> Path:
    path = folder / "rows.csv"
    lines = [f"_row,_status,{header}", *(f'2,{s},"a\nb"' for s in statuses)]
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def complaint(path: Path, **accounts: Counter[str] | int) -> str:
    sound = {"read": 3, "outcomes": OUTCOMES, "sent": SENT, "ledger": SENT}
    with pytest.raises(AccountingError) as caught:
        check_accounts(path, **{**sound, **accounts})  # type: ignore[arg-type]
    assert caught.value.where == str(path)
    assert caught.value.hint == (
        "This is a fault of the program. Keep the folder and report it."
    )
    return caught.value.message


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return rows_file(tmp_path, "created", "invalid", "created")


def test_accounts_that_agree_pass(written: Path) -> None:
    check_accounts(written, read=3, outcomes=OUTCOMES, sent=SENT, ledger=SENT.copy())

    assert written.exists()


def test_nothing_at_all_adds_up(tmp_path: Path) -> None:
    none: Counter[str] = Counter()
    path = rows_file(tmp_path)

    check_accounts(path, read=0, outcomes=none, sent=none, ledger=none)

    assert path.exists()


def test_a_row_that_was_read_and_has_no_outcome_is_told(written: Path) -> None:
    assert complaint(written, read=4) == (
        "The rows do not add up: 4 rows read from the source, but 3 with an outcome."
    )


def test_a_row_that_is_missing_in_the_file_is_told(tmp_path: Path) -> None:
    path = rows_file(tmp_path, "created", "invalid")

    assert complaint(path) == (
        "The rows do not add up: 3 rows with an outcome, but 2 in rows.csv. "
        "2 rows created by outcome, but 1 in rows.csv."
    )


def test_a_row_with_another_status_in_the_file_is_told(tmp_path: Path) -> None:
    path = rows_file(tmp_path, "created", "rejected", "created")

    assert complaint(path) == (
        "The rows do not add up: 1 row invalid by outcome, but 0 in rows.csv. "
        "0 rows rejected by outcome, but 1 in rows.csv."
    )


def test_a_sending_that_the_ledger_does_not_know_is_told(written: Path) -> None:
    assert complaint(written, ledger=Counter(created=1)) == (
        "The rows do not add up: 2 rows created in this run's report, but 1 in the "
        "ledger."
    )


def test_a_sending_that_the_report_does_not_know_is_told(written: Path) -> None:
    ledger = Counter(created=2, uncertain=1_000)

    assert complaint(written, ledger=ledger) == (
        "The rows do not add up: 0 rows uncertain in this run's report, but 1,000 in "
        "the ledger."
    )


def test_all_disagreements_are_told_at_once(written: Path) -> None:
    assert complaint(written, read=1, sent=Counter()) == (
        "The rows do not add up: 1 row read from the source, but 3 with an outcome. "
        "0 rows created in this run's report, but 2 in the ledger."
    )


@pytest.mark.parametrize("header", ["Id,Id", "_status", "Id,Id,Id_duplicated_0"])
def test_the_user_s_headers_do_not_matter(tmp_path: Path, header: str) -> None:
    path = rows_file(tmp_path, header=header)
    with path.open("a") as file:
        file.write(f"2,created{',a' * (header.count(',') + 1)}\n")
    one = Counter(created=1)

    check_accounts(path, read=1, outcomes=one, sent=one, ledger=one)

    assert complaint(path, read=2, outcomes=one, sent=one, ledger=one)
