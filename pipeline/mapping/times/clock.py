"""Local times to UTC: what a clock shows twice, or never, is an issue or by rule."""

from typing import Literal

import polars as pl

from pipeline.issues import issue_rows
from pipeline.mapping.times.rule import TimeRule
from pipeline.mapping.times.zones import Zone, zones_of

Placed = tuple[pl.DataFrame, list[pl.DataFrame]]
_LOCAL = pl.col("local")


def placed(read: pl.DataFrame, rule: TimeRule) -> Placed:
    """A reading (see `parts`) as `row`, `value` in UTC and `column`, and the issues."""
    named = read.filter(pl.col("zone").is_not_null())
    if named.is_empty():
        return _on_clock(read, rule.clock, rule)
    parts = [_on_clock(read.filter(pl.col("zone").is_null()), rule.clock, rule)]
    texts = named["zone"].unique(maintain_order=True).to_list()
    for zone, said in _by_zone(zones_of(texts, rule.clock)).items():
        parts.append(_in_zone(named.filter(pl.col("zone").is_in(said)), zone, rule))
    frames, issues = zip(*parts, strict=True)
    return pl.concat(frames), [issue for found in issues for issue in found]


def _by_zone(zones: dict[str, Zone | None]) -> dict[Zone | None, list[str]]:
    said: dict[Zone | None, list[str]] = {}
    for text, zone in zones.items():
        said.setdefault(zone, []).append(text)
    return said


def _in_zone(read: pl.DataFrame, zone: Zone | None, rule: TimeRule) -> Placed:
    if zone is None:
        issue = _issue("unknown_zone", read, pl.col("zone").str.strip_chars(" []()"))
        return _values(read, pl.lit(None, dtype=pl.Datetime("us", "UTC"))), [issue]
    if zone.place is not None:
        return _on_clock(read, zone.place, rule)
    shift = pl.duration(minutes=zone.minutes or 0)
    return _values(read, (_LOCAL - shift).dt.replace_time_zone("UTC")), []


def _on_clock(read: pl.DataFrame, zone: str, rule: TimeRule) -> Placed:
    sure = _LOCAL.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    put = read.with_columns(at=sure.dt.convert_time_zone("UTC"))
    lost = put.filter(pl.col("at").is_null()).drop("at")
    if lost.is_empty():
        return _values(put, pl.col("at")), []
    ruled = _by_rule(lost, zone, rule)
    found = pl.col("at").is_not_null()
    left = ruled.filter(~found)
    issues = [
        _issue("ambiguous_time", left.filter("twice"), zone),
        _issue("nonexistent_time", left.filter(~pl.col("twice")), zone),
    ]
    both = [_values(put.filter(found), pl.col("at")), _values(ruled, pl.col("at"))]
    return pl.concat(both), issues


def _by_rule(lost: pl.DataFrame, zone: str, rule: TimeRule) -> pl.DataFrame:
    """`at` where the rule decides; a date keeps its day, so that it needs no rule."""
    later = rule.when_twice == "later"
    which: Literal["earliest", "latest"] = "latest" if later else "earliest"
    chosen = _LOCAL.dt.replace_time_zone(zone, ambiguous=which, non_existent="null")
    forward = _after_gap(zone)
    shown = forward.dt.convert_time_zone(zone).dt.date()
    keeps_day = pl.col("is_date") & (shown == _LOCAL.dt.date())
    may_choose = pl.col("is_date") | (rule.when_twice != "invalid")
    may_move = keeps_day | (rule.when_nonexistent != "invalid")
    twice = chosen.is_not_null()
    return lost.with_columns(
        twice=twice,
        at=pl.when(twice & may_choose)
        .then(chosen.dt.convert_time_zone("UTC"))
        .when(~twice & may_move)
        .then(forward),
    )


def _after_gap(zone: str) -> pl.Expr:
    """A time in a gap by the offset before it, as RFC 5545 has it: 2:30 is 3:30."""
    as_utc = _LOCAL.dt.replace_time_zone("UTC")
    before = (as_utc - pl.duration(days=1)).dt.convert_time_zone(zone)
    offset = before.dt.base_utc_offset() + before.dt.dst_offset()
    return as_utc - offset.cast(pl.Duration("us"))


def _values(frame: pl.DataFrame, at: pl.Expr) -> pl.DataFrame:
    return frame.select("row", value=at, column="column")


def _issue(code: str, frame: pl.DataFrame, detail: pl.Expr | str) -> pl.DataFrame:
    return issue_rows(
        code,
        frame,
        column=pl.col("column"),
        field="activity_time",
        value=pl.col("value"),
        detail=detail,
    )
