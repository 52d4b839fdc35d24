"""What long work tells of itself while it goes on."""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from pipeline.progress.situation import Situation


class Progress(Protocol):
    """One piece of long work after the other; `total` is None when unknown.

    `watch` hands over who is asked how the present piece stands: now and then, and
    from another thread. `rest` shows nothing more until the next piece begins.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def begin(self, what: str, total: int | None) -> None: ...

    def watch(self, ask: Callable[[], Situation]) -> None: ...

    def advance(self, count: int) -> None: ...

    def say(self, text: str) -> None: ...

    def rest(self) -> None: ...


class Silence:
    """Shows nothing (`-q`)."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def begin(self, what: str, total: int | None) -> None:
        pass

    def watch(self, ask: Callable[[], Situation]) -> None:
        pass

    def advance(self, count: int) -> None:
        pass

    def say(self, text: str) -> None:
        pass

    def rest(self) -> None:
        pass
