"""What the ledger holds of planned identities, and whether the content changed."""

import polars as pl

from pipeline.ledger import State
from pipeline.plan.identity import body_digests


def with_changes(identified: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """`standing` with `changed`: whether the planned body differs from what was sent.

    `standing` has identity, run, state (a ledger `State`), body (a digest) and
    activity_id; the state becomes `created`, or `uncertain` for all others.
    """
    met = identified.join(
        standing,
        on="identity",
        how="inner",
        suffix="_sent",
        maintain_order="left_right",
    )
    digests = body_digests(met["body"]).alias("digest")
    return (
        met.with_columns(digests)
        .select(
            "identity",
            "run",
            "activity_id",
            state=pl.when(pl.col("state") == State.CREATED)
            .then(pl.lit("created"))
            .otherwise(pl.lit("uncertain")),
            changed=pl.col("digest") != pl.col("body_sent"),
        )
        .unique("identity", keep="first", maintain_order=True)
    )
