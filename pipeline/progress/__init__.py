"""How far long work has come, on stderr: a bar, plain lines, or silence."""

from pipeline.progress.progress import Progress, Silence
from pipeline.progress.shown import Bar, Lines, progress_on_stderr
from pipeline.progress.situation import Situation, duration, waiting

__all__ = [
    "Bar",
    "Lines",
    "Progress",
    "Silence",
    "Situation",
    "duration",
    "progress_on_stderr",
    "waiting",
]
