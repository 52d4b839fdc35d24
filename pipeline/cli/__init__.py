"""The command line: options become objects, one call, text and an exit code."""

from pipeline.cli.main import main

__all__ = ["main"]
