"""How often the program died in the middle of reading a file, with nobody to tell it.

A file that needs more memory than there is would otherwise end every night, before
the jobs behind it had their turn.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pipeline.nightly.takes import Take

MOST_DEATHS: Final = 2
_NAME: Final = ".deaths"  # no file of such a name is ever taken


def deaths(take: Take) -> int:
    """As often as `risking` was entered and not left."""
    with suppress(OSError):
        return _path(take).stat().st_size
    return 0


@contextmanager
def risking(take: Take) -> Iterator[None]:
    """Counts a death unless this block is left, by an exception or without one.

    Where it cannot be written down, nothing is counted.
    """
    with suppress(OSError):
        _add(_path(take))
    try:
        yield
    finally:
        with suppress(OSError):
            _path(take).unlink(missing_ok=True)


def _path(take: Take) -> Path:
    return take.folder / _NAME


def _add(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, b".")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
