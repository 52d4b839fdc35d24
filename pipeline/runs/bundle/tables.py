"""The tables of a bundle: columns, issues and sendings, as CSV."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from pipeline.activity import FIELDS
from pipeline.catalogue import ENTRIES, ISSUES
from pipeline.ledger import Ledger, State
from pipeline.plan import Plan, to_send
from pipeline.runs.bundle.masking import Tags, form, form_of
from pipeline.spreadsheet_text import neutralize
from pipeline.suggesting import profile_columns

MOST_LINES: Final = 100_000
_LOOKED_AT: Final = 10_000
_MOST_FORMS: Final = 5
_LONGEST_FORM: Final = 40
_HIDDEN: Final = "[...]"
_OF_THE_ROW: Final = r"\{(detail|near)\}"
_TEXTS = pl.selectors.string()


def code_of(code: str) -> str:
    """The code, if it is one of ours; of one of the API's the form."""
    ours = code in ENTRIES or re.fullmatch(r"http_\d{3}", code) or not code
    return code if ours else form_of(code)


def columns_of(plan: Plan) -> str:
    """A line per column: how full it is, what it holds, how long it is, its forms."""
    numbers = range(len(plan.sources))
    lines = [line for number in numbers for line in _columns(plan, number)]
    frame = pl.DataFrame(lines, schema=_COLUMNS_SCHEMA, orient="row")
    return _csv(frame)


_COLUMNS_SCHEMA: Final = pl.Schema(
    {
        "source": pl.UInt32(),
        "column": pl.String(),
        "filled": pl.String(),
        "holds": pl.String(),
        "shortest": pl.UInt32(),
        "longest": pl.UInt32(),
        "different": pl.UInt32(),
        "forms": pl.String(),
    }
)


def _columns(plan: Plan, number: int) -> Iterator[tuple[Any, ...]]:
    source, rows = plan.sources[number], _first_rows(plan, number)
    for profile in profile_columns(source.columns, rows):
        cells = rows[profile.column.id].drop_nulls()
        lengths = cells.str.len_chars()
        yield (
            number + 1,
            profile.name,
            f"{profile.filled:.0%}",
            profile.holds,
            lengths.min(),
            lengths.max(),
            cells.n_unique(),
            _forms(cells),
        )


def _first_rows(plan: Plan, number: int) -> pl.DataFrame:
    source = plan.sources[number]
    schema = {column.id: pl.String for column in source.columns}
    frames = [pl.DataFrame(schema=schema)]
    seen = 0
    for batch in plan.batches:
        if batch.source.number == number and seen < _LOOKED_AT:
            frames.append(batch.rows().select(*schema).head(_LOOKED_AT - seen))
            seen += frames[-1].height
    return pl.concat(frames)


def _forms(cells: pl.Series) -> str:
    """The most frequent forms, each with its number."""
    forms = cells.to_frame("cell").select(
        form=form(pl.col("cell").str.slice(0, _LONGEST_FORM))
    )
    counts: Counter[str] = Counter(dict(forms["form"].value_counts().iter_rows()))
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return " | ".join(f"{each} ({n})" for each, n in ordered[:_MOST_FORMS])


def issues_of(plan: Plan, tags: Tags) -> str:
    """A line per issue that was found before sending, its texts made again."""
    frames = [_no_issues()]
    left = MOST_LINES
    for batch in plan.batches:
        issues = batch.issues().head(left)
        left -= issues.height
        if not issues.is_empty():
            frames.append(_masked_issues(issues, batch.source.number, tags))
    return _csv(pl.concat(frames))


def _masked_issues(issues: pl.DataFrame, source: int, tags: Tags) -> pl.DataFrame:
    masked = issues.with_columns(
        source=pl.lit(source + 1, dtype=pl.UInt32),
        value=tags.masked(issues["value"]),
        same=tags.tags(issues["value"]),
    )
    return masked.with_columns(
        message=_text_again("message"), hint=_text_again("hint")
    ).select(_ISSUES_SCHEMA.names())


_ISSUES_SCHEMA: Final = pl.Schema(
    {
        "source": pl.UInt32(),
        "row": pl.UInt32(),
        "severity": pl.String(),
        "code": pl.String(),
        "column": pl.String(),
        "field": pl.String(),
        "value": pl.String(),
        "same": pl.String(),
        "message": pl.String(),
        "hint": pl.String(),
    }
)


def _no_issues() -> pl.DataFrame:
    return pl.DataFrame(schema=_ISSUES_SCHEMA)


def _text_again(which: str) -> pl.Expr:
    """The catalogue's text with the masked value; of its details nothing."""
    templates = {code: getattr(kind, which) for code, kind in ISSUES.items()}
    text = pl.col("code").replace_strict(templates, default="", return_dtype=pl.String)
    facts = {"value": "value", "column": "column", "field": "field"}
    for name, column in facts.items():
        text = text.str.replace_all(f"{{{name}}}", pl.col(column), literal=True)
    return text.str.replace_all(_OF_THE_ROW, _HIDDEN)


def log_of(plan: Plan, ledger: Ledger, run: int) -> str:
    """A line per sending of the run, in the order of the plan: no ids, no texts."""
    frames = [pl.DataFrame(schema=_LOG_SCHEMA)]
    left = MOST_LINES
    for batch in plan.batches:
        planned = to_send(batch.planned())
        sendings = ledger.sendings(run, planned["identity"]).head(left)
        left -= sendings.height
        rows = planned.select("row", "identity")
        frames.append(_log(rows, sendings, batch.source.number))
    return _csv(pl.concat(frames))


_LOG_SCHEMA: Final = pl.Schema(
    {
        "source": pl.UInt32(),
        "row": pl.UInt32(),
        "state": pl.String(),
        "sent_at": pl.String(),
        "answered_at": pl.String(),
        "attempts": pl.Int32(),
        "http_status": pl.Int32(),
        "code": pl.String(),
        "field": pl.String(),
        "message": pl.String(),
    }
)


def _log(rows: pl.DataFrame, sendings: pl.DataFrame, source: int) -> pl.DataFrame:
    told = rows.join(sendings, on="identity", how="inner", maintain_order="left")
    codes = {code: code_of(code) for code in told["code"].unique()}
    states = {state.value: state.name.lower() for state in State}
    state = pl.col("state").cast(pl.Int64)
    return told.select(
        source=pl.lit(source + 1, dtype=pl.UInt32),
        row="row",
        state=state.replace_strict(states, default="", return_dtype=pl.String),
        sent_at=_moment("claimed_at"),
        answered_at=_moment("at"),
        attempts="attempts",
        http_status="http_status",
        code=pl.col("code").replace_strict(codes, default="", return_dtype=pl.String),
        field=pl.when(pl.col("field").is_in(FIELDS)).then("field"),
        message=form(pl.col("message")),
    ).cast(_LOG_SCHEMA)


def _moment(column: str) -> pl.Expr:
    moment = pl.from_epoch(column, time_unit="ms").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
    return pl.when(pl.col(column) > 0).then(moment)


def _csv(frame: pl.DataFrame) -> str:
    return frame.with_columns(neutralize(_TEXTS)).write_csv()
