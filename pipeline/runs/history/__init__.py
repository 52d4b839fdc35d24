"""The runs of ledgers: what became of each, and how they went over the nights."""

from pipeline.runs.history.page import write_history
from pipeline.runs.history.past import PastRun, document, past_runs

__all__ = ["PastRun", "document", "past_runs", "write_history"]
