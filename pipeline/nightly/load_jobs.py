"""One job of a configuration; what it does not say, `defaults` may."""

import re
import string
import unicodedata
from pathlib import Path
from typing import Final

from pipeline.mapping import is_time_zone, nearest_time_zone
from pipeline.nearest import did_you_mean
from pipeline.nightly.config import (
    DAYS,
    KEPT,
    Expected,
    NightlyJob,
    Reading,
    Window,
)
from pipeline.nightly.forms import age, band, duration, row_limit, time_of_day, window
from pipeline.nightly.load_values import formed, path_of
from pipeline.printable import on_one_line
from pipeline.yaml_file import Section

_SETTLE_SECONDS = 60.0
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
_DURATION = "duration such as 90s, 15m, 2h or 30d"
_TIME = 'time of day such as "06:00"'
_LIMIT = "number of rows, nor a share of them such as 2%"
JOB_KEYS: Final = (
    *("inbox", "pattern", "mapping", "order", "settle", "marker", "archive"),
    *("quarantine", "max_invalid", "max_failed", "on_drift", "min_rows", "max_rows"),
    *("usual_rows", "expect_by", "expect_on", "keep", "window", "sheet", "member"),
    *("timezone", "dates", "allow_empty", "allow_repeats", "lookups", "enabled"),
)


class _Layers:
    """A job, and below it the defaults: the first that has a key counts."""

    def __init__(self, job: Section, defaults: Section | None) -> None:
        self.job = job
        self._defaults = defaults

    def __call__(self, key: str) -> Section:
        if self._defaults is None or key in self.job:
            return self.job
        return self._defaults if key in self._defaults else self.job

    def text(self, key: str) -> str | None:
        return self(key).text(key)

    def flag(self, key: str) -> bool:
        return self(key).flag(key) or False

    def close(self) -> None:
        self.job.allow(JOB_KEYS)
        self.job.close()
        if self._defaults is not None:
            self._defaults.allow(JOB_KEYS)
            self._defaults.close()


def load_job(section: Section, defaults: Section | None, folder: Path) -> NightlyJob:
    """The job; paths in it start at `folder`."""
    layers = _Layers(section, defaults)
    name = _name(section)
    job = NightlyJob(
        name=name,
        inbox=_inbox(layers, folder),
        patterns=_patterns(layers),
        reading=_reading(layers, folder),
        archive=_folder(layers, "archive", folder) or folder / "archive" / name,
        quarantine=_folder(layers, "quarantine", folder)
        or folder / "quarantine" / name,
        order=layers("order").choice("order", ("name", "time"), "name"),
        settle=_settle(layers),
        marker=_marker(layers),
        window=_window(layers),
        expected=_expected(layers),
        keep=_keep(layers("keep").table("keep", "'keep'")),
        enabled=layers("enabled").flag("enabled") is not False,
    )
    layers.close()
    return job


def _name(section: Section) -> str:
    name = section.required_text("name").strip()
    if name and not _NAME.fullmatch(name):
        section.complain(
            f"'{name}' is no name of a job{_unseen(name)}.",
            "name",
            "It has letters, digits, '-', '_' and '.' only.",
        )
        return ""
    return name


def _unseen(name: str) -> str:
    """Of a sign that people do not see, which one it is."""
    for sign in name:
        if on_one_line(sign) != sign:
            called = unicodedata.name(sign, "a control character").lower()
            return f": it has the sign U+{ord(sign):04X} ({called})"
    return ""


def _inbox(layers: _Layers, folder: Path) -> Path:
    layers("inbox").required_text("inbox")
    return path_of(layers("inbox"), "inbox", folder) or folder


def _folder(layers: _Layers, key: str, folder: Path) -> Path | None:
    return path_of(layers(key), key, folder)


def _patterns(layers: _Layers) -> tuple[str, ...]:
    section = layers("pattern")
    texts = [(text.value or "").strip() for text in section.texts("pattern")]
    if not any(texts):
        section.complain(f"{layers.job.what} needs 'pattern'.", "pattern")
    for text in texts:
        if "/" in text or "\\" in text:
            section.complain(
                f"The pattern '{text}' names a folder.",
                "pattern",
                "Files are taken from the inbox itself, not from folders in it.",
            )
    return tuple(filter(None, texts))


def _reading(layers: _Layers, folder: Path) -> Reading:
    least, most = (layers(key).whole(key) for key in ("min_rows", "max_rows"))
    if least is not None and most is not None and least > most:
        layers("min_rows").complain("'min_rows' is more than 'max_rows'.", "min_rows")
    return Reading(
        mapping=_mapping(layers, folder),
        sheet=layers.text("sheet"),
        member=layers.text("member"),
        timezone=_timezone(layers),
        dates=_dates(layers),
        allow_empty=layers.flag("allow_empty"),
        allow_repeats=layers.flag("allow_repeats"),
        on_drift=layers("on_drift").choice("on_drift", ("warn", "stop"), "warn"),
        max_invalid=formed(layers("max_invalid"), "max_invalid", row_limit, _LIMIT),
        max_failed=formed(layers("max_failed"), "max_failed", row_limit, _LIMIT),
        min_rows=least,
        max_rows=most,
        usual_rows=formed(
            layers("usual_rows"), "usual_rows", band, "band such as 50%..200%"
        ),
        lookups=path_of(layers("lookups"), "lookups", folder),
    )


def _mapping(layers: _Layers, folder: Path) -> str:
    """A file, which starts at `folder`; else it is the name of a preset."""
    text = layers("mapping").required_text("mapping")
    path = path_of(layers("mapping"), "mapping", folder) if text.strip() else None
    return str(path) if path is not None and path.is_file() else text


def _timezone(layers: _Layers) -> str | None:
    name = layers.text("timezone")
    if name is not None and not is_time_zone(name):
        layers("timezone").complain(
            f"'{name}' is no time zone.", "timezone", nearest_time_zone(name)
        )
    return name


def _dates(layers: _Layers) -> str | None:
    if layers.text("dates") is None:
        return None
    orders = ("day_first", "month_first")
    return layers("dates").choice("dates", orders, orders[0])


def _settle(layers: _Layers) -> float:
    seconds = formed(layers("settle"), "settle", duration, _DURATION)
    return _SETTLE_SECONDS if seconds is None else seconds


def _marker(layers: _Layers) -> str | None:
    text = layers.text("marker")
    if text is None:
        return None
    try:
        fields = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        fields = set()
    if not fields or fields - {"name", "stem"} or "/" in text or text == "{name}":
        layers("marker").complain(
            f"'{text}' is no name of a marker file.",
            "marker",
            'Write it like "{name}.done"; {stem} is the name without its ending.',
        )
        return None
    return text


def _window(layers: _Layers) -> Window | None:
    return formed(layers("window"), "window", window, 'window such as "22:00-06:00"')


def _expected(layers: _Layers) -> Expected | None:
    by = formed(layers("expect_by"), "expect_by", time_of_day, _TIME)
    section = layers("expect_on")
    texts = [(text.value or "").strip().lower() for text in section.texts("expect_on")]
    for text in texts:
        if text not in DAYS:
            section.complain(
                f"'{text}' is no day.",
                "expect_on",
                did_you_mean(text, DAYS) or f"The days are {', '.join(DAYS)}.",
            )
    if texts and layers.text("expect_by") is None:
        section.complain("'expect_on' means nothing without 'expect_by'.", "expect_on")
    if by is None:
        return None
    days = frozenset(DAYS.index(text) for text in texts if text in DAYS)
    return Expected(by, days) if days else Expected(by)


def _keep(section: Section | None) -> dict[str, float]:
    if section is None:
        return {}
    found = {key: formed(section, key, age, "age such as 30d or 4w") for key in KEPT}
    section.close()
    return {key: seconds for key, seconds in found.items() if seconds is not None}
