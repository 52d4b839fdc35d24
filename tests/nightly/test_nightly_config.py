"""A configuration is read whole, or all of its mistakes are told."""

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import NightlyError
from pipeline.nightly.config import (
    Band,
    Config,
    Expected,
    NightlyJob,
    Reading,
    TargetKeys,
    Window,
)
from pipeline.nightly.forms import band, duration, window
from pipeline.nightly.load import load_config
from pipeline.rows import RowLimit
from tests.nightly.configurations import FULL

LEAST = """\
jobs:
  - {name: calls, inbox: in, pattern: "*.csv", mapping: generic}
"""


def _cases() -> dict[str, tuple[str, str]]:
    text = Path(__file__).with_name("mistakes.txt").read_text("utf-8")
    named = (case.partition("\n") for case in text.split("\n== ")[1:])
    parts = {name: rest.partition("--\n") for name, _, rest in named}
    return {name: (given, told.strip()) for name, (given, _, told) in parts.items()}


CASES = _cases()


def loaded(folder: Path, text: str) -> Config:
    path = folder / "nightly.yaml"
    path.write_text(f"version: 1\n{text}", encoding="utf-8")
    return load_config(path, {})


def full_reading(folder: Path) -> Reading:
    """How the files of FULL are read."""
    return Reading(
        mapping=str(folder / "maps" / "calls.yaml"),
        sheet="Calls",
        member="Calls*.csv",
        timezone="Europe/Berlin",
        dates="day_first",
        allow_empty=True,
        allow_repeats=True,
        on_drift="stop",
        max_invalid=RowLimit(percent=5),
        max_failed=RowLimit(rows=10),
        min_rows=5,
        max_rows=50_000,
        usual_rows=Band(50, 200),
        lookups=folder / "ids",
    )


def full_job(folder: Path) -> NightlyJob:
    """The job of FULL."""
    return NightlyJob(
        name="calls",
        inbox=folder / "in",
        patterns=("*.csv", "*.zip"),
        reading=full_reading(folder),
        archive=folder / "done",
        quarantine=folder / "bad",
        order="time",
        settle=120,
        marker="{stem}.ok",
        window=Window(time(22), time(6)),
        expected=Expected(time(6), frozenset({0, 4})),
        keep={
            "reports": 7_776_000,
            "plans": 2_592_000,
            "archive": 31_449_600,
            "quarantine": 7_776_000,
        },
        enabled=False,
    )


def full(folder: Path) -> Config:
    """What FULL says, in a folder that has the mapping."""
    return Config(
        path=folder / "nightly.yaml",
        jobs=(full_job(folder),),
        target=TargetKeys(
            base_url="https://api.example.org",
            workspace="sales",
            api_key_file=folder / "key",
            rate=20.5,
            concurrency=8,
            timeout=30,
            patience=300,
        ),
        reports=Path("/srv/reports"),
        ledger=folder / "state" / "ledger.sqlite",
        log=folder / "night.log",
        clock=ZoneInfo("Europe/Berlin"),
    )


@pytest.mark.parametrize("case", CASES)
def test_mistakes_are_told_all_at_once(tmp_path: Path, case: str) -> None:
    text, expected = CASES[case]

    with pytest.raises(NightlyError) as raised:
        loaded(tmp_path, text)

    told = [
        f"{one.place.line}:{one.place.column}: {one.message}"
        + f" -> {one.hint}" * bool(one.hint)
        for one in raised.value.mistakes
        if one.place
    ]
    assert "\n".join(told) == expected


def test_the_least_that_a_job_says(tmp_path: Path) -> None:
    [job] = loaded(tmp_path, LEAST).jobs

    assert job == NightlyJob(
        name="calls",
        inbox=tmp_path / "in",
        patterns=("*.csv",),
        reading=Reading("generic"),
        archive=tmp_path / "archive" / "calls",
        quarantine=tmp_path / "quarantine" / "calls",
    )


def test_all_that_a_configuration_says(tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "calls.yaml").touch()

    assert loaded(tmp_path, FULL) == full(tmp_path)


def test_defaults_hold_for_jobs_that_say_nothing_else(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        """
defaults: {inbox: in, mapping: generic, settle: 5s, keep: {reports: 1d}}
jobs:
  - {name: calls, pattern: "calls*"}
  - {name: mails, pattern: "mails*", settle: 1m, keep: {plans: 1d}}
""",
    )

    assert [(job.settle, job.keep, job.inbox.name) for job in config.jobs] == [
        (5, {"reports": 86_400}, "in"),
        (60, {"plans": 86_400}, "in"),
    ]


def test_mistakes_of_who_is_to_be_told_stand_among_the_others(tmp_path: Path) -> None:
    path = tmp_path / "nightly.yaml"
    path.write_text(f"version: 1\nnotify: [{{on: ok}}]\nrate: 0\n{LEAST}", "utf-8")
    with pytest.raises(NightlyError) as raised:
        load_config(path, {})

    assert [one.message for one in raised.value.mistakes] == [
        "Notification 1 names no ways of telling.",
        "'0' is no number above 0.",
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("1.5 m", 90), ("2h", 7_200), ("1w", 604_800)],
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [("50%..200%", Band(50, 200)), ("50%..", Band(50, None)), ("..2%", Band(None, 2))],
)
def test_bands(text: str, expected: Band) -> None:
    assert band(text) == expected
    assert str(expected) == text


@given(opens=st.times(), closes=st.times(), now=st.times())
def test_a_window_and_the_one_that_is_left_make_a_day(
    opens: time, closes: time, now: time
) -> None:
    inside = Window(opens, closes).is_open(now)

    assert opens == closes or inside != Window(closes, opens).is_open(now)
    assert window("22:00-06:00") == Window(time(22), time(6))


@given(
    now=st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1)),  # noqa: DTZ001
    by=st.times(),
    days=st.frozensets(st.integers(0, 6), min_size=1),
)
def test_the_last_deadline_is_the_newest_that_has_passed(
    now: datetime, by: time, days: frozenset[int]
) -> None:
    deadline = Expected(by, days).last_deadline(now)

    assert deadline <= now
    assert deadline.weekday() in days
    assert deadline.time() == by
    assert (now - deadline).days < 7
