"""Which ledger a run stands in."""

from pathlib import Path

from pipeline.cli.tools import default_ledger
from pipeline.errors import PipelineError
from pipeline.ledger import Ledger, RunRecord
from pipeline.nearest import did_you_mean


def ledgers(asked: Path | None) -> list[Path]:
    """The ledger asked for, or those that exist of the real one and the sandbox's."""
    if asked is not None:
        return [asked]
    usual = [default_ledger(sandbox=False), default_ledger(sandbox=True)]
    return [path for path in usual if path.exists()]


def ledger_of(name: str, asked: Path | None) -> tuple[Path, RunRecord]:
    """The ledger that knows the run, and its record; raises PipelineError.

    `name` is a run's id, or the path of its report folder.
    """
    wanted = Path(name).name
    known: list[str] = []
    for path in ledgers(asked):
        with Ledger.open(path) as ledger:
            if (record := ledger.find_run(wanted)) is not None:
                return path, record
            known += [run.name for run in ledger.runs()]
    raise PipelineError(
        f"There is no run '{wanted}'.",
        where=", ".join(map(str, ledgers(asked))) or "no ledger yet",
        hint=did_you_mean(wanted, known) or "See `activity-import history`.",
        code="run_unknown",
    )
