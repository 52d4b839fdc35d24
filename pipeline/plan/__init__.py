"""The plan: what a run will send, on disk before anything is sent."""

from pipeline.plan.decide import PLANNED_SCHEMA, decide, without_bodies
from pipeline.plan.files import Plan, PlannedBatch, PlanWriter
from pipeline.plan.identity import (
    ContentIdentity,
    Identifier,
    KeyIdentity,
    Scope,
    body_digests,
    identifier,
)
from pipeline.plan.requests import requests_of
from pipeline.plan.standing import with_changes

__all__ = [
    "PLANNED_SCHEMA",
    "ContentIdentity",
    "Identifier",
    "KeyIdentity",
    "Plan",
    "PlanWriter",
    "PlannedBatch",
    "Scope",
    "body_digests",
    "decide",
    "identifier",
    "requests_of",
    "with_changes",
    "without_bodies",
]
