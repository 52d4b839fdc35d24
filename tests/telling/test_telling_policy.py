"""Who is told what, and when: new trouble at once, lasting trouble once a day."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.nightly.endings import JobEnding, NightEnding
from pipeline.nightly.telling.policy import Event, Memory, Tidings, decide, heard
from tests.telling.nights import file, flawed, job, night

USUAL = frozenset(Event) - {Event.OK}
FIRST = date(2026, 11, 1)
OK, NOTHING = job("ok", file(created=5)), job("nothing")
DOWN = job("stopped", file("stopped", reason="The API was down.", unsent=9))
MISSING = job("missing", reason="No file came by 06:00.")


def told_of(
    nights: list[tuple[int, NightEnding]], on: frozenset[Event] = USUAL
) -> list[str]:
    """What is told of nights, each with the number of its day."""
    memory: Memory = {}
    said = []
    for day, ending in nights:
        memory, told = decide(memory, ending, FIRST + timedelta(days=day - 1))
        said += [_line(day, each) for each in heard(told, on)]
    return said


def _line(day: int, told: Tidings) -> str:
    more = f" +{told.silent}" if told.silent else ""
    return f"{day}: {told.ending.job or 'NIGHT'} {told.event} {told.nights}{more}"


def of_one_job(*jobs: JobEnding) -> list[tuple[int, NightEnding]]:
    return [(day, night(each)) for day, each in enumerate(jobs, 1)]


def test_a_month_of_one_job() -> None:
    month = [
        *[OK, OK, NOTHING, flawed(), flawed(), flawed(), OK, OK],
        *[MISSING, NOTHING, MISSING, OK],
        *[DOWN, DOWN, flawed(), flawed("attention", "required"), DOWN, NOTHING, OK],
        *[job("interrupted"), OK, OK, OK],
        *[job("failed", reason="No key."), job("failed", reason="No key."), OK],
        *[OK, NOTHING, OK, OK],
    ]

    assert len(month) == 30
    assert told_of(of_one_job(*month)) == [
        "4: calls attention 1",
        "5: calls attention 2",
        "6: calls attention 3",
        "7: calls recovered 1",
        "9: calls missing 1",
        "11: calls missing 2",
        "12: calls recovered 1",
        "13: calls stopped 1",
        "14: calls stopped 2",
        "15: calls attention 1",
        "16: calls attention 1",
        "17: calls stopped 3",
        "19: calls recovered 1",
        "20: calls stopped 1",
        "21: calls recovered 1",
        "24: calls failed 1",
        "25: calls failed 2",
        "26: calls recovered 1",
    ]


def test_the_same_trouble_several_times_a_day_is_told_once() -> None:
    hourly = [(1, night(flawed())), (1, night(flawed())), (1, night(flawed()))]

    assert told_of([*hourly, (2, night(flawed()))]) == [
        "1: calls attention 1",
        "2: calls attention 2 +2",
    ]


def test_each_trouble_has_a_count_of_its_own() -> None:
    other = flawed("attention", "required")
    hourly = [(1, night(each)) for each in (flawed(), flawed(), flawed(), other)]

    assert told_of([*hourly, (2, night(other)), (2, night(flawed()))]) == [
        "1: calls attention 1",
        "1: calls attention 1",
        "2: calls attention 2",
        "2: calls attention 2 +2",
    ]


def test_what_changes_is_told_at_once_but_not_what_was_told_that_day() -> None:
    other = flawed("attention", "required")
    hourly = [(1, night(each)) for each in (flawed(), other, flawed(), other)]

    assert told_of(hourly) == ["1: calls attention 1", "1: calls attention 1"]


def test_other_files_numbers_and_warnings_are_the_same_trouble() -> None:
    first = file("failed", "a.csv", reason="a.csv: 12 rows of run 20261101-0200-ab12.")
    second = file("failed", "b.csv", reason="b.csv: 9 rows of run 20261102-0200-cd34.")
    warned = flawed("attention", "bad_time", "lookup_dropped")

    assert told_of(of_one_job(job("failed", first), job("failed", second))) == [
        "1: calls failed 1",
        "2: calls failed 2",
    ]
    assert told_of(of_one_job(flawed(), warned))[1] == "2: calls attention 2"


def test_the_most_pressing_comes_first() -> None:
    jobs = [
        flawed(),
        job("missing", name="tasks"),
        job("failed", name="mails"),
        job("stopped", name="notes"),
    ]

    assert told_of([(1, night(*jobs))]) == [
        "1: mails failed 1",
        "1: notes stopped 1",
        "1: tasks missing 1",
        "1: calls attention 1",
    ]


def test_a_night_that_fails_as_a_whole_is_told_and_so_is_its_recovery() -> None:
    nights = [
        (1, night(status="failed", reason="The disk is full.")),
        (2, night(status="nothing", reason="The last night still runs.")),
        (3, night(OK)),
        (4, night(OK)),
    ]

    assert told_of(nights) == ["1: NIGHT failed 1", "3: NIGHT recovered 1"]
    assert "4: calls ok 1" in told_of(nights, frozenset(Event))
    assert not [
        line for line in told_of(nights, frozenset(Event)) if "NIGHT ok" in line
    ]


def test_a_reason_that_the_night_has_from_a_job_is_told_once() -> None:
    failed = job("failed", reason="There is no key.")

    assert told_of([(1, night(failed, reason="There is no key."))]) == [
        "1: calls failed 1"
    ]


def test_of_a_recovery_hears_who_heard_of_the_trouble() -> None:
    nights = of_one_job(flawed(), OK)

    assert told_of(nights, frozenset({Event.FAILED, Event.RECOVERED})) == []
    assert told_of(nights, frozenset({Event.OK})) == ["2: calls ok 1"]
    assert told_of(nights, frozenset({Event.OK, Event.RECOVERED})) == ["2: calls ok 1"]
    assert told_of(nights, frozenset(Event)) == [
        "1: calls attention 1",
        "2: calls recovered 1",
    ]


ENDINGS = st.sampled_from([OK, NOTHING, MISSING, DOWN, flawed(), flawed("failed")])
NIGHTS = st.lists(st.tuples(st.integers(0, 1), ENDINGS), max_size=40)


def _dated(nights: list[tuple[int, JobEnding]]) -> list[tuple[int, NightEnding]]:
    day, dated = 1, []
    for step, ending in nights:
        day += step
        dated.append((day, night(ending)))
    return dated


@given(NIGHTS)
@settings(deadline=None)
def test_no_trouble_is_told_twice_a_day_between_two_recoveries(
    nights: list[tuple[int, JobEnding]],
) -> None:
    spell: set[str] = set()
    for line in told_of(_dated(nights)):
        day_and_event = " ".join(line.split()[:3])
        spell = set() if "recovered" in line else spell
        assert day_and_event not in spell
        spell.add(day_and_event)


@given(NIGHTS)
@settings(deadline=None)
def test_who_reads_only_messages_knows_whether_a_job_is_in_trouble(
    nights: list[tuple[int, JobEnding]],
) -> None:
    memory: Memory = {}
    believed = in_trouble = False
    for day, ending in _dated(nights):
        memory, told = decide(memory, ending, FIRST + timedelta(days=day))
        for each in heard(told, USUAL):
            believed = each.event is not Event.RECOVERED
        if ending.jobs[0].status != "nothing":
            in_trouble = ending.jobs[0].status != "ok"
        assert believed == in_trouble


@given(NIGHTS)
@settings(deadline=None)
def test_nights_without_work_change_nothing(
    nights: list[tuple[int, JobEnding]],
) -> None:
    worked = [each for each in _dated(nights) if each[1].status != "nothing"]

    assert told_of(_dated(nights)) == told_of(worked)
