"""Whether a workbook can be copied whole, found by looking into its parts."""

import io
import re
import zipfile
from typing import Final

from pipeline.stages.report.workbook.beside import ADDED
from pipeline.stages.report.workbook.bounds import Bounds

_CARRIED: Final = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(core|app|custom)\.xml"
    r"|docProps/thumbnail\.\w+"
    r"|(customXml/.*)"
    r"|xl/(workbook|sharedStrings|styles|calcChain)\d*\.xml"
    r"|xl/_rels/workbook\d*\.xml\.rels|xl/theme/theme\d*\.xml"
    r"|xl/worksheets/sheet\d*\.xml|xl/worksheets/_rels/sheet\d*\.xml\.rels"
    r"|xl/tables/table\d*\.xml|xl/(comments/)?comments?\d*\.xml"
    r"|xl/worksheets/comments?\d*\.xml"
    r"|xl/drawings/(vml|comments?)?[dD]rawing\d*\.vml|xl/printerSettings/.*",
    re.IGNORECASE,
)
_NAMES: Final = (
    ("xl/vbaproject", "macros"),
    ("xl/charts", "charts"),
    ("xl/chartsheets", "charts"),
    ("xl/media", "pictures"),
    ("xl/pivot", "pivot tables"),
    ("xl/externallinks", "links to other workbooks"),
    ("xl/ctrlprops", "form controls"),
    ("xl/activex", "form controls"),
    ("xl/threadedcomments", "threaded comments"),
    ("xl/persons", "threaded comments"),
    ("xl/connections", "links to data outside"),
    ("xl/querytables", "links to data outside"),
    ("xl/slicer", "slicers"),
    ("xl/timeline", "timelines"),
    ("xl/metadata", "formulas of a newer kind"),
    ("xl/richdata", "formulas of a newer kind"),
    ("xl/embeddings", "embedded files"),
    ("xl/drawings", "drawings"),
    ("_xmlsignatures", "a signature"),
)
_DRAWING: Final = re.compile(r"xl/drawings/(_rels/)?drawing\d+\.xml(\.rels)?")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[ />]")
_ROW: Final = re.compile(rb"<(?:\w+:)?row[ />]")
_EXTENSION: Final = re.compile(rb"<(?:\w+:)?extLst[ />]")


def reason_not_to_copy(content: bytes, bounds: Bounds) -> str:
    """Why not, as the rest of a sentence; empty if the workbook can be copied."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return _foreign(parts) or _too_large(parts, bounds) or _extended(parts)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
    ):
        return "it is no XLSX workbook, or it is encrypted"


def _foreign(parts: zipfile.ZipFile) -> str:
    names = [name for name in parts.namelist() if not name.endswith("/")]
    if "xl/workbook.xml" not in names:
        return "it is no XLSX workbook"
    unknown = [name for name in names if not _CARRIED.fullmatch(name)]
    foreign = [name for name in unknown if not _is_empty_drawing(parts, name)]
    found = dict.fromkeys(map(_named, foreign))
    return f"it holds {', '.join(found)}, which a copy would lose" if found else ""


def _is_empty_drawing(parts: zipfile.ZipFile, name: str) -> bool:
    """LibreOffice writes one for each sheet that has or had comments or lists."""
    if _DRAWING.fullmatch(name) is None:
        return False
    content = parts.read(name)
    return b"Anchor" not in content and b"<Relationship " not in content


def _named(part: str) -> str:
    small = part.lower()
    words = (words for start, words in _NAMES if small.startswith(start))
    return next(words, "parts of a kind unknown to us")


def _too_large(parts: zipfile.ZipFile, bounds: Bounds) -> str:
    size = sum(part.file_size for part in parts.infolist())
    too_large = f"with our columns it has more than {bounds.own_cells:,} cells"
    if size > bounds.own_bytes:
        return too_large
    cells = sum(_count(parts, name, _CELL) for name in _sheets(parts))
    rows = sum(_count(parts, name, _ROW) for name in _sheets(parts))
    own = len(ADDED) * rows
    return too_large if cells + own > bounds.own_cells else ""


def _extended(parts: zipfile.ZipFile) -> str:
    if any(_count(parts, name, _EXTENSION) for name in _sheets(parts)):
        return "it holds rules or pictures of a newer kind, which a copy would lose"
    return ""


def _sheets(parts: zipfile.ZipFile) -> list[str]:
    return [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]


def _count(parts: zipfile.ZipFile, name: str, what: re.Pattern[bytes]) -> int:
    return len(what.findall(parts.read(name)))
