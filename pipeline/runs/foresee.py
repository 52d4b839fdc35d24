"""What must be known of all rows, and of Reevo, before the first row is mapped."""

from datetime import timedelta

import polars as pl

from pipeline.lookups import answer_in_order
from pipeline.runs.job import Job, Tools
from pipeline.runs.prepare import Prepared, shown
from pipeline.runs.resolve import LookedUp, Resolver
from pipeline.stages.lookup import Remembered
from pipeline.stages.scan import scan


def foresee(
    job: Job, prepared: tuple[Prepared, ...], tools: Tools
) -> tuple[Prepared, ...]:
    """The sources with all that their rows are mapped by; reads them if need be."""
    if not job.mapping.queries:
        return prepared
    return _with_answers(job, prepared, tools, _gathered(job, prepared, tools))


def survey_lookups(
    job: Job, prepared: tuple[Prepared, ...], tools: Tools
) -> pl.DataFrame:
    """Each value that a field looks up, and what comes of it, most frequent first.

    `field`, `lookup`, `value`, `rows`, `answer` (null without one), `many` (answers),
    `told` (what is known of a value without exactly one).
    """
    values = _gathered(job, prepared, tools)
    tables = _with_answers(job, prepared, tools, values)[0].bound.lookups
    frames = [
        answer_in_order(values.of(name), [tables[each] for each in rule.lookup])
        .filter(~pl.col("blank"))
        .select(
            pl.lit(name).alias("field"),
            pl.lit(", ".join(rule.lookup)).alias("lookup"),
            "value",
            "rows",
            answer=pl.when(pl.col("many") == 1).then("answer"),
            many=pl.col("many").fill_null(0).cast(pl.UInt32),
            told="told",
        )
        for name, rule in job.mapping.fields.items()
        if rule.lookup
    ]
    order = ["rows", "field", "value"]
    return pl.concat(frames).sort(order, descending=[True, False, False])


def _gathered(job: Job, prepared: tuple[Prepared, ...], tools: Tools) -> LookedUp:
    """From all rows where rows are combined: the limit then counts activities."""
    values = LookedUp(job.mapping.fields)
    limit = None if job.mapping.combine else job.limit
    tools.progress.begin("looking for what to look up", None)
    scan(shown(prepared, limit, tools.passed), job.mapping, [values])
    return values


def _with_answers(
    job: Job, prepared: tuple[Prepared, ...], tools: Tools, values: LookedUp
) -> tuple[Prepared, ...]:
    directory = Remembered(
        tools.directory,
        tools.ledger,
        job.target.url,
        job.target.workspace,
        timedelta(seconds=job.lookup_age),
        tools.now,
    )
    asked = Resolver(job.mapping, prepared[0].files, directory).tables(values)
    return tuple(one.with_answers(asked) for one in prepared)
