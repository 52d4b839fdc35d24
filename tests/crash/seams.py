"""Where a process is killed, and what else is altered in it, around the program.

The program has no hooks for this: its own functions are wrapped, in the process that
is to be killed and nowhere else.
"""

import inspect
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any, Final

import pipeline.cli.tools
import pipeline.ledger.database
import pipeline.ledger.migration
import pipeline.ledger.records
import pipeline.ledger.writer
import pipeline.nightly.moving
import pipeline.nightly.passage
import pipeline.private_files
import pipeline.run
import pipeline.runs.conclude
import pipeline.runs.pilot
import pipeline.runs.record
import pipeline.stages.post.shift
from pipeline.api import ActivityApi
from pipeline.ledger import Ledger, State
from pipeline.ledger.schema import STEPS
from pipeline.nightly.journal import Journal
from pipeline.nightly.takes import Step, Take
from pipeline.plan import PlanWriter
from pipeline.stages.reconcile import ApiReconciler, ApiShowing

Meets = Callable[..., bool]
REPORT_FILES: Final = (
    *("rows.csv", "issues.csv", "fix-me.csv"),
    *("report.xlsx", "report.html", "summary.json"),
)


@dataclass(frozen=True)
class Seams:
    """What is altered: the process is killed when it meets `point` for the nth time.

    `finish_seconds` takes the place of the bound within which a stop must be over.
    The clock jumps by `clock_seconds` after so many readings.
    """

    point: str = ""
    nth: int = 1
    finish_seconds: float | None = None
    clock_seconds: float = 0.0
    clock_readings: int = 0


@dataclass(frozen=True)
class Point:
    """A moment before or after a call of a function; `meets` says which calls count."""

    owner: Any
    name: str
    is_before: bool
    meets: Meets = lambda *_, **__: True


def before(owner: Any, name: str, meets: Meets = Point.meets) -> Point:
    return Point(owner, name, is_before=True, meets=meets)


def after(owner: Any, name: str, meets: Meets = Point.meets) -> Point:
    return Point(owner, name, is_before=False, meets=meets)


def _has_claims(*args: Any) -> bool:
    """Of `Writer._commit` and of `write_claims`: their last argument."""
    return bool(args[-1])


def _has_answers(_writer: Any, settled: list[Any], _intents: list[Any]) -> bool:
    return bool(settled)


def _settles(_connection: Any, _run: int, settled: list[Any], _at: int) -> bool:
    return bool(settled)


def _claims(_connection: Any, _run: int, intents: list[Any], _at: int) -> bool:
    return bool(intents)


def _finds(_connection: Any, _run: int, settled: list[Any], _at: int) -> bool:
    return any(one.state is State.CREATED and not one.http_status for one in settled)


def _finds_here(_writer: Any, settled: list[Any], intents: list[Any]) -> bool:
    return _finds(None, 0, settled, len(intents))


def _is(name: str) -> Meets:
    return lambda path, *_: path.name in {name, f".{name}.part"}


def _points_of_file(name: str) -> dict[str, Point]:
    """Those of a file that is written beside and renamed."""
    part = f".{name}.part"
    return {
        f"{name} is begun": after(Path, "touch", lambda path, **_: path.name == part),
        f"{name} is written": before(pipeline.private_files, "_sync", _is(name)),
        f"{name} is durable": after(pipeline.private_files, "_sync", _is(name)),
        f"{name} is renamed": after(Path, "replace", _is(name)),
    }


def _is_at(step: Step) -> Meets:
    def meets(_journal: Any, take: Take) -> bool:
        return take.step is step

    return meets


_MOVING = pipeline.nightly.moving
_PASSAGE = pipeline.nightly.passage
_WRITER = pipeline.ledger.writer
_MIGRATION = pipeline.ledger.migration
PLANNING: Final = {
    "the run is not yet in the ledger": before(Ledger, "begin_run"),
    "the run is in the ledger": after(Ledger, "begin_run"),
    "a batch is planned": after(PlanWriter, "add"),
    "the plan is not yet sealed": before(PlanWriter, "seal"),
    **_points_of_file("plan.json"),
    "the plan is sealed": after(PlanWriter, "seal"),
}
SENDING: Final = {
    "an intent is about to be written": before(_WRITER, "write_claims", _claims),
    "an intent is written, not committed": after(_WRITER, "write_claims", _claims),
    "an intent is durable": after(_WRITER.Writer, "_commit", _has_claims),
    "the bytes are about to leave": before(ActivityApi, "create"),
    "the answer is there": after(ActivityApi, "create"),
    "an answer is about to be written": before(_WRITER, "write_settled", _settles),
    "an answer is written, not committed": after(_WRITER, "write_settled", _settles),
    "an answer is durable": after(_WRITER.Writer, "_commit", _has_answers),
}
REPORTING: Final = {
    "the report is about to be written": before(pipeline.runs.conclude, "write_report"),
    **{
        point: found
        for name in REPORT_FILES
        for point, found in _points_of_file(name).items()
    },
    "the end is about to be written": before(Ledger, "end_run"),
    "the end is durable": after(Ledger, "end_run"),
}
RECONCILING: Final = {
    "the rows are about to be looked for": before(ApiReconciler, "_ask"),
    "the rows were looked for": after(ApiReconciler, "_ask"),
    "a finding is about to be written": before(_WRITER, "write_settled", _finds),
    "a finding is written, not committed": after(_WRITER, "write_settled", _finds),
    "a finding is durable": after(_WRITER.Writer, "_commit", _finds_here),
    "the rows are settled": after(ApiReconciler, "reconcile"),
}
PILOTING: Final = {
    "the pilot is about to be sent": before(pipeline.run, "send_pilot"),
    "the pilot is sent": before(pipeline.runs.pilot, "_told"),
    "the pilot was looked for": after(ApiShowing, "show"),
    "the pilot is over": after(pipeline.run, "send_pilot"),
}
MIGRATING: Final = {
    "the backup is about to be made": before(_MIGRATION, "_back_up"),
    "the backup is copied": after(_MIGRATION, "_copy"),
    "the backup is made": after(_MIGRATION, "_back_up"),
    "the migration is committed": after(pipeline.ledger.database, "migrate"),
}
NIGHTLY: Final = {
    "the take is about to be written": before(Journal, "begin"),
    "the take is written": after(Journal, "begin"),
    "its folder is made": before(_MOVING, "_is_as_it_was"),
    "the file is moved": after(_MOVING, "_rename"),
    "its content is about to be written": before(Journal, "write", _is_at(Step.TAKEN)),
    "its content is written": after(Journal, "write", _is_at(Step.TAKEN)),
    "its run is about to be named": before(Journal, "write", _is_at(Step.RUNNING)),
    "its run is named": after(Journal, "write", _is_at(Step.RUNNING)),
    "its ending is about to be written": before(Journal, "write", _is_at(Step.LEAVING)),
    "its ending is written": after(Journal, "write", _is_at(Step.LEAVING)),
    "the file is about to be put away": before(_MOVING, "_move"),
    "the file is put away": after(_MOVING, "_move"),
    "its reason is written": after(_MOVING, "write_whole"),
    "its folder is removed": after(_PASSAGE, "bring_out"),
    "it is done": after(Journal, "write", _is_at(Step.DONE)),
}
COPYING: Final = {
    "it is about to be copied": before(_MOVING, "_copy"),
    "its copy is written": after(shutil, "copyfileobj"),
    "its copy is compared": after(_MOVING, "_is_equal"),
    "its copy is in place": after(_MOVING, "_copy"),
    "the copied file is removed": after(_MOVING, "_remove"),
}
_POINTS: Final = (
    NIGHTLY
    | COPYING
    | PLANNING
    | SENDING
    | REPORTING
    | RECONCILING
    | PILOTING
    | MIGRATING
)
STEP: Final = "a step of the migration is done"


def alter(seams: Seams) -> None:
    """Puts the seams into this process."""
    if seams.point == STEP:
        STEPS[1] = _Deadly(STEPS[1], seams.nth)
    elif seams.point:
        point = _POINTS[seams.point]
        wrapped = _deadly(getattr(point.owner, point.name), point, seams.nth)
        setattr(point.owner, point.name, wrapped)
    if seams.finish_seconds is not None:
        pipeline.stages.post.shift.FINISH_SECONDS = seams.finish_seconds  # type: ignore[misc]
    if seams.clock_seconds:
        clock = _clock(timedelta(seconds=seams.clock_seconds), seams.clock_readings)
        for module in (pipeline.cli.tools, pipeline.ledger.records):
            module.datetime = clock  # type: ignore[attr-defined]


def _clock(jump: timedelta, after: int) -> type[datetime]:
    readings = count(1)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            true = datetime.now(tz)
            return true + jump if next(readings) > after else true

    return Clock


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _deadly(function: Callable[..., Any], point: Point, nth: int) -> Any:
    calls = count(1)

    def is_deadly(*args: Any, **named: Any) -> bool:
        return point.meets(*args, **named) and next(calls) == nth

    @wraps(function)
    def call(*args: Any, **named: Any) -> Any:
        deadly = is_deadly(*args, **named)
        if deadly and point.is_before:
            _die()
        result = function(*args, **named)
        if deadly:
            _die()
        return result

    @wraps(function)
    async def call_and_wait(*args: Any, **named: Any) -> Any:
        deadly = is_deadly(*args, **named)
        if deadly and point.is_before:
            _die()
        result = await function(*args, **named)
        if deadly:
            _die()
        return result

    return call_and_wait if inspect.iscoroutinefunction(function) else call


class _Deadly(tuple[str, ...]):
    """Statements, in a migration that does not outlive the nth."""

    nth: int

    def __new__(cls, statements: tuple[str, ...], nth: int) -> "_Deadly":
        made = super().__new__(cls, statements)
        made.nth = nth
        return made

    def __iter__(self) -> Any:
        for number, statement in enumerate(super().__iter__()):
            if number == self.nth:
                _die()
            yield statement
