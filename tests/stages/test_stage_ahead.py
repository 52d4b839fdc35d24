from collections.abc import Iterator
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ahead import ahead


class Maker:
    """Makes numbers, and remembers which; `second` is set when 2 is made."""

    def __init__(self) -> None:
        self.made: list[int] = []
        self.second = Event()

    def __iter__(self) -> Iterator[int]:
        for number in (1, 2, 3, 4):
            self.made.append(number)
            if number == 2:
                self.second.set()
            yield number


@given(st.lists(st.none() | st.integers(), max_size=20))
def test_the_same_items_come_in_the_same_order(items: list[int | None]) -> None:
    assert list(ahead(iter(items))) == items


def test_an_item_is_made_while_the_one_before_is_used() -> None:
    maker = Maker()
    items = ahead(maker)

    assert next(items) == 1
    assert maker.second.wait(timeout=30)
    assert maker.made == [1, 2]
    assert list(items) == [2, 3, 4]


def test_nothing_is_made_before_it_is_asked_for() -> None:
    maker = Maker()

    ahead(maker)

    assert maker.made == []


def test_an_error_comes_where_the_item_would_have_come() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError("bad")

    found = ahead(items())

    assert next(found) == 1
    with pytest.raises(ZeroDivisionError, match="bad"):
        next(found)


def test_who_stops_early_makes_no_more() -> None:
    maker = Maker()
    items = ahead(maker)

    next(items)
    items.close()  # type: ignore[attr-defined]

    assert maker.made == [1, 2]
