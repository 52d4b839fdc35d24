"""Outcomes: what the plan says of a row, and what the ledger says came of it."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass

import polars as pl

from pipeline.catalogue import ENTRIES, REFUSED, REFUSED_BY_API, UNCERTAIN, Entry
from pipeline.ledger import RunRecord
from pipeline.plan import COMBINED
from pipeline.rows import ISSUE_SCHEMA, Severity, Status
from pipeline.stages.report.api_words import told_of_columns

_TEXT = pl.String()


@dataclass(frozen=True)
class Fates:
    """What the ledger knows of a batch's identities.

    `own` are this run's sendings (identity, status, activity_id, http_status,
    attempts, code, field, message, claimed_at, at); `others` those of other runs that
    hold the identity (identity, status, activity_id, run).
    """

    own: pl.DataFrame
    others: pl.DataFrame


def outcomes_of(
    planned: pl.DataFrame, fates: Fates, labels: Dict[str, str], run: RunRecord
) -> pl.DataFrame:
    """A line per planned row: row, status, activity_id, code, column, field,
    message, hint, http_status, attempts, claimed_at, at; in the order of the plan.

    The last four are those of a sending of this run; the times are in milliseconds
    since 1970 in UTC, `claimed_at` 0 where it is not known.
    """
    facts = planned.join(
        fates.own, on="identity", how="left", suffix="_sent", maintain_order="left"
    ).join(
        fates.others, on="identity", how="left", suffix="_other", maintain_order="left"
    )
    to_send = pl.col("status") == Status.UNSENT
    sent = to_send & pl.col("status_sent").is_not_null()
    other = to_send & ~sent & pl.col("status_other").is_not_null()
    unsent = pl.lit((Status.VALID if run.dry_run else Status.UNSENT).value)
    status = (
        pl.when(sent)
        .then("status_sent")
        .when(other)
        .then("status_other")
        .when(to_send)
        .then(unsent)
        .otherwise("status")
    )
    failed = sent & (pl.col("status_sent") != Status.CREATED)
    told = failed | (sent & (pl.col("code_sent") != ""))
    follows = pl.col("code").eq_missing(COMBINED)
    before = pl.concat_str(pl.lit("Sent before, in run "), "run", pl.lit("."))
    return facts.select(
        "row",
        status=status,
        activity_id=pl.when(sent)
        .then("activity_id_sent")
        .when(other)
        .then("activity_id_other")
        .otherwise("activity_id"),
        code=_either(told, "code_sent", pl.when(other).then(pl.lit("sent_before"))),
        column=pl.when(failed)
        .then(pl.col("field").replace_strict(labels, default="", return_dtype=_TEXT))
        .otherwise("column"),
        field=pl.when(failed).then("field").fill_null(""),
        message=pl.when(sent & (pl.col("status_sent") == Status.REJECTED))
        .then(told_of_columns(pl.col("message_sent"), pl.col("field"), labels))
        .otherwise(_either(told, "message_sent", pl.when(other).then(before))),
        hint=pl.when(failed).then(_hint_of_failure(run.name)).otherwise("hint"),
        http_status=pl.when(sent).then("http_status"),
        attempts=pl.when(sent & ~follows).then("attempts"),
        claimed_at=pl.when(sent & ~follows).then("claimed_at"),
        at=pl.when(sent & ~follows).then("at"),
    )


def _hint_of_failure(run: str) -> pl.Expr:
    refused = pl.col("status_sent") == Status.REJECTED
    return (
        pl.when(refused)
        .then(_hint(REFUSED, run, other=REFUSED_BY_API))
        .otherwise(_hint(UNCERTAIN, run, other=ENTRIES["no_answer"]))
    )


def _hint(entries: tuple[Entry, ...], run: str, *, other: Entry) -> pl.Expr:
    """The hint for each code; that of `other` for all that is not among them."""
    hints = {entry.code: entry.hint.format(run=run) for entry in entries}
    return pl.col("code_sent").replace_strict(
        hints, default=other.hint.format(run=run), return_dtype=_TEXT
    )


def refusals(outcomes: pl.DataFrame) -> pl.DataFrame:
    """The issues that only the API found, in `ISSUE_SCHEMA`."""
    refused = pl.col("status").is_in([Status.REJECTED.value, Status.UNCERTAIN.value])
    found = outcomes.filter(refused & pl.col("attempts").is_not_null())
    return found.select(
        "row",
        severity=pl.lit(Severity.ERROR.value),
        code="code",
        column="column",
        field="field",
        value=pl.lit(""),
        message="message",
        hint="hint",
    ).cast(ISSUE_SCHEMA)


def _either(told: pl.Expr, sent: str, other: pl.Expr) -> pl.Expr:
    """What there is to tell of a sending. Else the plan's word, or the other run's."""
    return (
        pl.when(told)
        .then(sent)
        .otherwise(pl.coalesce(pl.col(sent.removesuffix("_sent")), other))
    )
