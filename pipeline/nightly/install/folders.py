"""The folders that must be there before systemd lets a night write into them."""

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

from pipeline.nightly.install.schedule import Schedule
from pipeline.private_files import writing


def _missing(schedule: Schedule) -> tuple[Path, ...]:
    """Those in which a night writes, as far as they are not there yet."""
    return tuple(folder for folder in schedule.written if not folder.is_dir())


def make_folders(schedule: Schedule) -> None:
    """Makes what is missing, for the service's user alone; raises ReportError."""
    for folder in _missing(schedule):
        new = [each for each in (folder, *folder.parents) if not each.exists()]
        with writing(folder):
            for each in reversed(new):
                each.mkdir(mode=0o700)
                if schedule.user is not None:
                    shutil.chown(each, schedule.user)


def commands_for(schedule: Schedule) -> Iterator[str]:
    """What to type to the same end."""
    owner = () if schedule.user is None else ("-o", schedule.user)
    if missing := _missing(schedule):
        yield shlex.join(("install", "-d", "-m", "700", *owner, *map(str, missing)))
