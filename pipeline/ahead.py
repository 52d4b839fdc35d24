"""The next item is made while this one is used."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The same items, in order; a thread is one ahead.

    It pays where the making lets other threads run, as Polars and Arrow do. What
    the making raises is raised here.
    """
    source = ([item] for item in items)
    nothing: list[Item] = []
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, source, nothing)
        while found := coming.result():
            coming = thread.submit(next, source, nothing)
            yield from found
