"""The verdict in one sentence, and what to do next in another."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from pipeline.rows import Status, rows_told
from pipeline.stages.report.page.attention import NEEDS_A_PERSON
from pipeline.stages.report.write import FIX_ME

_MANY: Final = 3


class Tone(StrEnum):
    """How the page looks at a run."""

    GOOD = "good"
    ATTENTION = "attention"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Verdict:
    """Whether all is well: `sentence`, and what else is so, in `more`."""

    tone: Tone
    sentence: str
    more: str


@dataclass(frozen=True)
class Step:
    """Something to do, and the command for it."""

    todo: str
    command: str


class Told(Protocol):
    """What a verdict is made of."""

    @property
    def status(self) -> str: ...

    @property
    def counts(self) -> Counter[str]: ...

    @property
    def next(self) -> tuple[str, ...]: ...

    @property
    def goes_on(self) -> bool: ...


def verdict_of(ended: Told, *, dry_run: bool) -> Verdict:
    tones = {"ok": Tone.GOOD, "attention": Tone.ATTENTION}
    tone = tones.get(ended.status, Tone.STOPPED)
    counts = ended.counts
    if tone is Tone.STOPPED:
        return Verdict(tone, _ended_early(ended, dry_run=dry_run), _early(counts))
    if not counts.total():
        return Verdict(tone, "There is nothing to import: the source has no rows.", "")
    if tone is Tone.GOOD:
        more = _done(counts) if len(+counts) > 1 else ""
        return Verdict(tone, _all_well(counts), more)
    needy = rows_told(sum(counts[status] for status in NEEDS_A_PERSON))
    verb = "needs" if needy.startswith("1 ") else "need"
    return Verdict(
        tone, f"{needy} of {counts.total():,} {verb} a person.", _done(counts)
    )


def steps_of(ended: Told) -> tuple[Step, ...]:
    """The commands to type, each with what it is for."""
    return tuple(Step(_todo(each, ended), each) for each in ended.next)


def _all_well(counts: Counter[str]) -> str:
    if counts[Status.VALID]:
        return f"All is well: {rows_told(counts[Status.VALID])} would be sent."
    if counts[Status.CREATED] == counts.total():
        return f"All is well: {rows_told(counts.total())} read, and created in Reevo."
    if counts[Status.CREATED]:
        return f"All is well: {rows_told(counts[Status.CREATED])} went to Reevo."
    if counts[Status.DUPLICATE] == counts.total():
        return "All is well: there is nothing new, all rows were imported before."
    return "All is well: there was nothing new to send."


def _ended_early(ended: Told, *, dry_run: bool) -> str:
    unsent = ended.counts[Status.UNSENT]
    left = rows_told(unsent)
    if ended.goes_on:
        return f"The run is still going on, with {left} to go."
    how = "was interrupted" if ended.status == "interrupted" else "stopped early"
    run = "check" if dry_run else "run"
    if not ended.counts.total():
        return f"The {run} {how}: the source has no rows."
    if dry_run or not unsent:
        return f"The {run} {how}."
    verb = "was" if unsent == 1 else "were"
    return f"The run {how}: {left} of {ended.counts.total():,} {verb} not sent."


def _early(counts: Counter[str]) -> str:
    needy = sum(counts[status] for status in NEEDS_A_PERSON)
    wants = f"{rows_told(needy)} {'needs' if needy == 1 else 'need'} a person."
    return " ".join(filter(None, [_done(counts), wants if needy else ""]))


def _done(counts: Counter[str]) -> str:
    told = (
        (Status.CREATED, "created in Reevo"),
        (Status.VALID, "ready to be sent"),
        (Status.DUPLICATE, "there already, or twice in the source"),
        (Status.SKIPPED, "left out by a rule of the mapping"),
    )
    parts = [f"{counts[status]:,} {words}" for status, words in told if counts[status]]
    return f"{', '.join(parts)}." if parts else ""


def _todo(command: str, ended: Told) -> str:
    counts = ended.counts
    _program, verb, *words = command.split()
    flawed = counts[Status.INVALID] + counts[Status.REJECTED]
    if flawed and verb == "run" and any(FIX_ME in word for word in words):
        return _to_mend(flawed, counts.total())
    again = "When that is put right, run the source again:"
    told = {
        "run": again
        if ended.status == "stopped"
        else "Nothing was sent yet. To send the rows, type:",
        "resume": "To send the rows that were not sent, type:",
        "reconcile": "To find out what became of the uncertain rows, type:",
        "history": "To see all runs, type:",
    }
    if verb == "history" and ended.status == "ok":
        return "Nothing is left to do. To see all runs, type:"
    return told.get(verb, "Type:")


def _to_mend(flawed: int, read: int) -> str:
    by_hand = (
        f"{FIX_ME} in a spreadsheet: it holds {rows_told(flawed)} with the reason "
        "beside each. Correct them, save, and type:"
    )
    if flawed < _MANY or 2 * flawed < read:
        return f"Open {by_hand}"
    return (
        "Where so many rows are wrong, it is more often the mapping: see the issues, "
        f"correct it, and run the source again. Or open {by_hand}"
    )
