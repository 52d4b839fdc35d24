"""Identities: what makes two rows the same record for the same target.

An identity is 16 bytes: the first half of the BLAKE3 digest of a text. It stands
in ledgers for years: whoever changes these texts, or the text of a body, makes
every record a new one.
"""

from dataclasses import dataclass
from typing import Protocol

import polars as pl
import polars_hash as plh

from pipeline.mapping.model import Mapping
from pipeline.plan.held import CONTENTS, NOTHING_HELD, Held, free_ordinals
from pipeline.rows import Checked

_SEPARATOR = "\x1e"
_NO_TEXT = pl.lit(None, dtype=pl.String)
# The first row of each identity, and the number of its source.
_LEADS = {"identity": pl.Binary, "lead": pl.UInt32, "of": pl.UInt64}


@dataclass(frozen=True)
class Scope:
    """Where identities hold: the target (URL and workspace) and the old system."""

    target: str
    workspace: str
    system: str

    @property
    def place(self) -> tuple[str, str]:
        """The target as the ledger knows it: its URL and its workspace."""
        return self.target, self.workspace

    @property
    def prefix(self) -> str:
        return _SEPARATOR.join((self.target, self.workspace))


class Identifier(Protocol):
    """Gives the rows of a run their identities, a batch at a time, in order."""

    def identify(self, bodies: pl.DataFrame, source: int) -> pl.DataFrame:
        """`bodies` (row, key, body) with `identity`, `repeated` and `follows`.

        `identity` is Binary of 16 bytes; `repeated` is the code of an issue when
        the same record stands earlier in the run, else null; `follows` says in words
        which earlier row is sent for this one, too, else null. Where the content
        identifies, `content` is a number for it, and `ordinal` counts equal ones.
        """


def identifier(mapping: Mapping, scope: Scope, held: Held = NOTHING_HELD) -> Identifier:
    """`held` matters where the content identifies."""
    if mapping.combine:
        return CombinedIdentity(scope)
    return KeyIdentity(scope) if mapping.key else ContentIdentity(scope, held)


def identified(identities: Identifier, checked: Checked) -> pl.DataFrame:
    """The bodies of a batch with their identities, each by the source it comes from."""
    batch = checked.mapped.batch
    if batch.origins.is_empty() or checked.bodies.is_empty():
        return identities.identify(checked.bodies, batch.source.number)
    bodies = checked.bodies.join(
        batch.origins, on="row", how="left", maintain_order="left"
    )
    parts = bodies.partition_by("origin", maintain_order=True)
    named = (
        identities.identify(part.drop("origin"), part["origin"][0]) for part in parts
    )
    return pl.concat(named).sort("row")


def contents_of(identified: pl.DataFrame) -> pl.DataFrame | None:
    """What a later run must know of rows that their content identifies."""
    if "content" not in identified.columns:
        return None
    return identified.select(CONTENTS)


def body_digests(bodies: pl.Series) -> pl.Series:
    """16-byte digests of bodies, to tell a changed record from an equal one."""
    return bodies.to_frame("body").select(_digest(pl.col("body"))).to_series()


class KeyIdentity:
    """The key in the old system identifies the record."""

    def __init__(self, scope: Scope) -> None:
        self._prefix = _key_prefix(scope)
        self._seen: list[pl.DataFrame] = []

    def identify(self, bodies: pl.DataFrame, source: int) -> pl.DataFrame:
        named = bodies.with_columns(
            identity=_key_identity(self._prefix),
            content=(pl.col("body").hash() % 2**32).cast(pl.UInt32),
        ).with_columns(id=_number("identity"))
        earlier = self._earlier(named["id"])
        self._seen.append(named.select("id", "content"))
        here = named.with_columns(first=pl.col("content").first().over("id"))
        told = here.join(earlier, on="id", how="left", maintain_order="left")
        before = pl.coalesce("before", "first")
        again = pl.col("before").is_not_null() | ~pl.col("id").is_first_distinct()
        code = (
            pl.when(again & (before == pl.col("content")))
            .then(pl.lit("repeated"))
            .when(again)
            .then(pl.lit("repeated_with_changes"))
        )
        return told.select("row", "body", "identity", repeated=code, follows=_NO_TEXT)

    def _earlier(self, ids: pl.Series) -> pl.DataFrame:
        if not self._seen:
            return pl.DataFrame(schema={"id": ids.dtype, "before": pl.UInt32})
        seen = pl.concat(self._seen).filter(pl.col("id").is_in(ids.implode()))
        return seen.group_by("id").agg(before=pl.col("content").first())


class CombinedIdentity:
    """The key identifies the record, which all rows with that key are part of."""

    def __init__(self, scope: Scope) -> None:
        self._prefix = _key_prefix(scope)
        self._leads = pl.DataFrame(schema=_LEADS)

    def identify(self, bodies: pl.DataFrame, source: int) -> pl.DataFrame:
        named = bodies.with_columns(identity=_key_identity(self._prefix))
        of = pl.lit(source, dtype=pl.UInt64)
        own = named.select("identity", lead="row", of=of)
        self._leads = pl.concat([self._leads, own]).unique(
            "identity", keep="first", maintain_order=True
        )
        told = named.join(self._leads, on="identity", how="left", maintain_order="left")
        follows = (
            pl.when(pl.col("of") != source)
            .then(pl.lit("a row of an earlier file"))
            .when(pl.col("lead") != pl.col("row"))
            .then(pl.concat_str(pl.lit("row "), "lead"))
        )
        return told.select(
            "row", "body", "identity", repeated=_NO_TEXT, follows=follows
        )


class ContentIdentity:
    """The body identifies the record, and the how-manieth such body it is.

    Two equal rows of one source are two records; the same rows in a second
    source are the same two records. What is `held` is another record's.
    """

    def __init__(self, scope: Scope, held: Held = NOTHING_HELD) -> None:
        self._prefix = _SEPARATOR.join((scope.prefix, "body", ""))
        self._held = held
        self._seen: list[pl.DataFrame] = []

    def identify(self, bodies: pl.DataFrame, source: int) -> pl.DataFrame:
        named = bodies.with_columns(
            digest=_digest(pl.concat_str(pl.lit(self._prefix), "body"))
        ).with_columns(id=_number("digest"))
        earlier = self._earlier(named["id"], source)
        self._seen.append(named.select("id", source=pl.lit(source, dtype=pl.UInt64)))
        told = named.join(earlier, on="id", how="left", maintain_order="left")
        here = pl.col("id").cum_count().over("id")
        counted = told.with_columns(
            place=here + pl.col("same").fill_null(0), content=_content()
        )
        again = pl.col("place") <= pl.col("others").fill_null(0)
        return (
            self._with_ordinals(counted)
            .with_columns(_ordinal_identity())
            .select(
                "row",
                "body",
                "identity",
                repeated=pl.when(again).then(pl.lit("repeated")),
                follows=_NO_TEXT,
                content="content",
                ordinal="ordinal",
            )
        )

    def _with_ordinals(self, counted: pl.DataFrame) -> pl.DataFrame:
        held = self._held.among(counted["content"])
        if held.is_empty():
            return counted.with_columns(ordinal=pl.col("place").cast(pl.UInt32))
        return counted.with_columns(ordinal=free_ordinals(counted, held))

    def _earlier(self, ids: pl.Series, source: int) -> pl.DataFrame:
        if not self._seen:
            counts = {"same": pl.UInt32(), "others": pl.UInt32()}
            return pl.DataFrame(schema=pl.Schema({"id": ids.dtype, **counts}))
        seen = pl.concat(self._seen).filter(pl.col("id").is_in(ids.implode()))
        per_source = seen.group_by("id", "source").len()
        count = pl.col("len")
        return per_source.group_by("id").agg(
            same=count.filter(pl.col("source") == source).sum(),
            others=count.filter(pl.col("source") != source).max(),
        )


def _key_prefix(scope: Scope) -> str:
    return _SEPARATOR.join((scope.prefix, "key", scope.system, ""))


def _key_identity(prefix: str) -> pl.Expr:
    return _digest(pl.concat_str(pl.lit(prefix), "key"))


def _ordinal_identity() -> pl.Expr:
    later = pl.concat_str(
        pl.col("digest").bin.encode("hex"), pl.lit("#"), pl.col("ordinal")
    )
    first = pl.col("ordinal") == 1
    return (
        pl.when(first)
        .then(pl.col("digest"))
        .otherwise(_digest(later))
        .alias("identity")
    )


def _content() -> pl.Expr:
    """A number for a body, the same for years and for all targets."""
    number: pl.Expr = pl.col("body").nchash.xxh3_64()  # type: ignore[attr-defined]
    return number


def _digest(text: pl.Expr) -> pl.Expr:
    digest = text.chash.blake3()  # type: ignore[attr-defined]
    half: pl.Expr = digest.str.head(32).str.decode("hex")
    return half


def _number(name: str) -> pl.Expr:
    return pl.col(name).bin.reinterpret(dtype=pl.UInt128, endianness="big")


assert plh  # noqa: S101  (importing it gives expressions their `chash` namespace)
