"""`bundle` as its user meets it: what it shows, what it writes, what it leaves out."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.runs.bundle.masking import form_of
from tests.bundle.bundle_givens import MAPPING, bundled, parts_in, source
from tests.commands import Ended, activity_import
from tests.misbehaving import Talk, answers, misbehaving, reads

FILES = (
    *("README.txt", "versions.json", "settings.json", "summary.json"),
    *("mapping.yaml", "columns.csv", "issues.csv", "log.csv"),
)
SUBJECT = "Rendezvous at the Zanzibar"
ROWS = [
    ("k-1001", "01/03/2024", SUBJECT, "Telefonat", "Quoth the raven, nevermore"),
    ("k-1002", "31/02/2023", "Lunch", "Telefonat", "ada@lovelace.test"),
    ("k-1003", "31.02.2024", "Lunch", "Secretive", "skipped"),
    ("", "01/03/2024", "Keyless", "Telefonat", ""),
]
KEY = "very-secret-key-000"


def refuses(talk: Talk) -> None:
    """A healthy API that takes nothing, and says again what was sent to it."""
    reads(talk)
    request = talk.requests[-1]
    if request.line.startswith("GET"):
        return answers(200, {"data": {"status": "healthy"}})(talk)
    told = {"code": "zanzibar_closed", "message": f"No: {request.body.decode()}"}
    return answers(422, {"error": told})(talk)


@dataclass(frozen=True)
class Refused:
    """A run of `ROWS`; the API refused the one that could be sent."""

    run: str
    folder: Path

    def bundle(self, *words: object) -> Ended:
        return activity_import("bundle", self.run, "--ledger", self.ledger, *words)

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.sqlite"


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Refused:
    folder = tmp_path_factory.mktemp("private")
    made = Refused("", folder)
    words = (*source(folder, ROWS), "--reports", folder, "--ledger", made.ledger)
    with misbehaving([refuses] * 20) as server:
        there = {"REEVO_API_KEY": KEY, "REEVO_BASE_URL": server.url}
        return replace(made, run=activity_import("run", *words, **there).run)


@pytest.fixture(scope="module")
def parts(refused: Refused) -> dict[str, str]:
    """The files of its bundle."""
    file = refused.folder / "bundle.zip"
    ended = refused.bundle("-o", file, "--yes")
    assert ended.code == 0, ended.err
    return parts_in(file)


def test_it_shows_what_it_holds_and_writes_nothing_unasked(
    refused: Refused, here: Path
) -> None:
    shown = refused.bundle()

    assert shown.code == 1
    names = re.findall(r"(?m)^  (\S+) +[\d,]+ bytes  \S", shown.out)
    assert names == [*FILES]
    assert shown.err == (
        "Error: Nothing was written.\n  hint:  Add --yes to write it.\n"
        "  explain: activity-import explain bundle_not_confirmed\n"
    )
    assert list(here.iterdir()) == []


def test_it_is_written_private_and_never_over_another(
    refused: Refused, here: Path
) -> None:
    written = refused.bundle("--yes")
    again = refused.bundle("--yes")

    [file] = (path.relative_to(here) for path in here.iterdir())
    assert written.code == 0
    assert written.out.endswith(
        f"\n{file} is written. Look into it before you pass it on.\n"
    )
    assert file.name == f"bundle-{refused.run}.zip"
    assert (here / file).stat().st_mode & 0o777 == 0o600
    assert again.code == 1
    assert "The file is there already." in again.err


def test_what_was_wrong_can_be_seen_and_not_what_was_written(
    parts: dict[str, str],
) -> None:
    bad_time, no_key = parts["issues.csv"].splitlines()[1:]
    assert re.sub(r",[0-9a-f]{8},", ",SAME,", bad_time).startswith(
        "1,3,error,bad_time,When,activity_time,99/99/9999,SAME,'99/99/9999' in column "
        "'When' is not a date or time in the expected form: [...].[...],"
    )
    assert no_key.startswith("1,5,error,key_missing,Id,")
    [sent] = parts["log.csv"].splitlines()[1:]
    assert sent.startswith("1,2,rejected,2")
    assert ",1,422,xxxxxxxx_xxxxxx,," in sent


def test_nothing_of_rows_key_places_or_mapping_is_in_it(
    refused: Refused, parts: dict[str, str]
) -> None:
    everything = "\n".join(parts.values())

    cells = {cell for row in ROWS for cell in row if len(cell) > 2}
    texts = {
        KEY,
        str(refused.folder),
        "private0",
        "harvest",
        "hopper",
        "Hopper",
        "navy",
    }
    own = {"skipped"}
    found = {text for text in (cells | texts) - own if text in everything}
    assert found == set()
    for text in ("Grace", "Telefonat", "Secretive", "zanzibar", "0b4d8f9e"):
        assert text in MAPPING + "zanzibar"
        assert text not in everything


def test_a_run_without_a_plan_has_fewer_parts(here: Path) -> None:
    run = activity_import("validate", *source(here, ROWS), "--ledger", "l.db").run
    Path("l.db.runs", run, "plan.json").unlink()

    ended = activity_import("bundle", run, "-o", "b.zip", "--yes", "--ledger", "l.db")

    assert ended.code == 0
    assert [*parts_in(Path("b.zip"))] == [*FILES[:5]]


LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn"])
VALUES = st.text(LETTERS, min_size=8, max_size=40).filter(
    lambda value: len(set(value)) > 4 and form_of(value) != value
)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What stands in the bundle of any run."""
    folder = tmp_path_factory.mktemp("usual")
    ledger = folder / "ledger.sqlite"
    words = (*source(folder, [("xx",) * 5]), "--reports", folder)
    run = activity_import("validate", *words, "--ledger", ledger).run
    file = folder / "b.zip"
    activity_import("bundle", run, "-o", file, "--yes", "--ledger", ledger)
    return "\n".join(parts_in(file).values())


@settings(
    deadline=None,
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(st.tuples(*[VALUES] * 5), min_size=1, max_size=4))
def test_no_cell_of_any_source_is_in_its_bundle(
    here: Path, usual: str, rows: list[tuple[str, ...]]
) -> None:
    run = activity_import("validate", *source(here, rows)).run

    everything = "\n".join(bundled(run, here / "b.zip").values())

    cells = {cell.strip() for row in rows for cell in row}
    assert {cell for cell in cells if cell in everything and cell not in usual} == set()
