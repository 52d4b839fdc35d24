"""A line for crontab."""

import shlex

from pipeline.nightly.install.schedule import Schedule


def cron_line(schedule: Schedule) -> str:
    """Runs at the minute; secrets come from files, which cron's shell reads.

    In a crontab, `%` ends the command unless a backslash stands before it.
    """
    at = schedule.at
    command = f"{_secrets(schedule)}{shlex.join(schedule.command)} --quiet"
    return f"{at.minute} {at.hour} * * * {command.replace('%', chr(92) + '%')}\n"


def _secrets(schedule: Schedule) -> str:
    """The key from its file, where the configuration does not name one itself."""
    words = ""
    if schedule.secrets is not None:
        words += f"set -a; . {shlex.quote(str(schedule.secrets))}; set +a; "
    if schedule.key_file is not None and schedule.config.target.api_key_file is None:
        words += f'REEVO_API_KEY="$(cat {shlex.quote(str(schedule.key_file))})" '
    return words
