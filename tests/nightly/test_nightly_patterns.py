"""Whether two patterns fit one name."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.nightly.patterns import common_name
from tests.nightly.nights import Nights

PATTERNS = st.text("ab*?[]!.", max_size=6)


@pytest.mark.parametrize(
    ("some", "others", "name"),
    [
        (["*.csv"], ["calls*"], "calls.csv"),
        (["*.csv"], ["*"], "a.csv"),
        (["*"], ["*"], "a"),
        (["CALLS-*.csv"], ["*-[0-9].csv"], "calls-0.csv"),
        (["calls-*.csv", "x*"], ["mails-*.csv"], None),
        (["calls-*.csv"], ["calls-*.csv.gz", "calls-?.csv"], "calls-a.csv"),
    ],
)
def test_a_name_that_both_fit(
    some: list[str], others: list[str], name: str | None
) -> None:
    assert common_name(some, others) == name


@given(one=PATTERNS, other=PATTERNS, name=st.text("ab.", max_size=5))
def test_what_is_found_fits_and_is_found_where_a_name_fits(
    one: str, other: str, name: str
) -> None:
    found = common_name([one], [other])

    if found:
        assert fnmatchcase(found, one)
        assert fnmatchcase(found, other)
    elif name:
        assert not (fnmatchcase(name, one) and fnmatchcase(name, other))


def test_two_jobs_that_would_take_one_file_are_found_by_a_check(
    nights: Nights,
) -> None:
    with nights.config.open("a") as file:
        file.write("  - {name: all, inbox: inbox, pattern: '*', mapping: calls.yaml}\n")

    ended = nights.typed("--check")

    assert ended.code == 0
    assert f"both fit a file such as 'a.csv' in {nights.inbox}; calls would take" in (
        " ".join(ended.out.split())
    )
