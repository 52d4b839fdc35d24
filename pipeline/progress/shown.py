"""Progress on stderr: a bar for terminals, plain lines for logs."""

import os
import sys
import time
from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from threading import Event, RLock, Thread
from types import TracebackType
from typing import Any, Final, Self

from tqdm import tqdm

from pipeline.progress.line import log_line, terminal_line
from pipeline.progress.progress import Progress, Silence
from pipeline.progress.situation import Course, Situation, Speed

_LINE_EVERY_SECONDS: Final = 10.0
_DRAWN_EVERY_SECONDS: Final = 0.5
_USUAL_WIDTH: Final = 80
# A terminal that is gone, or a full disk, must not end the work.
_UNSEEN: Final = (OSError,)


class Shown(Silence):
    """Counts rows; a thread of its own shows how far the work is, also when it waits.

    So a row costs an addition, and a terminal that is slow to draw delays nothing.
    """

    def __init__(self) -> None:
        self._lock = RLock()  # a signal's handler speaks too
        self._over = Event()
        self._thread = Thread(target=self._go_on_showing, daemon=True)
        self._piece: tuple[str, int | None] | None = None
        self._done = 0
        self._speed = Speed()
        self._ask: Callable[[], Situation] = Situation

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self.rest()

    def begin(self, what: str, total: int | None) -> None:
        with self._lock:
            self.rest()
            self._piece = (what, total)
            self._done, self._speed, self._ask = 0, Speed(), Situation
            self._speed.note(time.monotonic(), 0)
            with suppress(*_UNSEEN):
                self._show_new()

    def watch(self, ask: Callable[[], Situation]) -> None:
        self._ask = ask

    def advance(self, count: int) -> None:
        self._done += count

    def tick(self) -> None:
        """Shows how the work stands now, if that is due."""
        with self._lock, suppress(*_UNSEEN):
            if self._piece is not None:
                self._show_again()

    def rest(self) -> None:
        with self._lock, suppress(*_UNSEEN):
            self._piece = None
            self._hide()

    def course(self) -> Course:
        assert self._piece is not None  # noqa: S101
        what, total = self._piece
        return Course(what, self._done, total, self._speed.per_second, self._ask())

    @abstractmethod
    def _show_new(self) -> None: ...

    @abstractmethod
    def _show_again(self) -> None: ...

    @abstractmethod
    def _hide(self) -> None: ...

    def _go_on_showing(self) -> None:
        while not self._over.wait(_DRAWN_EVERY_SECONDS):
            self.tick()


class Bar(Shown):
    """A line that is drawn over and over, for terminals."""

    def __init__(self) -> None:
        super().__init__()
        self._meter: tqdm[Any] | None = None

    def say(self, text: str) -> None:
        with self._lock, suppress(*_UNSEEN):
            tqdm.write(text, file=sys.stderr)

    def _show_new(self) -> None:
        self._meter = tqdm(
            file=sys.stderr, bar_format="{desc}", dynamic_ncols=True, leave=False
        )
        self._draw(self._meter)

    def _show_again(self) -> None:
        self._speed.note(time.monotonic(), self._done)
        if self._meter is not None:
            self._draw(self._meter)

    def _hide(self) -> None:
        meter, self._meter = self._meter, None
        if meter is not None:
            meter.close()

    def _draw(self, meter: "tqdm[Any]") -> None:
        """In ASCII, so that every terminal can; the last column stays free."""
        columns = meter.format_dict["ncols"] or _USUAL_WIDTH
        meter.set_description_str(terminal_line(self.course(), columns - 1))


class Lines(Shown):
    """A plain line now and then, for logs."""

    def __init__(self) -> None:
        super().__init__()
        self._next_line = 0.0

    def say(self, text: str) -> None:
        with self._lock, suppress(*_UNSEEN):
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()

    def _show_new(self) -> None:
        self._next_line = time.monotonic() + _LINE_EVERY_SECONDS

    def _show_again(self) -> None:
        now = time.monotonic()
        if now >= self._next_line:
            self._next_line = now + _LINE_EVERY_SECONDS
            self._speed.note(now, self._done)
            self.say(log_line(self.course()))

    def _hide(self) -> None:
        pass


def progress_on_stderr(*, quiet: bool) -> Progress:
    if quiet:
        return Silence()
    can_draw = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return Bar() if can_draw else Lines()
