"""How the bytes of a file become text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """`encoding` is the name that people know, `codec` Python's; neither has a BOM.

    `broken`: some bytes are no text in it. `nuls`: NUL bytes are few and are told row
    by row, or `dropped`. `escaped`: a quote after a backslash ends no cell.
    """

    encoding: str
    codec: str
    broken: bool = False
    nuls: bool = False
    dropped: bool = False
    escaped: bool = False

    @property
    def marked(self) -> bool:
        """Whether cells may hold signs that are not the file's own."""
        return self.broken or self.nuls or self.escaped

    @property
    def as_it_is(self) -> bool:
        """Whether the bytes are those that a reader of UTF-8 needs."""
        return self.codec == "utf-8" and not (self.marked or self.dropped)
