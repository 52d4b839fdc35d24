"""reconcile: rows whose answer is not known are looked for in Reevo."""

from pipeline.stages.reconcile.case import Case, Witness
from pipeline.stages.reconcile.reconciler import (
    ApiReconciler,
    Desk,
    LeftUncertain,
    Patience,
    Reconciler,
)
from pipeline.stages.reconcile.showing import ApiShowing, NothingShown
from pipeline.stages.reconcile.words import NOT_FOUND

__all__ = [
    "NOT_FOUND",
    "ApiReconciler",
    "ApiShowing",
    "Case",
    "Desk",
    "LeftUncertain",
    "NothingShown",
    "Patience",
    "Reconciler",
    "Witness",
]
