"""The activity request: its fields, its rules, and its JSON.

Facts of `POST /api/v2/activity`. The field names and the UTC time with `Z` are
shown on the endpoint's page; the categories and the required fields are those
of the older manual-activities route; the bounds are assumed.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
import pandera.polars as pa
import polars as pl

from pipeline.rows import Link

METADATA = ("activity_time", "subject", "description", "category")
IDS = (
    "account_id",
    "opportunity_id",
    "contact_ids",
    "sequence_id",
    "pipeline_select_list_value_id",
)
LINKS = ("account_id", "opportunity_id", "contact_ids")
FIELDS = METADATA + IDS
REQUIRED_FIELDS = frozenset({"activity_time", "subject"})
LIST_FIELDS = frozenset({"contact_ids"})
CATEGORIES = (
    "TEXT",
    "LINKEDIN",
    "SOCIAL_MEDIA",
    "EVENT",
    "CONFERENCE",
    "WEBINAR",
    "CALL",
    "OTHER",
)
SUBJECT_LENGTH = 255
DESCRIPTION_LENGTH = 32_000
MOST_CONTACTS = 100
STAMP_FIELDS = {"description": "\n\n", "subject": " "}
"""Fields that can bear a stamp, and what parts it from their text."""
_MARK_BYTES = 6
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S%.fZ"
OLD = datetime(1990, 1, 1, tzinfo=UTC)

UUID_FORM = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
UUID = rf"^{UUID_FORM}$"
_TIME = pl.Datetime("us", "UTC")
_TYPES = {"activity_time": _TIME, "contact_ids": pl.List(pl.String)}
_SAID = pl.Struct(
    {
        "attributes": pl.Struct(
            {
                "metadata": pl.Struct(
                    {"activity_time": pl.String(), "subject": pl.String()}
                ),
                "account_id": pl.String(),
                "opportunity_id": pl.String(),
                "contact_ids": pl.List(pl.String()),
            }
        )
    }
)
Test = Callable[[pl.Expr], pl.Expr]


@dataclass(frozen=True)
class ActivityRules:
    """What the mapping and the moment add to the contract. Lengths in characters."""

    now: datetime
    require_link: bool = False
    allow_future: bool = False
    subject_length: int = SUBJECT_LENGTH
    description_length: int = DESCRIPTION_LENGTH


def complete(fields: pl.DataFrame) -> pl.DataFrame:
    """`row` and every activity field, those that are not mapped as nulls."""
    return fields.select(
        "row",
        *(pl.col(name) if name in fields.columns else _absent(name) for name in FIELDS),
    )


def request_schema(
    rules: ActivityRules, mapped: Collection[str] = FIELDS
) -> pa.DataFrameSchema:
    """What must hold of a complete frame; each check bears the code of its issue.

    Fields that are not mapped are empty, and not looked at unless they are required.
    Give it a collected DataFrame: on a LazyFrame pandera checks types only.
    """
    uuid = _check("not_a_uuid", lambda cell: cell.str.contains(UUID))
    times = [] if rules.allow_future else [_check("future_time", _not_after(rules.now))]
    columns = {
        "activity_time": pa.Column(_TIME, times),
        "subject": pa.Column(
            pl.String,
            [_check("required", _not_empty), _at_most(rules.subject_length)],
        ),
        "description": pa.Column(
            pl.String, [_at_most(rules.description_length)], nullable=True
        ),
        "category": pa.Column(
            pl.String,
            [_check("unknown_value", lambda cell: cell.is_in(CATEGORIES))],
            nullable=True,
        ),
        "contact_ids": pa.Column(
            pl.List(pl.String),
            [_check("not_a_uuid", _all_uuids), _check("too_many_contacts", _few)],
            nullable=True,
        ),
    }
    scalars = [name for name in IDS if name not in LIST_FIELDS]
    ids = {name: pa.Column(pl.String, [uuid], nullable=True) for name in scalars}
    linked = [pa.Check(_linked, name="no_link")] if rules.require_link else []
    looked_at = REQUIRED_FIELDS.union(mapped)
    columns = {n: column for n, column in {**columns, **ids}.items() if n in looked_at}
    return pa.DataFrameSchema(columns, checks=linked)


def warning_schema() -> pa.DataFrameSchema:
    """What is probably wrong, but does not stop a row."""
    recent = _check("old_time", lambda cell: cell >= OLD)
    return pa.DataFrameSchema(
        {"activity_time": pa.Column(_TIME, recent, nullable=True)}
    )


def encode_bodies(fields: pl.DataFrame) -> pl.DataFrame:
    """`row` and `body`: the request as JSON text, absent fields left out.

    `fields` is complete and valid. `description` is sent even when empty.
    """
    parts = fields.select(
        "row",
        time=pl.col("activity_time").dt.strftime(TIME_FORMAT),
        # polars encodes a struct as {"subject":...}; the braces come off here.
        texts=_texts("subject", "description").str.slice(1).str.strip_suffix("}"),
        category=_optional("category"),
        ids=pl.concat_str([_id_member(name) for name in IDS]),
    )
    body = pl.concat_str(
        pl.lit('{"attributes":{"metadata":{"activity_time":"'),
        "time",
        pl.lit('",'),
        "texts",
        "category",
        pl.lit("}"),
        "ids",
        pl.lit("}}"),
    )
    return parts.select("row", body=body)


@dataclass(frozen=True)
class BodyFacts:
    """What a body says of its activity; `links` holds the most particular first."""

    subject: str
    activity_time: datetime
    links: tuple[Link, ...]


def facts_of(body: str) -> BodyFacts:
    """Reads a body that `encode_bodies` made."""
    attributes = orjson.loads(body)["attributes"]
    metadata = attributes["metadata"]
    ids = {
        "contact": attributes.get("contact_ids", []),
        "opportunity": [attributes.get("opportunity_id")],
        "account": [attributes.get("account_id")],
    }
    return BodyFacts(
        subject=metadata["subject"],
        activity_time=datetime.fromisoformat(metadata["activity_time"]),
        links=tuple(Link(kind, id_) for kind, of in ids.items() for id_ in of if id_),
    )


def facts_in(bodies: str) -> dict[str, pl.Expr]:
    """What bodies say, read from a column of them: time, subject and links as text."""
    attributes = pl.col(bodies).str.json_decode(_SAID).struct.field("attributes")
    metadata = attributes.struct.field("metadata")
    return {
        "activity_time": metadata.struct.field("activity_time"),
        "subject": metadata.struct.field("subject"),
        "account_id": attributes.struct.field("account_id"),
        "opportunity_id": attributes.struct.field("opportunity_id"),
        "contact_ids": attributes.struct.field("contact_ids").list.join("; "),
    }


def mark_of(identity: bytes) -> str:
    """The stamp of a row: short, and its own."""
    return f"[import:{identity[:_MARK_BYTES].hex()}]"


def stamped(body: str, field: str, identity: bytes) -> bytes:
    """The body with the row's mark at the end of its `field` (see STAMP_FIELDS)."""
    request = orjson.loads(body)
    metadata = request["attributes"]["metadata"]
    parts = [metadata[field], mark_of(identity)]
    metadata[field] = STAMP_FIELDS[field].join(filter(None, parts))
    return orjson.dumps(request)


def stamp_room(field: str) -> int:
    """How many characters a stamp takes of a field."""
    return len(STAMP_FIELDS[field]) + len(mark_of(bytes(_MARK_BYTES)))


def _absent(name: str) -> pl.Expr:
    return pl.lit(None, dtype=_TYPES.get(name, pl.String())).alias(name)


def _check(code: str, test: Test) -> pa.Check:
    def holds(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(test(pl.col(data.key)).fill_null(value=True))

    return pa.Check(holds, name=code)


def _at_most(length: int) -> pa.Check:
    return _check("too_long", lambda cell: cell.str.len_chars() <= length)


def _not_after(now: datetime) -> Test:
    return lambda cell: cell <= now


def _not_empty(cell: pl.Expr) -> pl.Expr:
    return cell != ""


def _all_uuids(cell: pl.Expr) -> pl.Expr:
    return cell.list.eval(pl.element().str.contains(UUID)).list.all()


def _few(cell: pl.Expr) -> pl.Expr:
    return cell.list.len() <= MOST_CONTACTS


def _linked(data: pa.PolarsData) -> pl.LazyFrame:
    filled = [pl.col(name).is_not_null() for name in LINKS]
    return data.lazyframe.select(pl.any_horizontal(filled))


def _texts(*names: str) -> pl.Expr:
    filled = [pl.col(name).fill_null("") for name in names]
    return pl.struct(filled).struct.json_encode()


def _id_member(name: str) -> pl.Expr:
    return _id_list(name) if name in LIST_FIELDS else _optional(name)


def _optional(name: str) -> pl.Expr:
    member = pl.concat_str(pl.lit(f',"{name}":"'), pl.col(name), pl.lit('"'))
    return member.fill_null("")


def _id_list(name: str) -> pl.Expr:
    ids = pl.col(name).list.join('","')
    member = pl.concat_str(pl.lit(f',"{name}":["'), ids, pl.lit('"]'))
    return member.fill_null("")
