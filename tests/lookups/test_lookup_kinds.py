"""What counts as the same value, by kind of lookup."""

import string
import typing

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lookups import KIND_OF, forms
from pipeline.mapping import model

SAME = {
    "exact": [["Ada", " Ada\t"], ["ada"]],
    "number": [
        ["32", " 032", "32.0", "32,00", "0032.000"],
        ["0", "00", "0.0"],
        ["32.5"],
        ["3.2E+1"],
        ["zcrm_32"],
    ],
    "email": [
        ["ada@x.com", "Ada@X.com", " ADA@x.COM ", "Ada L <ada@x.com>", "<Ada@x.com>"],
        ["mailto:bob@x.com", "MAILTO:Bob@x.com?subject=Hi", "bob@x.com"],
        ["n/a", "N/A"],
        ["ada@x.com.au"],
    ],
    "domain": [
        [
            "acme.com",
            "https://www.Acme.com/about?x=1#y",
            "HTTP://ACME.COM:8080",
            "ada@acme.com",
            "Ada <ada@ACME.com>",
            "www.acme.com.",
            "https://user@acme.com/",
        ],
        [
            "b\u00fccher.example",
            "https://B\u00dcCHER.example/",
            "xn--bcher-kva.example",
        ],
        ["shop.acme.com"],
        ["n/a", "N/A"],
        ["n/b"],
    ],
    "name": [
        ["Ada Lindqvist", "Lindqvist, Ada", " ADA  lindqvist", "ada\u00a0lindqvist"],
        ["J. R. Smith", "J.R. Smith", "Smith, J.R."],
        ["Harbor Coffee Inc", "Harbor Coffee, Inc.", "HARBOR COFFEE INC."],
        ["M\u00fcller GmbH", "Mu\u0308ller, GmbH"],
        ["Stra\u00dfe", "STRASSE"],
        ["Thomas James"],
        ["James Thomas"],
    ],
    "salesforce_id": [
        ["001D000000IqhSL", "001D000000IqhSLIAZ", "001d000000iqhsliaz"],
        ["001D000000IqhSl"],
        ["0015g00000A0001", "0015g00000A0001AAB"],
        ["not an id"],
        ["legacy-1"],
    ],
    "profile_url": [
        [
            "https://www.linkedin.com/in/Ada-L/",
            "http://de.linkedin.com/in/ada-l?trk=x",
            "linkedin.com/in/ada-l/details/skills",
            "www.linkedin.com/in/ada-l#top",
        ],
        ["https://linkedin.com/in/%C3%A9va", "linkedin.com/in/\u00e9va"],
        ["https://example.org/Ada/", "example.org/ada"],
    ],
}


def normal(kind: str, values: list[str]) -> list[str | None]:
    return KIND_OF[kind](pl.Series(values, dtype=pl.String)).to_list()


@pytest.mark.parametrize("kind", SAME)
def test_what_is_written_in_many_ways_is_one_value(kind: str) -> None:
    found = [set(normal(kind, group)) for group in SAME[kind]]

    assert [len(each) for each in found] == [1] * len(found)
    assert len(set.union(*found)) == len(found)


def test_the_kinds_are_those_that_mappings_know() -> None:
    assert tuple(KIND_OF) == model.KINDS


@pytest.mark.parametrize("blank", ["000000000000000", "000000000000000AAA"])
def test_an_id_of_zeros_stands_for_none(blank: str) -> None:
    assert normal("salesforce_id", [blank]) == [None]


def checked(short: str) -> str:
    """The three characters, as Salesforce documents them."""
    signs = string.ascii_uppercase + "012345"
    groups = (short[0:5], short[5:10], short[10:15])
    bits = (sum(2**n for n, c in enumerate(g) if c in signs[:26]) for g in groups)
    return short + "".join(signs[each] for each in bits)


IDS = st.text(string.ascii_letters + string.digits, min_size=15, max_size=15).filter(
    lambda text: set(text) != {"0"}
)


@given(IDS)
def test_every_short_id_becomes_the_long_one(short: str) -> None:
    long = checked(short)

    assert normal("salesforce_id", [short, long, long.lower(), long.upper()]) == (
        [long] * 4
    )


@pytest.mark.parametrize("kind", KIND_OF)
@given(texts=st.lists(st.text() | st.emails() | st.from_regex(r"[A-Z .,]{1,20}")))
def test_no_value_is_lost_and_what_is_normal_stays(kind: str, texts: list[str]) -> None:
    found = normal(kind, texts)

    assert len(found) == len(texts)
    assert None not in found or kind == "salesforce_id"
    if kind in {"exact", "salesforce_id"}:
        again = normal(kind, [text or "" for text in found])
        assert again == [text or "" for text in found]


def asked(kind: str, *values: str) -> dict[str, set[str]]:
    found = forms(pl.Series(values, dtype=pl.String), kind)
    grouped = found.group_by("value").agg("form").iter_rows()
    return {value: set(texts) for value, texts in typing.cast(typing.Any, grouped)}


def test_a_value_is_asked_for_as_written_and_as_compared() -> None:
    assert asked("email", "Ada <Ada@X.com>", "ada@x.com", "n/a", "a b@c") == {
        "ada@x.com": {"ada@x.com", "Ada@X.com"}
    }
    assert asked("name", "Lindqvist,  Ada") == {
        "ada lindqvist": {"ada lindqvist", "Lindqvist,  Ada", "Ada Lindqvist"}
    }
    assert asked("domain", "https://www.Acme.com/x", "acme") == {
        "acme.com": {"acme.com", "www.acme.com"}
    }
    assert asked("salesforce_id", "001D000000IqhSL", "000000000000000") == {
        "001D000000IqhSLIAZ": {"001D000000IqhSL", "001D000000IqhSLIAZ"}
    }
    assert asked("exact", "Ada") == {"Ada": {"Ada"}}
    assert (
        "https://www.linkedin.com/in/ada-l"
        in (asked("profile_url", "linkedin.com/in/Ada-L")["linkedin.com/in/ada-l"])
    )


def test_nothing_is_asked_for_nothing() -> None:
    assert asked("exact") == {}
    assert asked("salesforce_id", "000000000000000AAA") == {}
