"""combine: rows of one key become one activity, or are told why not."""

from typing import Any

import polars as pl

from pipeline.mapping.model import FieldRule, Mapping
from pipeline.rows import Mapped
from pipeline.stages.combine import combine_rows
from pipeline.stages.map import map_rows
from tests.stages.stage_givens import (
    Table,
    batch,
    bound,
    codes,
    from_columns,
    issue,
    mapping,
    refs,
)

A, B, C = "a" * 8, "b" * 8, "c" * 8


def rules(**steps: dict[str, Any]) -> Mapping:
    fields: dict[str, FieldRule] = {
        "activity_time": from_columns("When", **steps.get("activity_time", {})),
        "subject": from_columns("What", **steps.get("subject", {})),
        "description": from_columns("Note", **steps.get("description", {})),
        "contact_ids": from_columns("Who"),
    }
    return mapping(fields, key=refs("Id"), combine=True)


def table(*rows: tuple[str | None, ...]) -> Table:
    names = ("Id", "When", "What", "Note", "Who")
    return {name: [row[n] for row in rows] for n, name in enumerate(names)}


def mapped(made: Mapping, *tables: Table) -> list[Mapped]:
    batches = [batch(each) for each in tables]
    return [map_rows(each, bound(each, made)) for each in batches]


def combined(made: Mapping, *tables: Table, limit: int | None = None) -> list[Mapped]:
    return list(combine_rows(mapped(made, *tables), made, limit=limit))


def test_contacts_are_joined_and_empty_cells_agree() -> None:
    [found] = combined(
        rules(),
        table(
            ("1", "2024-03-01 10:00", "Demo", None, A),
            ("2", "2024-03-02 10:00", "Call", "alone", C),
            ("1", "2024-03-01 10:00", None, "note", B),
            ("1", "2024-03-01 10:00", "Demo", "note", A),
        ),
    )

    assert found.issues.is_empty()
    shown = found.fields.select(
        "row", "subject", "description", pl.col("contact_ids").list.join(",")
    )
    assert shown.rows() == [
        (2, "Demo", "note", f"{A},{B}"),
        (3, "Call", "alone", C),
        (4, "Demo", "note", f"{A},{B}"),
        (5, "Demo", "note", f"{A},{B}"),
    ]


def test_rows_may_be_far_apart_and_in_several_files() -> None:
    first = table(("1", "2024-03-01", "Demo", None, A))
    second = table(("2", "2024-03-02", "Call", None, B))
    third = table(("1", "2024-03-01", "Demo", None, B))

    found = combined(rules(), first, second, third)

    assert [part.fields["contact_ids"].to_list() for part in found] == [
        [[A, B]],
        [[B]],
        [[A, B]],
    ]


def test_rows_that_differ_are_told_and_so_are_their_fellows() -> None:
    [found] = combined(
        rules(),
        table(
            ("1", "2024-03-01", "Demo", None, A),
            ("1", "2024-03-01", "Demonstration", None, B),
            ("2", "2024-03-01", "Call", None, A),
        ),
    )

    assert found.issues.rows(named=True) == [
        issue(
            2,
            "fellow_invalid",
            message="The row is part of an activity with row 3, which has an error.",
            hint="Correct row 3; both are in fix-me.csv.",
        ),
        issue(
            3,
            "rows_differ",
            column="What",
            field="subject",
            value="Demonstration",
            message="'Demonstration' in column 'What' differs from 'Demo' in an "
            "earlier row with the same key: rows with one key become one activity.",
            hint="Make them equal; or say in the mapping which counts, by "
            "`when_rows_differ`.",
        ),
    ]


def test_an_error_of_one_row_is_an_error_of_all_rows_of_its_key() -> None:
    found = combined(
        rules(),
        table(("1", "2024-03-01", "Demo", None, A), ("2", "soon", "Call", None, A)),
        table(("1", "someday", "Demo", None, B), ("1", "2024-03-01", "Demo", None, C)),
    )

    assert [codes(part.issues) for part in found] == [
        [(2, "fellow_invalid", ""), (3, "bad_time", "activity_time")],
        [(2, "bad_time", "activity_time"), (3, "fellow_invalid", "")],
    ]


def test_the_mapping_may_say_which_row_counts() -> None:
    made = rules(
        activity_time={"when_rows_differ": "first"},
        subject={"when_rows_differ": "join"},
        description={"when_rows_differ": "join"},
    )
    [found] = combined(
        made,
        table(
            ("1", "2024-03-01 10:00", "Demo", "left at 10:05", A),
            ("1", "2024-03-01 10:10", "Talk", "left at 11:00", A),
            ("1", "2024-03-01 10:20", "Demo", None, A),
        ),
    )

    assert found.issues.is_empty()
    assert found.fields["subject"].unique().to_list() == ["Demo; Talk"]
    assert found.fields["description"].to_list() == ["left at 10:05\nleft at 11:00"] * 3
    assert found.fields["activity_time"].dt.strftime("%H:%M").to_list() == ["10:00"] * 3


def test_rows_without_a_key_stay_alone() -> None:
    [found] = combined(
        rules(),
        table(
            (None, "2024-03-01", "Demo", None, A), (None, "2024-03-02", "x", None, B)
        ),
    )

    assert codes(found.issues) == [(2, "key_missing", ""), (3, "key_missing", "")]
    assert found.fields["subject"].to_list() == ["Demo", "x"]


def test_a_limit_counts_rows_and_takes_their_fellows_along() -> None:
    found = combined(
        rules(),
        table(("1", "2024-03-01", "Demo", None, A), ("2", "2024-03-01", "x", None, A)),
        table(("3", "2024-03-01", "y", None, A), ("1", "2024-03-01", "Demo", None, B)),
        limit=1,
    )

    assert [part.batch.rows["row"].to_list() for part in found] == [[2], [3]]
    assert [part.fields["contact_ids"].to_list() for part in found] == [[[A, B]]] * 2


def test_nothing_becomes_nothing() -> None:
    assert list(combine_rows([], rules())) == []
