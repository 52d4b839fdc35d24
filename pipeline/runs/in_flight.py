"""What another run is sending at this moment: its answer is yet to come."""

import polars as pl

from pipeline.ledger import Ledger, State
from pipeline.runs.record import is_held

_INTENT = pl.col("state") == State.INTENT


def decided(ledger: Ledger, identities: pl.Series) -> pl.DataFrame:
    """The live sendings, as `Ledger.standing`, without those in flight.

    An intent of a run that no process works on any more stays: nobody will hear the
    answer.
    """
    found = ledger.standing(identities)
    sending = _sending(ledger, found)
    if found.filter(_INTENT)["run"].is_in(sending).all():
        return _without(found, sending)
    # A run may have come to its end since the ledger was asked.
    return _without(ledger.standing(identities), sending)


def _sending(ledger: Ledger, found: pl.DataFrame) -> list[str]:
    runs = found.filter(_INTENT)["run"].unique()
    return [run for run in runs if is_held(ledger.path, run)]


def _without(found: pl.DataFrame, sending: list[str]) -> pl.DataFrame:
    return found.filter(~(_INTENT & pl.col("run").is_in(sending)))
