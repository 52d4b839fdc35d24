"""Whatever the sources, and whatever was wrong: corrected, each row is created once."""

import tempfile
from collections import Counter
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commands import Ended
from tests.fixloop.fixloop_givens import (
    COMBINING,
    KEYED,
    KEYLESS,
    Api,
    corrected,
    counts,
    fix_me_of,
    mapping,
    recording,
    report_book,
    written,
)

IDS = ("a", "b", "c")
FLAWS = ("good", "undated", "refused")


@dataclass(frozen=True)
class World:
    """Sources of (id, flaw), how they are written and mapped, and what is corrected.

    Each round corrects the rows whose ids it names; the last one, all others.
    """

    sources: tuple[tuple[tuple[str, str], ...], ...]
    mapping: str
    delimiter: str
    ending: str
    rounds: tuple[frozenset[str], ...]
    through_book: bool


rows = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(FLAWS)), min_size=1, max_size=6
)
worlds = st.builds(
    World,
    sources=st.lists(rows.map(tuple), min_size=1, max_size=2).map(tuple),
    mapping=st.sampled_from([KEYED, KEYLESS, COMBINING]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    ending=st.sampled_from(["\n", "\r\n"]),
    rounds=st.lists(st.frozensets(st.sampled_from(IDS)), max_size=1).map(tuple),
    through_book=st.booleans(),
)


def right(cells: dict[str, str]) -> None:
    """What a row says when nothing is wrong with it; it looks like a formula."""
    cells["When"] = f"2024-03-0{1 + IDS.index(cells['Id'])}"
    cells["What"] = f"=call {cells['Id']}"


def line_of(name: str, flaw: str) -> list[str]:
    cells = {"Id": name}
    right(cells)
    if flaw == "undated":
        cells["When"] = "soon"
    if flaw == "refused":
        cells["What"] = f"refuse {name}"
    return list(cells.values())


def write(world: World) -> list[str]:
    mapping(world.mapping)
    for number, source in enumerate(world.sources):
        lines = [["Id", "When", "What"], *(line_of(*row) for row in source)]
        text = written(lines, world.ending, world.delimiter)
        Path(f"{number}.csv").write_text(text, encoding="utf-8", newline="")
    return [f"{number}.csv" for number in range(len(world.sources))]


def expected(world: World) -> Counter[str]:
    """The activities that must be there in the end, by their subjects."""
    together = [Counter(name for name, _ in rows) for rows in world.sources]
    by_flaw = {
        flaw: [Counter(n for n, f in rows if f == flaw) for rows in world.sources]
        for flaw in FLAWS
    }
    right, undated, refused = by_flaw.values()
    times: Counter[str] = Counter()
    for name in IDS:
        if world.mapping != KEYLESS:
            times[name] = int(any(each[name] for each in together))
        elif world.through_book:
            times[name] = max(each[name] for each in together)
        else:
            times[name] = (
                max(each[name] for each in right)
                + max(each[name] for each in refused)
                + sum(each[name] for each in undated)
            )
    return Counter({f"=call {name}": n for name, n in times.items() if n})


def mended(world: World, first: Ended, ended: Ended, names: frozenset[str]) -> Path:
    """A workbook is corrected further; of the others, that of the last run."""

    def correct(cells: dict[str, str]) -> None:
        if cells["Id"] in names:
            right(cells)

    if world.through_book:
        return report_book(first, correct)
    return corrected(fix_me_of(ended), correct)


def live(api: Api, world: World) -> None:
    files = write(world)
    first = ended = api.run(*files, "-m", "plain.yaml")
    assert sum(counts(ended).values()) == sum(map(len, world.sources))
    for names in (*world.rounds, frozenset(IDS)):
        path = mended(world, first, ended, names)
        before = api.taken.copy()
        next_one = api.run(path, "--allow-empty")
        fixed = sum((api.taken - before).values())
        created = counts(next_one).get("created", 0)
        assert created == fixed or world.mapping == COMBINING
        after = api.taken.copy()
        again = api.run(path, "--allow-empty")
        assert api.taken == after
        assert "created" not in counts(again)
        assert sum(counts(again).values()) == sum(counts(next_one).values())
        ended = next_one
    assert api.taken == expected(world)
    api.run(*files, "-m", "plain.yaml")
    assert api.taken == expected(world)


@settings(max_examples=5, deadline=None)
@given(world=worlds)
def test_corrected_rows_are_created_once_each_and_nothing_is_lost(world: World) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        chdir(folder),
        patch.dict("os.environ", {"XDG_STATE_HOME": folder}),
        recording() as api,
    ):
        live(api, world)
