"""A workbook kept by hand, with our field names as headers: two sheets."""

from collections.abc import Mapping
from datetime import UTC, datetime

from tests.sample_makers.parts import STRANGER, Cell, Deal, Sample, SampleRow, deals

PATH = "samples/generic/activities.xlsx"
HEADER = (
    "activity_time",
    "subject",
    "description",
    "category",
    "account_id",
    "opportunity_id",
    "contact_ids",
    "Badge no",
    "Billable",
    "Minutes",
)
BLANK_ROW = 8

Cells = dict[str, Cell]


def generic_samples() -> tuple[Sample, Sample]:
    """The sheet that is read unless another is named, and the older one."""
    people = deals()
    return (
        Sample(PATH, "generic", HEADER, _recent(people), "Activities"),
        Sample(PATH, "generic", HEADER, _archive(people), "Archive 2019"),
    )


def _recent(people: list[Deal]) -> tuple[SampleRow | None, ...]:
    """Two rows are equal, which makes two activities; one is blank."""
    touches: tuple[tuple[Cell, str, str], ...] = (
        (_moment(2024, 1, 9, 10), "Call with {first}", "CALL"),
        (_moment(2024, 3, 4, 14, 30), "Site visit, {company}", "EVENT"),
        (_moment(2024, 3, 4, 14, 30), "Site visit, {company}", "EVENT"),
        (_moment(2024, 3, 18), "0042 rang, no message", "call"),
        ("soon", "Follow-up on {topic}", "CALL"),
        ("2024-04-02", "Letter to {name}", "Other"),
        ("", "", ""),
        ("2024-05-06T16:45:00+02:00", "Fair in Köln", "CONFERENCE"),
        (_moment(2024, 6, 3, 8, 15), "Note", "Carrier pigeon"),
        (_moment(2024, 6, 20, 11), "=SUM is what {first} asked about", ""),
        (_moment(2024, 7, 8, 13), "Call", "CALL"),
        (_moment(2024, 8, 1, 9), "", "TEXT"),
        (_moment(2024, 9, 12, 17, 5, 30), "Webinar seats", "WEBINAR"),
        (_moment(2024, 10, 1, 9), "Call", "CALL"),
        (_moment(2024, 11, 5), "Intro on LinkedIn", "LINKEDIN"),
        (_moment(2204, 11, 19, 10), "Year-end call", "CALL"),
    )
    specials = _specials(people)
    rows = []
    for number, touch in enumerate(touches, start=2):
        cells = _cells(people[3 if number == 4 else number], *touch)
        rows.append(_row(cells, specials.get(number)))
    rows[BLANK_ROW - 2] = None
    return tuple(rows)


def _specials(people: list[Deal]) -> Mapping[int, SampleRow]:
    two = "; ".join(people[at].contact["id"] for at in (9, 21))
    stranger, typed, time = STRANGER.format(4), "Harbor Coffee", "activity_time"
    first, second = ({"account_id": people[at].account["id"]} for at in (12, 15))
    return {
        6: SampleRow({}, "invalid", "bad_time", {time: "2024-03-25"}),
        9: SampleRow({"contact_ids": two}),
        10: SampleRow({}, "invalid", "unknown_value", {"category": "OTHER"}),
        11: SampleRow({"description": "How to add up hours?\nSent the manual."}),
        12: SampleRow({"account_id": typed}, "invalid", "not_a_uuid", first),
        13: SampleRow({}, "invalid", "required", {"subject": "Text message"}),
        15: SampleRow({"account_id": stranger}, "rejected", "record_not_found", second),
        16: SampleRow({"account_id": "", "opportunity_id": ""}),
        17: SampleRow({}, "invalid", "future_time", {time: "2024-11-19 10:00"}),
    }


def _archive(people: list[Deal]) -> tuple[SampleRow | None, ...]:
    """Dates as numbers, as they become when a cell loses its format."""
    touches: tuple[tuple[Cell, str], ...] = (
        (43483, "Call with {first}"),
        (43500.5, "Lunch with {name}"),
        (43531.604167, "Offer for {topic}"),
        ("1553599800000", "Chat with {first}"),
        ("1556270100000", "Chat with {first}, second part"),
        ("2019-06-11 09:40", "Call about {topic}"),
        ("2019-07-23T18:00:00Z", "Dinner, {company}"),
        (_moment(2019, 9, 2), "Fair"),
        (_moment(2019, 10, 14, 15, 20), "Call with {first}"),
        ("", "Call with {first}"),
    )
    undated = SampleRow(
        {}, "invalid", "required", {"activity_time": "2019-11-04 10:00"}
    )
    return tuple(
        _row(_cells(people[at], time, subject, ""), undated if time == "" else None)
        for at, (time, subject) in enumerate(touches, start=12)
    )


def _row(cells: Cells, special: SampleRow | None) -> SampleRow | None:
    if special is None:
        return SampleRow(cells)
    changed = {**cells, **special.cells}
    return SampleRow(changed, special.status, special.code, special.fix)


def _cells(deal: Deal, time: Cell, subject: str, category: str) -> Cells:
    contact, account = deal.numbers
    return {
        "activity_time": time,
        "subject": deal.fill(subject),
        "description": f"With {deal.contact['display_name']}.",
        "category": category,
        "account_id": deal.account["id"],
        "opportunity_id": deal.opportunity["id"] if account % 2 else "",
        "contact_ids": deal.contact["id"],
        "Badge no": f"{contact:05}",
        "Billable": contact % 3 == 0,
        "Minutes": 15 + contact,
    }


def _moment(*numbers: int) -> datetime:
    """Year, month, day and clock for a date cell, which has no zone."""
    year, month, day, *clock = numbers
    hour, minute, second = (*clock, 0, 0, 0)[:3]
    moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return moment.replace(tzinfo=None)
