"""What is planned for each row of a batch."""

from typing import Final

import polars as pl

from pipeline.issues import all_issues, issue_rows
from pipeline.rows import Checked, Severity, Status

PLANNED_SCHEMA: Final = pl.Schema(
    {
        "row": pl.UInt32(),
        "status": pl.String(),
        "activity_id": pl.String(),
        "code": pl.String(),
        "column": pl.String(),
        "message": pl.String(),
        "hint": pl.String(),
        "identity": pl.Binary(),
        "body": pl.String(),
    }
)
COMBINED = "combined"
"""The code of a row that another is sent for, too."""
_NO_TEXT = pl.lit(None, dtype=pl.String)


def decide(
    checked: Checked, identified: pl.DataFrame, standing: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A line per row in `PLANNED_SCHEMA`, and all issues of the batch.

    `identified` has row, body, identity, repeated, follows; `standing` (identity,
    run, state, activity_id, changed) is what the ledger knows of those identities,
    with state `created` or `uncertain`. Rows to send are `unsent`; one that follows
    another has no body of its own.
    """
    known = identified.join(standing, on="identity", how="left", maintain_order="left")
    issues = all_issues([checked.issues, *_repeats(known), *_known_before(known)])
    batch = checked.mapped.batch
    no_records = batch.left_out.select("row", no_record=pl.lit(value=True))
    facts = (
        batch.rows.select("row")
        .join(checked.mapped.skipped, on="row", how="left", maintain_order="left")
        .join(no_records, on="row", how="left", maintain_order="left")
        .join(summarise(issues), on="row", how="left", maintain_order="left")
        .join(known, on="row", how="left", maintain_order="left")
    )
    return facts.select(_planned()).cast(PLANNED_SCHEMA), issues


def without_bodies(planned: pl.DataFrame) -> pl.DataFrame:
    """What a dry run writes down: enough to report, nothing to send."""
    return planned.with_columns(body=_NO_TEXT)


def summarise(issues: pl.DataFrame) -> pl.DataFrame:
    """A line per row: `wrong`, and code, column, message, hint of its issues.

    Errors come before warnings; messages and hints of all issues are joined.
    """
    ordered = issues.sort("row", "severity", maintain_order=True)
    return ordered.group_by("row", maintain_order=True).agg(
        wrong=(pl.col("severity") == Severity.ERROR).any(),
        code=pl.col("code").first(),
        column=pl.col("column").first(),
        message=pl.col("message").unique(maintain_order=True).str.join(" "),
        hint=pl.col("hint").unique(maintain_order=True).str.join(" "),
    )


def _repeats(known: pl.DataFrame) -> list[pl.DataFrame]:
    return [
        issue_rows(code, known.filter(pl.col("repeated") == code))
        for code in ("repeated", "repeated_with_changes")
    ]


def _known_before(known: pl.DataFrame) -> list[pl.DataFrame]:
    fresh = known.filter(pl.col("repeated").is_null())
    created = pl.col("state") == Status.CREATED
    changed = fresh.filter(created & pl.col("changed"))
    unanswered = fresh.filter(~created)
    run = pl.col("run")
    return [
        issue_rows("changed_since_import", changed, detail=run),
        issue_rows("sent_before_unanswered", unanswered, detail=run),
    ]


def _planned() -> list[pl.Expr]:
    skipped = pl.col("rule").is_not_null()
    created = pl.col("state") == Status.CREATED
    repeated = pl.col("repeated").is_not_null()
    status = (
        pl.when(skipped)
        .then(pl.lit(Status.SKIPPED.value))
        .when(pl.col("identity").is_null())
        .then(pl.lit(Status.INVALID.value))
        .when(repeated | created)
        .then(pl.lit(Status.DUPLICATE.value))
        .when(pl.col("state").is_not_null())
        .then(pl.lit(Status.UNCERTAIN.value))
        .otherwise(pl.lit(Status.UNSENT.value))
    )
    before = pl.concat_str(pl.lit("Imported before, in run "), "run", pl.lit("."))
    told = pl.when(created & ~repeated & ~pl.col("changed")).then(before)
    follows = pl.col("follows").is_not_null() & pl.col("state").is_null()
    sent_for = pl.when(follows).then(
        pl.concat_str(pl.lit("One activity with "), "follows", pl.lit("."))
    )
    no_record = pl.col("no_record").is_not_null()
    why = (
        pl.when(no_record)
        .then(pl.lit("This is no record, but "))
        .otherwise(pl.lit("Left out by a rule of the mapping: "))
    )
    rule = pl.when(skipped).then(pl.concat_str(why, "rule", pl.lit(".")))
    return [
        pl.col("row"),
        status.alias("status"),
        pl.when(~repeated).then("activity_id").alias("activity_id"),
        pl.when(no_record)
        .then(pl.lit("no_record"))
        .when(skipped)
        .then(pl.lit("skipped_by_rule"))
        .when(told.is_not_null())
        .then(pl.lit("already_imported"))
        .when(follows)
        .then(pl.lit(COMBINED))
        .otherwise("code")
        .alias("code"),
        pl.col("column"),
        pl.coalesce(rule, _joined(told, sent_for, pl.col("message"))).alias("message"),
        pl.when(~skipped).then("hint").alias("hint"),
        pl.col("identity"),
        pl.when(~follows).then("body").alias("body"),
    ]


def _joined(*texts: pl.Expr) -> pl.Expr:
    text = pl.concat_str(texts, separator=" ", ignore_nulls=True)
    return pl.when(text != "").then(text)
