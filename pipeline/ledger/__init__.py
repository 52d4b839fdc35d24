"""The ledger: the durable record of what was sent where, and what came of it."""

from pipeline.ledger.ledger import (
    SENDINGS_SCHEMA,
    STANDING_SCHEMA,
    UNCERTAIN_SCHEMA,
    Ledger,
)
from pipeline.ledger.memory import ANSWER_SCHEMA
from pipeline.ledger.recorder import Recorder
from pipeline.ledger.records import (
    FormerRun,
    Intent,
    RunEnd,
    RunRecord,
    Seen,
    Settled,
    Standing,
    State,
    Topic,
)

__all__ = [
    "ANSWER_SCHEMA",
    "SENDINGS_SCHEMA",
    "STANDING_SCHEMA",
    "UNCERTAIN_SCHEMA",
    "FormerRun",
    "Intent",
    "Ledger",
    "Recorder",
    "RunEnd",
    "RunRecord",
    "Seen",
    "Settled",
    "Standing",
    "State",
    "Topic",
]
