"""Times against the standard library: zones, changes of the clock, forms."""

from datetime import UTC, datetime, time, timedelta
from datetime import timezone as fixed
from zoneinfo import ZoneInfo, available_timezones

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.mapping.times import TimeRule, is_time_zone, parse_times
from pipeline.mapping.times.names import MONTHS, WEEKDAYS

iso = datetime.fromisoformat
ZONES = st.sampled_from(
    [
        "America/New_York",
        "America/Sao_Paulo",
        "America/St_Johns",
        "Asia/Kolkata",
        "Asia/Tehran",
        "Australia/Lord_Howe",
        "Europe/Berlin",
        "Europe/Dublin",
        "Pacific/Apia",
        "Pacific/Auckland",
    ]
)
# Beyond 2037 the rules of today are no facts, and the libraries differ in them.
MOMENTS = st.datetimes(iso("1971-01-01T00:00"), iso("2037-01-01T00:00"))
MINUTES = MOMENTS.map(lambda at: at.replace(second=0, microsecond=0))
# Half of the days are near a change of the clock somewhere.
CHANGES = st.builds(
    lambda at, minutes: at + timedelta(minutes=minutes),
    st.sampled_from(
        [
            iso("2024-03-10T02:00"),
            iso("2024-11-03T01:00"),
            iso("2024-03-31T02:00"),
            iso("2024-10-27T02:00"),
            iso("2018-11-04T00:00"),
            iso("2018-02-17T23:00"),
            iso("2011-12-30T00:00"),
            iso("2024-04-07T01:30"),
            iso("2024-10-06T02:00"),
        ]
    ),
    st.integers(-200, 200),
)


def read(text: str, form: str, zone: str, **rules: object) -> datetime | str:
    """What a cell becomes, or the code of its issue."""
    cells = pl.DataFrame({"row": [2], "value": [text], "column": ["When"]})
    cells = cells.cast({"row": pl.UInt32})
    rule = TimeRule((form,), zone, time(12))
    found = parse_times(cells, TimeRule(**{**vars(rule), **rules}))
    if found.issues.height:
        assert found.cells["value"].to_list() == [None]
        return str(found.issues["code"].item())
    at: datetime = found.cells["value"].item()
    return at


def standard(local: datetime, zone: str, fold: int = 0) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def kind(local: datetime, zone: str) -> str:
    """Whether the clock of a zone shows a time once, twice or never."""
    first, second = standard(local, zone), standard(local, zone, fold=1)
    if first == second:
        return "once"
    back = first.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return "twice" if back == local else "never"


@settings(deadline=None)
@given(MINUTES | CHANGES, ZONES)
@example(iso("2011-12-30T12:00"), "Pacific/Apia")
@example(iso("2018-11-04T00:00"), "America/Sao_Paulo")
def test_a_local_time_is_what_the_standard_library_says(
    local: datetime, zone: str
) -> None:
    issue = {"twice": "ambiguous_time", "never": "nonexistent_time"}
    expected = issue.get(kind(local, zone), standard(local, zone))

    assert read(local.isoformat(" "), "iso", zone) == expected


@settings(deadline=None)
@given(MINUTES | CHANGES, ZONES)
@example(iso("2011-12-30T12:00"), "Pacific/Apia")
def test_the_rules_of_the_clock_are_those_of_fold(local: datetime, zone: str) -> None:
    forward = {"when_nonexistent": "forward"}
    earlier = read(local.isoformat(), "iso", zone, when_twice="earlier", **forward)
    later = read(local.isoformat(), "iso", zone, when_twice="later", **forward)

    fold = int(kind(local, zone) == "twice")
    assert earlier == standard(local, zone)
    assert later == standard(local, zone, fold)


@settings(deadline=None)
@given(st.dates(iso("1971-01-01T00:00").date(), iso("2037-01-01T00:00").date()), ZONES)
@example(iso("2018-11-04T00:00").date(), "America/Sao_Paulo")
@example(iso("2024-11-03T00:00").date(), "America/Havana")
@example(iso("2024-09-08T00:00").date(), "America/Santiago")
def test_a_date_keeps_its_day_even_where_there_is_no_midnight(
    day: datetime, zone: str
) -> None:
    for clock in (time(0), time(12), time(23, 59)):
        at = read(day.strftime("%Y-%m-%d"), "iso", zone, date_only=clock)

        if isinstance(at, datetime):
            assert at.astimezone(ZoneInfo(zone)).date() == day
        else:  # Samoa had no 30 December 2011
            assert (at, day.isoformat(), zone) == (
                "nonexistent_time",
                "2011-12-30",
                "Pacific/Apia",
            )


@settings(deadline=None)
@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_a_time_with_an_offset_is_read_as_the_standard_library_reads_it(
    local: datetime, minutes: int
) -> None:
    at = local.replace(tzinfo=fixed(timedelta(minutes=minutes)))

    assert read(at.isoformat(), "iso", "Asia/Tokyo") == at
    assert read(at.strftime("%Y%m%dT%H%M%S.%f%z"), "iso", "Asia/Tokyo") == at


@settings(deadline=None)
@given(MINUTES, ZONES, ZONES)
def test_a_zone_by_name_goes_before_that_of_the_source(
    local: datetime, zone: str, source: str
) -> None:
    issue = {"twice": "ambiguous_time", "never": "nonexistent_time"}
    expected = issue.get(kind(local, zone), standard(local, zone))

    for text in (f"{local} {zone}", f"{local}[{zone}]", f"{local} ({zone.lower()})"):
        assert read(text, "iso", source) == expected


def test_every_zone_can_be_named() -> None:
    local = iso("2024-07-01T10:30")
    # As abbreviations they have one meaning, all year round.
    fixed_meaning = {"CET": "+01:00", "EET": "+02:00", "WET": "+00:00"}
    expected = {
        f"{local} {zone}": iso(f"{local}{fixed_meaning[zone]}")
        if zone in fixed_meaning
        else standard(local, zone)
        for zone in sorted(available_timezones())
        if is_time_zone(zone)
    }
    cells = pl.DataFrame({"value": list(expected), "column": "When"})

    found = parse_times(cells.with_row_index("row"), TimeRule(("iso",), None, time(12)))

    assert len(expected) > 400
    assert dict(zip(expected, found.cells["value"], strict=True)) == expected


NUMBERS = st.sampled_from(
    ["{d}/{m}/{y}", "{d:02}.{m:02}.{y}", "{d}-{m}-{y}", "{d}. {m}. {y}", "{d}/{m}/{yy}"]
)
CLOCKS = st.sampled_from(
    [
        ("", False),
        (" {H}:{M:02}:{S:02}", True),
        (", {h}:{M:02}:{S:02} {half}", True),
        (" {h}.{M:02}.{S:02}\u202f{dotted}", True),
        ("T{H:02}:{M:02}:{S:02}", True),
    ]
)


def parts(at: datetime) -> dict[str, object]:
    half = "PM" if at.hour >= 12 else "AM"
    return {
        "d": at.day,
        "m": at.month,
        "y": at.year,
        "yy": f"{at.year % 100:02}",
        "H": at.hour,
        "h": at.hour % 12 or 12,
        "M": at.minute,
        "S": at.second,
        "half": half.lower(),
        "dotted": f"{half[0]}. M.",
    }


def swapped(form: str) -> str:
    return form.translate(str.maketrans("dm", "md"))


@settings(deadline=None)
@given(MOMENTS, NUMBERS, CLOCKS)
def test_numbers_in_either_order_read_back(
    at: datetime, form: str, clock: tuple[str, bool]
) -> None:
    clock_form, timed = clock
    at = at.replace(microsecond=0) if timed else datetime.combine(at, time(12))
    expected = at.replace(tzinfo=UTC)
    said = clock_form.format(**parts(at))

    assert read(form.format(**parts(at)) + said, "day_first", "UTC") == expected
    other = swapped(form).format(**parts(at)) + said
    assert read(other, "month_first", "UTC") == expected


NAMES = st.sampled_from(
    ["{d} {name} {y}", "{name} {d}, {y}", "{d}. {name} {y}", "{d} de {name} de {y}"]
)


@settings(deadline=None)
@given(MOMENTS, st.data())
def test_names_of_months_read_back(at: datetime, data: st.DataObject) -> None:
    names = sorted(name for name, number in MONTHS.items() if number == at.month)
    name = data.draw(st.sampled_from(names)) + data.draw(st.sampled_from(["", "."]))
    weekday = data.draw(st.sampled_from(["", *sorted(WEEKDAYS)]))
    written = data.draw(NAMES).format(name=name, **parts(at))
    text = f"{weekday.title()}, {written}" if weekday else written.upper()
    form = data.draw(st.sampled_from(["month_name", "day_first", "month_first"]))

    expected = datetime(at.year, at.month, at.day, 12, tzinfo=UTC)
    assert read(text, form, "UTC") == expected


@settings(deadline=None)
@given(MOMENTS)
def test_iso_dates_of_every_kind_read_back(at: datetime) -> None:
    expected = datetime(at.year, at.month, at.day, 12, tzinfo=UTC)

    forms = ("%Y-%m-%d", "%Y%m%d", "%G-W%V-%u", "%GW%V%u", "%Y-%j", "%Y/%m/%d")
    cells = pl.DataFrame({"value": [at.strftime(form) for form in forms], "column": ""})
    found = parse_times(cells.with_row_index("row"), TimeRule(("iso",), None, time(12)))
    assert found.cells["value"].to_list() == [expected] * len(forms)


NASTY = st.text(
    st.sampled_from("0123456789-/.:, TZamp+WJu") | st.characters(codec="utf-8")
)


@settings(deadline=None, max_examples=50)
@given(NASTY)
def test_no_text_is_too_nasty_to_be_refused(text: str) -> None:
    formats = ("iso", "day_first", "month_name", "%d/%m/%Y %I:%M %p", "excel")
    cells = pl.DataFrame({"row": [2], "value": [text], "column": ["When"]})
    found = parse_times(
        cells.cast({"row": pl.UInt32}), TimeRule(formats, None, time(12))
    )

    assert found.cells.height == 1
    assert found.issues.height == found.cells["value"].null_count()
