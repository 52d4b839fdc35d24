"""Imports exported sales activities into Reevo and accounts for every row."""

__version__ = "0.1.0"
