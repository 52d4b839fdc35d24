"""The mails of a month as a table that people can read."""

import re
from collections.abc import Iterator
from datetime import datetime

from tests.nightly.month_lived import Month, Started, Told

_STEADY = {
    r"\((/[^)\s]*)\)?": "(PATH)",  # a subject may be cut within it
    r"(?<![\w-])\d{8}-\d{4}-[0-9a-f]{4}(?!-)": "RUN",
    r"took nothing for \d+ seconds": "took nothing for SECONDS seconds",
    r"Since \d{4}-\d\d-\d\d": "Since DAY",
}


def table(month: Month) -> str:
    """Start by start: how it left, and the mails that arrived, each with its cause."""
    text = "\n".join(line for start in month.starts for line in _lines(start))
    for pattern, steady in _STEADY.items():
        text = re.sub(pattern, steady, text)
    return text + "\n"


def _lines(start: Started) -> Iterator[str]:
    yield f"night {start.night:>2} {start.at:%a %H:%M}  exit {start.code}"
    for told in start.told:
        yield from _told_lines(told, start.at)


def _told_lines(told: Told, at: datetime) -> Iterator[str]:
    late = f"  (of {told.of:%a %H:%M})" if told.of != at else ""
    yield f"    {told.to}: {told.mail['Subject']}{late}"
    for tidings in told.document["told"]:
        event = f"{tidings['job']} {tidings['event']}"
        yield f"        {event}, night {tidings['nights']}, silent {tidings['silent']}"
        yield from (f"            {line}" for line in _causes(told, tidings["job"]))


def _causes(told: Told, name: str) -> Iterator[str]:
    for job in told.document["jobs"]:
        if job["job"] == name:
            yield from filter(None, (job["reason"], *job["notices"]))
            for file in job["files"]:
                counts = {k: n for k, n in file["counts"].items() if n and k != "read"}
                yield f"{file['name']}: {file['status']} {counts} {file['issues']}"
                yield from filter(None, (file["reason"], file["hint"]))
