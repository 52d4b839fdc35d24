"""What goes with a mail: the report and the rows to mend, while they are small."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from pipeline.nightly.endings import FileEnding
from pipeline.nightly.telling.stories import News
from pipeline.printable import one_line
from pipeline.stages.report.page import NEEDS_A_PERSON, PAGE
from pipeline.stages.report.write import FIX_ME


class Attach(StrEnum):
    """What may be attached. Both hold people's data."""

    REPORT = "report"
    FIX_ME = "fix_me"


MOST_BYTES: Final = 7_000_000
"""Of all attachments of a mail; as mails write them, they are a third larger."""
_FILES: Final = {Attach.REPORT: (PAGE, "html"), Attach.FIX_ME: (FIX_ME, "csv")}


@dataclass(frozen=True)
class Attachment:
    """A file of a report, under a name that tells the run; `kind` is html or csv."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Enclosed:
    """What is attached, and sentences that say what is and what is not."""

    attachments: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()


def enclose(news: News, wanted: frozenset[Attach]) -> Enclosed:
    """Those of the files of which a person must mend rows, the first with room."""
    room, taken, left = MOST_BYTES, [], []
    for path, name, kind in _candidates(news, wanted):
        content = _read(path, room)
        if content is None:
            left.append(
                f"{name} is not attached, being too large or not readable: "
                f"{one_line(str(path), 300)}"
            )
            continue
        room -= len(content)
        taken.append(Attachment(name, kind, content))
    names = ", ".join(each.name for each in taken)
    return Enclosed(tuple(taken), (*([f"Attached: {names}"] if names else []), *left))


def _candidates(
    news: News, wanted: frozenset[Attach]
) -> Iterator[tuple[Path, str, str]]:
    endings = (each for tidings in news.told for each in tidings.ending.files)
    for ending in endings:
        if ending.reports is None or not _has_rows_to_mend(ending):
            continue
        for attach, (name, kind) in _FILES.items():
            path = ending.reports / name
            if attach in wanted and path.is_file():
                yield path, f"{ending.reports.name}-{name}", kind


def _has_rows_to_mend(ending: FileEnding) -> bool:
    """With a file that goes on by itself nobody has anything to do yet."""
    needy = any(ending.counts.get(status) for status in NEEDS_A_PERSON)
    return needy and not ending.goes_on


def _read(path: Path, room: int) -> bytes | None:
    """None when it is larger than `room`, or cannot be read."""
    try:
        with path.open("rb") as stream:
            content = stream.read(room + 1)
    except OSError:
        return None
    return content if len(content) <= room else None
