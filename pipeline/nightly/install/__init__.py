"""What starts a night by itself: a systemd service with its timer, or a cron line."""

from pipeline.nightly.install.cron import cron_line
from pipeline.nightly.install.folders import commands_for, make_folders
from pipeline.nightly.install.schedule import Schedule
from pipeline.nightly.install.secrets_file import check_secrets_file
from pipeline.nightly.install.units import SERVICE, TIMER, Unit, units_of

__all__ = [
    "SERVICE",
    "TIMER",
    "Schedule",
    "Unit",
    "check_secrets_file",
    "commands_for",
    "cron_line",
    "make_folders",
    "units_of",
]
