"""How far long work has come, on stderr: a bar, plain lines, or silence."""

import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol, Self

from tqdm import tqdm

_LINE_EVERY_SECONDS = 10.0
# A terminal that is gone, or a full disk, must not end the work.
_UNSEEN = (OSError,)


class Progress(Protocol):
    """One piece of long work after the other; `total` is None when unknown."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def begin(self, what: str, total: int | None) -> None: ...

    def advance(self, count: int) -> None: ...

    def say(self, text: str) -> None: ...


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

    def advance(self, count: int) -> None:
        pass

    def say(self, text: str) -> None:
        pass


class Bar(Silence):
    """A tqdm bar, for terminals."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def begin(self, what: str, total: int | None) -> None:
        self._close()
        with suppress(*_UNSEEN):
            self._bar = tqdm(desc=what, total=total, unit=" rows", leave=False)

    def advance(self, count: int) -> None:
        if self._bar is not None:
            with suppress(*_UNSEEN):
                self._bar.update(count)

    def say(self, text: str) -> None:
        with suppress(*_UNSEEN):
            tqdm.write(text, file=sys.stderr)

    def _close(self) -> None:
        if self._bar is not None:
            with suppress(*_UNSEEN):
                self._bar.close()
            self._bar = None


class Lines(Silence):
    """A plain line now and then, for logs."""

    def __init__(self) -> None:
        self._what = ""
        self._done = 0
        self._of = ""
        self._next_line = 0.0

    def begin(self, what: str, total: int | None) -> None:
        self._what, self._done = what, 0
        self._of = "" if total is None else f" of {total:,}"
        self._next_line = time.monotonic() + _LINE_EVERY_SECONDS

    def advance(self, count: int) -> None:
        self._done += count
        if time.monotonic() < self._next_line:
            return
        self._next_line = time.monotonic() + _LINE_EVERY_SECONDS
        self.say(f"{self._what}: {self._done:,}{self._of} rows")

    def say(self, text: str) -> None:
        with suppress(*_UNSEEN):
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()


def progress_on_stderr(*, quiet: bool) -> Progress:
    if quiet:
        return Silence()
    return Bar() if sys.stderr.isatty() else Lines()
