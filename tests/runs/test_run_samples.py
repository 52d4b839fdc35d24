import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from pipeline.sandbox.process import Sandbox, running_sandbox
from tests.commands import ROOT, Ended, activity_import, lines_of, outcomes

SAMPLES: list[dict[str, Any]] = json.loads(
    (ROOT / "tests/expected_samples.json").read_text("utf-8")
)


def name_of(sample: dict[str, Any]) -> str:
    return "-".join(filter(None, (sample["mapping"], sample["sheet"])))


each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=name_of)


@pytest.fixture
def sandbox(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    shutil.copytree(ROOT / "samples", here / "samples")
    with running_sandbox() as sandbox:
        monkeypatch.setenv("REEVO_BASE_URL", sandbox.url)
        monkeypatch.setenv("REEVO_API_KEY", sandbox.api_key)
        yield sandbox


def started(command: str, sample: dict[str, Any], source: str | None = None) -> Ended:
    sheet = ["--sheet", sample["sheet"]] if sample["sheet"] and not source else []
    return activity_import(
        command, source or sample["source"], "-m", sample["mapping"], *sheet
    )


def expected(sample: dict[str, Any], **becomes: str) -> dict[int, tuple[str, str]]:
    return {
        row["row"]: (becomes.get(row["status"], row["status"]), row["code"] or "")
        for row in sample["rows"]
    }


def taken(sandbox: Sandbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(
        f"{sandbox.url}/_sandbox/activities",
        headers={"Authorization": f"Bearer {sandbox.api_key}"},
    ).json()
    return found


@each_sample
def test_a_sample_becomes_what_it_was_made_for(
    sample: dict[str, Any], sandbox: Sandbox
) -> None:
    ended = started("run", sample)

    assert (ended.code, ended.err) == (3 if sample["fixes"] else 0, "")
    assert outcomes(ended.run) == expected(sample)
    ids = {
        line["_activity_id"]
        for line in lines_of(Path("reports", ended.run, "rows.csv"))
        if line["_status"] == "created"
    }
    assert ids == {activity["id"] for activity in taken(sandbox)}
    assert len(ids) == sample["activities"]


@each_sample
def test_a_dry_run_predicts_the_run(sample: dict[str, Any], sandbox: Sandbox) -> None:
    ended = started("validate", sample)

    predicted = {row: status for row, (status, _) in outcomes(ended.run).items()}
    will_be = expected(sample, created="valid", rejected="valid")
    assert predicted == {row: status for row, (status, _) in will_be.items()}
    assert taken(sandbox) == []


@each_sample
def test_a_second_run_creates_nothing(sample: dict[str, Any], sandbox: Sandbox) -> None:
    started("run", sample)
    before = taken(sandbox)
    ended = started("run", sample)

    assert taken(sandbox) == before
    again = {row: status for row, (status, _) in outcomes(ended.run).items()}
    assert again == {
        row: status
        for row, (status, _) in expected(sample, created="duplicate").items()
    }


@pytest.mark.parametrize(
    "sample", [sample for sample in SAMPLES if sample["fixes"]], ids=name_of
)
def test_a_corrected_fix_me_file_goes_in_as_it_is(
    sample: dict[str, Any], sandbox: Sandbox
) -> None:
    first = started("run", sample)
    fix_me = Path("reports", first.run, "fix-me.csv")
    correct(fix_me, sample)
    ended = started("run", sample, source=str(fix_me))

    assert (ended.code, ended.err) == (0, "")
    statuses = Counter(status for status, _ in outcomes(ended.run).values())
    assert statuses == {"created": len(sample["fixes"])}
    assert len(taken(sandbox)) == sample["activities"] + len(sample["fixes"])


def correct(fix_me: Path, sample: dict[str, Any]) -> None:
    """Types the remedies into the cells, as a person would."""
    cells = pl.read_csv(fix_me, infer_schema=False)
    rows = sorted(int(row) for row in sample["fixes"])
    for place, row in enumerate(rows):
        for column, text in sample["fixes"][str(row)].items():
            cells[place, column] = text
    cells.write_csv(fix_me)
