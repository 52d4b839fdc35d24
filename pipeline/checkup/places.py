"""The ledger, the folder of reports, and who else may look into them."""

import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.checkup.disk import nearest_folder
from pipeline.checkup.findings import Finding, Level
from pipeline.errors import LedgerError, ReportError
from pipeline.ledger import Ledger
from pipeline.printable import printable, shell_word
from pipeline.private_files import writing

_OTHERS_READ: Final = 0o044
_OTHERS_WRITE: Final = 0o022
_HAS_MODES: Final = os.name != "nt"


@dataclass(frozen=True)
class LedgerFile:
    """Reads all of it."""

    path: Path
    name: str = "ledger"

    def look(self) -> Iterator[Finding]:
        shown = printable(str(self.path))
        if not self.path.exists():
            message = f"{shown} will be made by the first run."
            yield Finding(self.name, Level.OK, message)
            return
        with Ledger.open(self.path) as ledger:
            problems = ledger.check()
        if problems:
            raise LedgerError(
                " ".join(problems),
                where=shown,
                hint="Restore it from a backup before you send anything.",
                code="ledger_damaged",
            )
        size = f"{self.path.stat().st_size / 1e6:,.1f} MB"
        yield Finding(self.name, Level.OK, f"{shown} is sound, {size}.")


@dataclass(frozen=True)
class ReportFolder:
    """Whether reports can be written; nothing is left there."""

    path: Path
    name: str = "reports"

    def look(self) -> Iterator[Finding]:
        shown = printable(str(self.path))
        folder = nearest_folder(self.path)
        if self.path.exists() and not self.path.is_dir():
            raise ReportError("It is a file, and no folder.", where=shown)
        with writing(folder), tempfile.TemporaryFile(dir=folder):
            pass
        will = "can be written" if self.path.is_dir() else "can be made"
        yield Finding(self.name, Level.OK, f"{shown} {will}.")


@dataclass(frozen=True)
class Rights:
    """Who else on this machine may see what is kept: people's data, all of it."""

    ledger: Path
    reports: Path
    name: str = "rights"

    def look(self) -> Iterator[Finding]:
        if not _HAS_MODES:
            message = "Not looked at: this system has rights of another kind."
            yield Finding(self.name, Level.OK, message)
            return
        found = [*self._open_to_others(), *self._writable_by_others()]
        yield from found
        if not found:
            message = "Ledger, plans and reports are for your eyes only."
            yield Finding(self.name, Level.OK, message)

    def _open_to_others(self) -> Iterator[Finding]:
        """A folder that others cannot enter keeps what is in it, whatever its mode."""
        paths = [path for path in self._private() if _mode(path) & _OTHERS_READ]
        if not paths:
            return
        yield Finding(
            self.name,
            Level.WARNING,
            f"Others on this machine may read {_listed(paths)}.",
            f"They hold people's data: chmod -R go= {_typed(paths)}",
        )

    def _private(self) -> Iterator[Path]:
        runs = self.ledger.with_name(self.ledger.name + ".runs")
        if _is_closed(self.ledger.parent):
            yield from ()
        else:
            yield from (path for path in (self.ledger, runs) if path.exists())
        if self.reports.is_dir() and not _is_closed(self.reports):
            runs_told = (path.parent for path in self.reports.glob("*/summary.json"))
            yield from sorted(runs_told)

    def _writable_by_others(self) -> Iterator[Finding]:
        """Who may write there can put another ledger in the place of this one."""
        folders = [self.ledger.parent, self.reports]
        paths = [path for path in folders if path.is_dir() and _is_shared(path)]
        if paths:
            yield Finding(
                self.name,
                Level.WARNING,
                f"Others on this machine may write to {_listed(paths)}.",
                f"Take that right away: chmod go-w {_typed(paths)}",
            )


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _is_closed(folder: Path) -> bool:
    return folder.is_dir() and not _mode(folder) & 0o011


def _is_shared(folder: Path) -> bool:
    """A folder such as /tmp lets nobody replace what is another's."""
    mode = folder.stat().st_mode
    return bool(mode & _OTHERS_WRITE) and not mode & stat.S_ISVTX


def _listed(paths: list[Path]) -> str:
    shown = printable(str(paths[0]))
    more = len(paths) - 1
    return f"{shown} and {more:,} more" if more else shown


def _typed(paths: list[Path]) -> str:
    return " ".join(shell_word(str(path)) for path in paths[:5])
