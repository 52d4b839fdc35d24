"""Stands before the app at the level of bytes, and misbehaves as a scenario says."""
