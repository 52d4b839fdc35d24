"""The ledger: the durable record of what was sent where, and what came of it."""

from pipeline.ledger.ledger import (
    SENDINGS_SCHEMA,
    STANDING_SCHEMA,
    UNCERTAIN_SCHEMA,
    Ledger,
)
from pipeline.ledger.recorder import Recorder
from pipeline.ledger.records import Intent, RunRecord, Settled, Standing, State

__all__ = [
    "SENDINGS_SCHEMA",
    "STANDING_SCHEMA",
    "UNCERTAIN_SCHEMA",
    "Intent",
    "Ledger",
    "Recorder",
    "RunRecord",
    "Settled",
    "Standing",
    "State",
]
