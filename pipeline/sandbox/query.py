"""Answers `_query` on the records of the workspace."""

from collections.abc import Callable
from typing import Any

from pipeline.sandbox.filters import FilterReader
from pipeline.sandbox.models import RecordQuery, Sort
from pipeline.sandbox.operators import READERS
from pipeline.sandbox.paging import resume, take_page
from pipeline.sandbox.refusals import refuse
from pipeline.sandbox.workspace import VALUE_TYPES, Row, Workspace, fields_of, show

MOST_SORTS = 3


def answer_query(
    workspace: Workspace, record_type: str, query: RecordQuery
) -> dict[str, Any]:
    """One page of the rows that pass the filters; raises RefusalError."""
    if record_type not in workspace.records:
        message = f"No record type {record_type}."
        raise refuse("unknown_record_type", message, status=404)
    whole, offset = resume(query, record_type)
    rows = _find(workspace, record_type, whole)
    page, next_cursor = take_page(rows, whole, record_type=record_type, offset=offset)
    data = [show(record_type, row) for row in page]
    return {"data": data, "next_cursor": next_cursor}


def _find(workspace: Workspace, record_type: str, query: RecordQuery) -> list[Row]:
    fields = fields_of(record_type, workspace)
    passes = FilterReader(fields).read_all(query.filters)
    rows = [row for row in workspace.records[record_type] if passes(row)]
    return _sort(rows, query.sort, fields)


def _sort(rows: list[Row], sorts: list[Sort], fields: frozenset[str]) -> list[Row]:
    _check_sorts(sorts, fields)
    for sort in reversed(sorts):
        rows = sorted(rows, key=_sort_key(sort), reverse=sort.direction == "desc")
    return rows


def _sort_key(sort: Sort) -> Callable[[Row], Any]:
    read = READERS[VALUE_TYPES[sort.field]]
    return lambda row: read(row[sort.field])


def _check_sorts(sorts: list[Sort], fields: frozenset[str]) -> None:
    if len(sorts) > MOST_SORTS:
        message = f"Sort by {MOST_SORTS} fields at most."
        raise refuse("sort_too_many_fields", message, field="sort")
    for sort in sorts:
        if sort.field not in fields:
            raise refuse(
                "unsortable_field", f"No field {sort.field}.", field=sort.field
            )
