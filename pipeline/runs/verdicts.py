"""What a person found out about rows whose answers are not known."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.api import is_activity_id
from pipeline.errors import SettingsError
from pipeline.ledger import Ledger, Settled, State
from pipeline.plan import Plan, SentRow, sent_rows
from pipeline.runs.record import OpenRun

_VERDICT = re.compile(r"(?:(?P<file>.+):)?(?P<row>[0-9]+)(?:=(?P<id>[^\s=]+))?")
_TAKEN = "A person found it in Reevo."
_NOT_TAKEN = "A person looked for it in Reevo, and did not find it."


@dataclass(frozen=True)
class Verdict:
    """A row, by its number and, where that is not enough, the name of its file."""

    row: int
    file: str | None = None
    activity_id: str | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.row}" if self.file else str(self.row)


def read_verdict(text: str) -> Verdict | None:
    """`17`, `tasks.csv:17` or `17=ID`; None for anything else."""
    found = _VERDICT.fullmatch(text.strip())
    return found and Verdict(int(found["row"]), found["file"], found["id"])


def settle_by_person(
    run: OpenRun,
    plan: Plan,
    ledger: Ledger,
    *,
    taken: Sequence[Verdict],
    not_taken: Sequence[Verdict],
) -> None:
    """Writes the verdicts down; raises SettingsError, all or none, for wrong ones."""
    if not taken and not not_taken:
        return
    rows = list(sent_rows(plan, ledger.uncertain(run.number)["identity"]))
    mistakes = _wrong_ids(taken, ledger)
    settled = [
        *(_created(_named(each, rows, plan, mistakes), each) for each in taken),
        *(_released(_named(each, rows, plan, mistakes)) for each in not_taken),
    ]
    identities = [each.identity for each in settled]
    if len(set(identities)) < len(identities) and not mistakes:
        mistakes.append("A row was named twice.")
    if mistakes:
        raise SettingsError(
            " ".join(mistakes),
            where=f"run {run.record.name}",
            hint="The uncertain rows, with their numbers, are in rows.csv.",
            code="verdict_wrong",
        )
    ledger.settle(run.number, settled)


def _wrong_ids(taken: Sequence[Verdict], ledger: Ledger) -> list[str]:
    ids = [verdict.activity_id for verdict in taken if verdict.activity_id]
    known = ledger.known_ids(ids)
    return [
        *(f"'{each}' is no activity id." for each in ids if not is_activity_id(each)),
        *(
            f"The activity {each} belongs to another row."
            for each in ids
            if each in known
        ),
    ]


def _named(
    verdict: Verdict, rows: list[SentRow], plan: Plan, mistakes: list[str]
) -> bytes:
    found = [row for row in rows if _is(row, verdict, plan)]
    if not found:
        mistakes.append(f"Row {verdict} is not among the uncertain rows of this run.")
    elif len(found) > 1:
        mistakes.append(
            f"Several files have an uncertain row {verdict}: name the file, too."
        )
    return found[0].identity if found else b""


def _is(row: SentRow, verdict: Verdict, plan: Plan) -> bool:
    if row.row != verdict.row:
        return False
    path = plan.sources[row.source].path
    return verdict.file is None or verdict.file in {path, Path(path).name}


def _created(identity: bytes, verdict: Verdict) -> Settled:
    return Settled(
        identity,
        State.CREATED,
        activity_id=verdict.activity_id,
        code="settled_by_person",
        message=_TAKEN,
    )


def _released(identity: bytes) -> Settled:
    return Settled(
        identity, State.RELEASED, code="settled_by_person", message=_NOT_TAKEN
    )
