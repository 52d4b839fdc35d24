"""The catalogue of issues, and how a column of values becomes rows of issues.

Templates may name {value}, {column}, {field} and {detail}.
"""

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from pipeline.rows import ISSUE_SCHEMA, Severity, no_issues

VALUE_LENGTH = 200


@dataclass(frozen=True)
class IssueKind:
    """What one code means, and what a person can do about it."""

    code: str
    title: str
    message: str
    hint: str
    severity: Severity = Severity.ERROR


_KINDS = (
    # read
    IssueKind(
        "extra_cells",
        "The row has more cells than the header",
        "The row has more cells than the header. Too many: {detail} ('{value}').",
        "Put the text that holds the delimiter into double quotes, or remove the "
        "extra delimiter.",
    ),
    IssueKind(
        "missing_cells",
        "The row has fewer cells than the header",
        "The row has fewer cells than the header. Missing, and taken as empty: "
        "{detail}.",
        "Nothing to do if those cells are empty in the old system too.",
        Severity.WARNING,
    ),
    IssueKind(
        "cut_off_row",
        "The file ends in the middle of this row",
        "The file ends in the middle of this row. Cells missing: {detail}.",
        "The file was probably not copied whole: export or copy it again.",
    ),
    IssueKind(
        "broken_row",
        "The row cannot be divided into cells",
        "A double quote in this row is not closed at the end of its cell; it was read "
        "up to the end of its first line: '{value}'.",
        "Look at that line in a text editor. A double quote inside a cell must be "
        "doubled; or the file was not copied whole.",
    ),
    IssueKind(
        "swallowed_rows",
        "A cell holds what looks like other rows",
        "Column '{column}' holds the text of other rows, it seems, {detail} of them: "
        "'{value}'.",
        "Look at the quotes there in a text editor: one that is not closed, and "
        "another one below, make one cell of all that is between them. If the text is "
        "right, take its line breaks out.",
    ),
    IssueKind(
        "undecodable",
        "Some bytes are no text",
        "Column '{column}' has bytes that are no text in the file's encoding: "
        "{detail} in '{value}'.",
        "Correct the cell, or set the file's true `encoding` in the mapping.",
    ),
    IssueKind(
        "nul_dropped",
        "A NUL character was left out",
        "Column '{column}' held a NUL character, which was left out: '{value}'.",
        "Nothing to do if the text is right without it.",
        Severity.WARNING,
    ),
    IssueKind(
        "uncalculated",
        "A formula was never calculated",
        "The cell in column '{column}' holds a formula that was never calculated: its "
        "value is not known.",
        "Open the file in a spreadsheet program, save it there, and run it again.",
    ),
    # map
    IssueKind(
        "key_missing",
        "The record has no key",
        "The cells that identify the record are empty: {column}.",
        "Fill in the id of the record in the old system.",
    ),
    IssueKind(
        "mangled_id",
        "A spreadsheet has shortened the id",
        "'{value}' in column '{column}' is an id that a spreadsheet took for a number: "
        "its last digits are lost.",
        "Take the id from the original export again, and format the column as text "
        "before you save it in a spreadsheet.",
    ),
    IssueKind(
        "bad_time",
        "The date or time cannot be read",
        "'{value}' in column '{column}' is not a date or time in the expected form: "
        "{detail}.",
        "Write it in the expected form, or add its form to `formats` in the mapping.",
    ),
    IssueKind(
        "unknown_zone",
        "The time zone is not known",
        "The time zone '{detail}' of '{value}' in column '{column}' is not known, or "
        "stands for several.",
        "Write the offset from UTC instead, such as +02:00, or a name such as "
        "Europe/Berlin.",
    ),
    IssueKind(
        "nonexistent_time",
        "The time does not exist",
        "'{value}' in column '{column}' does not exist in {detail}: the clock was put "
        "forward over it.",
        "Correct the time, or write it with its offset from UTC, such as +02:00; or "
        "set `when_nonexistent: forward` in the mapping.",
    ),
    IssueKind(
        "ambiguous_time",
        "The time exists twice",
        "'{value}' in column '{column}' exists twice in {detail}: the clock was put "
        "back over it.",
        "Write it with its offset from UTC, such as +02:00; or set `when_twice` in "
        "the mapping to earlier or later.",
    ),
    IssueKind(
        "unknown_value",
        "The value is not known",
        "'{value}' in column '{column}' is not one of: {detail}.",
        "Correct the value, or add it to `values` in the mapping, or say there what "
        "it becomes `otherwise`.",
    ),
    IssueKind(
        "lookup_no_match",
        "The lookup does not know the value",
        "'{value}' in column '{column}' {detail}.",
        "Correct the cell, or add the value to the lookup; `activity-import lookups` "
        "lists all such values.",
    ),
    IssueKind(
        "lookup_ambiguous",
        "The lookup has several answers",
        "'{value}' in column '{column}' {detail}.",
        "Leave one answer in the lookup, or choose one: `activity-import lookups` "
        "lists all such values.",
    ),
    IssueKind(
        "lookup_dropped",
        "A link was left out",
        "'{value}' in column '{column}' {detail}; the link was left out, as the "
        "mapping says.",
        "If the link matters, add the value to the lookup: `activity-import lookups` "
        "lists all such values.",
        Severity.WARNING,
    ),
    IssueKind(
        "truncated",
        "The text was shortened",
        "The text in column '{column}' was cut to {detail} characters, as the mapping "
        "says.",
        "Shorten it yourself if the end matters.",
        Severity.WARNING,
    ),
    # combine
    IssueKind(
        "rows_differ",
        "Rows with the same key differ",
        "'{value}' in column '{column}' differs from '{detail}' in an earlier row with "
        "the same key: rows with one key become one activity.",
        "Make them equal; or say in the mapping which counts, by `when_rows_differ`.",
    ),
    IssueKind(
        "fellow_invalid",
        "Another row of the same activity has an error",
        "The row is part of an activity with row {detail}, which has an error.",
        "Correct row {detail}; both are in fix-me.csv.",
    ),
    # validate
    IssueKind(
        "required",
        "A required field is empty",
        "The field '{field}' is empty: column '{column}' has no value.",
        "Fill in the cell, or give the field a `default` in the mapping.",
    ),
    IssueKind(
        "too_long",
        "The text is too long",
        "The text in column '{column}' is longer than {detail} characters.",
        "Shorten it, or set `when_too_long: truncate` in the mapping.",
    ),
    IssueKind(
        "not_a_uuid",
        "The value is not a Reevo id",
        "'{value}' in column '{column}' is not a Reevo id (a UUID).",
        "Use the id from Reevo, or a lookup in the mapping.",
    ),
    IssueKind(
        "too_many_contacts",
        "Too many contacts",
        "The row names more than {detail} contacts in column '{column}'.",
        "Split the activity into several rows.",
    ),
    IssueKind(
        "no_link",
        "The activity is linked to nothing",
        "The row has no account, no opportunity and no contact.",
        "Fill in one of them; or set `require_link: false` in the mapping's rules.",
    ),
    IssueKind(
        "future_time",
        "The activity lies in the future",
        "The activity's time lies in the future: '{value}' in column '{column}'.",
        "Correct the date; or set `allow_future: true` in the mapping's rules.",
    ),
    IssueKind(
        "old_time",
        "The activity is very old",
        "The activity's time lies before {detail}: '{value}' in column '{column}'.",
        "Check the century of the date.",
        Severity.WARNING,
    ),
    # plan and post
    IssueKind(
        "repeated",
        "The record stands earlier in the source",
        "A record with the same key stands earlier in this run.",
        "Nothing to do: the earlier one counts.",
        Severity.WARNING,
    ),
    IssueKind(
        "repeated_with_changes",
        "The record stands earlier, with another content",
        "A record with the same key but another content stands earlier in this run.",
        "Check which of the two is right; only the earlier one counts.",
        Severity.WARNING,
    ),
    IssueKind(
        "changed_since_import",
        "The record was imported with another content",
        "The record was imported before with another content, in run {detail}.",
        "The API offers no update: change the activity in Reevo by hand.",
        Severity.WARNING,
    ),
    IssueKind(
        "sent_before_unanswered",
        "It is not known whether the record was imported",
        "The record was sent in run {detail}, and the answer is not known.",
        "Settle it first: `activity-import reconcile {detail}` looks for it in Reevo.",
    ),
)
KINDS: Dict[str, IssueKind] = MappingProxyType({kind.code: kind for kind in _KINDS})


def issue_rows(
    code: str,
    frame: pl.DataFrame,
    *,
    column: pl.Expr | str = "",
    field: pl.Expr | str = "",
    value: pl.Expr | str = "",
    detail: pl.Expr | str = "",
) -> pl.DataFrame:
    """An issue of kind `code` for each row of `frame`, which has a column `row`.

    A plain string stands for itself; an expression is evaluated on `frame`.
    """
    if frame.is_empty():
        return no_issues()
    kind = KINDS[code]
    facts = {
        "column": _expression(column),
        "field": _expression(field),
        "value": _shortened(_expression(value)),
        "detail": _expression(detail),
    }
    return frame.select(
        row=pl.col("row").cast(pl.UInt32),
        severity=pl.lit(kind.severity.value),
        code=pl.lit(code),
        column=facts["column"],
        field=facts["field"],
        value=facts["value"],
        message=_filled(kind.message, facts),
        hint=_filled(kind.hint, facts),
    ).cast(ISSUE_SCHEMA)


def value_text(dtype: pl.DataType, field: str) -> pl.Expr:
    """The value of an activity's field as text, as an issue shows it."""
    cell = pl.col(field)
    if isinstance(dtype, pl.Datetime):
        return cell.dt.strftime("%Y-%m-%d %H:%M:%S UTC")
    return cell.list.join("; ") if isinstance(dtype, pl.List) else cell


def all_issues(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """The frames as one, in order of rows."""
    filled = [frame for frame in frames if not frame.is_empty()]
    if not filled:
        return no_issues()
    return pl.concat(filled).sort("row", maintain_order=True)


def _expression(value: pl.Expr | str) -> pl.Expr:
    expression = pl.lit(value) if isinstance(value, str) else value
    return expression.cast(pl.String).fill_null("")


def _shortened(text: pl.Expr) -> pl.Expr:
    short = pl.concat_str(text.str.slice(0, VALUE_LENGTH), pl.lit("..."))
    return pl.when(text.str.len_chars() > VALUE_LENGTH).then(short).otherwise(text)


def _filled(template: str, facts: Dict[str, pl.Expr]) -> pl.Expr:
    parts = re.split(r"\{(\w+)\}", template)
    return pl.concat_str(
        [facts[part] if odd % 2 else pl.lit(part) for odd, part in enumerate(parts)]
    )
