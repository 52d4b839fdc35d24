"""Numbers that node_exporter collects: whole, readable, and true after bad nights."""

from pathlib import Path
from stat import S_IMODE

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.nightly.endings import NightEnding
from pipeline.nightly.metrics import Metrics
from tests.telling.nights import at, file, flawed, job, night
from tests.telling.receivers import Diary


def written(folder: Path, *nights: NightEnding, diary: Diary | None = None) -> Path:
    """The text file after nights, each in a process of its own."""
    for each in nights:
        say = (diary or Diary()).say
        metrics = Metrics(
            folder / "import.prom", folder / "state" / "metrics.json", say
        )
        metrics.begun(each.started_at)
        metrics.ended(each)
    return folder / "import.prom"


def numbers(path: Path) -> dict[str, float]:
    """What a Prometheus reads, by name and labels, but for zeros."""
    families = text_string_to_metric_families(path.read_text())
    samples = (sample for family in families for sample in family.samples)
    return {
        " ".join([each.name, *each.labels.values()]).removeprefix("activity_import_"): (
            each.value
        )
        for each in samples
        if each.value
    }


def test_a_night_in_numbers(tmp_path: Path) -> None:
    two = job("attention", file(created=3), file("attention", created=10, invalid=2))
    ended = at(1).timestamp() + 540

    assert numbers(written(tmp_path, night(two))) == {
        "last_night_timestamp_seconds": ended,
        "night_status attention": 1,
        "last_run_timestamp_seconds calls": ended,
        "last_file_timestamp_seconds calls": ended,
        "status calls attention": 1,
        "duration_seconds calls": 540,
        "rows calls created": 13,
        "rows calls invalid": 2,
        "requests calls sent": 20,
        "requests calls retried": 4,
        "requests calls throttled": 2,
        "requests_per_second calls": 5,
        "files calls ok": 1,
        "files calls attention": 1,
    }


def test_the_last_success_survives_nights_that_fail(tmp_path: Path) -> None:
    nights = [job("ok", file(created=1)), flawed("failed"), job("nothing")]
    path = written(tmp_path, *(night(each, number=1) for each in nights))

    assert (
        numbers(path)["last_success_timestamp_seconds calls"] == at(1).timestamp() + 540
    )
    assert numbers(path)["status calls failed"] == 1


def test_a_night_with_nothing_to_do_leaves_the_numbers_of_the_last_one(
    tmp_path: Path,
) -> None:
    repeat = job("nothing", file("nothing"))
    late = job("missing")
    nights = [flawed("stopped"), job("nothing"), repeat, late]
    path = written(tmp_path, *(night(each) for each in nights[:1]))
    before = numbers(path)
    written(tmp_path, night(nights[1], number=2, waiting={"calls": 1}))
    written(tmp_path, night(nights[2], number=3, waiting={"calls": 1}))
    after = numbers(path)

    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed == {
        *("last_night_timestamp_seconds", "night_status stopped"),
        *("night_status nothing", "files_waiting calls"),
    }
    written(tmp_path, night(late, number=4))
    last = numbers(path)
    assert last["status calls missing"] == 1
    assert "files_waiting calls" not in last
    assert last["rows calls invalid"] == before["rows calls invalid"]


def test_a_job_that_never_succeeded_has_no_last_success(tmp_path: Path) -> None:
    path = written(tmp_path, night(flawed("failed")))

    assert "last_success_timestamp_seconds calls" not in numbers(path)


def test_a_job_that_had_no_turn_is_told_as_it_was(tmp_path: Path) -> None:
    path = written(tmp_path, night(flawed()), night(job("ok", name="tasks"), number=2))

    assert numbers(path)["rows calls invalid"] == 2
    assert numbers(path)["status tasks ok"] == 1


def test_others_may_read_the_numbers_and_not_what_is_behind_them(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, night(flawed()))
    state = tmp_path / "state" / "metrics.json"

    assert S_IMODE(path.stat().st_mode) == 0o644
    assert S_IMODE(state.stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["import.prom", "state"]


@pytest.mark.parametrize("name", ['quote " and \\ back', "line\nbreak", "Größe 東"])
def test_any_name_of_a_job_can_be_read_back(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, night(job("ok", name=name)))

    assert numbers(path)[f"status {name} ok"] == 1


def test_a_folder_that_is_gone_is_only_logged(tmp_path: Path) -> None:
    diary = Diary()
    Metrics(tmp_path / "gone" / "a.prom", tmp_path / "m.json", diary.say).ended(night())

    assert diary.said[0].startswith("The metrics were not written. The file cannot be")


def test_a_damaged_state_is_told_and_begun_anew(tmp_path: Path) -> None:
    diary = Diary()
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "metrics.json").write_text('{"calls": {"what": 1}}')
    path = written(tmp_path, night(flawed()), diary=diary)

    assert "cannot be read" in diary.said[0]
    assert numbers(path)["rows calls created"] == 10
