from collections.abc import Callable
from pathlib import Path

import polars as pl

from pipeline.plan import body_digests, requests_of
from pipeline.rows import Request
from tests.plan.plan_givens import identity, planned, sealed


def settled(*numbers: int) -> Callable[[pl.Series], pl.DataFrame]:
    """Knows those identities, and no others."""
    known = [identity(n) for n in numbers]

    def of(identities: pl.Series) -> pl.DataFrame:
        return identities.filter(identities.is_in(known)).to_frame("identity")

    return of


def request(row: int, number: int) -> Request:
    body = f'{{"row":{row}}}'
    return Request(identity(number), body_digests(pl.Series([body]))[0], body.encode())


def test_requests_come_in_the_order_of_the_source(tmp_path: Path) -> None:
    plan = sealed(
        tmp_path,
        planned((2, "unsent", 9), (3, "unsent", 1)),
        planned((4, "unsent", 5)),
    )

    found = list(requests_of(plan, settled()))

    assert found == [request(2, 9), request(3, 1), request(4, 5)]


def test_only_rows_to_send_become_requests(tmp_path: Path) -> None:
    statuses = ("invalid", "skipped")
    gone = [(n, status, None) for n, status in enumerate(statuses, start=2)]
    held = [(7, "duplicate", 1), (8, "uncertain", 2), (9, "unsent", 3)]

    plan = sealed(tmp_path, planned(*gone, *held))

    assert list(requests_of(plan, settled())) == [request(9, 3)]


def test_what_is_settled_is_not_sent_again(tmp_path: Path) -> None:
    plan = sealed(
        tmp_path,
        planned((2, "unsent", 1), (3, "unsent", 2)),
        planned((4, "unsent", 3)),
    )

    assert list(requests_of(plan, settled(1, 3))) == [request(3, 2)]


def test_what_is_settled_is_asked_batch_by_batch_when_its_turn_comes(
    tmp_path: Path,
) -> None:
    plan = sealed(tmp_path, planned((2, "unsent", 1)), planned((3, "unsent", 2)))
    asked: list[list[bytes]] = []

    def none_settled(identities: pl.Series) -> pl.DataFrame:
        asked.append(identities.to_list())
        return identities.to_frame("identity").clear()

    requests = requests_of(plan, none_settled)

    assert next(requests) == request(2, 1)
    assert asked == [[identity(1)]]
    assert list(requests) == [request(3, 2)]
    assert asked == [[identity(1)], [identity(2)]]


def test_a_plan_without_bodies_left_to_send_has_no_requests(tmp_path: Path) -> None:
    assert list(requests_of(sealed(tmp_path), settled())) == []


def test_bodies_are_sent_as_utf_8(tmp_path: Path) -> None:
    table = planned((2, "unsent", 1)).with_columns(body=pl.lit('"é"'))

    (found,) = requests_of(sealed(tmp_path, table), settled())

    assert found.body == b'"\xc3\xa9"'
