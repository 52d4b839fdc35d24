"""lookup: Reevo is asked which of its records bear the values of a source."""

from pipeline.stages.lookup.directory import (
    ApiDirectory,
    Asking,
    Counter,
    Directory,
    NobodyAsked,
)
from pipeline.stages.lookup.remembered import Remembered

__all__ = [
    "ApiDirectory",
    "Asking",
    "Counter",
    "Directory",
    "NobodyAsked",
    "Remembered",
]
