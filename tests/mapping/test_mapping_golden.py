"""The tests inside a mapping tell each difference, at the test that finds it."""

from pathlib import Path

import pytest

from pipeline.golden import golden_mistakes
from tests.mapping.given import ACCOUNT, CONTACT, DEAL, LEAST, loaded, told

# A record of which the tests give what matters to them; its tests begin at line 17.
MAPPING = f"""\
{LEAST.replace("from: When", "from: When, formats: [iso, excel]")}\
  description: {{template: "{{Notes}}\\nby {{Owner}}"}}
  category: {{from: Type, values: {{Call: CALL}}}}
  account_id: {{from: Account, lookup: accounts}}
  opportunity_id: {{from: Deal, lookup: deals, when_missing: drop}}
  contact_ids: {{from: Contacts, split: ;}}
source: {{timezone: Europe/Berlin}}
skip: [{{column: Draft, in: ["1"]}}]
lookups:
  accounts: {{file: none.csv, match: Old, return: New}}
  deals: {{file: none.csv, match: Old, return: New}}
tests:
"""
GIVEN = "When: 2024-03-01 10:00, Subject: Hello"


def mistakes(folder: Path, *tests: str) -> list[tuple[int, str]]:
    """The line and message of each mistake that the tests, a line each, find."""
    text = MAPPING + "".join(f"  - {{{test}}}\n" for test in tests)
    found = golden_mistakes(loaded(folder, text))
    return [(line, message) for line, _, message, _ in told(found)]


@pytest.mark.parametrize(
    "expected",
    [
        "subject: Hello",
        "activity_time: 2024-03-01T09:00:00Z",
        "description: ~, category: ~, account_id: ~, contact_ids: ~, sequence_id: ~",
        "contact_ids: []",
    ],
)
def test_what_is_as_expected_is_no_mistake(tmp_path: Path, expected: str) -> None:
    test = f"given: {{{GIVEN}}}, expect: {{{expected}}}"

    assert mistakes(tmp_path, test) == []


@pytest.mark.parametrize(
    ("cells", "expected", "message"),
    [
        ("", "subject: Bye", "subject is 'Hello', expected 'Bye'."),
        ("", "subject: ~", "subject is 'Hello', expected None."),
        ("", "sequence_id: s", "sequence_id is None, expected 's'."),
        (
            "",
            "activity_time: 2024-03-01T10:00:00Z",
            "activity_time is '2024-03-01T09:00:00Z', expected '2024-03-01T10:00:00Z'.",
        ),
        (
            "Notes: hi, Owner: Ada",
            "description: hi by Ada",
            r"description is 'hi\nby Ada', expected 'hi by Ada'.",
        ),
        (
            f"Contacts: {CONTACT};{ACCOUNT}",
            f"contact_ids: [{ACCOUNT}, {CONTACT}]",
            f"contact_ids is ['{CONTACT}', '{ACCOUNT}'], expected "
            f"['{ACCOUNT}', '{CONTACT}'].",
        ),
        (
            "Type: Fax",
            "category: CALL",
            "category is None, expected 'CALL'. 'Fax' in column 'Type' is not one of: "
            "Call.",
        ),
    ],
)
def test_a_wrong_value_is_told_with_the_reason_if_there_is_one(
    tmp_path: Path, cells: str, expected: str, message: str
) -> None:
    test = f"given: {{{GIVEN}, {cells}}}, expect: {{{expected}}}"

    assert mistakes(tmp_path, test) == [(17, f"Test 1: {message}")]


@pytest.mark.parametrize(
    ("draft", "expected", "told_of"),
    [
        ("1", "skipped: true", []),
        ("0", "skipped: false, expect: {}", []),
        ("0", "skipped: true", [(17, "Test 1: the row is not skipped.")]),
        ("1", "expect: {subject: Hello}", [(17, "Test 1: the row is skipped.")]),
        ("1", "issue: bad_time", [(17, "Test 1: the row is skipped.")]),
        (
            "0",
            "skipped: true, expect: {subject: Bye}",
            [
                (17, "Test 1: the row is not skipped."),
                (17, "Test 1: subject is 'Hello', expected 'Bye'."),
            ],
        ),
    ],
)
def test_a_row_is_skipped_if_and_only_if_the_test_says_so(
    tmp_path: Path, draft: str, expected: str, told_of: list[tuple[int, str]]
) -> None:
    test = f"given: {{{GIVEN}, Draft: {draft}}}, {expected}"

    assert mistakes(tmp_path, test) == told_of


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("When: soon", "bad_time"),
        ("When: 2024-03-31 02:30", "nonexistent_time"),
        ("When: 2999-01-01", "future_time"),
        ("Subject: ~", "required"),
        ("Type: Fax", "unknown_value"),
        ("Account: A1", "lookup_no_match"),
        ("Deal: D1", "lookup_dropped"),
        ("Contacts: C1", "not_a_uuid"),
    ],
)
def test_an_issue_that_is_expected_is_found(
    tmp_path: Path, cells: str, code: str
) -> None:
    sound = {"When": "2024-03-01", "Subject": "Hello"}
    column, cell = cells.split(": ")
    row = ", ".join(f"{name}: {text}" for name, text in {**sound, column: cell}.items())

    assert mistakes(tmp_path, f"given: {{{row}}}, issue: {code}") == []


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (GIVEN, "none"),
        (f"{GIVEN}, Type: Fax, Contacts: C1", "unknown_value, not_a_uuid"),
    ],
)
def test_an_issue_that_is_not_there_is_told_with_those_that_are(
    tmp_path: Path, cells: str, found: str
) -> None:
    test = f"given: {{{cells}}}, issue: bad_time"
    message = f"Test 1: expected the issue bad_time, found {found}."

    assert mistakes(tmp_path, test) == [(17, message)]


def test_an_issue_that_nobody_expects_is_no_mistake(tmp_path: Path) -> None:
    test = f"given: {{{GIVEN}, Type: Fax}}, expect: {{subject: Hello}}"

    assert mistakes(tmp_path, test) == []


def test_the_answers_of_lookups_stand_in_the_test(tmp_path: Path) -> None:
    test = (
        f"given: {{{GIVEN}, Account: A1, Deal: D1}}, "
        f"lookups: {{accounts: {{A1: {ACCOUNT}}}, deals: {{D1: {DEAL}}}}}, "
        f"expect: {{account_id: {ACCOUNT}, opportunity_id: {DEAL}}}"
    )

    assert mistakes(tmp_path, test) == []


@pytest.mark.parametrize(
    ("cells", "answers", "reason"),
    [
        ("Account: A1", "{}", "'A1' in column 'Account' is not in accounts."),
        ("Account: a1", "{A1: x}", "'a1' in column 'Account' is not in accounts."),
        ("Account: A1", "{A1: ~}", "'A1' in column 'Account' is not in accounts."),
    ],
)
def test_an_answer_that_the_test_does_not_give_is_missed(
    tmp_path: Path, cells: str, answers: str, reason: str
) -> None:
    test = (
        f"given: {{{GIVEN}, {cells}}}, lookups: {{accounts: {answers}}}, "
        f"expect: {{account_id: {ACCOUNT}}}"
    )
    message = f"Test 1: account_id is None, expected '{ACCOUNT}'. {reason}"

    assert mistakes(tmp_path, test) == [(17, message)]


def test_the_answers_of_one_test_are_not_those_of_the_next(tmp_path: Path) -> None:
    given = f"given: {{{GIVEN}, Account: A1}}"
    first = f"{given}, lookups: {{accounts: {{A1: {ACCOUNT}}}}}, expect: {{}}"

    assert mistakes(tmp_path, first, f"{given}, issue: lookup_no_match") == []


def test_every_difference_of_every_test_is_told_in_order(tmp_path: Path) -> None:
    good = f"given: {{{GIVEN}}}, expect: {{subject: Hello}}"
    bad = f"given: {{{GIVEN}}}, issue: no_link, expect: {{category: x, subject: y}}"

    assert mistakes(tmp_path, bad, good, bad) == [
        (line, f"Test {number}: {message}")
        for line, number in ((17, 1), (19, 3))
        for message in (
            "expected the issue no_link, found none.",
            "category is None, expected 'x'.",
            "subject is 'Hello', expected 'y'.",
        )
    ]


def test_a_mapping_without_tests_has_no_mistakes(tmp_path: Path) -> None:
    assert golden_mistakes(loaded(tmp_path, LEAST)) == ()


def test_the_rules_of_the_mapping_count(tmp_path: Path) -> None:
    text = LEAST + (
        "rules: {require_link: true, allow_future: true}\n"
        "tests:\n"
        "  - {given: {When: 2999-01-01, Subject: a}, issue: no_link}\n"
        "  - {given: {When: 2999-01-01, Subject: a}, issue: future_time}\n"
    )

    assert told(golden_mistakes(loaded(tmp_path, text))) == [
        (9, 5, "Test 2: expected the issue future_time, found no_link.", "")
    ]


def test_given_columns_may_be_spelled_as_a_file_may_spell_them(tmp_path: Path) -> None:
    test = "given: {WHEN: 2024-03-01, ' subject ': Hello}, expect: {subject: Hello}"

    assert mistakes(tmp_path, test) == []


def test_a_column_that_the_mapping_spells_in_two_ways_can_be_tested(
    tmp_path: Path,
) -> None:
    text = LEAST + (
        "key: [SUBJECT]\n"
        "tests:\n"
        "  - {given: {When: 2024-03-01, Subject: a}, expect: {subject: a}}\n"
    )

    assert golden_mistakes(loaded(tmp_path, text)) == ()


def test_an_empty_list_takes_its_default(tmp_path: Path) -> None:
    text = LEAST + (
        f"  contact_ids: {{from: Contacts, default: {CONTACT}}}\n"
        "tests:\n"
        "  - given: {When: 2024-03-01, Subject: a}\n"
        f"    expect: {{contact_ids: [{CONTACT}]}}\n"
    )

    assert golden_mistakes(loaded(tmp_path, text)) == ()
