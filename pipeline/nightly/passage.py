"""The way of one file: take, run, leave; each step written down before it is done.

TAKING -> TAKEN -> RUNNING -> LEAVING -> DONE

What cannot be brought to its end tonight stays where it is, and goes on next time.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.nightly.clock import Clock
from pipeline.nightly.config import Config, NightlyJob
from pipeline.nightly.deaths import MOST_DEATHS, deaths, risking
from pipeline.nightly.endings import FileEnding, NightStatus
from pipeline.nightly.guards import guards_of
from pipeline.nightly.inbox import Arrival, shown
from pipeline.nightly.journal import Journal
from pipeline.nightly.log import Log
from pipeline.nightly.moving import (
    bring_in,
    bring_out,
    clear_reason,
    is_taken_by_another,
    must_be_ours,
    place_for,
    sha256_of,
)
from pipeline.nightly.onlooker import Onlooker
from pipeline.nightly.reasons import (
    deadly,
    ended,
    failed,
    is_its_own_fault,
    put_aside,
    reason_text,
    staying,
)
from pipeline.nightly.runner import Order, Ran, Runner
from pipeline.nightly.takes import Exit, Kind, Step, Take
from pipeline.runs.summary import RunStatus
from pipeline.runs.typed import command


@dataclass(frozen=True)
class NightTools:
    """The edges of a night: the pipeline, the journal, the log, the clock.

    `explain` puts whatever went wrong into words.
    """

    runner: Runner
    journal: Journal
    log: Log
    clock: Clock
    is_stopping: Callable[[], bool]
    explain: Callable[[BaseException], PipelineError]
    onlookers: tuple[Onlooker, ...] = ()


@dataclass(frozen=True)
class Passage:
    """Brings the files of one job along their way."""

    config: Config
    job: NightlyJob
    tools: NightTools

    def take(self, arrival: Arrival) -> FileEnding | None:
        """Takes a file of the inbox, and brings it as far as can be.

        None: it is not there any more, or changed meanwhile.
        """
        take = Take(
            number=0,
            job=self.job.name,
            inbox=self.job.inbox,
            name=arrival.name,
            step=Step.TAKING,
            taken_at=self.tools.clock.now(),
            size=arrival.size,
            changed_ns=arrival.changed_ns,
            marker=arrival.marker,
        )
        return self.go_on(self.tools.journal.begin(take))

    def go_on(self, take: Take) -> FileEnding | None:
        """Brings a file as far as can be, from wherever it stands.

        What ends its run early is told in its ending; raises PipelineError when it
        cannot be moved.
        """
        must_be_ours(take)
        if take.step is Step.TAKING:
            if not bring_in(take):
                self.tools.journal.forget(take)
                return None
            take = self._known(take)
        if not take.work.exists() and take.step in {Step.TAKEN, Step.RUNNING}:
            return self._gone(take)
        if take.step is Step.TAKEN:
            for lay_at in self.tools.journal.put_aside(take):
                clear_reason(lay_at)
            if (repeat := self._repeat(take)) is not None:
                return self._leave(take, Kind.REPEAT, repeat)
            take = self._named(take)
        return self._run(take) if take.step is Step.RUNNING else self._left(take)

    def _known(self, take: Take) -> Take:
        take = replace(take, step=Step.TAKEN, sha256=sha256_of(take.work))
        self._tell("taken", take, f"{self._name(take)}: taken.")
        return self.tools.journal.write(take)

    def _repeat(self, take: Take) -> FileEnding | None:
        """How a file ends whose very content was imported before; else None."""
        before = self.tools.journal.imported(take.job, take.inbox, take.sha256)
        if before is None:
            return None
        then = f"{self.config.on_the_clock(before.taken_at):%Y-%m-%d %H:%M}"
        return FileEnding(
            name=take.name,
            sha256=take.sha256,
            status=NightStatus.NOTHING,
            now_at=take.work,
            reason=f"'{shown(take.name)}' has the very content of "
            f"'{shown(before.name)}', imported on {then} (run {before.run}). It was "
            "not run again.",
        )

    def _named(self, take: Take) -> Take:
        name = self.tools.runner.new_name(self.tools.clock.now())
        return self.tools.journal.write(replace(take, step=Step.RUNNING, run=name))

    def _run(self, take: Take) -> FileEnding:
        """Runs the file, or goes on with its run; it stays if that came to no end."""
        runner = self.tools.runner
        goes_on = runner.is_planned(take.run)
        if not goes_on and deaths(take) >= MOST_DEATHS:
            return self._leave(take, Kind.QUARANTINED, deadly(take))
        if not goes_on and runner.is_known(take.run):
            take = self._named(take)
        order = Order(
            self.job, take.work, take.run, guards_of(self.job, take, self.tools.journal)
        )
        verb = "goes on" if goes_on else "begins"
        self._tell("run", take, f"{self._name(take)}: run {take.run} {verb}.")
        try:
            with risking(take):
                ran = runner.resume(order) if goes_on else runner.run(order)
        except PipelineError as error:
            return self._after(take, error)
        return self._ran(take, ran)

    def _ran(self, take: Take, ran: Ran) -> FileEnding:
        ending = ended(take, ran)
        take = replace(take, rows=sum(rows for _, rows in ran.summary.sources))
        if ran.objection is not None:
            return self._leave(take, Kind.QUARANTINED, ending)
        if ran.summary.status in {RunStatus.OK, RunStatus.ATTENTION}:
            return self._leave(take, Kind.IMPORTED, ending)
        return self._stays(take, ending)

    def _after(self, take: Take, error: PipelineError) -> FileEnding:
        """A file that cannot be read is put away; other trouble is not its fault."""
        runner = self.tools.runner
        ending = failed(take, error, take.run if runner.is_known(take.run) else None)
        if is_its_own_fault(error) and not runner.is_planned(take.run):
            return self._leave(take, Kind.QUARANTINED, ending)
        return self._stays(take, ending, type(error).__name__)

    def _stays(self, take: Take, ending: FileEnding, error: str = "") -> FileEnding:
        ending = staying(ending)
        self._tell_end(take, ending, error)
        return ending

    def _gone(self, take: Take) -> FileEnding:
        """Somebody took the file out of our hands; what was sent is in the ledger."""
        planned = take.run and self.tools.runner.is_planned(take.run)
        ending = FileEnding(
            name=take.name,
            sha256=take.sha256,
            status=NightStatus.FAILED,
            now_at=take.work,
            run=take.run or None,
            reason="The file was removed from the folder where it waited.",
            hint="If it is wanted, put it into the inbox again: what was sent of it is "
            "in the ledger, and is not sent twice.",
            next=(self.tools.runner.resume_command(take.run),) if planned else (),
        )
        leaving = Exit(Kind.GONE, take.work, ending)
        return self._done(replace(take, exit=leaving), ending)

    def _leave(self, take: Take, kind: Kind, ending: FileEnding) -> FileEnding:
        """Writes down where the file goes, and moves it there."""
        place = self._place(take, kind)
        told = put_aside(ending, place, *self._commands(kind, ending, place))
        leaving = Exit(kind, place, told)
        return self._left(
            self.tools.journal.write(replace(take, step=Step.LEAVING, exit=leaving))
        )

    def _commands(self, kind: Kind, ending: FileEnding, place: Path) -> list[str]:
        """What to type about a file in the quarantine, to run it or to look at it."""
        if kind is not Kind.QUARANTINED:
            return []
        if ending.status is NightStatus.FAILED:
            return [command("inspect", str(place))]
        return [self.tools.runner.run_command(self.job, place)]

    def _left(self, take: Take) -> FileEnding:
        assert take.exit is not None  # noqa: S101
        leaving = take.exit
        if is_taken_by_another(take, leaving.goes_to):
            return self._leave(take, leaving.kind, leaving.ending)
        quarantined = leaving.kind is Kind.QUARANTINED
        bring_out(take, leaving.goes_to, reason_text(leaving.ending) * quarantined)
        return self._done(take, leaving.ending)

    def _done(self, take: Take, ending: FileEnding) -> FileEnding:
        now = self.tools.clock.now()
        self.tools.journal.write(replace(take, step=Step.DONE, done_at=now))
        self._tell_end(take, ending)
        return ending

    def _place(self, take: Take, kind: Kind) -> Path:
        quarantined = kind is Kind.QUARANTINED
        folder = self.job.quarantine if quarantined else self.job.archive
        day = self.config.on_the_clock(self.tools.clock.now())
        return place_for(take, kind, folder, day)

    def _name(self, take: Take) -> str:
        return f"{take.job}: '{shown(take.name)}'"

    def _tell(self, event: str, take: Take, text: str) -> None:
        facts = {"file": take.name, "run": take.run, "sha256": take.sha256}
        self.tools.log.tell(event, text, "info", job=take.job, **facts)

    def _tell_end(self, take: Take, ending: FileEnding, error: str = "") -> None:
        counts = {name: count for name, count in ending.counts.items() if count}
        told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        to = f" It lies in {ending.now_at}."
        rows = f" ({told})" if told else ""
        why = f" {ending.reason}" if ending.reason else ""
        self.tools.log.tell(
            "file",
            f"{self._name(take)}: {ending.status}{rows}.{why}{to}",
            ending.status.level,
            job=take.job,
            file=take.name,
            run=take.run,
            status=ending.status.value,
            reason=ending.reason,
            kind=take.exit.kind.value if take.exit else None,
            counts=counts or None,
            requests=dict(ending.requests) or None,
            error=error,
            sha256=take.sha256,
            path=str(ending.now_at),
        )
