import json
import stat
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from pipeline.errors import ReportError
from pipeline.plan import Plan, PlanWriter
from pipeline.rows import no_issues
from tests.plan.plan_givens import planned, planned_batch, sealed, source
from tests.stages.stage_givens import issue, issues_frame

DISK_FULL = "The disk is full: make room, then run it again."


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    sources = (source(0, notes=("one",)), source(1))
    first, second, third = (planned((n, "unsent", n)) for n in (2, 3, 4))
    issues = issues_frame(issue(3, "truncated", severity="warning"))
    writer = PlanWriter(tmp_path / "plan")
    writer.add_source(sources[0], {"subject": "Id"})
    writer.add(planned_batch(sources[0], first), first, no_issues())
    writer.add(planned_batch(sources[0], second), second, issues)
    writer.add_source(sources[1], {"subject": "Name"})
    writer.add(planned_batch(sources[1], third), third, no_issues())

    plan = writer.seal()

    assert plan == Plan.open(tmp_path / "plan")
    assert plan.sources == sources
    assert plan.labels == ({"subject": "Id"}, {"subject": "Name"})
    assert [batch.source for batch in plan.batches] == [*[sources[0]] * 2, sources[1]]
    assert plan.rows == (2, 1)
    assert plan.counts == {"unsent": 3}
    for batch, table in zip(plan.batches, (first, second, third), strict=True):
        assert_frame_equal(batch.planned(), table)
        assert_frame_equal(batch.rows(), planned_batch(batch.source, table).rows)
    assert_frame_equal(plan.batches[1].issues(), issues)
    assert_frame_equal(plan.batches[2].issues(), no_issues())


def test_rows_are_counted_by_status(tmp_path: Path) -> None:
    first = planned((2, "unsent", 1), (3, "skipped", None), (4, "unsent", 2))

    plan = sealed(tmp_path / "plan", first, planned((5, "invalid", None)))

    assert plan.counts == {"unsent": 2, "skipped": 1, "invalid": 1}
    assert plan.rows == (4,)


def test_a_source_without_rows_is_part_of_the_plan(tmp_path: Path) -> None:
    plan = sealed(tmp_path / "plan")

    assert plan.sources == (source(),)
    assert plan.batches == ()
    assert plan.rows == (0,)
    assert plan.counts == {}


def test_a_plan_that_was_not_sealed_is_none(tmp_path: Path) -> None:
    writer = PlanWriter(tmp_path)
    writer.add_source(source(), {})
    table = planned((2, "unsent", 1))
    writer.add(planned_batch(source(), table), table, no_issues())

    assert Plan.open(tmp_path) is None


def test_a_folder_that_is_not_there_holds_no_plan(tmp_path: Path) -> None:
    assert Plan.open(tmp_path / "nothing") is None


def test_a_plan_is_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "plan"

    sealed(folder, planned((2, "unsent", 1)))

    assert mode(folder) == 0o700
    assert {path.name: mode(path) for path in folder.iterdir()} == dict.fromkeys(
        ("00000.rows.arrow", "00000.plan.arrow", "00000.issues.arrow", "plan.json"),
        0o600,
    )


def test_a_plan_of_before_sections_and_escapes_can_be_read(tmp_path: Path) -> None:
    sealed(tmp_path, planned((2, "unsent", 1)))
    seal = tmp_path / "plan.json"
    content = json.loads(seal.read_text("utf-8"))
    for facts in content["sources"]:
        del facts["section"], facts["escape"]
    seal.write_text(json.dumps(content), encoding="utf-8")

    plan = Plan.open(tmp_path)

    assert plan is not None
    assert plan.sources == (source(0),)


def test_a_plan_that_lost_a_file_cannot_be_read(tmp_path: Path) -> None:
    plan = sealed(tmp_path, planned((2, "unsent", 1)))
    lost = tmp_path / "00000.plan.arrow"
    lost.unlink()

    with pytest.raises(ReportError, match="The plan cannot be read") as caught:
        plan.batches[0].planned()

    assert caught.value.where == str(lost)
    assert caught.value.hint == "Run the import again: what was sent is not sent twice."


def test_a_plan_file_that_is_damaged_cannot_be_read(tmp_path: Path) -> None:
    plan = sealed(tmp_path, planned((2, "unsent", 1)))
    damaged = tmp_path / "00000.rows.arrow"
    damaged.write_bytes(damaged.read_bytes()[:100])

    with pytest.raises(ReportError, match="The plan cannot be read"):
        plan.batches[0].rows()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_told_with_a_hint(tmp_path: Path) -> None:
    writer = PlanWriter(tmp_path)
    (tmp_path / "00000.rows.arrow").symlink_to("/dev/full")
    table = planned((2, "unsent", 1))

    with pytest.raises(ReportError) as caught:
        writer.add(planned_batch(source(), table), table, no_issues())

    assert caught.value.hint == DISK_FULL
    assert caught.value.where == str(tmp_path / "00000.rows.arrow")


def test_a_plan_cannot_lie_where_a_file_lies(tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("")

    with pytest.raises(ReportError, match="The file cannot be written") as caught:
        PlanWriter(tmp_path / "plan")

    assert caught.value.where == str(tmp_path / "plan")
