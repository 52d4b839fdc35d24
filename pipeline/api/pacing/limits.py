"""What refusals say of how many requests per second the API allows."""

from dataclasses import dataclass

LONGEST_WINDOW_PAUSE_SECONDS = 1.25
"""A limit per second is free again within a second, and what rounding adds."""
_NARROW = 1.06
_SAME_PAIR = 0.01
_LOWER = 0.015
_OTHER_PACE = 0.025
_STEADY = 0.05
_BURST = 1.3
_SHORTEST_RUN_SECONDS = 0.01


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
        self._seen: list[_Span] = []

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
        pair = episode.accepted / max(seconds - episode.wasted, _SHORTEST_RUN_SECONDS)
        running = episode.accepted / max(
            seconds - episode.paused, _SHORTEST_RUN_SECONDS
        )
        if saved_up and abs(running - old.high) < abs(pair - old.high):
            pair = running
        return _from_pair(pair, episode.accepted)

    def _is_saving(self, old: Estimate, episode: Episode, seconds: float) -> bool:
        pair = episode.accepted / seconds
        agrees = self._agrees(episode, seconds)
        if episode.paused > LONGEST_WINDOW_PAUSE_SECONDS or agrees:
            return True
        if self._saves_up:
            is_same = abs(pair - old.high) < _STEADY * old.high
            return is_same and episode.recent < _BURST * pair + 2
        return episode.recent + 1 < 0.99 * old.low

    def _agrees(self, episode: Episode, seconds: float) -> bool:
        """Whether three unlike spans came to one rate, and a lower one."""
        seen = [*self._seen, _Span(episode.accepted / seconds, episode.recent)]
        self._seen = seen[-2:]
        if len(seen) < 3:
            return False
        pairs = [span.pair for span in seen]
        recents = [span.recent for span in seen]
        is_one_rate = max(pairs) - min(pairs) < _SAME_PAIR * pairs[-1]
        is_other_pace = max(recents) - min(recents) > _OTHER_PACE * recents[-1] + 1
        is_lower = pairs[-1] < (1 - _LOWER) * episode.recent
        return is_one_rate and is_other_pace and is_lower


@dataclass(frozen=True)
class _Span:
    """From one episode to the next; `pair` is the mean rate accepted in it."""

    pair: float
    recent: int


def _from_start(episode: Episode) -> Estimate:
    """One of the server's own seconds likely, or surely two, lie in the last one."""
    share = 0.65 if episode.before else 0.9
    return Estimate(0.0, episode.recent, share * episode.recent)


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
