"""Tells people how a night ended: who must know, once, by mail or chat."""

from pipeline.nightly.telling.load import TellingSettings, load_telling
from pipeline.nightly.telling.telling import Finding, Surroundings, Telling

__all__ = ["Finding", "Surroundings", "Telling", "TellingSettings", "load_telling"]
