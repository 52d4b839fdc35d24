"""What starts a night by itself: a systemd service with its timer, or a cron line."""

from pipeline.nightly.install.cron import cron_line
from pipeline.nightly.install.schedule import Schedule
from pipeline.nightly.install.units import SERVICE, TIMER, Unit, units_of

__all__ = ["SERVICE", "TIMER", "Schedule", "Unit", "cron_line", "units_of"]
