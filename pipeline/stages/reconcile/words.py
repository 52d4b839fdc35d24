"""What is written down of a row that was looked for."""

from typing import Final

from pipeline.api import Entry
from pipeline.ledger import Settled, State
from pipeline.rows import Unanswered
from pipeline.stages.reconcile.match import Finding, Sighting

NOT_FOUND: Final = "not_found"
_MOST_SHOWN = 3


def found(row: Unanswered, entry: Entry) -> Settled:
    at = (
        f", created {entry.created_at:%Y-%m-%d %H:%M:%S %Z}" if entry.created_at else ""
    )
    return Settled(
        row.identity,
        State.CREATED,
        activity_id=entry.id,
        code="reconciled",
        message=f"Found in Reevo, in the timeline of {_place(row)}{at}.",
    )


def not_found(row: Unanswered) -> Settled:
    return _still_uncertain(
        row,
        NOT_FOUND,
        f"looked for twice in the timeline of {_place(row)}, and not found.",
    )


def not_told_apart(row: Unanswered, sighting: Sighting) -> Settled:
    ids = ", ".join(entry.id for entry in sighting.entries[:_MOST_SHOWN])
    what = (
        f"this activity in the timeline of {_place(row)} may be the row, or another "
        "row whose answer is not known either"
        if len(sighting.entries) == 1
        else f"{len(sighting.entries)} activities in the timeline of {_place(row)} may "
        "be the row"
    )
    return _still_uncertain(row, "several_found", f"{what}: {ids}.")


def not_linked(row: Unanswered) -> Settled:
    return _still_uncertain(
        row,
        "no_link_to_look_in",
        "the activity is linked to no record, so that it cannot be looked for.",
    )


def not_readable(row: Unanswered, message: str) -> Settled:
    return _still_uncertain(
        row,
        "timeline_unread",
        f"it could not be looked for. {message}",
    )


def not_proven(row: Unanswered) -> Settled:
    return _still_uncertain(
        row,
        "absence_unproven",
        f"not found in the timeline of {_place(row)}; but no row that is known to be "
        "in Reevo was seen in such a timeline either, so that it proves nothing.",
    )


def settled(row: Unanswered, sighting: Sighting, *, proven: bool) -> Settled:
    """What a sighting comes to; `proven`: a row that is known was seen as it should."""
    if sighting.finding is Finding.FOUND:
        return found(row, sighting.entries[0])
    if sighting.finding is Finding.SEVERAL:
        return not_told_apart(row, sighting)
    return not_found(row) if proven else not_proven(row)


def _still_uncertain(row: Unanswered, code: str, message: str) -> Settled:
    return Settled(
        row.identity,
        State.UNCERTAIN,
        code=code,
        message=f"Whether the API took it is not known: {message}",
    )


def _place(row: Unanswered) -> str:
    return str(row.links[0])
