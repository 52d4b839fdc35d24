"""The plan: what a run will send, on disk before anything is sent."""

from pipeline.plan.calendar import Calendar, CalendarOf
from pipeline.plan.decide import COMBINED, PLANNED_SCHEMA, decide, without_bodies
from pipeline.plan.familiar import FamiliarBodies
from pipeline.plan.files import Changes, Plan, PlannedBatch, PlanWriter, to_send
from pipeline.plan.follows import Follows
from pipeline.plan.held import NOTHING_HELD, Forebear, Held, HeldByForebears
from pipeline.plan.identity import (
    CombinedIdentity,
    ContentIdentity,
    Identifier,
    KeyIdentity,
    Scope,
    body_digests,
    contents_of,
    identified,
    identifier,
)
from pipeline.plan.requests import (
    requests_for,
    requests_of,
    requests_spread,
    sent_body,
    still_unsent,
)
from pipeline.plan.sent import SentRow, sent_rows
from pipeline.plan.standing import with_changes

__all__ = [
    "COMBINED",
    "NOTHING_HELD",
    "PLANNED_SCHEMA",
    "Calendar",
    "CalendarOf",
    "Changes",
    "CombinedIdentity",
    "ContentIdentity",
    "FamiliarBodies",
    "Follows",
    "Forebear",
    "Held",
    "HeldByForebears",
    "Identifier",
    "KeyIdentity",
    "Plan",
    "PlanWriter",
    "PlannedBatch",
    "Scope",
    "SentRow",
    "body_digests",
    "contents_of",
    "decide",
    "identified",
    "identifier",
    "requests_for",
    "requests_of",
    "requests_spread",
    "sent_body",
    "sent_rows",
    "still_unsent",
    "to_send",
    "with_changes",
    "without_bodies",
]
