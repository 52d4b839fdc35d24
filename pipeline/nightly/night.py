"""A night: all jobs once, one after the other, and what became of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from filelock import FileLock, Timeout

from pipeline.errors import PipelineError
from pipeline.nightly.config import Config, NightlyJob
from pipeline.nightly.endings import (
    FileEnding,
    JobEnding,
    NightEnding,
    NightStatus,
    worst,
)
from pipeline.nightly.inbox import Blocked, look, must_be_readable, shown
from pipeline.nightly.moving import must_be_our_folder
from pipeline.nightly.onlooker import Onlooker
from pipeline.nightly.passage import NightTools, Passage
from pipeline.nightly.reasons import in_keys
from pipeline.nightly.retention import clear_old
from pipeline.nightly.takes import WORK, Step
from pipeline.private_files import private_folder
from pipeline.progress import duration

_STAYS = frozenset({NightStatus.STOPPED, NightStatus.FAILED, NightStatus.INTERRUPTED})
_STOPPED = "The night was stopped: by hand, by the system, or by a shutdown."
_MOST_TOLD = 5
_DAY = timedelta(days=1)


def hold_night(
    config: Config, jobs: Sequence[NightlyJob], tools: NightTools
) -> NightEnding:
    """Runs the jobs once. What goes wrong with one does not keep the others back."""
    started = tools.clock.now()
    names = ", ".join(job.name for job in jobs)
    tools.log.tell("begun", f"The night begins: {names or 'no job'}.")
    for onlooker in tools.onlookers:
        with _unharmed(onlooker, tools):
            onlooker.begun(started)
    endings = list(_jobs_endings(config, jobs, tools))
    night = _ending_of(started, endings, tools)
    for onlooker in tools.onlookers:
        with _unharmed(onlooker, tools):
            onlooker.ended(night)
    tools.log.tell(
        "ended",
        f"The night has ended: {night.status}.",
        night.status.level,
        status=night.status.value,
    )
    return night


def nothing_done(at: datetime, reason: str) -> NightEnding:
    """The ending of a night that had not to begin."""
    return NightEnding(NightStatus.NOTHING, at, at, reason=reason)


def _ending_of(
    started: datetime, endings: Sequence[JobEnding], tools: NightTools
) -> NightEnding:
    status = worst(ending.status for ending in endings)
    interrupted = tools.is_stopping() and status is not NightStatus.FAILED
    return NightEnding(
        status=NightStatus.INTERRUPTED if interrupted else status,
        started_at=started,
        ended_at=tools.clock.now(),
        jobs=tuple(endings),
        reason=_STOPPED if interrupted else "",
        hint="What was under way goes on by itself next time." if interrupted else "",
    )


def _jobs_endings(
    config: Config, jobs: Sequence[NightlyJob], tools: NightTools
) -> Iterator[JobEnding]:
    left = tools.journal.left_behind(
        config.path, [(job.name, job.inbox) for job in config.jobs]
    )
    for take in left:
        tools.log.tell(
            "left_behind",
            f"'{shown(take.name)}' was taken by the job {take.job}, which the "
            f"configuration has no longer in that inbox. It lies in {take.work}.",
            "warning",
            job=take.job,
            file=take.name,
        )
    for job in jobs:
        if tools.is_stopping():
            return
        yield JobNight(config, job, tools).hold()


class JobNight:
    """One job in one night."""

    def __init__(self, config: Config, job: NightlyJob, tools: NightTools) -> None:
        self._config = config
        self._job = job
        self._tools = tools
        self._passage = Passage(config, job, tools)
        self._files: list[FileEnding] = []
        self._notices: list[str] = []
        self._blocked: tuple[Blocked, ...] = ()
        self._came = False

    def hold(self) -> JobEnding:
        started = self._tools.clock.now()
        try:
            with self._alone():
                ending = self._held(started)
        except Exception as error:
            trouble = self._tools.explain(error)
            ending = replace(
                self._ended(started, NightStatus.FAILED),
                reason=trouble.sentence,
                hint=in_keys(trouble.hint),
            )
        self._tell(ending)
        return ending

    def _held(self, started: datetime) -> JobEnding:
        job, journal = self._job, self._tools.journal
        since = journal.know(job.name, job.inbox, self._config.path, started)
        self._work()
        late = self._missing(since)
        clear_old(self._config, job, self._tools)
        ending = self._ended(
            started,
            NightStatus.MISSING if late else NightStatus.NOTHING,
            NightStatus.ATTENTION if self._blocked else NightStatus.NOTHING,
        )
        told = [late or "", *(one.told for one in self._blocked[:_MOST_TOLD])]
        if more := len(self._blocked[_MOST_TOLD:]):
            told.append(f"And {_files(more)} more.")
        export = f"Did the export run, and does it write to {self._job.inbox}?"
        hints = dict.fromkeys(
            [export if late else "", *(one.hint for one in self._blocked)]
        )
        return replace(
            ending,
            reason=" ".join(filter(None, told)),
            hint=" ".join(filter(None, hints)),
        )

    def _work(self) -> None:
        """First what was interrupted, then what has come since; stops at trouble."""
        job = self._job
        waiting = self._tools.journal.under_way(job.name, job.inbox)
        arrived = look(job, self._tools.clock, self._waits)
        self._notices += arrived.notices
        self._blocked = arrived.blocked
        being_taken = {take.name for take in waiting if take.step is Step.TAKING}
        ready = [one for one in arrived.ready if one.name not in being_taken]
        self._came = bool(ready)
        steps = [
            *(partial(self._passage.go_on, take) for take in waiting),
            *(partial(self._passage.take, arrival) for arrival in ready),
        ]
        if not steps or not self._may_start(len(steps)):
            return
        self._tools.runner.prepare(job)
        for left, step in zip(range(len(steps), 0, -1), steps, strict=True):
            if self._tools.is_stopping() or not self._may_start(left):
                return
            if not self._goes_on(step()):
                return

    def _may_start(self, left: int) -> bool:
        """Whether the window is open; if not, it is told how many files are left."""
        window = self._job.window
        now = self._config.on_the_clock(self._tools.clock.now())
        if window is None or window.is_open(now.time()):
            return True
        self._notices.append(f"Outside the window {window}: {_files(left)} waiting.")
        return False

    def _goes_on(self, ending: FileEnding | None) -> bool:
        """Whether the next file may be started, after one that ended so."""
        if ending is not None:
            self._files.append(ending)
            if ending.status is NightStatus.NOTHING:
                self._notices.append(ending.reason)
        if self._tools.is_stopping():
            return False
        return ending is None or not self._stays(ending)

    def _stays(self, ending: FileEnding) -> bool:
        """Whether it waits for the next night: then so do those after it."""
        return ending.status in _STAYS and WORK in ending.now_at.parts

    def _waits(self, files: int, seconds: float) -> None:
        self._tools.log.tell(
            "waits",
            f"{self._job.name}: waits up to {duration(seconds)} for {_files(files)} "
            "that have just come.",
            job=self._job.name,
            files=files,
            seconds=round(seconds),
        )

    def _missing(self, since: datetime) -> str | None:
        """What is told of a file that did not come by its time.

        One that waits for its turn in the inbox did come.
        """
        expected = self._job.expected
        if expected is None or self._came:
            return None
        now = self._config.on_the_clock(self._tools.clock.now())
        deadline = expected.last_deadline(now)
        newest = self._tools.journal.newest(self._job.name, self._job.inbox)
        if since > deadline or (newest is not None and newest > deadline - _DAY):
            return None
        last = f"{self._config.on_the_clock(newest):%Y-%m-%d %H:%M}" if newest else ""
        return f"No file came by {deadline:%Y-%m-%d %H:%M}. " + (
            f"The last one was taken on {last}." if last else "None has come yet."
        )

    def _ended(self, started: datetime, *statuses: NightStatus) -> JobEnding:
        return JobEnding(
            job=self._job.name,
            status=worst([*statuses, *(file.status for file in self._files)]),
            started_at=started,
            ended_at=self._tools.clock.now(),
            files=tuple(self._files),
            notices=tuple(self._notices),
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time works in an inbox, whatever its configuration."""
        inbox = self._job.inbox
        must_be_readable(inbox)
        must_be_our_folder(inbox)
        lock = private_folder(inbox / WORK) / "lock"
        try:
            with FileLock(lock, timeout=0, mode=0o600):
                yield
        except Timeout:
            raise PipelineError(
                "Another process is working in the inbox.",
                where=str(inbox),
                hint="Do two configurations name the same inbox?",
                code="inbox_in_use",
            ) from None

    def _tell(self, ending: JobEnding) -> None:
        for notice in ending.notices:
            self._tools.log.tell(
                "notice", f"{ending.job}: {notice}", job=ending.job, notice=notice
            )
        why = f" {ending.reason}" if ending.reason else ""
        self._tools.log.tell(
            "job",
            f"{ending.job}: {ending.status}, {_files(len(ending.files))}.{why}",
            ending.status.level,
            job=ending.job,
            status=ending.status.value,
            reason=ending.reason,
            files=len(ending.files),
        )


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


@contextmanager
def _unharmed(onlooker: Onlooker, tools: NightTools) -> Iterator[None]:
    """What others cannot be told never fails a night."""
    try:
        yield
    except Exception as error:
        name = type(onlooker).__name__
        tools.log.tell(
            "untold",
            f"{name} failed: {type(error).__name__}.",
            "warning",
            onlooker=name,
            error=type(error).__name__,
        )
