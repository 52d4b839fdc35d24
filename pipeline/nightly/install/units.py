"""A systemd service and its timer. The service may write where a night writes.

What each line means: systemd.service(5), systemd.exec(5), systemd.timer(5).
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.keys import CREDENTIAL_NAME
from pipeline.nightly.install.schedule import Schedule

SERVICE: Final = "activity-import-nightly.service"
TIMER: Final = "activity-import-nightly.timer"
_HOMES: Final = ("/home", "/root", "/run/user")
_FINISHING_SECONDS: Final = 180
_HARDENED: Final = (
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
    "ProtectSystem=strict",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectProc=invisible",
    "ProcSubset=pid",
    "LockPersonality=yes",
    "RemoveIPC=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
)
# A user's own systemd has no right to these.
_FOR_ROOT: Final = frozenset(
    {
        *("CapabilityBoundingSet", "AmbientCapabilities", "PrivateDevices"),
        *("ProtectClock", "ProtectHostname", "ProtectKernelLogs"),
        *("ProtectKernelModules", "ProtectProc", "ProcSubset"),
    }
)


@dataclass(frozen=True)
class Unit:
    """A file for systemd."""

    name: str
    text: str


def units_of(schedule: Schedule) -> tuple[Unit, Unit]:
    """The service, and the timer that starts it."""
    return (
        Unit(SERVICE, "\n".join(_service(schedule)) + "\n"),
        Unit(TIMER, "\n".join(_timer(schedule)) + "\n"),
    )


def _service(schedule: Schedule) -> Iterator[str]:
    yield "[Unit]"
    yield "Description=Import of sales activities into Reevo, one night"
    yield "Wants=network-online.target"
    yield "After=network-online.target"
    yield ""
    yield "[Service]"
    yield "Type=oneshot"
    yield f"ExecStart={' '.join(map(_word, schedule.command))}"
    yield f"WorkingDirectory={_path(schedule.config.path.parent)}"
    if schedule.user is not None:
        yield f"User={schedule.user}"
    yield from _secrets(schedule)
    yield "UMask=0077"
    yield f"TimeoutStopSec={_FINISHING_SECONDS}"
    yield "# 3 says that a person is needed: the mail tells it, the unit is well."
    yield "SuccessExitStatus=3"
    yield from _sandboxed(schedule)


def _secrets(schedule: Schedule) -> Iterator[str]:
    if schedule.key_file is not None:
        yield f"LoadCredential={CREDENTIAL_NAME}:{_path(schedule.key_file)}"
    if schedule.secrets is not None:
        yield f"EnvironmentFile={_path(schedule.secrets)}"


def _sandboxed(schedule: Schedule) -> Iterator[str]:
    for line in _HARDENED:
        if schedule.user is not None or line.partition("=")[0] not in _FOR_ROOT:
            yield line
    if schedule.user is not None:
        yield f"ProtectHome={'no' if _needs_a_home(schedule) else 'yes'}"
    yield "# Of a folder that is not there the night itself tells: hence the dash."
    for folder in schedule.written:
        yield f"ReadWritePaths={_quoted('-' + _path(folder))}"


def _needs_a_home(schedule: Schedule) -> bool:
    """Whether something that it needs lies where ProtectHome= would hide it."""
    program, interpreter = Path(schedule.program[0]), Path(sys.base_prefix)
    needed = (program, interpreter, schedule.config.path, *schedule.written)
    return any(path.is_relative_to(home) for path in needed for home in _HOMES)


def _timer(schedule: Schedule) -> Iterator[str]:
    yield "[Unit]"
    yield "Description=Starts the import of sales activities every night"
    yield ""
    yield "[Timer]"
    yield f"OnCalendar=*-*-* {schedule.at:%H:%M}:00{_zone(schedule)}"
    yield "Persistent=true"
    yield "RandomizedDelaySec=60"
    yield ""
    yield "[Install]"
    yield "WantedBy=timers.target"


def _zone(schedule: Schedule) -> str:
    """That of the configuration's clock, if it names one."""
    clock = schedule.config.clock
    return f" {clock.key}" if clock is not None else ""


def _word(text: str) -> str:
    """One word of a line: `%` and `$` mean something to systemd."""
    return _quoted(text.replace("%", "%%").replace("$", "$$"))


def _quoted(text: str) -> str:
    if re.fullmatch(r"[\w./:@%$+=,-]+", text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _path(path: Path) -> str:
    """The rest of a line: only `%` means something there."""
    return str(path).replace("%", "%%")
