"""validate: activity fields become request bodies, or issues of their row."""

from collections.abc import Mapping as Dict

import pandera.polars as pa
import polars as pl

from pipeline.activity import (
    CATEGORIES,
    MOST_CONTACTS,
    OLD,
    ActivityRules,
    complete,
    encode_bodies,
    request_schema,
    warning_schema,
)
from pipeline.alike import did_you_mean_each
from pipeline.issues import all_issues, issue_rows, value_text
from pipeline.rows import Checked, Mapped, Severity

# Pandera's own name for the check that `nullable=False` stands for.
_CODES = {"not_nullable": "required"}
_OLD_ID = r"^[0-9A-Za-z]*\d[0-9A-Za-z]*$"
_LOOK_UP = "a `lookup` in the mapping turns it into Reevo's id."


def validate_rows(mapped: Mapped, rules: ActivityRules) -> Checked:
    """Checks every mapped row; rows without an error get a body."""
    fields = complete(mapped.fields)
    found = [
        _failures(fields, schema, rules, mapped.labels)
        for schema in (request_schema(rules, mapped.fields.columns), warning_schema())
    ]
    news = _news(all_issues(found), mapped.issues)
    issues = all_issues([mapped.batch.issues, mapped.issues, news])
    wrong = issues.filter(pl.col("severity") == Severity.ERROR)
    sound = fields.join(wrong, on="row", how="anti", maintain_order="left")
    bodies = encode_bodies(sound).join(
        mapped.keys, on="row", how="left", maintain_order="left"
    )
    return Checked(mapped, bodies.select("row", "key", "body"), issues)


def _failures(
    fields: pl.DataFrame,
    schema: pa.DataFrameSchema,
    rules: ActivityRules,
    labels: Dict[str, str],
) -> pl.DataFrame:
    try:
        schema.validate(fields, lazy=True)
    except pa.errors.SchemaErrors as error:
        # `index` is the position in the frame that was given, not the row.
        cases = error.failure_cases.select(
            "check", field=pl.col("column"), at=pl.col("index").cast(pl.UInt32)
        )
        return all_issues(
            [
                _issues(str(check), str(field), fields[group["at"]], rules, labels)
                for (check, field), group in cases.group_by(
                    "check", "field", maintain_order=True
                )
            ]
        )
    return all_issues([])


def _issues(
    check: str,
    field: str,
    failing: pl.DataFrame,
    rules: ActivityRules,
    labels: Dict[str, str],
) -> pl.DataFrame:
    code = _CODES.get(check, check)
    known = field in failing.columns
    return issue_rows(
        code,
        failing.with_columns(_near(code, field, failing)) if known else failing,
        column=labels.get(field, ""),
        field=field if known else "",
        value=value_text(failing.schema[field], field) if known else "",
        detail=_detail(code, field, rules),
    )


def _near(code: str, field: str, failing: pl.DataFrame) -> pl.Expr | pl.Series:
    """A further sentence for each message."""
    if code == "unknown_value":
        return did_you_mean_each(failing[field], CATEGORIES)
    if code == "not_a_uuid":
        return _kind_of_id(value_text(failing.schema[field], field)).alias("near")
    return pl.lit("").alias("near")


def _kind_of_id(text: pl.Expr) -> pl.Expr:
    return (
        pl.when(text.str.contains("@", literal=True))
        .then(pl.lit(f" It looks like an e-mail address: {_LOOK_UP}"))
        .when(text.str.contains(_OLD_ID))
        .then(pl.lit(f" It looks like an id of the old system: {_LOOK_UP}"))
        .otherwise(pl.lit(""))
    )


def _detail(code: str, field: str, rules: ActivityRules) -> str:
    lengths = {
        "subject": rules.subject_length,
        "description": rules.description_length,
    }
    details = {
        "too_long": str(lengths.get(field, "")),
        "unknown_value": ", ".join(CATEGORIES),
        "too_many_contacts": str(MOST_CONTACTS),
        "old_time": f"{OLD:%Y-%m-%d}",
    }
    return details.get(code, "")


def _news(found: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Without what only follows from an earlier error of the same row and field."""
    if found.is_empty():
        return found
    of_a_field = (pl.col("severity") == Severity.ERROR) & (pl.col("field") != "")
    told = earlier.filter(of_a_field).select("row", "field")
    kept = found.join(told, on=["row", "field"], how="anti", maintain_order="left")
    lookups = earlier.filter(
        pl.col("code").is_in(["lookup_no_match", "lookup_ambiguous", "fellow_invalid"])
    )
    unlinked = (pl.col("code") == "no_link") & pl.col("row").is_in(
        lookups["row"].unique().to_list()
    )
    return kept.filter(~unlinked)
