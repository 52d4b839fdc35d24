from datetime import UTC, datetime, time

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.mapping.times import FORMATS, TimeRule, parse_times
from tests.stages.stage_givens import TIME, issue

ISO = TimeRule(("iso",), "America/New_York", time(12))


def cells(*values: str | None) -> pl.DataFrame:
    schema = {"value": pl.String, "column": pl.String}
    frame = pl.DataFrame([(value, "When") for value in values], schema, orient="row")
    return frame.with_row_index("row", offset=2)


def times_of(cells: pl.DataFrame, rule: TimeRule) -> tuple[pl.DataFrame, pl.DataFrame]:
    found = parse_times(cells, rule)
    return found.cells, found.issues


def moment(text: str, rule: TimeRule = ISO) -> str:
    """What a cell becomes, or the code of its issue."""
    times, issues = times_of(cells(text), rule)
    assert times["value"].null_count() == issues.height
    return str(
        (issues["code"] if issues.height else times["value"].dt.to_string("iso"))[0]
    ).replace("000+00:00", "Z")


def in_new_york(*formats: str, date_only: time = time(12)) -> TimeRule:
    return TimeRule(formats, "America/New_York", date_only)


@pytest.mark.parametrize("separator", [" ", "T"])
@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("", 15),
        ("Z", 10),
        ("+01:00", 9),
        ("+0100", 9),
        ("+01", 9),
        ("-00:00", 10),
        (" Z", 10),
        (" +01:00", 9),
        (" -0500", 15),
    ],
)
@pytest.mark.parametrize(
    ("day", "clock", "rest"),
    [
        ("2024-03-01", "10:30:05", ":30:05.000"),
        ("2024-03-01", "10:30:05.25", ":30:05.250"),
        ("2024-03-01", "10:30:05.123999", ":30:05.123999"),
        ("2024-03-01", "10:30", ":30:00.000"),
        ("20240301", "103005", ":30:05.000"),
    ],
)
def test_every_iso_form_is_read(
    separator: str, zone: str, hour: int, day: str, clock: str, rest: str
) -> None:
    times, issues = times_of(cells(f"{day}{separator}{clock}{zone}"), ISO)

    expected = datetime.fromisoformat(f"2024-03-01T{hour:02}{rest}+00:00")
    assert issues.is_empty()
    assert times["value"].to_list() == [expected]


@pytest.mark.parametrize(
    "text", ["2024-03-01 10:30:05 UTC", "2024-03-01T10:30:05.000 UTC"]
)
def test_a_time_that_says_utc_is_utc(text: str) -> None:
    assert moment(text) == "2024-03-01 10:30:05.000Z"


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "2024-02-30",
        "2024-13-01",
        "2024-03-01T24:00:01",
        "2024-03-01T10:60",
        "2024-03-01 10.5",
        "01.03.2024",
        "2024061",
        "2024-03/01",
        "2024-W53-1",
        "2024-W00-1",
        "2023-366",
        "10:30",
        "2024",
        "45352",
    ],
)
def test_what_is_not_iso_is_a_bad_time(text: str) -> None:
    assert moment(text) == "bad_time"


def test_times_keep_rows_order_and_columns_and_are_utc() -> None:
    times, issues = times_of(cells("2024-03-01 10:30", None, "x", "2024-07-01"), ISO)

    expected = pl.DataFrame(
        {
            "row": pl.Series([2, 3, 4, 5], dtype=pl.UInt32),
            "value": pl.Series(
                [
                    datetime(2024, 3, 1, 15, 30, tzinfo=UTC),
                    None,
                    None,
                    datetime(2024, 7, 1, 16, tzinfo=UTC),
                ],
                dtype=TIME,
            ),
            "column": ["When"] * 4,
        }
    )
    assert_frame_equal(times, expected)
    assert issues.select("row", "code").rows() == [(4, "bad_time")]


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        (time(12), "2024-03-01 17:00:00.000Z"),
        (time(0), "2024-03-01 05:00:00.000Z"),
        (time(23, 59, 59), "2024-03-02 04:59:59.000Z"),
    ],
)
@pytest.mark.parametrize(
    ("form", "text"),
    [("iso", "2024-03-01"), ("%d/%m/%Y", "01/03/2024"), ("excel", "45352")],
)
def test_a_date_without_a_time_takes_the_mapping_s_time_of_day(
    form: str, text: str, clock: time, expected: str
) -> None:
    assert moment(text, in_new_york(form, date_only=clock)) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("%d/%m/%Y %H:%M", "01/03/2024 10:30", "2024-03-01 15:30:00.000Z"),
        ("%m/%d/%Y %I:%M %p", "3/1/2024 3:30 PM", "2024-03-01 20:30:00.000Z"),
        ("%d/%m/%y", "01/03/24", "2024-03-01 17:00:00.000Z"),
        ("%d %b %Y", "1 Mar 2024", "2024-03-01 17:00:00.000Z"),
        ("%d/%m/%Y %H:%M %z", "01/03/2024 10:30 +0200", "2024-03-01 08:30:00.000Z"),
        ("%d/%m/%Y", "03/13/2024", "bad_time"),
        ("%d/%m/%Y", "01/03/24", "bad_time"),
        ("%d/%m/%Y", "2024-03-01", "bad_time"),
    ],
)
def test_a_pattern_is_read(pattern: str, text: str, expected: str) -> None:
    assert moment(text, in_new_york(pattern)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45352.4375", "2024-03-01 15:30:00.000Z"),
        ("45352.0", "2024-03-01 17:00:00.000Z"),
        ("45352.437499999", "2024-03-01 15:30:00.000Z"),
        ("61", "1900-03-01 17:00:00.000Z"),
        ("2958099", "9998-12-30 17:00:00.000Z"),
        ("2958465", "bad_time"),
        ("2958466", "bad_time"),
        ("0", "bad_time"),
        ("-5", "bad_time"),
        ("inf", "bad_time"),
        ("nan", "bad_time"),
        ("45361.104166667", "nonexistent_time"),
    ],
)
def test_an_excel_number_counts_days_on_the_local_clock(
    text: str, expected: str
) -> None:
    assert moment(text, in_new_york("excel")) == expected


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("epoch_s", "1709289000", "2024-03-01 10:30:00.000Z"),
        ("epoch_ms", "1709289000250", "2024-03-01 10:30:00.250Z"),
        ("epoch_s", "1709289000000", "bad_time"),
        ("epoch_s", "12345678", "bad_time"),
        ("epoch_s", "-1709289000", "bad_time"),
        ("epoch_s", "1709289000.5", "bad_time"),
        ("epoch_s", "99999999999999", "bad_time"),
        ("epoch_s", "18500101000000", "bad_time"),
        ("epoch_ms", "999999999999999", "bad_time"),
        ("epoch_ms", "1709289000", "bad_time"),
    ],
)
def test_an_epoch_number_is_utc(form: str, text: str, expected: str) -> None:
    assert moment(text, in_new_york(form)) == expected


@pytest.mark.parametrize(
    ("formats", "text", "expected"),
    [
        (("%d/%m/%Y", "%m/%d/%Y"), "02/03/2024", "2024-03-02 17:00:00.000Z"),
        (("%m/%d/%Y", "%d/%m/%Y"), "02/03/2024", "2024-02-03 17:00:00.000Z"),
        (("%m/%d/%Y", "%d/%m/%Y"), "13/03/2024", "2024-03-13 16:00:00.000Z"),
        (("epoch_s", "epoch_ms"), "1709289000000", "2024-03-01 10:30:00.000Z"),
        (("iso", "excel"), "45352.4375", "2024-03-01 15:30:00.000Z"),
        (("excel", "iso"), "2024-03-01", "2024-03-01 17:00:00.000Z"),
    ],
)
def test_the_first_format_that_reads_a_cell_counts(
    formats: tuple[str, ...], text: str, expected: str
) -> None:
    assert moment(text, in_new_york(*formats)) == expected


def test_several_formats_read_one_column() -> None:
    rule = TimeRule(("%d/%m/%Y", "iso", "epoch_s"), "UTC", time(9))

    times, issues = times_of(
        cells("1709289000", "01/03/2024", "2024-03-01 10:30:00Z"), rule
    )

    assert issues.is_empty()
    assert times["value"].to_list() == [
        datetime(2024, 3, 1, 10, 30, tzinfo=UTC),
        datetime(2024, 3, 1, 9, tzinfo=UTC),
        datetime(2024, 3, 1, 10, 30, tzinfo=UTC),
    ]


def test_a_bad_time_names_all_forms_that_were_expected() -> None:
    _, issues = times_of(cells("x"), in_new_york("iso", "%d/%m/%Y", "excel"))

    assert issues.rows(named=True) == [
        issue(
            2,
            "bad_time",
            column="When",
            field="activity_time",
            value="x",
            message="'x' in column 'When' is not a date or time in the expected form: "
            '2024-03-01 or 2024-03-01T10:30:00+01:00, or "%d/%m/%Y", or an Excel day '
            "number.",
            hint="Write it in the expected form, or add its form to `formats` in the "
            "mapping.",
        )
    ]


@pytest.mark.parametrize(
    ("value", "formats", "told"),
    [
        ("13/01/2024", ("iso",), " `day_first` would read it."),
        ("01/02/2024", ("iso",), " `day_first` or `month_first` would read it."),
        ("13/01/2024", ("month_first",), " `day_first` would read it."),
        ("31/02/2024", ("day_or_month_first",), ""),
        ("Mar 1, 2024", ("iso",), " `month_name` would read it."),
        ("2024-03-01", ("excel",), " `iso` would read it."),
        ("1709287200", ("iso",), " `epoch_s` would read it."),
        ("45352", ("iso",), " `excel` would read it."),
        ("1200", ("iso",), ""),
        ("soon", tuple(FORMATS), ""),
    ],
)
def test_a_format_that_would_read_it_is_named(
    value: str, formats: tuple[str, ...], told: str
) -> None:
    _, issues = times_of(cells(value), in_new_york(*formats))

    [message] = issues["message"].to_list()
    assert message.partition("expected form: ")[2].endswith(f".{told}")
    assert ("would read it" in message) == bool(told)


def test_a_time_in_the_gap_of_the_clock_does_not_exist() -> None:
    times, issues = times_of(cells("2024-03-10 02:30"), ISO)

    assert times["value"].to_list() == [None]
    assert issues.rows(named=True) == [
        issue(
            2,
            "nonexistent_time",
            column="When",
            field="activity_time",
            value="2024-03-10 02:30",
            message="'2024-03-10 02:30' in column 'When' does not exist in "
            "America/New_York: the clock was put forward over it.",
            hint="Correct the time, or write it with its offset from UTC, such as "
            "+02:00; or set `when_nonexistent: forward` in the mapping.",
        )
    ]


def test_a_time_that_the_clock_shows_twice_is_ambiguous() -> None:
    times, issues = times_of(cells("2024-11-03 01:30"), ISO)

    assert times["value"].to_list() == [None]
    assert issues.rows(named=True) == [
        issue(
            2,
            "ambiguous_time",
            column="When",
            field="activity_time",
            value="2024-11-03 01:30",
            message="'2024-11-03 01:30' in column 'When' exists twice in "
            "America/New_York: the clock was put back over it.",
            hint="Write it with its offset from UTC, such as +02:00; or set "
            "`when_twice` in the mapping to earlier or later.",
        )
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-10 01:59:59", "2024-03-10 06:59:59.000Z"),
        ("2024-03-10 03:00:00", "2024-03-10 07:00:00.000Z"),
        ("2024-11-03 00:59:59", "2024-11-03 04:59:59.000Z"),
        ("2024-11-03 02:00:00", "2024-11-03 07:00:00.000Z"),
        ("2024-11-03 01:30:00-04:00", "2024-11-03 05:30:00.000Z"),
        ("2024-11-03 01:30:00-05:00", "2024-11-03 06:30:00.000Z"),
    ],
)
def test_beside_the_change_of_the_clock_times_are_clear(
    text: str, expected: str
) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24-03-01", "bad_time"),
        ("0024-03-01", "bad_time"),
        ("1899-12-31", "bad_time"),
        ("10000-01-01", "bad_time"),
        ("1900-01-01", "1900-01-01 17:00:00.000Z"),
        ("9998-12-31", "9998-12-31 17:00:00.000Z"),
        ("9999-01-01", "bad_time"),  # a time zone may lead into the year 10000
    ],
)
def test_years_before_1900_and_after_9998_are_no_years(
    text: str, expected: str
) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("iso", "2024-03-01T24:00", "2024-03-02 05:00:00.000Z"),
        ("iso", "2024-03-01T10:30:05,25-05", "2024-03-01 15:30:05.250Z"),
        ("iso", "2025-05-02, 6:24 a.m.", "2025-05-02 10:24:00.000Z"),
        ("iso", "2024-03-01 10:30 UTC+2", "2024-03-01 08:30:00.000Z"),
        ("iso", "2024-03-01T10:30:00\u221205:00", "2024-03-01 15:30:00.000Z"),
        ("iso", "2024-03-01T10:30+01:00[Asia/Tokyo]", "2024-03-01 09:30:00.000Z"),
        ("iso", "2024-07-01 10:30 EST", "2024-07-01 15:30:00.000Z"),
        ("iso", "2024-07-01 10:30 CST", "unknown_zone"),
        ("iso", "2024-07-01 10:30 IST", "unknown_zone"),
        ("iso", "2024-07-01 10:30 Nowhere", "unknown_zone"),
        ("iso", "2024-07-01 10:30+16:00", "unknown_zone"),
        ("iso", "x 10:30 IST", "bad_time"),
        ("day_first", "1. 3. 2024", "2024-03-01 17:00:00.000Z"),
        ("day_first", "Fri 01/03/2024 10h30", "2024-03-01 15:30:00.000Z"),
        ("day_first", "Foo 01/03/2024", "bad_time"),
        ("day_first", "1/3-2024", "bad_time"),
        ("day_first", "13/13/2024", "bad_time"),
        ("day_first", "01/03/2024 13:00 PM", "bad_time"),
        ("day_first", "01/03/2024 10", "bad_time"),
        ("day_first", "31/02/2024", "bad_time"),
        ("day_first", "2024-03-01", "bad_time"),
        ("day_first", "01/03/2024 12:00 a.m.", "2024-03-01 05:00:00.000Z"),
        ("day_first", "01/03/69", "1969-03-01 17:00:00.000Z"),
        ("day_first", "01/03/68", "2068-03-01 17:00:00.000Z"),
        ("%d/%m/%y", "01/03/69", "1969-03-01 17:00:00.000Z"),
        ("%d/%m/%y", "01/03/68", "2068-03-01 17:00:00.000Z"),
        ("month_first", "\u200e3/\u200e1/\u200e2024", "2024-03-01 17:00:00.000Z"),
        ("month_first", "9/25/26, 8:52\u202fAM", "2026-09-25 12:52:00.000Z"),
        ("day_or_month_first", "13/3/2024", "2024-03-13 16:00:00.000Z"),
        ("day_or_month_first", "3/3/2024", "2024-03-03 17:00:00.000Z"),
        ("day_or_month_first", "3/4/2024", "bad_time"),
        ("month_name", "1er mars 2024 \u00e0 10:30", "2024-03-01 15:30:00.000Z"),
        ("month_name", "1. M\u00e4rz 2024 um 10:30 Uhr", "2024-03-01 15:30:00.000Z"),
        ("month_name", "1\u00ba de mar\u00e7o de 2024", "2024-03-01 17:00:00.000Z"),
        ("month_name", "March 1st, 2024 at 10 PM", "2024-03-02 03:00:00.000Z"),
        ("month_name", "Fri Mar 01 10:30:00 CET 2024", "2024-03-01 09:30:00.000Z"),
        (
            "month_name",
            "Fri Mar 01 2024 10:30:00 GMT+0100 (Central European Standard Time)",
            "2024-03-01 09:30:00.000Z",
        ),
        ("month_name", "1 Foo 2024", "bad_time"),
        ("month_name", "Mar 2024", "bad_time"),
        ("%d/%m/%Y %I:%M %p", "01/03/2024 10:30 p. m.", "2024-03-02 03:30:00.000Z"),
        ("%d/%m/%Y %H:%M", "01/03/2024 10:30 CET", "2024-03-01 09:30:00.000Z"),
        ("%d/%m/%Y %H:%M %Z", "01/03/2024 10:30 CET", "2024-03-01 09:30:00.000Z"),
        ("%d/%m/%Y %H:%M %Z", "01/03/2024 10:30", "bad_time"),
    ],
)
def test_a_form_reads_what_people_write(form: str, text: str, expected: str) -> None:
    assert moment(text, in_new_york(form)) == expected


@pytest.mark.parametrize(
    ("zone", "name", "hour"),
    [
        ("America/Chicago", "CST", 16),
        ("America/Chicago", "CDT", 15),
        ("Asia/Shanghai", "CST", 2),
        ("Asia/Kolkata", "IST", 5),
        ("Europe/London", "BST", 9),
    ],
)
def test_an_abbreviation_of_the_source_s_own_zone_is_known(
    zone: str, name: str, hour: int
) -> None:
    times, _ = times_of(
        cells(f"2024-07-01 10:30 {name}"), TimeRule(("iso",), zone, time(12))
    )
    assert times["value"][0].hour == hour
