"""When answers count as slow."""

from collections.abc import Iterable
from random import Random

import pytest

from pipeline.api.pacing.latency import LOOK_DOWN, Latency


def judge(latency: Latency, now: float, answers: Iterable[float]) -> float:
    for seconds in answers:
        latency.add(now, seconds)
    assert latency.is_known
    return latency.judge(now, places=4)


def test_answers_twice_as_slow_are_healthy_with_half_as_many_in_flight() -> None:
    latency = Latency()
    shares = [judge(latency, now, [s] * 8) for now, s in enumerate((0.1, 0.12, 0.2))]
    assert shares == pytest.approx([1, 1, 0.5])


def test_answers_that_differ_by_chance_are_not_slow() -> None:
    random, latency = Random(5), Latency()
    shares = [
        judge(latency, 0.1 * step, [random.expovariate(10) for _ in range(50)])
        for step in range(100)
    ]
    assert sum(share < 1 for share in shares) <= 2


def test_answers_of_a_millisecond_may_take_two() -> None:
    latency = Latency()
    assert [judge(latency, now, [s] * 8) for now, s in ((0, 0.001), (1, 0.002))] == [
        1,
        1,
    ]


def test_too_few_answers_are_not_judged() -> None:
    latency = Latency()
    for _ in range(7):
        latency.add(0, 0.1)
    assert not latency.is_known
    latency.add(0, 0.1)
    assert latency.is_known


def test_requests_that_left_before_the_last_judgement_do_not_count() -> None:
    latency = Latency()
    judge(latency, 5, [0.1] * 8)
    for _ in range(8):
        latency.add(4.9, 9)
    assert not latency.is_known


def test_a_floor_that_may_be_a_queue_is_measured_anew_after_a_while() -> None:
    latency = Latency()
    judge(latency, 0, [0.1] * 8)
    shares = [judge(latency, now, [0.125] * 8) for now in (29, 31, 62)]
    assert shares == [1, LOOK_DOWN, 1]
