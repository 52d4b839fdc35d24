"""An asyncio loop on which hours pass in no time, and always in the same way.

    async def night() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    assert run_virtually(night) == 3600

The loop's clock stands still while anything runs, and jumps to the next timer when
everybody waits. While a call in `run_in_executor` or `to_thread` is under way it
stands still as well. Threads of other kinds may be overtaken by timers.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

LONGEST_CALL_SECONDS = 60.0
LONGEST_SILENCE_SECONDS = 2.0
"""Real ones: how long threads are waited for before it is called Stuck."""


class Stuck(Exception):
    """Everybody waits, and nothing is left that could wake anybody."""


def run_virtually(
    function: Callable[[], Coroutine[Any, Any, Result]], *, start: float = 0.0
) -> Result:
    """What `function` returns when run on a clock that begins at `start` seconds.

    Raises Stuck instead of waiting for ever.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(start)) as runner:
        return runner.run(function())


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` is virtual, in seconds, and so are all timers and sleeps."""

    def __init__(self, start: float) -> None:
        self._now = start
        self._calls_in_threads = 0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Seconds, which pass only while everybody waits."""
        return self._now

    def pass_time(self, seconds: float) -> None:
        """Moves the clock; timers that fall due by it run next."""
        self._now += seconds

    @property
    def waits_for_thread(self) -> bool:
        """Whether real work is under way, during which no time passes."""
        return self._calls_in_threads > 0

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[*Arguments], Result],
        *args: *Arguments,
    ) -> asyncio.Future[Result]:
        """As asyncio's, and holds the clock until the call is over."""
        future = super().run_in_executor(executor, func, *args)
        self._calls_in_threads += 1
        future.add_done_callback(self._forget_call)
        return future

    def _forget_call(self, future: asyncio.Future[Any]) -> None:
        self._calls_in_threads -= 1


class _JumpingSelector(selectors.BaseSelector):
    """Moves the loop's clock on where a real selector would sleep."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._real = selectors.DefaultSelector()

    def register(
        self, fileobj: Any, events: int, data: Any = None
    ) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(
        self, fileobj: Any, events: int, data: Any = None
    ) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def close(self) -> None:
        self._real.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return []
        if self._loop.waits_for_thread:
            return self._wait_really(LONGEST_CALL_SECONDS)
        if timeout is None:
            return self._wait_really(LONGEST_SILENCE_SECONDS)
        self._loop.pass_time(timeout)
        return []

    def _wait_really(self, seconds: float) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._real.select(seconds)
        if not ready:
            raise Stuck("Everybody waits, and nothing wakes anybody.")
        return ready
