"""The sections `notify`, `metrics` and `ping` of a configuration."""

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from pipeline.nightly.endings import NightStatus
from pipeline.nightly.metrics import SUFFIX
from pipeline.nightly.telling.channels import Channel
from pipeline.nightly.telling.hooks import KINDS
from pipeline.nightly.telling.load_hooks import is_web, load_endpoint, load_hook
from pipeline.nightly.telling.load_mail import load_mail
from pipeline.nightly.telling.load_parts import Around, words_in
from pipeline.nightly.telling.ping import Ping
from pipeline.nightly.telling.policy import Event
from pipeline.yaml_file import Section

_Loaded = TypeVar("_Loaded")

_USUAL: Final = frozenset(Event) - {Event.OK}
_KINDS: Final = ("email", *KINDS)


@dataclass(frozen=True)
class TellingSettings:
    """Who is told, and where numbers and pings go."""

    channels: tuple[Channel, ...] = ()
    metrics: Path | None = None
    ping: Ping | None = None


def load_telling(
    top: Section, folder: Path, environ: Dict[str, str]
) -> TellingSettings:
    """Takes its keys from the configuration; mistakes are collected in `top`.

    Secrets are read once, so that a missing one is told now and not in the night.
    """
    around = Around(folder, environ)
    sections = top.tables("notify", "notification {}")
    channels = [channel for each in sections for channel in _channel(each, around)]
    _tell_doubles(top, channels)
    return TellingSettings(
        tuple(channels),
        _metrics(top.table("metrics", "'metrics'"), folder),
        _ping(top.table("ping", "'ping'"), around),
    )


def salvage_telling(
    top: Section, folder: Path, environ: Dict[str, str]
) -> TellingSettings:
    """As `load_telling`, of a wrong configuration: only the ways that are right."""
    around = Around(folder, environ)
    found: dict[str, Channel] = {}
    for section in top.tables("notify", "notification {}"):
        ways = _if_right(top, partial(_ways, section, around))
        found |= {channel.key: channel for channel in ways or ()}
    table = top.table("ping", "'ping'")
    ping = _if_right(top, partial(_ping, table, around))
    return TellingSettings(tuple(found.values()), ping=ping)


def _if_right(top: Section, load: Callable[[], _Loaded]) -> _Loaded | None:
    before = len(top.mistakes.in_order())
    loaded = load()
    return loaded if len(top.mistakes.in_order()) == before else None


def _ways(section: Section, around: Around) -> tuple[Channel, ...]:
    return tuple(_channel(section, around))


def _tell_doubles(top: Section, channels: list[Channel]) -> None:
    seen: set[str] = set()
    for channel in channels:
        if channel.key in seen:
            top.complain(f"Two notifications are the same: {channel.name}.", "notify")
        seen.add(channel.key)


def _channel(section: Section, around: Around) -> Iterator[Channel]:
    tables = section.named_tables(_KINDS, "'{}'")
    on = _on(section)
    report_url = _report_url(section)
    section.close()
    named = [kind for kind in _KINDS if kind in section]
    if len(named) != 1:
        section.complain(
            f"{section.what} names {len(named) or 'no'} ways of telling.",
            hint=f"Give each one of {', '.join(_KINDS)}.",
        )
        return
    for kind, table in tables.items():
        channel = (
            load_mail(table, on, report_url, around)
            if kind == "email"
            else load_hook(kind, table, on, report_url, around)
        )
        table.close()
        if channel is not None:
            yield channel


def _on(section: Section) -> frozenset[Event]:
    if "on" not in section:
        section.texts("on")
        return _USUAL
    return frozenset(words_in(section, "on", tuple(Event)))


def _report_url(section: Section) -> str:
    address = section.text("report_url") or ""
    if address and not is_web(address):
        section.complain("'report_url' is no web address.", "report_url")
    return address


def _metrics(section: Section | None, folder: Path) -> Path | None:
    if section is None:
        return None
    name = section.required_text("textfile")
    section.close()
    path = folder / Path(name).expanduser()
    if name and path.suffix != SUFFIX:
        section.complain(
            f"The collector reads only files that end in {SUFFIX}.", "textfile"
        )
    if name and not path.parent.is_dir():
        section.complain(f"There is no folder {path.parent}.", "textfile")
    return path if name else None


def _ping(section: Section | None, around: Around) -> Ping | None:
    if section is None:
        return None
    endpoint = load_endpoint(section, around)
    counts = section.choice("attention", ("success", "fail"), "success")
    section.close()
    if endpoint is None:
        return None
    ping = Ping(endpoint)
    if counts == "success":
        return ping
    return Ping(endpoint, ping.good - {NightStatus.ATTENTION})
