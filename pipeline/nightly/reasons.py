"""How a file ended, in words for those who may not see what it holds.

They name columns that the mapping knows, and count; what quotes the file stands in
`FileEnding.detail`, which goes into the private file beside it and nowhere else.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

from pipeline.catalogue import entry_of
from pipeline.errors import (
    LookupsMissing,
    MappingError,
    PipelineError,
    SourceError,
)
from pipeline.nightly.endings import FileEnding, NightStatus
from pipeline.nightly.hints import on_its_way
from pipeline.nightly.runner import Ran
from pipeline.nightly.takes import Take
from pipeline.runs.summary import RunStatus
from pipeline.stages.post import Posted

_STATUS: Final = {
    RunStatus.OK: NightStatus.OK,
    RunStatus.ATTENTION: NightStatus.ATTENTION,
    RunStatus.STOPPED: NightStatus.STOPPED,
    RunStatus.INTERRUPTED: NightStatus.INTERRUPTED,
    RunStatus.FAILED: NightStatus.FAILED,
}
_BACK: Final = "then move the file back into the inbox."
_HINTS: Final = {
    "no_rows": "Was the export complete? If no rows are all right: write "
    f"`allow_empty: true` for the job, {_BACK}",
    "too_many_invalid": "Correct the file or the mapping, or change `max_invalid`; "
    f"{_BACK} Or let `resume` send the valid rows as they are.",
    "source_drifted": f"Correct the mapping or the export, {_BACK} Or let `resume` "
    "send the rows as they are.",
    "imported_before": f"Give the mapping its former `key` and `system`, {_BACK} If "
    "these are other activities all the same, write `allow_repeats: true` for the job.",
    "mapping_does_not_fit": "Has the file its header, and is it the right one? Correct "
    f"the export or the mapping, {_BACK} The reason beside the file lists its columns.",
    "source_part_unknown": "Correct `sheet` or `member` of the job, or of the mapping, "
    f"{_BACK} The reason beside the file lists the names.",
    "source_imported_before": "Give the job the mapping and the `timezone` of then, "
    f"{_BACK} If these are other activities all the same, write `allow_repeats: true` "
    "for the job.",
    "read_otherwise": f"Take out of the file what was imported before, {_BACK} If it "
    "holds no such row, write `allow_repeats: true` for the job and move it back; "
    "afterwards take that out again. You are asked once.",
    "source_empty": "Was the export complete? Export or copy it again; if the rows "
    f"stand in another sheet or below other lines, correct the mapping, {_BACK}",
    "too_many_failed": "Look at fix-me.csv.",
    "api_down": "",
    "key_refused": "Put a valid key where the night finds it: `nightly CONFIG --check` "
    "says where.",
}
_OPTIONS: Final = {
    "--max-invalid": "max_invalid",
    "--max-failed": "max_failed",
    "--on-drift": "on_drift",
    "--api-key-file. To try without a key: --sandbox, or --dry-run.": "`api_key_file`. "
    "To try without a key: `sandbox: true`.",
    "You stopped the run": "The run was stopped",
}
_GENERIC: Final = "lookup_file_wrong"


def is_its_own_fault(error: PipelineError) -> bool:
    """Whether no other file of the job would meet the error."""
    if isinstance(error, LookupsMissing):
        return False
    return isinstance(error, SourceError | MappingError)


def ended(take: Take, ran: Ran) -> FileEnding:
    """The ending of a file whose run came to its report."""
    summary = ran.summary
    told = summary.document()
    ending = FileEnding(
        name=take.name,
        sha256=take.sha256,
        status=_STATUS[summary.status],
        now_at=take.work,
        run=take.run,
        counts=summary.by_status(),
        requests=told["requests"],
        issues={issue["code"]: issue["count"] for issue in summary.issues},
        reports=Path(told["reports"]).absolute() if told["reports"] else None,
        reason=in_keys(summary.reason),
        hint=_hint(summary.code, summary.hint),
        next=summary.next,
    )
    return ending if ran.objection is None else _objected(ending, ran, ran.objection)


def failed(take: Take, error: PipelineError, run: str | None) -> FileEnding:
    """The ending of a file whose run came to no report."""
    interrupted = error.code == "interrupted"
    its_own = is_its_own_fault(error) or error.code == _GENERIC
    ending = FileEnding(
        name=take.name,
        sha256=take.sha256,
        status=NightStatus.INTERRUPTED if interrupted else NightStatus.FAILED,
        now_at=take.work,
        run=run,
        reason=in_keys(_sentences(error)),
        hint=error.hint,
    )
    if interrupted:
        return replace(ending, hint="")
    return _of_its_own(ending, error) if its_own else ending


def deadly(take: Take) -> FileEnding:
    """Of a file in the middle of which the program died, again and again."""
    return FileEnding(
        name=take.name,
        sha256=take.sha256,
        status=NightStatus.FAILED,
        now_at=take.work,
        reason="The program died each time that it read this file, most likely for "
        "want of memory. Nothing of it was sent.",
        hint="Export it in parts, or as CSV, and put those into the inbox; or move it "
        "back into the inbox when the machine has more memory.",
    )


def staying(ending: FileEnding) -> FileEnding:
    """Of a file that is not done with: nobody needs to go on with its run."""
    hint = on_its_way(ending.hint)
    return replace(ending, hint=hint, next=(), goes_on=True)


def put_aside(ending: FileEnding, place: Path, *more: str) -> FileEnding:
    """Of a file that lies at its last place; `more` can be typed there."""
    kept = [each for each in ending.next if str(ending.now_at) not in each]
    commands = (*_without(tuple(kept), "history"), *more)
    return replace(ending, now_at=place, next=commands)


def reason_text(ending: FileEnding) -> str:
    """What stands beside a file in the quarantine."""
    lines = [
        f"{ending.name} was not imported: {ending.status}.",
        ending.reason,
        ending.hint,
        ending.detail,
        f"The run: {ending.run}" if ending.run else "",
        f"Its report: {ending.reports}" if ending.reports else "",
        *(f"To type: {each}" for each in ending.next),
        f"SHA-256 of the file: {ending.sha256}",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _objected(ending: FileEnding, ran: Ran, why: Posted) -> FileEnding:
    """Where no row was left to send, the run itself did not stop for it."""
    drifted = ran.plan if why.code == "source_drifted" else None
    told = drifted.changes_outside if drifted else ()
    return replace(
        ending,
        status=NightStatus.STOPPED,
        reason=" ".join([in_keys(why.reason), *told]),
        hint=_hint(why.code, why.hint),
        detail="\n".join(drifted.changes if drifted else ()),
    )


def _of_its_own(ending: FileEnding, error: PipelineError) -> FileEnding:
    """What was raised may quote the file; the catalogue does not."""
    fixes = [what for _, what in entry_of(error.code).fix.places()]
    placed = [each for each in error.mistakes if each.place]
    quoted = [each.sentence for each in error.mistakes if each.hint or not each.place]
    hint = _HINTS.get(error.code, " ".join(fixes))
    more = [*quoted, error.hint]
    return replace(
        ending,
        reason=" ".join(
            [error.outside, *dict.fromkeys(each.message for each in placed)]
        ),
        hint=hint,
        detail="\n".join(line for line in more if line.rstrip(".") not in hint),
    )


def _sentences(error: PipelineError) -> str:
    told = (each.sentence for each in error.mistakes)
    return " ".join([_placed(error), *dict.fromkeys(told)])


def _placed(error: PipelineError) -> str:
    """Its sentence, with a path that holds in every folder."""
    path = Path(error.where)
    if not error.where or not path.exists():
        return error.sentence
    return f"{error.message} ({path.absolute()})"


def _hint(code: str, hint: str) -> str:
    return _HINTS.get(code, in_keys(hint))


def in_keys(text: str) -> str:
    """What options are called in a configuration."""
    for option, key in _OPTIONS.items():
        text = text.replace(option, key)
    return text


def _without(commands: tuple[str, ...], word: str) -> tuple[str, ...]:
    return tuple(each for each in commands if each.split()[1:2] != [word])
