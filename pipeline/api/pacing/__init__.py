"""When the next request may leave, found from the answers to the ones before."""

from pipeline.api.pacing.adaptive import AdaptivePace
from pipeline.api.pacing.backoff import backoff_seconds
from pipeline.api.pacing.pace import Pace, PaceState

__all__ = ["AdaptivePace", "Pace", "PaceState", "backoff_seconds"]
