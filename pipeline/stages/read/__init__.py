"""read: a file becomes batches of rows, every cell as text.

Nothing is guessed: no number, date or leading zero is touched.
"""

from pipeline.stages.read.opened import Layout, OpenSource, SheetFacts
from pipeline.stages.read.opening import open_source, sheets

__all__ = ["Layout", "OpenSource", "SheetFacts", "open_source", "sheets"]
