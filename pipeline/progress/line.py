"""A piece of work on one line: for a terminal, which is narrow, or for a log."""

from typing import Final

from pipeline.progress.situation import Course
from pipeline.rows import rows_told

_GAP: Final = "  "
_LONGEST_BAR: Final = 20
_SHORTEST_BAR: Final = 8


def terminal_line(course: Course, width: int) -> str:
    """What fits into `width`; what matters less is left out first. All is ASCII."""
    head = f"{course.what}{_percent(course)}"
    situation = course.situation
    # In the order in which they stand, each with its rank.
    parts = [
        (3, _rows(course)),
        (4, course.rate),
        (1, course.time_left),
        (5, course.created),
        (2, course.needy),
        (6, "" if situation.waiting else situation.pace),
        (0, situation.waiting),
    ]
    line = _GAP.join([head, *_fitting(parts, width - len(head))])
    return _with_bar(course, head, line, width) if len(line) <= width else line[:width]


def log_line(course: Course) -> str:
    """All there is to tell."""
    situation = course.situation
    told = [
        f"{course.what}: {_done(course)}",
        *filter(None, [course.rate, course.time_left, course.created, course.needy]),
    ]
    why = situation.waiting or situation.pace
    return ", ".join(told) + (f"; {why}" if why else "")


def _done(course: Course) -> str:
    if course.total is None:
        return rows_told(course.done)
    return f"{course.done:,} of {rows_told(course.total)}"


def _fitting(parts: list[tuple[int, str]], room: int) -> list[str]:
    chosen = set()
    for rank, text in sorted(parts):
        needed = len(_GAP) + len(text)
        if text and (needed <= room or not rank):
            chosen.add(rank)
            room -= needed
    return [text for rank, text in parts if rank in chosen]


def _percent(course: Course) -> str:
    if not course.total:
        return ""
    return f" {min(100, 100 * course.done // course.total):3d}%"


def _rows(course: Course) -> str:
    if course.total is None:
        return rows_told(course.done)
    return f"{course.done:,}/{course.total:,}"


def _with_bar(course: Course, head: str, line: str, width: int) -> str:
    """With a bar after the head, where there is room for one."""
    room = min(_LONGEST_BAR, width - len(line) - len(_GAP) - len("[]"))
    if not course.total or room < _SHORTEST_BAR:
        return line
    full = min(room, room * course.done // course.total)
    return f"{head} [{'#' * full}{'-' * (room - full)}]{line[len(head) :]}"
