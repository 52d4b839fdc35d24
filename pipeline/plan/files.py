"""The plan's folder: private, written batch by batch, sealed when complete.

`00000.rows.arrow` holds the source rows as they were read, `00000.plan.arrow` a
line per row in `PLANNED_SCHEMA`, `00000.issues.arrow` their issues, and
`00000.contents.arrow`, where the content identifies, which places they have among
equal contents. `plan.json` comes last: without it the plan is not whole, and nothing
was sent.
"""

import json
from collections import Counter
from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import polars as pl

from pipeline.errors import ReportError
from pipeline.plan.calendar import Calendar
from pipeline.plan.follows import Follows
from pipeline.private_files import private_folder, write_whole, writing
from pipeline.rows import Batch, Column, Report, Source, Status

_SEAL = "plan.json"
# Rows are written at the speed of the disk; bodies repeat themselves a lot.
_COMPRESSION: Dict[str, Literal["lz4", "uncompressed"]] = {
    "rows": "uncompressed",
    "plan": "lz4",
    "issues": "lz4",
    "contents": "uncompressed",
}


@dataclass(frozen=True)
class PlannedBatch:
    """One batch of a plan; its frames are read when asked for."""

    folder: Path
    number: int
    source: Source

    def rows(self) -> pl.DataFrame:
        return self._read("rows")

    def planned(self) -> pl.DataFrame:
        return self._read("plan")

    def issues(self) -> pl.DataFrame:
        return self._read("issues")

    @property
    def has_contents(self) -> bool:
        return _path(self.folder, self.number, "contents").is_file()

    def contents(self) -> pl.DataFrame:
        """`identity`, `content` and `ordinal`; raises ReportError if there are none."""
        return self._read("contents")

    def _read(self, kind: str) -> pl.DataFrame:
        path = _path(self.folder, self.number, kind)
        try:
            return pl.read_ipc(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise ReportError(
                f"The plan cannot be read: {error}",
                where=str(path),
                hint="Run the import again: what was sent is not sent twice.",
                code="plan_unreadable",
            ) from error


@dataclass(frozen=True)
class Changes:
    """How sources differ from those before.

    `outside` says it without what only a source holds.
    """

    told: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A sealed plan: `rows` counts what was read by source, `counts` by status,
    `requests` what is to be sent for them.

    `labels` names, by source and field, the source columns a field is made of;
    `stamp` is the field that bears a mark when it is sent; `familiar` says of how
    many bodies to send it was asked whether they were sent before under another
    identity, and of how many it is so; `notes` are to be told at the end,
    and `changes`, how the sources differ from those before (`changes_outside` says it
    without what only a source holds); `calendar` is None where
    an older program made the plan; `follows` is the run whose report this one is of.
    """

    folder: Path
    sources: tuple[Source, ...]
    labels: tuple[dict[str, str], ...]
    batches: tuple[PlannedBatch, ...]
    rows: tuple[int, ...]
    counts: dict[str, int]
    stamp: str | None = None
    familiar: tuple[int, int] = (0, 0)
    requests: int = 0
    notes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    calendar: Calendar | None = None
    follows: Follows | None = None
    changes_outside: tuple[str, ...] = ()

    @property
    def fingerprints(self) -> Dict[str, int]:
        """How many rows were read, by the fingerprint of their source."""
        counted = Counter[str]()
        for source, rows in zip(self.sources, self.rows, strict=True):
            counted[source.fingerprint] += rows
        return counted

    @property
    def has_contents(self) -> bool:
        """Whether its rows are identified by their content, and tell their ordinals."""
        return all(batch.has_contents for batch in self.batches)

    @classmethod
    def open(cls, folder: Path) -> "Plan | None":
        """The plan in a folder, or None if it was never completed."""
        seal = folder / _SEAL
        if not seal.is_file():
            return None
        content = json.loads(seal.read_text(encoding="utf-8"))
        sources = tuple(_source(facts) for facts in content["sources"])
        batches = tuple(
            PlannedBatch(folder, number, sources[source])
            for number, source in enumerate(content["batches"])
        )
        return cls(
            folder,
            sources,
            tuple(content["labels"]),
            batches,
            tuple(content["rows"]),
            content["counts"],
            content.get("stamp"),
            tuple(content.get("familiar", (0, 0))),
            content.get("requests", content["counts"].get(Status.UNSENT, 0)),
            tuple(content.get("notes", ())),
            tuple(content.get("changes", ())),
            Calendar.of(content["calendar"]) if content.get("calendar") else None,
            Follows(**content["follows"]) if content.get("follows") else None,
            tuple(content.get("changes_outside", ())),
        )


_UNCHANGED: Final = Changes()


class PlanWriter:
    """Writes a plan; a full disk or a forbidden folder is a ReportError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources: list[Source] = []
        self._labels: list[dict[str, str]] = []
        self._batches: list[int] = []
        self._rows: Counter[int] = Counter()
        self._counts: Counter[str] = Counter()
        self._requests = 0
        private_folder(folder)

    @property
    def read(self) -> int:
        """The rows so far."""
        return self._rows.total()

    def add_source(self, source: Source, labels: dict[str, str]) -> None:
        self._sources.append(source)
        self._labels.append(labels)

    def add(
        self,
        batch: Batch,
        planned: pl.DataFrame,
        issues: pl.DataFrame,
        contents: pl.DataFrame | None = None,
    ) -> None:
        self._write("rows", batch.rows)
        self._write("plan", planned)
        self._write("issues", issues)
        if contents is not None:
            self._write("contents", contents)
        self._batches.append(batch.source.number)
        self._rows[batch.source.number] += planned.height
        self._counts.update(dict(planned["status"].value_counts().iter_rows()))
        self._requests += to_send(planned).height

    def seal(
        self,
        *,
        stamp: str | None = None,
        familiar: tuple[int, int] = (0, 0),
        notes: tuple[str, ...] = (),
        changes: Changes = _UNCHANGED,
        calendar: Calendar | None = None,
        follows: Follows | None = None,
    ) -> Plan:
        content = {
            "follows": follows and asdict(follows),
            "calendar": calendar and asdict(calendar),
            "notes": notes,
            "changes": changes.told,
            "changes_outside": changes.outside,
            "stamp": stamp,
            "familiar": familiar,
            "sources": [asdict(source) for source in self._sources],
            "labels": self._labels,
            "batches": self._batches,
            "rows": [self._rows[source.number] for source in self._sources],
            "counts": self._counts,
            "requests": self._requests,
        }
        write_whole(self._folder / _SEAL, json.dumps(content))
        plan = Plan.open(self._folder)
        assert plan is not None  # noqa: S101
        return plan

    def _write(self, kind: str, frame: pl.DataFrame) -> None:
        path = _path(self._folder, len(self._batches), kind)
        with writing(path):
            path.touch(mode=0o600)
            frame.write_ipc(path, compression=_COMPRESSION[kind])


def to_send(planned: pl.DataFrame) -> pl.DataFrame:
    """The planned rows that have a request of their own."""
    unsent = pl.col("status") == Status.UNSENT
    return planned.filter(unsent & pl.col("body").is_not_null())


def _path(folder: Path, number: int, kind: str) -> Path:
    return folder / f"{number:05}.{kind}.arrow"


def _source(facts: dict[str, Any]) -> Source:
    columns = tuple(Column(**column) for column in facts["columns"])
    told = facts.get("report")
    whole = {"columns": columns, "notes": tuple(facts["notes"])}
    return Source(**{**facts, **whole, "report": Report(told) if told else None})
