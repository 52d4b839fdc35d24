"""What the limit is taken to be, after each series of refusals."""

import pytest

from pipeline.api.pacing.limits import Episode, Limits


def per_second(at: float, recent: int, *, before: int = 0, run: int) -> Episode:
    """Of a server that counts per second; everybody paused for a second before."""
    return Episode(at=at, accepted=run, recent=recent, before=before, paused=1.0)


def saving(at: float, recent: int, *, accepted: int) -> Episode:
    """Of a server that saves up what is not used."""
    return Episode(at, accepted, recent, before=recent, paused=0.1)


def learned(*episodes: Episode) -> list[tuple[float, float]]:
    limits = Limits()
    estimates = [limits.learn(episode) for episode in episodes]
    return [(round(each.low, 1), round(each.high, 1)) for each in estimates]


def test_the_first_refusal_bounds_the_limit_from_above_only() -> None:
    first = Episode(at=0.4, accepted=60, recent=60, before=0, paused=0)
    assert learned(first) == [(0, 60)]


def test_the_second_before_a_refusal_is_the_limit_of_one_that_counts_seconds() -> None:
    assert learned(
        per_second(0.4, 60, run=60),
        per_second(6.8, 51, before=50, run=260),
        per_second(90.0, 51, before=50, run=4100),
    )[1:] == [(50, 51), (50, 51)]


def test_a_run_too_short_for_a_whole_second_proves_little() -> None:
    found = learned(per_second(0.4, 60, run=60), per_second(2.4, 50, before=9, run=50))
    assert found[-1] == (16.7, 50)


def test_one_that_saves_up_allows_what_was_accepted_by_the_time_it_took() -> None:
    """Here fewer were accepted lately than its limit per second would allow."""
    assert learned(
        saving(1.0, 100, accepted=100),
        saving(5.0, 80, accepted=200),
        saving(25.0, 60, accepted=1000),
    )[-1] == (50, 50)


def test_unlike_spans_that_come_to_one_rate_tell_one_that_saves_up() -> None:
    assert learned(
        saving(1.0, 500, accepted=500),
        saving(6.0, 108, accepted=500),
        saving(14.0, 105, accepted=800),
        saving(34.0, 104, accepted=2000),
    )[-1] == (100, 100)


def test_a_long_pause_tells_one_that_counts_in_longer_spans() -> None:
    """500 in ten seconds, used up in one; half a second of the pause is rounding."""
    first = Episode(at=1.0, accepted=500, recent=500, before=0, paused=0)
    second = Episode(
        at=11.5, accepted=500, recent=400, before=50, paused=9.0, wasted=0.5
    )
    assert learned(first, second)[-1] == (50, 50)


def test_a_refusal_right_after_a_pause_is_survived() -> None:
    first = Episode(at=1.0, accepted=0, recent=0, before=0, paused=0)
    again = Episode(at=31.0, accepted=0, recent=0, before=0, paused=30.0)
    assert learned(first, again) == [(0, 0), (0, 0)]


@pytest.mark.parametrize(("low", "high"), [(50, 51), (491, 504), (4900, 5000)])
def test_a_safe_rate_lies_between_what_was_kept_and_what_was_refused(
    low: int, high: int
) -> None:
    limits = Limits()
    limits.learn(per_second(0.4, 2 * high, run=2 * high))
    estimate = limits.learn(per_second(9.4, high, before=low, run=8 * low))
    assert estimate.is_narrow
    assert 0.98 * low < estimate.safe < high
