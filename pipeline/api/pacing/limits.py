"""What refusals say of how many requests per second the API allows."""

from dataclasses import dataclass

LONGEST_WINDOW_PAUSE_SECONDS = 1.25
"""A limit per second is free again within a second, and what rounding adds."""
_NARROW = 1.06
_SAME_PAIR = 0.015
_OTHER_SPAN = 0.1
_STEADY = 0.05
_BURST = 1.3


@dataclass(frozen=True)
class Episode:
    """Requests were refused, from one that left at `at` on.

    `accepted` counts all that were accepted since the episode before, `recent` those
    of the last second and `before` those of the second before that. `paused` is for
    how many seconds nobody left after the episode before, of which `wasted` were
    likely more than needed.
    """

    at: float
    accepted: int
    recent: int
    before: int
    paused: float
    wasted: float = 0.0


@dataclass(frozen=True)
class Estimate:
    """The limit is from `low` to `high` per second; `safe` is a rate to settle at."""

    low: float
    high: float
    safe: float

    @property
    def is_narrow(self) -> bool:
        """Whether it is good enough to settle on."""
        return self.high <= _NARROW * self.low + 1


class Limits:
    """Learns the limit from one episode after the other.

    Two kinds of servers must be told apart. One that counts per second is used up
    in the second before each episode, so that second's count is the limit. One that
    saves up what is not used (a token bucket), and one that counts in longer spans,
    is used up at both episodes: what was accepted between them, by the time between
    them, is the limit. The first kind is believed until it is disproved.
    """

    def __init__(self) -> None:
        self._last: Episode | None = None
        self._estimate: Estimate | None = None
        self._saves_up = False
        self._first_pair: tuple[float, float] | None = None

    def note(self, episode: Episode) -> None:
        """It may not have been the rate that was refused."""
        self._last = self._last or episode

    def learn(self, episode: Episode) -> Estimate:
        """What the limit is, after one more episode."""
        last, self._last = self._last, episode
        if last is None or last is episode:
            estimate = _from_start(episode)
        elif self._estimate is None:
            estimate = _from_second(episode, episode.at - last.at)
        else:
            estimate = self._compare(self._estimate, episode, episode.at - last.at)
        self._estimate = estimate
        return estimate

    def _compare(self, old: Estimate, episode: Episode, seconds: float) -> Estimate:
        saved_up, pair = self._saves_up, episode.accepted / seconds
        self._saves_up = self._is_saving(old, episode, seconds)
        if not self._saves_up:
            return _from_second(episode, seconds)
        if episode.paused <= LONGEST_WINDOW_PAUSE_SECONDS:
            return _from_pair(pair, episode.accepted)
        pair = episode.accepted / (seconds - episode.wasted)
        running = episode.accepted / (seconds - episode.paused)
        if saved_up and abs(running - old.high) < abs(pair - old.high):
            pair = running
        return _from_pair(pair, episode.accepted)

    def _is_saving(self, old: Estimate, episode: Episode, seconds: float) -> bool:
        pair = episode.accepted / seconds
        agrees = self._agrees(episode, seconds, pair)
        if episode.paused > LONGEST_WINDOW_PAUSE_SECONDS or agrees:
            return True
        if self._saves_up:
            is_same = abs(pair / old.high - 1) < _STEADY
            return is_same and episode.recent < _BURST * pair + 2
        return episode.recent + 1 < 0.99 * old.low

    def _agrees(self, episode: Episode, seconds: float, pair: float) -> bool:
        """Whether spans of different length came to the same rate, and a lower one."""
        if self._first_pair is None:
            self._first_pair = (seconds, pair)
        first_seconds, first_pair = self._first_pair
        if abs(pair - first_pair) > _SAME_PAIR * first_pair:
            self._first_pair = (seconds, pair)
            return False
        is_other_span = abs(seconds - first_seconds) > _OTHER_SPAN * first_seconds
        is_lower = pair < (1 - _SAME_PAIR) * episode.recent
        return episode.accepted > 50 and is_other_span and is_lower


def _from_start(episode: Episode) -> Estimate:
    """The first second may lie in two of the server's."""
    return Estimate(0.0, episode.recent, 0.9 * episode.recent)


def _from_second(episode: Episode, seconds: float) -> Estimate:
    low = episode.accepted / (seconds + 1)
    high = max(episode.recent, episode.accepted / seconds)
    if seconds - episode.paused >= 2:
        low = max(low, min(episode.before, episode.recent))
    estimate = Estimate(low, high, max(low - 0.3, 0.982 * high - 0.35))
    return estimate if estimate.is_narrow else Estimate(low, high, 0.88 * high)


def _from_pair(pair: float, accepted: int) -> Estimate:
    """One request more or less says little of thousands, and much of ten."""
    error = min(0.1, 1.5 / (accepted + 1))
    return Estimate(pair, pair, (0.99 - error) * pair)
