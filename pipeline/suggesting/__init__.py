"""What a file holds, and a first draft of a mapping for it."""

from pipeline.suggesting.profile import ColumnProfile, profile_columns

__all__ = ["ColumnProfile", "profile_columns"]
