"""Archives: the members of a zip file, and what a gzip file holds.

What they hold is unpacked piece by piece into a spool. Their names are never used as
paths, and an archive inside an archive is not opened.
"""

import fnmatch
import gzip
import lzma
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from pipeline.errors import SourceError
from pipeline.nearest import did_you_mean
from pipeline.stages.read.spool import Spool

GZIP = b"\x1f\x8b"
MOST_MEMBERS = 100_000
MOST_RATIO = 500
_SMALL = 64 << 20  # a file of blanks shrinks a thousandfold, and does no harm
_PIECE = 1 << 20
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_TABLES = {".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
_BOOK_PARTS = ("[content_types].xml", "_rels/", "docprops/", "xl/", "mimetype")
_SHOWN_NAMES = 12
_NOT_WHOLE = "It was probably not copied whole: copy or export it again."


def is_zip(head: bytes) -> bool:
    return head.startswith(_ZIP)


def is_workbook_zip(path: Path, head: bytes) -> bool:
    """Whether a zip file is a spreadsheet; of a damaged one, its first name tells."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        size = int.from_bytes(head[26:28], "little")
        first = head[30 : 30 + size].decode("utf-8", "replace").lower()
        return not first or first.startswith(_BOOK_PARTS)
    return any(name.startswith("xl/") for name in names) or names >= {
        "mimetype",
        "content.xml",
    }


def unpack_gzip(path: Path, shown: str, spool: Spool) -> Path:
    """The file inside a gzip file; raises SourceError when it is cut off."""
    name = PurePosixPath(shown).name.removesuffix(".gz")
    return spool.keep((str(path), name), lambda: _gunzipped(path, shown), where=shown)


def _gunzipped(path: Path, shown: str) -> Iterator[bytes]:
    most = max(_SMALL, MOST_RATIO * path.stat().st_size)
    given = 0
    with _damage_told(shown), gzip.open(path) as file:
        while piece := file.read(_PIECE):
            given += len(piece)
            if given > most:
                raise _bomb(shown)
            yield piece


class ZipArchive:
    """A zip file; `shown` is what it is called in messages."""

    def __init__(self, path: Path, shown: str) -> None:
        self._path = path
        self._shown = shown
        with _damage_told(shown), zipfile.ZipFile(path) as archive:
            listed = archive.infolist()
        if len(listed) > MOST_MEMBERS:
            raise SourceError(
                f"The archive has more than {MOST_MEMBERS:,} members.",
                where=shown,
                hint="Unpack it yourself, and name the file that you need.",
                code="source_packed",
            )
        self._members = sorted(
            (each for each in listed if not _is_hidden(each)),
            key=lambda each: (each.filename.casefold(), each.filename),
        )

    def called(self, pattern: str) -> list[zipfile.ZipInfo]:
        """The members whose name fits, in order; `*` and `?` stand for any text."""
        wanted = _pattern(pattern)
        return [each for each in self._members if wanted.fullmatch(_folded(each))]

    def chosen(self, asked: str | None) -> list[zipfile.ZipInfo]:
        """The members asked for, or the only table; raises SourceError."""
        if not self._members:
            raise SourceError(
                "The archive is empty.",
                where=self._shown,
                hint="Export it again.",
                code="source_empty",
            )
        if asked is not None:
            found = self.called(asked)
            if not found:
                raise self._nothing_called(asked)
            return found
        tables = [each for each in self._members if _suffix(each) in _TABLES]
        some = tables or self._members
        if len(some) > 1:
            raise SourceError(
                f"The archive holds {len(some)} files.",
                where=self._shown,
                hint=f"Say which to read by --member NAME, or by `member` in the "
                f"mapping's `source`: {_listed(some)}.",
                code="source_part_unknown",
            )
        return some

    def unpacked(self, member: zipfile.ZipInfo, spool: Spool) -> Path:
        """A member as a private file; raises SourceError if it cannot be had."""
        shown = self.name_of(member)
        if member.flag_bits & 1:
            raise SourceError(
                "The file in the archive is protected by a password.",
                where=shown,
                hint="Unpack it yourself, and name the unpacked file.",
                code="source_packed",
            )
        if member.file_size > max(_SMALL, MOST_RATIO * member.compress_size):
            raise _bomb(shown)
        what = (str(self._path), str(member.header_offset), member.filename)
        return spool.keep(what, lambda: self._pieces(member, spool), where=shown)

    def name_of(self, member: zipfile.ZipInfo) -> str:
        """The member as messages and reports name it."""
        inner = member.filename.replace("\\", "/").lstrip("/")
        return f"{self._shown}/{''.join(c if c.isprintable() else '?' for c in inner)}"

    def _pieces(self, member: zipfile.ZipInfo, spool: Spool) -> Iterator[bytes]:
        shown = self.name_of(member)
        spool.needs(member.file_size, where=shown)
        with (
            _damage_told(shown),
            zipfile.ZipFile(self._path) as archive,
            archive.open(member) as file,
        ):
            while piece := file.read(_PIECE):
                yield piece

    def _nothing_called(self, asked: str) -> SourceError:
        guess = did_you_mean(asked, [_base(each) for each in self._members])
        return SourceError(
            f"No file in the archive is called '{asked}'.",
            where=self._shown,
            hint=f"{guess} It holds {_listed(self._members)}.".strip(),
            code="source_part_unknown",
        )


def _is_hidden(member: zipfile.ZipInfo) -> bool:
    """Folders, and what macOS puts beside the files."""
    parts = member.filename.replace("\\", "/").split("/")
    return not parts[-1] or parts[-1].startswith(".") or "__MACOSX" in parts


def _base(member: zipfile.ZipInfo) -> str:
    return member.filename.replace("\\", "/").rsplit("/", 1)[-1]


def _suffix(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(_base(member)).suffix.lower()


def _folded(member: zipfile.ZipInfo) -> str:
    return unicodedata.normalize("NFC", _base(member)).casefold()


def _pattern(text: str) -> re.Pattern[str]:
    folded = unicodedata.normalize("NFC", text.strip()).casefold()
    base = folded.replace("\\", "/").rsplit("/", 1)[-1]
    return re.compile(fnmatch.translate(base.replace("[", "[[]")))


def _listed(members: list[zipfile.ZipInfo]) -> str:
    names = [_base(each) for each in members[:_SHOWN_NAMES]]
    more = len(members) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more else "")


@contextmanager
def _damage_told(shown: str) -> Iterator[None]:
    try:
        yield
    except NotImplementedError as error:
        raise SourceError(
            f"The archive was packed by a method that is not known here: {error}.",
            where=shown,
            hint="Unpack it yourself, and name the unpacked file.",
            code="source_packed",
        ) from error
    except EOFError as error:
        raise SourceError(
            "The archive is cut off.",
            where=shown,
            hint=_NOT_WHOLE,
            code="source_damaged",
        ) from error
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError) as error:
        raise SourceError(
            f"The archive is damaged: {error}.",
            where=shown,
            hint=_NOT_WHOLE,
            code="source_damaged",
        ) from error
    except OSError as error:
        raise SourceError(
            f"The archive cannot be read: {error.strerror or error}.",
            where=shown,
            hint="Check the disk and who may read it.",
            code="source_unreadable",
        ) from error


def _bomb(shown: str) -> SourceError:
    return SourceError(
        f"Unpacked, it is more than {MOST_RATIO} times as large: such files are made "
        "to do harm.",
        where=shown,
        hint="If you trust it, unpack it yourself, and name the unpacked file.",
        code="source_too_large",
    )
