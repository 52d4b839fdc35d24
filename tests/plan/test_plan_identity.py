from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.mapping.model import Mapping
from pipeline.plan import (
    CombinedIdentity,
    ContentIdentity,
    Identifier,
    KeyIdentity,
    Scope,
    body_digests,
    identifier,
)
from tests.plan.plan_givens import IDENTIFIED, SCOPE, bodies, identified_by
from tests.stages.stage_givens import mapping, refs

KINDS = pytest.mark.parametrize(
    "kind", [KeyIdentity, ContentIdentity, CombinedIdentity]
)
AGAIN, CHANGED = "repeated", "repeated_with_changes"
PAIRS = st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"))
SOURCES = st.lists(st.lists(PAIRS, max_size=8), min_size=1, max_size=3)


def codes(
    identities: Identifier, *batches: tuple[int, Sequence[tuple[str | None, str]]]
) -> list[str | None]:
    return [repeated for _, repeated in identified_by(identities, *batches)]


def key_of(scope: Scope, key: str = "a", body: str = "x") -> bytes:
    return identified_by(KeyIdentity(scope), (0, [(key, body)]))[0][0]


def content_of(scope: Scope, body: str = "x") -> bytes:
    return identified_by(ContentIdentity(scope), (0, [(None, body)]))[0][0]


def test_identities_of_keys_are_the_same_for_years() -> None:
    found = identified_by(KeyIdentity(SCOPE), (0, [("a", "x"), ("é\x1f日本", "x")]))

    assert [identity.hex() for identity, _ in found] == [
        "d5525100bf74702c250c7b1d3d080fe8",
        "7089ff0364823c906a4cdfdafeb9004b",
    ]


def test_identities_of_contents_are_the_same_for_years() -> None:
    found = identified_by(ContentIdentity(SCOPE), (0, [(None, "x")] * 3))

    assert [identity.hex() for identity, _ in found] == [
        "8735238c68715dbd4b7a6a55ca56d5b2",
        "b98415474768090c7de8528dfbc750be",
        "aa53de4cd3b52cca8fde307aed404b51",
    ]


def test_digests_of_bodies_are_the_same_for_years() -> None:
    found = body_digests(pl.Series(["", '{"a":"é"}']))

    assert [digest.hex() for digest in found] == [
        "af1349b9f5f9a1a6a0404dea36dcc949",
        "73c22bfce375cb5f79542eefb6ddb2da",
    ]


@KINDS
def test_identified_rows_keep_rows_and_bodies(kind: type[Identifier]) -> None:
    identities: Identifier = kind(SCOPE)  # type: ignore[call-arg]

    found = identities.identify(bodies(("a", "x"), ("b", "y"), first_row=7), 0)

    assert found.select("row", "body").rows() == [(7, "x"), (8, "y")]
    assert found["identity"].bin.size().to_list() == [16, 16]
    assert found.columns[:5] == list(IDENTIFIED)
    assert dict(found.select(*IDENTIFIED).schema) == {
        "row": pl.UInt32(),
        "body": pl.String(),
        "identity": pl.Binary(),
        "repeated": pl.String(),
        "follows": pl.String(),
    }


@KINDS
def test_an_empty_batch_has_no_identities(
    kind: Callable[[Scope], Identifier],
) -> None:
    identities = kind(SCOPE)

    assert identified_by(identities, (0, []), (0, [("a", "x")]), (1, [])) == (
        identified_by(kind(SCOPE), (0, [("a", "x")]))
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(SCOPE, target="https://api.example.org"),
        replace(SCOPE, workspace="second"),
        replace(SCOPE, system="globex"),
    ],
)
def test_a_key_elsewhere_is_another_record(other: Scope) -> None:
    assert key_of(other) != key_of(SCOPE)


def test_the_content_under_a_key_does_not_matter() -> None:
    assert key_of(SCOPE, body="y") == key_of(SCOPE)


@pytest.mark.parametrize("other", ["b", "A", "a ", "a\x1f"])
def test_another_key_is_another_record(other: str) -> None:
    assert key_of(SCOPE, other) != key_of(SCOPE)


@pytest.mark.parametrize(
    "other",
    [
        replace(SCOPE, target="https://api.example.org"),
        replace(SCOPE, workspace="second"),
    ],
)
def test_a_content_at_another_target_is_another_record(other: Scope) -> None:
    assert content_of(other) != content_of(SCOPE)


def test_a_content_is_the_same_record_whatever_the_system() -> None:
    assert content_of(replace(SCOPE, system="globex")) == content_of(SCOPE)


def test_a_key_is_never_taken_for_a_content() -> None:
    scope = replace(SCOPE, system="")

    assert key_of(scope, "x") != content_of(scope, "x")


def test_a_key_seen_again_is_repeated() -> None:
    rows = [("a", "x"), ("b", "x"), ("a", "x"), ("a", "y")]

    assert codes(KeyIdentity(SCOPE), (0, rows)) == [None, None, AGAIN, CHANGED]


def test_a_key_is_compared_with_its_first_row() -> None:
    batches = [(0, [("a", "x")]), (0, [("a", "y")]), (1, [("a", "x"), ("a", "y")])]

    assert codes(KeyIdentity(SCOPE), *batches) == [None, CHANGED, AGAIN, CHANGED]


def test_two_equal_rows_of_one_source_are_two_records() -> None:
    rows = [(None, "x"), (None, "x")]

    found = identified_by(ContentIdentity(SCOPE), (0, rows))

    assert [repeated for _, repeated in found] == [None, None]
    assert found[0] != found[1]


def test_the_same_rows_of_a_second_source_are_the_same_records() -> None:
    rows = [(None, "x"), (None, "x"), (None, "y")]

    found = identified_by(ContentIdentity(SCOPE), (0, rows), (1, rows))

    first, second = found[:3], found[3:]
    assert [identity for identity, _ in first] == [identity for identity, _ in second]
    assert [repeated for _, repeated in second] == [AGAIN] * 3


def test_what_a_later_source_has_more_of_is_new() -> None:
    once, thrice = [(None, "x")], [(None, "x")] * 3

    found = codes(ContentIdentity(SCOPE), (0, once), (1, thrice), (2, thrice))

    assert found == [None, AGAIN, None, None, AGAIN, AGAIN, AGAIN]


def test_the_source_that_has_most_of_a_content_counts_not_their_sum() -> None:
    sources = [(0, [(None, "x")] * 2), (1, [(None, "x")] * 2), (2, [(None, "x")] * 3)]

    assert codes(ContentIdentity(SCOPE), *sources)[4:] == [AGAIN, AGAIN, None]


@KINDS
@settings(deadline=None)
@given(data=st.data(), sources=SOURCES)
def test_how_batches_are_cut_does_not_matter(
    kind: Callable[[Scope], Identifier],
    data: st.DataObject,
    sources: list[list[tuple[str, str]]],
) -> None:
    whole = [(number, rows) for number, rows in enumerate(sources)]
    cut = []
    for number, rows in whole:
        places = data.draw(st.lists(st.integers(0, len(rows)), max_size=4))
        ends = [0, *sorted(places), len(rows)]
        cut += [(number, rows[a:b]) for a, b in pairwise(ends)]

    assert identified_by(kind(SCOPE), *cut) == identified_by(kind(SCOPE), *whole)


@given(SOURCES)
def test_each_record_is_new_exactly_once(sources: list[list[tuple[str, str]]]) -> None:
    batches = list(enumerate(sources))
    for kind in (KeyIdentity, ContentIdentity):
        found = identified_by(kind(SCOPE), *batches)

        fresh = [identity for identity, repeated in found if repeated is None]
        assert len(fresh) == len(set(fresh))
        assert set(fresh) == {identity for identity, _ in found}


@pytest.mark.parametrize(
    ("rules", "kind"),
    [
        (mapping({}, key=refs("Id")), KeyIdentity),
        (mapping({}), ContentIdentity),
    ],
)
def test_a_mapping_with_a_key_identifies_by_key(
    rules: Mapping, kind: type[Identifier]
) -> None:
    assert type(identifier(rules, SCOPE)) is kind


def test_rows_of_one_key_are_one_record_that_the_first_of_them_is_sent_for() -> None:
    identities = CombinedIdentity(SCOPE)
    first = bodies(("a", "x"), ("b", "y"), ("a", "x"))
    second = bodies(("b", "y"), ("c", "z"), ("c", "z"), first_row=5)
    other_file = bodies(("a", "x"), ("d", "v"))

    found = [
        *(identities.identify(part, 0) for part in (first, second)),
        identities.identify(other_file, 1),
    ]

    assert [part["follows"].to_list() for part in found] == [
        [None, None, "row 2"],
        ["row 3", None, "row 6"],
        ["a row of an earlier file", None],
    ]
    keys = pl.concat(part.select("identity") for part in found)["identity"].to_list()
    assert keys == [key_of(SCOPE, letter) for letter in "ababccad"]
    assert pl.concat(part["repeated"] for part in found).null_count() == len(keys)


def test_a_combining_mapping_gives_identities_of_keys() -> None:
    combining = mapping({}, key=refs("Id"), combine=True)

    assert isinstance(identifier(combining, SCOPE), CombinedIdentity)
