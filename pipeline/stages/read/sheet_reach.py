"""How far the filled cells of a sheet reach, by a parser: slow, and not to be misled.

Places may be written in many ways, or left out. Calamine understands them all, and so
does expat.
"""

import re
import zipfile
from collections.abc import Mapping as Dict
from xml.parsers import expat

from pipeline.stages.read.letters import column_number, whole_number

_PIECE = 1 << 20
_PLACE = re.compile(r"\$?([A-Za-z]+)\$?(\d+)")
_VALUES = frozenset({"v", "is"})


def reach(archive: zipfile.ZipFile, part: str) -> tuple[int, int]:
    """The last row and the last column; raises BadZipFile for what is no XML."""
    follower = _Follower()
    parser = expat.ParserCreate()
    parser.StartElementHandler = follower.see
    try:
        with archive.open(part) as file:
            while piece := file.read(_PIECE):
                parser.Parse(piece)
            parser.Parse(b"", True)  # noqa: FBT003 - it takes no names
    except expat.ExpatError as error:
        raise zipfile.BadZipFile(f"its part {part} is no XML: {error}") from error
    return follower.rows, follower.columns


class _Follower:
    """Follows rows and cells; one without a place stands behind the one before."""

    def __init__(self) -> None:
        self.rows = 0
        self.columns = 0
        self._row = 0
        self._column = 0

    def see(self, name: str, attributes: Dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        place = attributes.get("r", "").strip()
        if kind == "row":
            self._row = whole_number(place) if place.isdecimal() else self._row + 1
            self._column = 0
        elif kind == "c":
            self._enter(place)
        elif kind in _VALUES:
            self.rows = max(self.rows, self._row)
            self.columns = max(self.columns, self._column)

    def _enter(self, place: str) -> None:
        self._column += 1
        if found := _PLACE.fullmatch(place):
            self._row = whole_number(found[2])
            self._column = column_number(found[1].encode())
