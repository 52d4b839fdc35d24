"""history.html: all runs of ledgers on one page."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from pipeline import __version__
from pipeline.pages import in_script, rendered
from pipeline.private_files import write_whole
from pipeline.rows import Status, rows_told
from pipeline.runs.history.past import CUT_OFF, GOING_ON, PastRun
from pipeline.runs.history.trends import causes_of, trends_of
from pipeline.runs.summary import RunStatus

MOST_BYTES: Final = 2_000_000
_HERE: Final = Path(__file__).parent
_MOST_CAUSES: Final = 100
_MOST_LETTERS: Final = 120
_TONES: Final = {RunStatus.OK: "good", RunStatus.ATTENTION: "attention"}
_ENDINGS: Final = {
    RunStatus.STOPPED: "The last run stopped early",
    RunStatus.INTERRUPTED: "The last run was interrupted",
    RunStatus.FAILED: "The last run could not be done",
    CUT_OFF: "The last run was cut off",
    GOING_ON: "The last run is still going on",
}


@dataclass(frozen=True)
class _Listed:
    """Runs as JSON for the page's list, the newest first; `left_out` are older."""

    rows: bytes
    shown: int
    left_out: int


def write_history(path: Path, runs: Sequence[PastRun]) -> None:
    """Writes the page of runs, the newest first; raises ReportError."""
    write_whole(path, _page(path.absolute().parent, runs))


def _page(folder: Path, runs: Sequence[PastRun]) -> str:
    """All texts of the ledgers are text in it; links are relative to `folder`."""
    sent = [run for run in runs if not run.record.dry_run]
    causes = causes_of(sent)
    listed = _listed(folder, runs)
    last = (sent or runs)[0]
    facts = {
        "tone": _TONES.get(RunStatus(last.status), "stopped")
        if last.status in set(RunStatus)
        else "stopped",
        "verdict": _verdict(last),
        "last": last,
        "runs": len(runs),
        "sent": len(sent),
        "created": sum(run.counts[Status.CREATED] for run in sent),
        "since": runs[-1].record.started_at,
        "written_at": datetime.now(UTC),
        "trends": trends_of(sent),
        "causes": causes[:_MOST_CAUSES],
        "causes_left_out": len(causes[_MOST_CAUSES:]),
        "without_causes": sum(run.record.issues is None for run in sent),
        "links": {run.record.name: _link(folder, run) for run in sent},
        "listed": listed,
        "ledgers": list(dict.fromkeys(str(run.ledger) for run in runs)),
        "version": __version__,
        "python": platform.python_version(),
    }
    return rendered(_HERE, "history", listed.rows, facts)


def _verdict(last: PastRun) -> str:
    needy, unsent = last.needs_a_person, last.counts[Status.UNSENT]
    if last.status == RunStatus.OK:
        return "The last run ended without trouble."
    if last.status == RunStatus.ATTENTION:
        verb = "needs" if needy == 1 else "need"
        return f"The last run left {rows_told(needy)} that {verb} a person."
    ending = _ENDINGS[last.status]
    if not unsent:
        return f"{ending}."
    return f"{ending}, with {rows_told(unsent)} not sent."


def _listed(folder: Path, runs: Sequence[PastRun]) -> _Listed:
    """As many as a page can bear."""
    rows: list[bytes] = []
    room = MOST_BYTES
    for place, run in enumerate(runs):
        row = in_script(_row(folder, run, len(runs) - place))
        room -= len(row) + 1
        if room < 0:
            break
        rows.append(row)
    return _Listed(b"[" + b",\n".join(rows) + b"]", len(rows), len(runs) - len(rows))


def _row(folder: Path, run: PastRun, number: int) -> dict[str, Any]:
    record = run.record
    workspace = "" if record.workspace == "default" else f", {record.workspace}"
    sources = ", ".join(Path(source).name for source in record.sources)
    return {
        "row": number,
        "run": record.name,
        "when": record.started_at.strftime("%Y-%m-%d %H:%M"),
        "link": _link(folder, run),
        "what": run.what,
        "mapping": _short(record.mapping_name),
        "sources": _short(sources),
        "target": _short(record.target + workspace),
        "status": run.status.replace("_", " "),
        "rows": run.counts.total(),
        "created": run.counts[Status.CREATED],
        "needy": run.needs_a_person,
        "unsent": run.counts[Status.UNSENT],
    }


def _link(folder: Path, run: PastRun) -> str:
    """The way from the page to the run's report, if it is there."""
    page = run.page
    return quote(Path(os.path.relpath(page, folder)).as_posix()) if page else ""


def _short(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else text[: _MOST_LETTERS - 1] + "…"
