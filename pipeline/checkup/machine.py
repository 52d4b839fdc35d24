"""What the machine gives: time zones, open files, memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pipeline.checkup.findings import Finding, Level
from pipeline.errors import PipelineError

_SAMPLES: Final = ("America/New_York", "Europe/Berlin", "Asia/Kolkata")
_OWN_FILES: Final = 64
_LEAST_MEMORY: Final = 1_000_000_000
_MEMINFO: Final = Path("/proc/meminfo")
_AVAILABLE: Final = re.compile(r"(?m)^MemAvailable:\s+(\d+) kB$")


@dataclass(frozen=True)
class TimeZones:
    """Whether names such as Europe/Berlin are known, and how new their rules are."""

    name: str = "time_zones"

    def look(self) -> Iterator[Finding]:
        try:
            for zone in _SAMPLES:
                ZoneInfo(zone)
        except (ZoneInfoNotFoundError, OSError, ValueError):
            raise PipelineError(
                "The data of time zones is missing or damaged.",
                hint="Install it again: pip install --force-reinstall tzdata",
                code="time_zones_missing",
            ) from None
        count = len(available_timezones())
        yield Finding(self.name, Level.OK, f"{count} zones are known{_edition()}.")


@dataclass(frozen=True)
class OpenFiles:
    """Whether as many connections may be open as there are requests in flight."""

    concurrency: int
    name: str = "open_files"

    def look(self) -> Iterator[Finding]:
        allowed, needed = _allowed_files(), self.concurrency + _OWN_FILES
        if allowed is None or allowed >= needed:
            yield Finding(self.name, Level.OK, f"{needed} are needed at most.")
            return
        yield Finding(
            self.name,
            Level.FAILED,
            f"{allowed} may be open, and {needed} may be needed.",
            "Allow more with `ulimit -n 4096` (systemd: LimitNOFILE=4096), or give a "
            "smaller --concurrency.",
        )


@dataclass(frozen=True)
class Memory:
    """What other programs leave; told where the system tells it (Linux)."""

    meminfo: Path = _MEMINFO
    name: str = "memory"

    def look(self) -> Iterator[Finding]:
        try:
            found = _AVAILABLE.search(self.meminfo.read_text(encoding="ascii"))
        except (OSError, UnicodeDecodeError):
            return
        if found is None:
            return
        free = int(found[1]) * 1024
        message = f"{free / 1e9:,.1f} GB are free."
        if free >= _LEAST_MEMORY:
            yield Finding(self.name, Level.OK, message)
        else:
            hint = "A run takes some 0.6 GB: end other programs."
            yield Finding(self.name, Level.WARNING, message, hint)


def _allowed_files() -> int | None:
    """None without a limit, as on Windows."""
    if find_spec("resource") is None:
        return None
    resource = import_module("resource")
    allowed: int = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if allowed == resource.RLIM_INFINITY else allowed


def _edition() -> str:
    try:
        return f" (tzdata {version('tzdata')}, where the system has none)"
    except PackageNotFoundError:
        return ""
