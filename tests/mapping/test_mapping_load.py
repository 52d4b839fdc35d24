"""A valid mapping file becomes exactly the value it describes."""

import hashlib
from datetime import time
from pathlib import Path

import pytest

from pipeline.errors import Place
from pipeline.mapping import load_mapping, referenced_columns
from pipeline.mapping.model import (
    ColumnRef,
    Constant,
    FieldRule,
    FileLookup,
    Filtered,
    FromColumns,
    GoldenRow,
    Mapping,
    QueryLookup,
    Rules,
    SkipRule,
    SourceOptions,
    Template,
)
from tests.mapping.given import (
    CONTACT,
    FULL,
    LEAST,
    STAGE,
    loaded,
    without_places,
    written,
)


def from_(*names: str) -> FromColumns:
    return FromColumns(tuple(ColumnRef(name) for name in names))


FULL_FIELDS = {
    "activity_time": FieldRule(
        FromColumns(
            (
                ColumnRef("Done"),
                Template((ColumnRef("Due"), " ", ColumnRef("Clock"))),
            )
        ),
        formats=(
            "iso",
            "%d/%m/%Y %H:%M",
            "excel",
            "epoch_s",
            "epoch_ms",
            "day_first",
            "month_name",
        ),
        date_only=time(9, 30),
        when_twice="later",
        when_nonexistent="forward",
        default="2024-01-01",
    ),
    "subject": FieldRule(
        from_("Subject"),
        transforms=("trim", "first_line"),
        default="(no subject)",
        max_length=100 - 22,  # room for the stamp
        when_too_long="truncate",
    ),
    "description": FieldRule(
        Template(
            (
                ColumnRef("Notes"),
                "\n{by} ",
                ColumnRef("Owner"),
                ", ",
                ColumnRef("Region"),
                " ",
                Filtered(ColumnRef("Length"), "seconds"),
            )
        ),
        transforms=("strip_html",),
        when_rows_differ="join",
    ),
    "category": FieldRule(
        from_("Type"),
        values={"Call": "CALL", "007": "OTHER", "true": "EVENT", "null": "TEXT"},
        contains={"web": "WEBINAR"},
        otherwise="OTHER",
    ),
    "account_id": FieldRule(from_("AccountId"), lookup=("accounts", "domains")),
    "opportunity_id": FieldRule(
        from_("WhatId"), lookup=("deals",), when_missing="drop", when_several="drop"
    ),
    "contact_ids": FieldRule(
        from_("WhoId", "Contacts"), split=(";",), lookup=("contacts",)
    ),
    "sequence_id": FieldRule(Constant(None)),
    "pipeline_select_list_value_id": FieldRule(Constant(STAGE)),
}
FULL_TESTS = (
    GoldenRow(
        given={
            "Id": "007",
            "Due": "2024-03-01",
            "Notes": "hello",
            "Type": "true",
            "WhoId": "C1",
            "Draft": "",
        },
        expect={
            "subject": "(no subject)",
            "category": "EVENT",
            "contact_ids": [CONTACT],
        },
        lookups={"contacts": {"C1": CONTACT}},
    ),
    GoldenRow(
        given={"Id": "1", "IsDeleted": "1"},
        expect={"account_id": None, "contact_ids": None},
        skipped=True,
    ),
    GoldenRow(given={"Id": "2", "Done": "soon", "Notes": "hello"}, issue="bad_time"),
)


def full_in(folder: Path) -> Mapping:
    return Mapping(
        name="acme-tasks",
        system="acme",
        description="Acme's task export",
        folder=folder,
        path=str(folder / "mapping.yaml"),
        text=FULL,
        sha256=hashlib.sha256(FULL.encode()).hexdigest(),
        fields=FULL_FIELDS,
        match=("Id", "Subject"),
        match_values={"Id": "00*"},
        source=SourceOptions(
            timezone="America/New_York",
            sheet="Activities",
            header_row=3,
            encoding="windows-1252",
            delimiter=";",
            member="Task*.csv",
            section="Attendee Details",
            escape="backslash",
            optional_columns=("Owner", "Region"),
            empty_values=("n/a", "000"),
            aliases={"Subject": ("Title", "Betreff"), "Region": ("Area",)},
        ),
        key=(ColumnRef("Id"), ColumnRef("Branch")),
        key_by="salesforce_id",
        combine=True,
        skip=(
            SkipRule(ColumnRef("IsDeleted"), "in", ("1", "true", ""), "deleted"),
            SkipRule(ColumnRef("Status"), "not_in", ("Completed",)),
            SkipRule(ColumnRef("Notes"), "empty"),
            SkipRule(ColumnRef("Draft"), "not_empty"),
        ),
        lookups={
            "accounts": FileLookup("ids.xlsx", "Old ID", "Reevo ID", "Accounts"),
            "contacts": FileLookup("people.csv", "Old ID", "Reevo ID"),
            "deals": FileLookup(
                "deals.csv", "Old", "Site", by="salesforce_id", then="domains"
            ),
            "domains": QueryLookup("account", "domain_name", by="domain"),
        },
        rules=Rules(require_link=True, allow_future=True),
        stamp="subject",
        tests=FULL_TESTS,
    )


def test_a_full_mapping_says_what_is_written(tmp_path: Path) -> None:
    assert without_places(loaded(tmp_path, FULL)) == full_in(tmp_path)


def test_a_least_mapping_has_the_documented_defaults(tmp_path: Path) -> None:
    assert without_places(loaded(tmp_path, LEAST)) == Mapping(
        name="acme",
        system="acme",
        description="",
        folder=tmp_path,
        path=str(tmp_path / "mapping.yaml"),
        text=LEAST,
        sha256=hashlib.sha256(LEAST.encode()).hexdigest(),
        fields={
            "activity_time": FieldRule(
                from_("When"), formats=("iso",), date_only=time(12)
            ),
            "subject": FieldRule(from_("Subject")),
        },
        match=(),
        match_values={},
        source=SourceOptions(),
        key=(),
        skip=(),
        lookups={},
        rules=Rules(require_link=False, allow_future=False),
        tests=(),
    )


def test_a_column_knows_where_the_mapping_names_it(tmp_path: Path) -> None:
    text = LEAST + "key: Id\nskip: [{column: Draft, empty: true}]\n"
    found = referenced_columns(loaded(tmp_path, text))

    assert found == (
        ColumnRef("Id", Place(6, 6)),
        ColumnRef("Draft", Place(7, 9)),
        ColumnRef("When", Place(4, 25)),
        ColumnRef("Subject", Place(5, 19)),
    )


def test_lookups_and_tests_know_where_they_stand(tmp_path: Path) -> None:
    mapping = loaded(tmp_path, FULL)
    lookups = [lookup.place for lookup in mapping.lookups.values()]

    assert lookups + [test.place for test in mapping.tests] == [
        *(
            Place(line, column)
            for line, column in [(56, 13), (57, 13), (58, 10), (59, 12)]
        ),
        *(Place(line, 5) for line in (64, 71, 74)),
    ]


@pytest.mark.parametrize(
    "written_as",
    ["007", "true", "No", "1", "1.50", "0x1F", "1_000", "2024-03-01", "12:30", ".inf"],
)
def test_plain_scalars_stay_as_they_are_written(
    tmp_path: Path, written_as: str
) -> None:
    text = LEAST.replace("{from: Subject}", f"{{constant: {written_as}}}")

    assert loaded(tmp_path, text).fields["subject"].origin == Constant(written_as)


@pytest.mark.parametrize("null", ["", "~", "null", "Null", "NULL"])
def test_a_plain_null_is_no_text(tmp_path: Path, null: str) -> None:
    mapping = loaded(tmp_path, LEAST + f"  sequence_id:\n    constant: {null}\n")

    assert mapping.fields["sequence_id"].origin == Constant(None)


@pytest.mark.parametrize("quoted", ["null", "~", ""])
def test_a_quoted_null_is_text(tmp_path: Path, quoted: str) -> None:
    text = LEAST.replace("{from: Subject}", f"{{constant: '{quoted}'}}")

    assert loaded(tmp_path, text).fields["subject"].origin == Constant(quoted)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("system", "acme"),
        ("description", ""),
        ("source", SourceOptions()),
        ("rules", Rules()),
    ],
)
def test_null_counts_as_absent(tmp_path: Path, key: str, value: object) -> None:
    inside = {
        "source": "{timezone: ~, sheet: ~, header_row: ~, encoding: ~, delimiter: ~, "
        "member: ~, section: ~, escape: ~}",
        "rules": "{require_link: ~, allow_future: ~}",
    }
    mapping = loaded(tmp_path, LEAST + f"{key}: {inside.get(key, '~')}\n")

    assert getattr(mapping, key) == value


@pytest.mark.parametrize(
    ("written_as", "delimiter"),
    [
        ("comma", ","),
        ("Semicolon", ";"),
        ("tab", "\t"),
        ("pipe", "|"),
        ('"\\t"', "\t"),
        ("'^'", "^"),
    ],
)
def test_a_delimiter_is_named_or_written(
    tmp_path: Path, written_as: str, delimiter: str
) -> None:
    mapping = loaded(tmp_path, LEAST + f"source: {{delimiter: {written_as}}}\n")

    assert mapping.source.delimiter == delimiter


@pytest.mark.parametrize("escape", ["backslash", "none"])
def test_an_escape_is_named(tmp_path: Path, escape: str) -> None:
    mapping = loaded(tmp_path, LEAST + f"source: {{escape: {escape}}}\n")

    assert mapping.source.escape == escape


@pytest.mark.parametrize(
    "name",
    ["utf-8", "UTF-8-SIG", "utf-32", "macroman", "cp1250", "koi8-r", "Shift_JIS"],
)
def test_every_encoding_of_text_may_be_named(tmp_path: Path, name: str) -> None:
    mapping = loaded(tmp_path, LEAST + f"source: {{encoding: {name}}}\n")

    assert mapping.source.encoding == name


@pytest.mark.parametrize(
    ("written_as", "clock"),
    [
        ("0:00", time(0)),
        ("9:05", time(9, 5)),
        ('"09:05"', time(9, 5)),
        ("23:59:58", time(23, 59, 58)),
    ],
)
def test_a_time_of_day_is_hours_minutes_and_perhaps_seconds(
    tmp_path: Path, written_as: str, clock: time
) -> None:
    text = LEAST.replace("{from: When}", f"{{from: When, date_only: {written_as}}}")

    assert loaded(tmp_path, text).fields["activity_time"].date_only == clock


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("in: [1, true]", "Status is one of: 1, true"),
        ("not_in: Completed", "Status is none of: Completed"),
        ("empty: true", "Status is empty"),
        ("empty: false", "Status is not empty"),
    ],
)
def test_a_skip_rule_reads_as_a_sentence(tmp_path: Path, rule: str, words: str) -> None:
    mapping = loaded(tmp_path, LEAST + f"skip: [{{column: Status, {rule}}}]\n")

    assert [skip.text for skip in mapping.skip] == [words]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_bytes(LEAST.encode("utf-8-sig"))
    mapping = load_mapping(path)

    assert (mapping.name, mapping.text) == ("acme", LEAST)
    assert mapping.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_windows_line_ends_mean_the_same(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_bytes(FULL.replace("\n", "\r\n").encode())

    assert load_mapping(path).fields == loaded(tmp_path, FULL).fields


def test_an_alias_stands_for_its_anchor(tmp_path: Path) -> None:
    text = LEAST.replace("{from: When}", "{from: &column When}")
    mapping = loaded(tmp_path, text.replace("{from: Subject}", "{from: *column}"))

    assert mapping.fields["subject"].origin == FromColumns(
        (ColumnRef("When", Place(4, 25)),)
    )


def test_a_table_may_be_an_alias(tmp_path: Path) -> None:
    mapping = loaded(
        tmp_path,
        LEAST + "  account_id: &id {from: Id}\n  opportunity_id: *id\n",
    )

    assert mapping.fields["opportunity_id"] == mapping.fields["account_id"]


def test_an_anchor_may_be_set_again(tmp_path: Path) -> None:
    text = LEAST.replace("from: When", "from: &a When").replace(
        "from: Subject", "from: &a Subject"
    )
    mapping = loaded(tmp_path, text + "key: *a\n")

    assert mapping.key == (ColumnRef("Subject", Place(5, 19)),)


def test_a_python_tag_is_not_executed(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    tag = f"!!python/object/apply:pathlib.Path.touch ['{ran}']"
    loaded(tmp_path, LEAST + f"source: {{empty_values: {tag}}}\n")

    assert not ran.exists()


def test_a_tagged_scalar_is_its_text(tmp_path: Path) -> None:
    text = LEAST.replace("name: acme", "name: !!python/name:os.system acme")

    assert loaded(tmp_path, text).name == "acme"


def test_a_lookup_lies_beside_its_mapping(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()

    assert load_mapping(written(folder, LEAST)).folder == folder
