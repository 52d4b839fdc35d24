"""A configuration file to its value, or to all of its mistakes."""

from collections import Counter
from collections.abc import Mapping as Dict
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.errors import NightlyError
from pipeline.mapping import is_time_zone, nearest_time_zone
from pipeline.nightly.config import (
    Config,
    NightlyJob,
    TargetKeys,
)
from pipeline.nightly.forms import lasting
from pipeline.nightly.load_jobs import load_job
from pipeline.nightly.load_places import keep_apart
from pipeline.nightly.load_values import formed, number, path_of
from pipeline.nightly.telling import load_telling
from pipeline.yaml_file import Mistakes, Section, read_yaml

_MOST_IN_FLIGHT = 500
_FLAGS = frozenset({"true", "false"})


def load_config(path: Path, environ: Dict[str, str]) -> Config:
    """The configuration in a file; raises NightlyError with all of its mistakes.

    Secrets that it names are looked for in `environ`, or in files.
    """
    mistakes = Mistakes()
    content = read_yaml(path, "the configuration", mistakes)
    config = None if content is None else _config(path, content.top, environ)
    found = mistakes.in_order()
    if config is None or found:
        raise NightlyError(str(path), found)
    return config


def _config(path: Path, top: Section, environ: Dict[str, str]) -> Config:
    _version(top)
    folder = path.absolute().parent
    config = Config(
        path=path.absolute(),
        jobs=_jobs(top, folder),
        target=_target(top, folder),
        reports=path_of(top, "reports", folder) or folder / "reports",
        ledger=_ledger(top, folder),
        log=path_of(top, "log", folder),
        clock=_clock(top),
        telling=load_telling(top, folder, environ),
    )
    top.close()
    return config


def _version(top: Section) -> None:
    version = top.required_text("version")
    if version and version != "1":
        top.complain(
            f"Version '{version}' of the configuration is not known.",
            "version",
            "This program reads version 1.",
        )


def _jobs(top: Section, folder: Path) -> tuple[NightlyJob, ...]:
    defaults = top.table("defaults", "'defaults'")
    sections = top.tables("jobs", "job {}")
    if not sections:
        top.complain("The configuration has no job.", "jobs")
    jobs = [load_job(section, defaults, folder) for section in sections]
    times = Counter(job.name for job in jobs if job.name)
    for section, job in zip(sections, jobs, strict=True):
        if times[job.name] > 1:
            section.complain(f"Two jobs are called '{job.name}'.", "name")
    keep_apart(sections, defaults, jobs)
    return tuple(jobs)


def _target(top: Section, folder: Path) -> TargetKeys:
    concurrency = top.whole("concurrency")
    if concurrency is not None and concurrency > _MOST_IN_FLIGHT:
        top.complain(f"'concurrency' is {_MOST_IN_FLIGHT} at most.", "concurrency")
    return TargetKeys(
        base_url=top.text("base_url"),
        workspace=top.text("workspace"),
        api_key_file=path_of(top, "api_key_file", folder),
        allow_http=top.flag("allow_http") or False,
        rate=number(top, "rate"),
        concurrency=concurrency,
        timeout=formed(top, "timeout", lasting, "duration such as 90s or 15m"),
        patience=formed(top, "patience", lasting, "duration such as 90s or 15m"),
        sandbox=top.flag("sandbox") or False,
    )


def _ledger(top: Section, folder: Path) -> Path | None:
    text = top.text("ledger") or ""
    if text.isdecimal() or text in _FLAGS:
        top.complain(
            f"'{text}' is no path of a ledger.",
            "ledger",
            f"Write it like state/ledger.sqlite; a file of that name is ./{text}.",
        )
        return None
    return path_of(top, "ledger", folder)


def _clock(top: Section) -> ZoneInfo | None:
    name = top.text("clock")
    if name is None:
        return None
    if not is_time_zone(name):
        top.complain(f"'{name}' is no time zone.", "clock", nearest_time_zone(name))
        return None
    return ZoneInfo(name)
