"""A bundle as a file."""

from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pipeline.private_files import replacing
from pipeline.runs.bundle.contents import Part

_PRIVATE = 0o600 << 16


def write_bundle(path: Path, parts: Sequence[Part]) -> None:
    """Writes a zip archive that only its owner may read; raises ReportError."""
    with replacing(path) as aside, ZipFile(aside, "w") as archive:
        for part in parts:
            entry = ZipInfo(part.name)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = _PRIVATE
            archive.writestr(entry, part.text)
