"""Numbers for Prometheus: a text file that node_exporter collects.

It holds names of jobs and counts, no people's data, so that others may read it.
What a job did last is kept beside the ledger, and told until it does something else.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from pipeline.errors import ReportError
from pipeline.nightly.endings import FileEnding, JobEnding, NightEnding, NightStatus
from pipeline.private_files import private_folder, replacing, write_whole
from pipeline.rows import Status

SUFFIX: Final = ".prom"
_READABLE: Final = 0o644
_REQUESTS: Final = ("sent", "retried", "throttled")
# Prometheus gives each series a label `job` of its own.
_LABEL: Final = "import_job"


@dataclass(frozen=True)
class Last:
    """What a job came to in its last nights; moments in seconds since 1970.

    `ended` is the last night, also one with nothing to do, and `waiting` counts the
    files that it left under way. All else is of the last night with something to tell,
    and from `seconds` on of the last one that had a file, at `file`.
    """

    ended: float
    success: float | None = None
    file: float | None = None
    status: str = NightStatus.NOTHING.value
    waiting: int = 0
    seconds: float = 0.0
    rows: dict[str, int] = field(default_factory=dict)
    requests: dict[str, float] = field(default_factory=dict)
    per_second: float = 0.0
    files: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Metrics:
    """Writes `textfile` after each night; `state` is the private file behind it."""

    textfile: Path
    state: Path
    say: Callable[[str], None]

    def begun(self, at: datetime) -> None:
        """Nothing is known yet."""

    def ended(self, night: NightEnding) -> None:
        lasts = dict(self._kept())
        for ending in night.jobs:
            lasts[ending.job] = _last(ending, lasts.get(ending.job))
        lasts = {
            job: replace(last, waiting=night.waiting.get(job, 0))
            for job, last in lasts.items()
        }
        try:
            self._keep(lasts)
            self._write(exposition(lasts, night))
        except ReportError as error:
            self.say(f"The metrics were not written. {error.sentence} {error.hint}")

    def _kept(self) -> Iterator[tuple[str, Last]]:
        try:
            kept = json.loads(self.state.read_text(encoding="utf-8"))
            yield from [(job, Last(**last)) for job, last in kept.items()]
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, AttributeError):
            self.say(f"The metrics of earlier nights cannot be read: {self.state}")

    def _keep(self, lasts: dict[str, Last]) -> None:
        private_folder(self.state.parent)
        kept = {job: asdict(last) for job, last in lasts.items()}
        write_whole(self.state, json.dumps(kept, ensure_ascii=False, indent=1) + "\n")

    def _write(self, text: bytes) -> None:
        with replacing(self.textfile) as aside:
            aside.write_bytes(text)
            aside.chmod(_READABLE)


def exposition(lasts: dict[str, Last], night: NightEnding) -> bytes:
    """The text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Numbers(lasts, night))
    return generate_latest(registry)


def _last(ending: JobEnding, before: Last | None) -> Last:
    """A night with nothing to do changes nothing but the time."""
    last = replace(before or Last(0), ended=ending.ended_at.timestamp())
    if ending.status is not NightStatus.NOTHING:
        last = replace(last, status=ending.status.value)
    if ending.status is NightStatus.OK:
        last = replace(last, success=last.ended)
    files = [each for each in ending.files if each.status is not NightStatus.NOTHING]
    return _with_files(last, ending, tuple(files)) if files else last


def _with_files(last: Last, ending: JobEnding, files: tuple[FileEnding, ...]) -> Last:
    rows = Counter[str]()
    for each in files:
        rows.update(each.counts)
    return replace(
        last,
        file=last.ended,
        seconds=(ending.ended_at - ending.started_at).total_seconds(),
        rows={status.value: rows[status.value] for status in Status},
        requests={kind: _requests(files, kind) for kind in _REQUESTS},
        per_second=_rate(files),
        files=dict(Counter(each.status.value for each in files)),
    )


def _requests(files: tuple[FileEnding, ...], kind: str) -> float:
    return sum(each.requests.get(kind, 0) for each in files)


def _rate(files: tuple[FileEnding, ...]) -> float:
    """Requests per second while they were sent, over all files."""
    sent = [(each.requests.get(k, 0) for k in ("sent", "per_second")) for each in files]
    seconds, requests = 0.0, 0.0
    for count, rate in sent:
        if rate:
            requests += count
            seconds += count / rate
    return requests / seconds if seconds else 0.0


@dataclass(frozen=True, eq=False)
class _Numbers(Collector):
    lasts: dict[str, Last]
    night: NightEnding

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield self._ended_at()
        yield self._night_status()
        yield self._family("last_run_timestamp_seconds", "When it last ended", _ended)
        yield self._family(
            "last_file_timestamp_seconds", "When it last had a file", _file
        )
        yield self._family(
            "last_success_timestamp_seconds", "When it last ended ok", _success
        )
        yield self._family("files_waiting", "Files under way", _waiting)
        yield self._family(
            "status", "1 for how it last ended, else 0", _status, "status"
        )
        yield self._family("duration_seconds", "How long it took", _seconds)
        yield self._family("rows", "Rows by outcome", _rows, "outcome")
        yield self._family("requests", "Requests by kind", _by_kind, "kind")
        yield self._family("requests_per_second", "Requests per second", _per_second)
        yield self._family("files", "Files by how they ended", _files, "status")

    def _ended_at(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "activity_import_last_night_timestamp_seconds", "When the last night ended"
        )
        family.add_metric([], self.night.ended_at.timestamp())
        return family

    def _night_status(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "activity_import_night_status",
            "1 for how the last night ended, else 0",
            labels=["status"],
        )
        for status in NightStatus:
            family.add_metric([status.value], float(status is self.night.status))
        return family

    def _family(
        self, name: str, told: str, values: "_Values", *labels: str
    ) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            f"activity_import_{name}", told, labels=[_LABEL, *labels]
        )
        for job, last in sorted(self.lasts.items()):
            for label, value in values(last).items():
                family.add_metric([job, *([label] if labels else [])], value)
        return family


_Values = Callable[[Last], dict[str, Any]]


def _ended(last: Last) -> dict[str, float]:
    return {"": last.ended}


def _file(last: Last) -> dict[str, float]:
    return {} if last.file is None else {"": last.file}


def _waiting(last: Last) -> dict[str, int]:
    return {"": last.waiting}


def _success(last: Last) -> dict[str, float]:
    return {} if last.success is None else {"": last.success}


def _status(last: Last) -> dict[str, float]:
    return {each.value: float(each.value == last.status) for each in NightStatus}


def _seconds(last: Last) -> dict[str, float]:
    return {"": last.seconds}


def _rows(last: Last) -> dict[str, int]:
    return last.rows


def _by_kind(last: Last) -> dict[str, float]:
    return last.requests


def _per_second(last: Last) -> dict[str, float]:
    return {"": last.per_second}


def _files(last: Last) -> dict[str, int]:
    return {each.value: last.files.get(each.value, 0) for each in NightStatus}
