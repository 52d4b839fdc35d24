"""Whether rows to send were imported before, while another run sends, too."""

import polars as pl

from pipeline.plan import FamiliarBodies
from pipeline.plan.decide import PLANNED_SCHEMA
from pipeline.plan.identity import body_digests

ROWS = [1, 2, 3, 4]


def planned(*rows: int) -> pl.DataFrame:
    given = {
        "row": rows,
        "status": ["unsent"] * len(rows),
        "identity": [bytes([row]) * 16 for row in rows],
        "body": [f"body {row}" for row in rows],
    }
    missing = {name: None for name in PLANNED_SCHEMA if name not in given}
    frame = pl.DataFrame({**given, **{name: [None] * len(rows) for name in missing}})
    return frame.select(PLANNED_SCHEMA.names()).cast(PLANNED_SCHEMA)


class Elsewhere:
    """A ledger: another run sends `a_turn` more of the rows each time it is asked."""

    def __init__(self, familiar: tuple[int, ...], a_turn: tuple[tuple[int, ...], ...]):
        self.imported = (
            {*body_digests(planned(*familiar)["body"])} if familiar else set()
        )
        self.turns = [*a_turn]
        self.live: list[int] = []

    def imported_bodies(self, digests: pl.Series) -> tuple[int, int]:
        now = self.turns.pop(0) if self.turns else ()
        self.live += now
        sent = {*body_digests(planned(*now)["body"])} if now else set()
        self.imported |= sent
        return len(digests), sum(one in self.imported for one in digests)

    def standing(self, identities: pl.Series) -> pl.DataFrame:
        live = [bytes([row]) * 16 for row in self.live]
        return pl.DataFrame({"identity": live}, schema={"identity": pl.Binary})


def counted(ledger: Elsewhere) -> tuple[int, int]:
    familiar = FamiliarBodies(ledger.imported_bodies, ledger.standing)
    familiar.see(planned(*ROWS))
    return familiar.counts


def test_what_was_imported_under_other_identities_is_familiar() -> None:
    assert counted(Elsewhere((1, 2, 3), ())) == (4, 3)


def test_what_another_run_sends_meanwhile_is_not() -> None:
    assert counted(Elsewhere((), ((1, 2), (3,)))) == (1, 0)
    assert counted(Elsewhere((3, 4), ((1, 2),))) == (2, 2)


def test_nothing_is_left_to_compare_when_another_run_sends_it_all() -> None:
    assert counted(Elsewhere((), ((1, 2, 3, 4),))) == (0, 0)
