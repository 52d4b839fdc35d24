"""Messages on their way: a private folder, one file each, until they have arrived."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.private_files import private_folder, write_whole, writing


@dataclass(frozen=True)
class Letter:
    """A message for one channel, whole; `subject` tells people which it is.

    `jobs` are those whose trouble it tells; `well` those of them that were well
    again while it waited, as people read it. `lost` counts the
    messages before it that were given up.
    """

    channel: str
    subject: str
    written_at: datetime
    content: str
    jobs: tuple[str, ...] = ()
    well: tuple[str, ...] = ()
    lost: int = 0

    @property
    def file_name(self) -> str:
        """The same for the same channel and moment, so that it is written once."""
        return f"{self.written_at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{self.channel}.json"


class Outbox:
    """Letters by their age. What is taken out has arrived, or was given up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, letter: Letter) -> None:
        """It is durable when this returns; raises ReportError."""
        private_folder(self.folder)
        kept = {
            "channel": letter.channel,
            "subject": letter.subject,
            "written_at": letter.written_at.astimezone(UTC).isoformat(),
            "content": letter.content,
            "jobs": letter.jobs,
            "well": letter.well,
            "lost": letter.lost,
        }
        write_whole(self.folder / letter.file_name, json.dumps(kept))

    def waiting(self) -> tuple[Letter, ...]:
        """The oldest first. What is no letter is left alone."""
        read = (_letter(path) for path in sorted(self.folder.glob("*.json")))
        return tuple(letter for letter in read if letter is not None)

    def remove(self, letter: Letter) -> None:
        """Raises ReportError."""
        path = self.folder / letter.file_name
        with writing(path):
            path.unlink(missing_ok=True)


def _letter(path: Path) -> Letter | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        written_at = datetime.fromisoformat(kept["written_at"])
        return Letter(
            kept["channel"],
            kept["subject"],
            written_at,
            kept["content"],
            tuple(kept.get("jobs", ())),
            tuple(kept.get("well", ())),
            int(kept.get("lost", 0)),
        )
    except (OSError, ValueError, TypeError, LookupError):
        return None
