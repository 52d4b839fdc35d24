"""Whether the day or the month comes first, decided on all rows of a run."""

from collections.abc import Callable
from dataclasses import replace

from pipeline.mapping.times import DayOrder, leaves_order_open
from pipeline.runs.job import Job, Tools
from pipeline.runs.prepare import Prepared, shown
from pipeline.stages.scan import scan

All = tuple[Prepared, ...]


def with_dates_decided(job: Job, prepared: All, tools: Tools) -> tuple[Job, All]:
    """The job and its sources with the order that the rows tell.

    Reads all rows if the mapping leaves the order open; raises MappingError if they
    do not tell one order.
    """
    if not leaves_order_open(job.mapping):
        return job, prepared
    tools.progress.begin("looking at dates", None)
    question, decided = decide_dates(prepared, tools.passed)
    if question is None or question.order is None:
        return job, decided
    options = (*job.options, f"--dates={question.order}")
    mapping = decided[0].bound.mapping
    notes = (*job.notes, question.note)
    return replace(job, mapping=mapping, options=options, notes=notes), decided


def decide_dates(
    prepared: All, passed: Callable[[int], None]
) -> tuple[DayOrder | None, All]:
    """The question, if the mapping asks it, and the sources with its answer.

    `passed` hears how many rows were read, each time.
    """
    mapping = prepared[0].bound.mapping
    question = DayOrder.asked_by(mapping)
    if question is None:
        return None, prepared
    scan(shown(prepared, None, passed), mapping, (question,))
    answer = question.decided()
    return question, tuple(
        replace(one, bound=replace(one.bound, mapping=answer)) for one in prepared
    )
