"""Tells people how a night ended: who must know, once, by mail or chat."""

from pipeline.nightly.telling.load import (
    TellingSettings,
    load_telling,
    salvage_telling,
)
from pipeline.nightly.telling.telling import Surroundings, Telling

__all__ = [
    "Surroundings",
    "Telling",
    "TellingSettings",
    "load_telling",
    "salvage_telling",
]
