"""Lookups as their user meets them, from values that do not resolve to ids."""

import csv
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from pipeline.mapping import load_mapping
from pipeline.mapping.cells import clean_cells
from pipeline.mapping.model import QueryLookup
from pipeline.runs.prepare import prepare
from pipeline.runs.resolve import LookedUp, Resolver
from pipeline.stages.read import Layout, Spool
from tests.commands import Ended, activity_import, lines_of, outcomes

pytestmark = pytest.mark.usefixtures("here")
ADA = "b4d343a8-4b68-41c7-9dba-58587dc7abbe"
BRUNO = "f78a2b51-7d52-4eaf-8df0-3e1122d5189b"
CARLA = "9c3572d8-d8a3-4341-989c-32bf71c61315"
HARBOR = "8687b18d-8ce1-4c8b-aedd-3a249018775a"
MAPPING = """
version: 1
name: acme
key: [Id]
fields:
  activity_time: {from: When}
  subject: {from: What}
  contact_ids: {from: Who, split: ";", lookup: [ids, emails, names]}
  account_id: {from: Site, lookup: sites, when_missing: drop}
lookups:
  ids: {file: Contact.csv, match: Id, return: Email, by: salesforce_id, then: emails}
  emails: {query: contact, match: primary_email, by: email}
  names: {query: contact, match: display_name, by: name}
  sites: {query: account, match: domain_name, by: domain}
"""
CONTACTS = """\
Id,Email
003D000000AAAAA,Bruno.Moretti@northwind-cycles.example
003D000000AAAAB,gone@nowhere.example
"""
ROWS = """\
Id,When,What,Who,Site
1,2024-01-01 10:00,a,Ada.Lindqvist@Harbor-Coffee.example,https://www.harbor-coffee.example/
2,2024-01-01 10:00,b,"003D000000AAAAAIA5;Nakamura, Carla",
3,2024-01-01 10:00,c,003D000000AAAAB,nowhere.example
4,2024-01-01 10:00,d,zoe@nowhere.example,
5,2024-01-01 10:00,e,000000000000000AAA,
6,2024-01-01 10:00,f,zoe@nowhere.example;=1+1,
"""
NO_CONTACT = "is the primary_email of no contact in Reevo"
NO_NAME = "is the display_name of no contact in Reevo"


@pytest.fixture(autouse=True)
def files(here: Path) -> None:
    Path("acme.yaml").write_text(MAPPING, encoding="utf-8")
    Path("Contact.csv").write_text(CONTACTS, encoding="utf-8")
    Path("rows.csv").write_text(ROWS, encoding="utf-8")


def typed(command: str, *words: str, mapping: str = "acme.yaml") -> Ended:
    return activity_import(
        command, "rows.csv", "-m", mapping, "--sandbox", "-q", *words
    )


def test_lookup_files_may_lie_in_a_folder_of_their_own(here: Path) -> None:
    Path("maps").mkdir()
    Path("acme.yaml").rename("maps/acme.yaml")
    Path("ids").mkdir()
    Path("Contact.csv").rename("ids/Contact.csv")

    ended = typed("validate", "--lookups", "ids", mapping="maps/acme.yaml")

    assert ended.code == 3
    assert "--lookups=ids" in ended.out


def test_a_dry_run_asks_and_says_what_it_was_told() -> None:
    ended = typed("validate")

    assert ended.code == 3
    assert {row: status for row, (status, _) in outcomes(ended.run).items()} == {
        2: "valid",
        3: "valid",
        4: "invalid",
        5: "invalid",
        6: "valid",
        7: "invalid",
    }
    issues = lines_of(Path("reports", ended.run, "issues.csv"))
    assert [(each["row"], each["code"], each["message"]) for each in issues][:3] == [
        (
            "4",
            "lookup_dropped",
            "'nowhere.example' in column 'Site' is the domain_name of no account in "
            "Reevo; the link was left out, as the mapping says.",
        ),
        (
            "4",
            "lookup_no_match",
            "'003D000000AAAAB' in column 'Who' is in Contact.csv as "
            f"gone@nowhere.example, which {NO_CONTACT}, and {NO_CONTACT}, "
            f"and {NO_NAME}.",
        ),
        (
            "5",
            "lookup_no_match",
            "'zoe@nowhere.example' in column 'Who' is not in Contact.csv, and "
            f"{NO_CONTACT}, and {NO_NAME}.",
        ),
    ]


def test_a_run_sends_what_it_found() -> None:
    ended = typed("run")

    statuses = [status for status, _ in outcomes(ended.run).values()]
    assert statuses.count("created") == 3
    previewed = activity_import(
        "preview", "rows.csv", "-m", "acme.yaml", "--sandbox", "-n", "2"
    )
    assert [each in previewed.out for each in (ADA, BRUNO, CARLA, HARBOR)] == [True] * 4


def test_a_lookup_that_asks_needs_a_key_and_says_so() -> None:
    ended = activity_import("validate", "rows.csv", "-m", "acme.yaml", "-q")

    assert ended.code == 1
    assert ended.err == (
        "Error: A lookup of the mapping asks Reevo. There is no API key.\n"
        "  where: REEVO_API_KEY\n"
        "  hint:  Set the variable REEVO_API_KEY, or name a file by --api-key-file; or "
        "try with --sandbox.\n"
        "  explain: activity-import explain api_key_missing\n"
    )


def test_a_field_that_reevo_does_not_have_is_told_with_its_place() -> None:
    wrong = MAPPING.replace("match: primary_email", "match: e_mail")
    Path("wrong.yaml").write_text(wrong, encoding="utf-8")

    ended = typed("validate", mapping="wrong.yaml")

    assert ended.code == 1
    assert "Reevo cannot find contacts by 'e_mail' (invalid_filter_field)" in ended.err
    assert "  where: wrong.yaml:12:11\n" in ended.err


def test_what_does_not_resolve_is_shown_most_frequent_first() -> None:
    ended = typed("lookups")

    assert ended.code == 3
    assert (
        ended.out
        == f"""\
account_id   sites               1 of 2 values resolve
contact_ids  ids, emails, names  3 of 6 values resolve

Without an answer, most frequent first:
      2x  contact_ids  zoe@nowhere.example  is not in Contact.csv, and {NO_CONTACT}, \
and {NO_NAME}
      1x  account_id   nowhere.example      is the domain_name of no account in Reevo
      1x  contact_ids  003D000000AAAAB      is in Contact.csv as gone@nowhere.example, \
which {NO_CONTACT}, and {NO_CONTACT}, and {NO_NAME}
      1x  contact_ids  =1+1                 is not in Contact.csv, and {NO_CONTACT}, \
and {NO_NAME}

Next:
  activity-import lookups rows.csv -m acme.yaml --sandbox -o by_hand.csv
"""
    )


def test_what_was_filled_in_by_hand_resolves() -> None:
    first = typed("lookups", "--field", "contact_ids", "-o", "by_hand.csv")
    assert first.code == 3
    path = Path("by_hand.csv")
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    assert [(each["Value"], each["Reevo ID"], each["Rows"]) for each in lines] == [
        ("zoe@nowhere.example", "", "2"),
        ("003D000000AAAAB", "", "1"),
        ("'=1+1", "", "1"),
    ]

    advice = first.out.partition("then add to the mapping:\n")[2]
    _, field, _, lookup, *_ = (line.strip() for line in advice.splitlines())
    assert field == "contact_ids: {..., lookup: [by_hand, ids, emails, names]}"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows({**each, "Reevo ID": CARLA} for each in lines)
    mapping = MAPPING.replace("[ids, emails", "[by_hand, ids, emails")
    Path("acme.yaml").write_text(f"{mapping}  {lookup}\n", encoding="utf-8")

    assert typed("lookups", "--field", "contact_ids").code == 0
    assert typed("validate").code == 0


def test_what_was_filled_in_is_not_overwritten() -> None:
    Path("by_hand.csv").write_text("Value,Reevo ID\nzoe,1\n", encoding="utf-8")

    ended = typed("lookups", "-o", "by_hand.csv")

    assert ended.code == 1
    assert "what was filled in is not overwritten" in ended.err
    assert Path("by_hand.csv").read_text(encoding="utf-8").endswith("zoe,1\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--field", "contact_id"), "Did you mean 'contact_ids'?"),
        (("--field", "subject"), "these do: account_id, contact_ids."),
    ],
)
def test_a_field_that_looks_nothing_up_is_told(
    words: tuple[str, ...], said: str
) -> None:
    ended = typed("lookups", *words)

    assert ended.code == 1
    assert said in ended.err


def test_files_are_looked_through_without_a_key() -> None:
    fields, _, _ = MAPPING.partition("lookups:")
    fields = fields.replace("[ids, emails, names]", "ids").replace("sites,", "ids,")
    files = "lookups: {ids: {file: ids.csv, match: Old, return: New, by: email}}\n"
    Path("files.yaml").write_text(fields + files, encoding="utf-8")
    Path("ids.csv").write_text(f"Old,New\nZoe@Nowhere.example,{ADA}\n")

    ended = activity_import("lookups", "rows.csv", "-m", "files.yaml", "-q")

    assert ended.code == 3
    assert "contact_ids  ids  1 of 7 values resolve" in ended.out


def test_without_lookups_there_is_nothing_to_show() -> None:
    plain = MAPPING.partition("  contact_ids")[0]
    Path("plain.yaml").write_text(plain, encoding="utf-8")

    ended = typed("lookups", mapping="plain.yaml")

    assert ended.code == 1
    assert "The mapping looks nothing up." in ended.err


def test_golden_rows_answer_for_files_and_for_reevo() -> None:
    tests = f"""
tests:
  - given: {{When: 2024-01-01, What: a, Who: "003D000000AAAAA;Zoe, Z", Site: x.example}}
    lookups:
      ids: {{003D000000AAAAAIA5: Ada@x.example}}
      emails: {{ada@x.example: {ADA}}}
      names: {{Z Zoe: {BRUNO}}}
      sites: {{x.example: {HARBOR}}}
    expect: {{contact_ids: [{ADA}, {BRUNO}], account_id: {HARBOR}}}
  - given: {{When: 2024-01-01, What: a, Who: 003D000000AAAAA}}
    lookups: {{ids: {{003D000000AAAAA: Ada@x.example}}}}
    issue: lookup_no_match
  - given: {{When: 2024-01-01, What: a, Site: y.example}}
    issue: lookup_dropped
    expect: {{account_id: ~}}
"""
    Path("golden.yaml").write_text(MAPPING + tests, encoding="utf-8")

    ended = activity_import("check-mapping", "golden.yaml")

    assert ended.err == ""
    assert ended.out.startswith("acme: right, 3 tests hold\n")


def test_several_answers_may_be_dropped() -> None:
    rule = "{from: Who, lookup: ids, when_several: drop}"
    text = f"""
version: 1
name: twins
fields:
  activity_time: {{from: When}}
  subject: {{from: What}}
  account_id: {rule}
lookups:
  ids: {{file: twins.csv, match: Old, return: New}}
"""
    Path("twins.yaml").write_text(text, encoding="utf-8")
    Path("twins.csv").write_text(f"Old,New\nx,{ADA}\nx,{BRUNO}\n", encoding="utf-8")
    Path("rows.csv").write_text("When,What,Who\n2024-01-01,a,x\n", encoding="utf-8")

    ended = typed("validate", mapping="twins.yaml")

    assert outcomes(ended.run) == {2: ("valid", "lookup_dropped")}
    [issue] = lines_of(Path("reports", ended.run, "issues.csv"))
    assert issue["message"] == (
        f"'x' in column 'Who' has several answers in twins.csv: {ADA} | {BRUNO}; the "
        "link was left out, as the mapping says."
    )


def test_a_broken_row_of_a_lookup_file_is_told() -> None:
    Path("Contact.csv").write_text("Id,Email\na,b\nc,d,e\n", encoding="utf-8")

    ended = typed("validate")

    assert ended.code == 1
    assert "The lookup 'ids' cannot be read: " in ended.err
    assert "Contact.csv, row 3" in ended.err


class Asked:
    """A directory that knows one contact, and notes what it is asked for."""

    def __init__(self) -> None:
        self.values: list[tuple[str, list[str]]] = []

    def find(self, lookup: QueryLookup, values: pl.Series) -> Iterator[pl.DataFrame]:
        self.values.append((lookup.match, values.sort().to_list()))
        known = [value for value in values if value == "ada@x.org"]
        texts = pl.List(pl.String())
        yield pl.DataFrame(
            {
                "value": known,
                "ids": [[ADA]] * len(known),
                "names": [["A"]] * len(known),
            },
            schema={"value": pl.String(), "ids": texts, "names": texts},
        )


def test_a_later_lookup_is_asked_for_what_the_earlier_ones_do_not_know() -> None:
    Path("rows.csv").write_text(
        "Id,When,What,Who,Site\n1,,,ada@x.org;Zoe;003D000000AAAAB;Zoe,\n"
    )
    mapping = load_mapping(Path("acme.yaml"))
    [prepared] = prepare((Path("rows.csv"),), mapping, Layout(), Spool())
    values = LookedUp(mapping.fields)
    for batch in prepared.source.batches():
        headers = prepared.bound.headers
        values.see(clean_cells(batch.rows, mapping, headers), headers)
    directory = Asked()

    Resolver(mapping, prepared.files, directory).tables(values)

    assert [each for each in directory.values if each[1]] == [
        ("primary_email", ["gone@nowhere.example"]),
        ("primary_email", ["003D000000AAAAB", "Zoe", "ada@x.org"]),
        ("display_name", ["003D000000AAAAB", "Zoe"]),
    ]
