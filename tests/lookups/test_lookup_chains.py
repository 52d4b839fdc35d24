"""Lookups whose answers are looked up again, and lookups tried in order."""

import polars as pl
import pytest

from pipeline.lookups import (
    LookupTable,
    answer_in_order,
    assemble,
    chained,
    lookup_table,
    query_table,
)
from pipeline.mapping.model import FileLookup, Lookup, QueryLookup

CONTACTS = QueryLookup("contact", "primary_email", by="email")
FOUND = {
    "ada@x.com": {"1": "Ada"},
    "twin@x.com": {"2": "Twin A", "3": ""},
    "many@x.com": {str(n): f"M{n}" for n in range(8)},
    "gone@x.com": {},
}
IDS = (
    ("c1", "Ada@X.com"),
    ("c2", "gone@x.com"),
    ("c3", "never@x.com"),
    ("c4", "twin@x.com"),
    ("c5", "Ada@x.com"),
    ("c5", "mailto:ada@x.com"),
    ("c6", "gone@x.com"),
    ("c6", "ada@x.com"),
)


def table(*pairs: tuple[str, str], label: str, kind: str = "exact") -> LookupTable:
    schema = {"value": pl.String, "answer": pl.String}
    frame = pl.DataFrame(pairs, schema=schema, orient="row")
    return lookup_table(frame, label=label, kind=kind)


def contacts() -> LookupTable:
    rows = [(value, list(ids), list(ids.values())) for value, ids in FOUND.items()]
    texts = pl.List(pl.String())
    schema = pl.Schema({"value": pl.String(), "ids": texts, "names": texts})
    return query_table(CONTACTS, pl.DataFrame(rows, schema=schema, orient="row"))


def answers(
    *tables: LookupTable, of: tuple[str | None, ...]
) -> list[tuple[object, ...]]:
    cells = pl.DataFrame({"value": of}, schema={"value": pl.String})
    found = answer_in_order(cells, tables)
    assert found["value"].to_list() == list(of)
    one = pl.when(pl.col("many") == 1).then("answer")
    return found.select(one, "told", "blank").rows()


def told(*tables: LookupTable, of: str) -> str:
    [(answer, text, _)] = answers(*tables, of=(of,))
    assert answer is None
    return str(text)


def test_a_chain_answers_what_its_last_lookup_answers() -> None:
    chain = chained(table(*IDS, label="Contact.csv"), contacts())

    found = answers(chain, of=("c1", "c5", "c6"))
    assert [answer for answer, *_ in found] == ["1", "1", "1"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("c9", "is not in Contact.csv"),
        (
            "c2",
            "is in Contact.csv as gone@x.com, which is the primary_email of no "
            "contact in Reevo",
        ),
        (
            "c3",
            "is in Contact.csv as never@x.com, which is the primary_email of no "
            "contact in Reevo",
        ),
        (
            "c4",
            "has several answers in Contact.csv, then Reevo's contacts: Twin A (2) | 3",
        ),
    ],
)
def test_a_chain_says_where_it_broke(value: str, text: str) -> None:
    chain = chained(table(*IDS, label="Contact.csv"), contacts())

    assert told(chain, of=value) == text


def test_a_long_chain_says_where_it_broke() -> None:
    first = table(("lead", "c2"), ("gone", "c9"), label="Lead.csv")
    chain = chained(first, chained(table(*IDS, label="Contact.csv"), contacts()))

    assert told(chain, of="lead") == (
        "is in Lead.csv as c2, which is in Contact.csv as gone@x.com, which is the "
        "primary_email of no contact in Reevo"
    )
    assert told(chain, of="gone") == (
        "is in Lead.csv as c9, which is not in Contact.csv"
    )


def test_of_many_candidates_the_first_are_shown() -> None:
    assert told(contacts(), of="many@x.com") == (
        "has several answers in Reevo's contacts: "
        "M0 (0) | M1 (1) | M2 (2) | M3 (3) | M4 (4) and 3 more"
    )


def test_the_first_lookup_that_knows_the_value_answers() -> None:
    hand = table(("twin@x.com", "9"), label="by_hand.csv")

    found = answers(hand, contacts(), of=("ada@x.com", "twin@x.com", None))
    assert [answer for answer, *_ in found] == ["1", "9", None]


def test_several_answers_end_the_search() -> None:
    double = table(("ada@x.com", "8"), ("ada@x.com", "9"), label="by_hand.csv")

    assert told(double, contacts(), of="ada@x.com") == (
        "has several answers in by_hand.csv: 8 | 9"
    )


def test_where_none_knows_the_value_all_are_told() -> None:
    hand = table(label="by_hand.csv")

    assert told(hand, contacts(), of="x@x.com") == (
        "is not in by_hand.csv, and is the primary_email of no contact in Reevo"
    )


def test_a_value_that_stands_for_none_is_blank() -> None:
    ids = table(("001D000000IqhSL", "1"), label="a.csv", kind="salesforce_id")

    found = answers(table(label="b.csv"), ids, of=("000000000000000AAA", "x"))
    assert [blank for *_, blank in found] == [True, False]


def test_chains_are_followed_by_name_in_any_order() -> None:
    lookups: dict[str, Lookup] = {
        "leads": FileLookup("Lead.csv", "Id", "To", then="ids"),
        "contacts": CONTACTS,
        "ids": FileLookup("Contact.csv", "Id", "Email", then="contacts"),
    }
    own = {
        "leads": table(("l1", "c1"), label="Lead.csv"),
        "ids": table(*IDS, label="Contact.csv"),
        "contacts": contacts(),
    }

    tables = assemble(lookups, own)

    assert {name: each.label for name, each in tables.items()} == {
        "leads": "Lead.csv, then Contact.csv, then Reevo's contacts",
        "ids": "Contact.csv, then Reevo's contacts",
        "contacts": "Reevo's contacts",
    }
    assert answers(tables["leads"], of=("l1",))[0][0] == "1"
