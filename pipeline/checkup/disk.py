"""Whether the disks have room for the plan, the ledger and the reports."""

import gzip
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.checkup.findings import Finding, Level
from pipeline.errors import SourceError
from pipeline.printable import printable

_LEAST: Final = 100_000_000
_AMPLE: Final = 1_000_000_000
_GZIP_GROWS: Final = 10
_HINT: Final = "Make room, or name another disk with --ledger and --reports."


@dataclass(frozen=True)
class Needs:
    """Bytes that a run takes on a disk, for each byte of its sources.

    `likely` is what rows of 230 bytes took, each of them created; `ample` is enough
    for rows of 30 bytes, and for rows of 230 bytes that are all refused.
    """

    likely: float
    ample: float


BESIDE_LEDGER: Final = Needs(likely=2.4, ample=8.0)
IN_REPORTS: Final = Needs(likely=1.3, ample=5.0)
_NOTHING: Final = Needs(0, 0)


@dataclass(frozen=True)
class Disk:
    """Free room for `sources`, or a flat minimum where none are named."""

    ledger: Path
    reports: Path
    sources: tuple[Path, ...] = ()
    name: str = "disk"

    def look(self) -> Iterator[Finding]:
        size = sum(unpacked_size(path) for path in self.sources)
        for folder, needs in self._disks().items():
            yield self._finding(folder, size, needs)

    def _disks(self) -> dict[Path, Needs]:
        """What each disk must take, by a folder on it."""
        disks: dict[int, tuple[Path, Needs]] = {}
        for path, needs in ((self.ledger, BESIDE_LEDGER), (self.reports, IN_REPORTS)):
            folder = nearest_folder(path)
            device = folder.stat().st_dev
            first, before = disks.get(device, (folder, _NOTHING))
            both = Needs(before.likely + needs.likely, before.ample + needs.ample)
            disks[device] = (first, both)
        return dict(disks.values())

    def _finding(self, folder: Path, size: int, needs: Needs) -> Finding:
        free = shutil.disk_usage(folder).free
        least = max(_LEAST, size * needs.likely)
        ample = size * needs.ample if self.sources else _AMPLE
        message = f"{_shown_size(free)} free at {printable(str(folder))}"
        if self.sources:
            likely = _shown_size(size * needs.likely)
            message += f"; a run needs {likely} to {_shown_size(ample)} there"
        if free < least:
            return Finding(self.name, Level.FAILED, f"{message}.", _HINT)
        if free < ample:
            return Finding(self.name, Level.WARNING, f"{message}.", _HINT)
        return Finding(self.name, Level.OK, f"{message}.")


def nearest_folder(path: Path) -> Path:
    """The folder itself or the first above it that is there."""
    absolute = path.absolute()
    return next(each for each in (absolute, *absolute.parents) if each.is_dir())


def unpacked_size(path: Path) -> int:
    """Bytes of what is read; a guess for `.gz`. Raises SourceError."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return sum(member.file_size for member in archive.infolist())
        size = path.stat().st_size
        return size * _GZIP_GROWS if _is_gzip(path) else size
    except (OSError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
        raise SourceError(
            f"The file cannot be read: {reason}.",
            where=printable(str(path)),
            code="source_unreadable",
        ) from error


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == gzip.compress(b"")[:2]


def _shown_size(size: float) -> str:
    if size < _LEAST:
        return f"{size / 1e6:,.1f} MB"
    return f"{size / 1e9:,.1f} GB"
