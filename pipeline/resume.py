"""Going on with a run from its plan, and writing its report again."""

from pipeline.errors import PipelineError
from pipeline.job import Tools
from pipeline.ledger import RunRecord
from pipeline.run import post
from pipeline.runs import conclude, posted_before, reopen_run
from pipeline.summary import Summary


def resume(record: RunRecord, tools: Tools) -> Summary:
    """Sends what the run did not get to; raises PipelineError."""
    if record.dry_run:
        raise PipelineError(
            f"The run {record.name} was a dry run: there is nothing to go on with.",
            hint="Use `activity-import run` to send the rows.",
        )
    with reopen_run(record, tools) as (run, plan):
        return conclude(run, plan, post(plan, run, tools), tools)


def report_again(record: RunRecord, tools: Tools) -> Summary:
    """Writes the report of what is known now; sends nothing."""
    with reopen_run(record, tools) as (run, plan):
        return conclude(run, plan, posted_before(run), tools)
