"""Every mistake of a mapping file is told: where, what, and what to do."""

from pathlib import Path

import pytest

from pipeline.errors import MappingError
from pipeline.mapping import load_mapping
from pipeline.yaml_file import MOST_BYTES
from tests.mapping.given import ACCOUNT, CONTACT, LEAST, MISTAKES, loaded, refused, told

FORMATS = (
    "is no format of times; use iso, excel, epoch_s, epoch_ms, "
    "day_first, month_first, day_or_month_first, month_name, or a pattern such as "
    "'%d/%m/%Y %H:%M'."
)


def lines_told(error: MappingError) -> str:
    """As mistakes.txt has them: line:column: message -> hint."""
    return "\n".join(
        f"{line}:{column}: {message}" + f" -> {hint}" * bool(hint)
        for line, column, message, hint in told(error.mistakes)
    )


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told(tmp_path: Path, case: str) -> None:
    text, expected = MISTAKES[case]

    assert lines_told(refused(tmp_path, text)).replace("'\n'", "'\\n'") == expected


@pytest.mark.parametrize(
    ("rule", "column", "message", "hint"),
    [
        ("formats: uhr", 40, f"'uhr' {FORMATS}", ""),
        ("formats: [iso, ~]", 46, f"'' {FORMATS}", ""),
        (
            'formats: [iso, "%H:%M"]',
            46,
            "The pattern '%H:%M' does not tell year, month and day.",
            "",
        ),
        (
            'formats: "%Q"',
            40,
            "The pattern '%Q' cannot be read: check its % letters.",
            "",
        ),
        (
            'formats: "%d/%m/%Y %I:%M"',
            40,
            "The pattern '%d/%m/%Y %I:%M' cannot be read: check its % letters.",
            "",
        ),
        ("formats: {a: b}", 40, "'formats' is a table of keys; it must be text.", ""),
        ("date_only: noon", 31, "'noon' is no time of day.", 'Write it like "12:00".'),
        (
            "date_only: 24:00",
            31,
            "'24:00' is no time of day.",
            'Write it like "12:00".',
        ),
        ('date_only: "12"', 31, "'12' is no time of day.", 'Write it like "12:00".'),
        (
            "date_only: 1٢:00",
            31,
            "'1٢:00' is no time of day.",
            'Write it like "12:00".',
        ),
        (
            "default: soon",
            31,
            "'soon' is no value for 'activity_time': none of the formats reads it "
            "(iso).",
            "",
        ),
        (
            "default: 2024-01-01, formats: excel",
            31,
            "'2024-01-01' is no value for 'activity_time': none of the formats reads "
            "it (excel).",
            "",
        ),
        (
            "values: {now: today}",
            31,
            "'today' is no value for 'activity_time': none of the formats reads it "
            "(iso).",
            "",
        ),
    ],
)
def test_a_mistake_of_times_is_told(
    tmp_path: Path, rule: str, column: int, message: str, hint: str
) -> None:
    error = refused(tmp_path, LEAST.replace("from: When", f"from: When, {rule}"))

    assert told(error.mistakes) == [(4, column, message, hint)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "version: 1",
            "version: 2",
            "1:1: Version '2' of the mapping format is not known. -> "
            "This program reads version 1.",
        ),
        (
            "version: 1",
            "version: ''",
            "1:1: Version '' of the mapping format is not known. -> "
            "This program reads version 1.",
        ),
        ("version: 1", "version: [1]", "1:10: 'version' is a list; it must be text."),
        ("version: 1", "# none", "2:1: The mapping needs 'version'."),
        ("name: acme", "name: ~", "2:1: The mapping needs 'name'."),
        ("name: acme", "name: ''", "2:1: The mapping needs 'name'."),
        ("name: acme\n", "", "1:1: The mapping needs 'name'."),
        (
            "  activity_time: {from: When}\n",
            "",
            "4:3: 'fields' needs 'activity_time': the API requires it.",
        ),
        (
            "  subject: {from: Subject}\n",
            "",
            "4:3: 'fields' needs 'subject': the API requires it.",
        ),
        (
            "  activity_time: {from: When}\n  subject: {from: Subject}\n",
            "  {}\n",
            "4:3: 'fields' needs 'activity_time': the API requires it.\n"
            "4:3: 'fields' needs 'subject': the API requires it.",
        ),
    ],
)
def test_what_is_required_is_missed(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert lines_told(refused(tmp_path, LEAST.replace(old, new))) == expected


def test_a_mapping_without_fields_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, "version: 1\nname: acme\n")

    assert lines_told(error) == "1:1: The mapping needs 'fields'."


def test_all_mistakes_are_told_at_once_and_in_order(tmp_path: Path) -> None:
    text = (
        "nmae: acme\nversion: 3\nrules: {allow_future: soon}\n"
        "fields:\n  subject: {from: [A, _b], split: x}\nkey: ''\n"
    )

    assert lines_told(refused(tmp_path, text)).split("\n") == [
        "1:1: The mapping needs 'name'.",
        "1:1: 'nmae' is not a key of the mapping. -> Did you mean 'name'?",
        "2:1: Version '3' of the mapping format is not known. -> "
        "This program reads version 1.",
        "3:9: 'allow_future' is true or false, not 'soon'.",
        "5:3: 'fields' needs 'activity_time': the API requires it.",
        "5:23: The column '_b' starts with '_': such columns are our own, and left "
        "out when a file is read.",
        "5:28: 'split' means nothing for 'subject': it is for contact_ids.",
        "6:6: The name of a column is missing.",
    ]


def test_the_same_mistake_of_an_alias_is_told_once(tmp_path: Path) -> None:
    error = refused(
        tmp_path, LEAST + "  account_id: &x {from: _a}\n  sequence_id: *x\n"
    )

    assert [line for line, *_ in told(error.mistakes)] == [6]


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ("colour: red\n", "The mapping has 1 mistake."),
        ("a: b\nc: d\n", "The mapping has 2 mistakes."),
    ],
)
def test_the_error_counts_its_mistakes_and_names_the_file(
    tmp_path: Path, added: str, message: str
) -> None:
    error = refused(tmp_path, LEAST + added)
    said = (error.message, error.where, error.hint)

    assert said == (message, str(tmp_path / "mapping.yaml"), "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a: [1\nb: 2\n",
            "2:2: This is not valid YAML: expected ',' or ']', but got ':'.",
        ),
        (
            "a:\n\t- b\n",
            "2:1: This is not valid YAML: found character '\\t' that cannot start any "
            "token.",
        ),
        ("a: *b\n", "1:4: This is not valid YAML: found undefined alias 'b'."),
        ("a: 'b\n", "2:1: This is not valid YAML: found unexpected end of stream."),
        (
            "a: b: c\n",
            "1:5: This is not valid YAML: mapping values are not allowed here.",
        ),
    ],
)
def test_a_slip_of_yaml_is_told_at_its_place(
    tmp_path: Path, text: str, expected: str
) -> None:
    assert lines_told(refused(tmp_path, text)) == expected


@pytest.mark.parametrize(
    "text", ["", "\n# only a comment\n", "just text\n", "- a\n- list\n", "~\n"]
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str) -> None:
    message = "The file is no table of keys such as `version: 1`."

    assert told(refused(tmp_path, text).mistakes) == [(0, 0, message, "")]


def test_a_control_character_is_told_in_one_line(tmp_path: Path) -> None:
    ((_, _, message, _),) = told(refused(tmp_path, "name: a\x07b\n").mistakes)

    assert message.startswith("This is not valid YAML: ")
    assert "\n" not in message


def test_text_nested_without_end_is_refused(tmp_path: Path) -> None:
    (mistake,) = refused(tmp_path, "[" * 20_000).mistakes

    assert mistake.message == "The file is nested too deeply to be read."


def test_mistakes_without_end_are_told_with_their_number(tmp_path: Path) -> None:
    keys = "".join(f"k{n}: x\n" for n in range(1_000))
    error = refused(tmp_path, LEAST + f"? {'k' * 100_000}\n: x\n{keys}")

    long, *_, last = error.mistakes
    assert error.message == "The mapping has 1001 mistakes."
    assert (len(long.message), last.message) == (1_003, "1 more are not told.")
    assert len(error.mistakes) == 1_001


def test_an_alias_to_itself_is_told_and_does_not_hang(tmp_path: Path) -> None:
    error = refused(tmp_path, LEAST + "  category: &c {from: Type, values: *c}\n")

    assert "6:13: 'values' is a table of keys; it must be text." in lines_told(
        error
    ).split("\n")


def test_aliases_of_aliases_do_not_multiply(tmp_path: Path) -> None:
    bombs = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    error = refused(tmp_path, "\n".join(["a0: &a0 x", *bombs, LEAST]))

    assert len(error.mistakes) == 30


def test_a_number_beyond_counting_is_told(tmp_path: Path) -> None:
    digits = "1" * 5000
    error = refused(tmp_path, LEAST + f"source: {{header_row: {digits}}}\n")

    assert [line for line, *_ in told(error.mistakes)] == [6]


def test_a_test_of_emptiness_that_says_neither_is_no_rule(tmp_path: Path) -> None:
    error = refused(tmp_path, LEAST + "skip: [{column: Draft, empty: ~}]\n")

    assert [line for line, *_ in told(error.mistakes)] == [6]


@pytest.mark.parametrize(
    "rule",
    [
        "account_id: {constant: acme, lookup: ids}",
        f"contact_ids: {{constant: {CONTACT};{ACCOUNT}, split: ;}}",
    ],
)
def test_a_constant_that_later_steps_turn_into_ids_is_no_mistake(
    tmp_path: Path, rule: str
) -> None:
    lookups = "lookups: {ids: {file: ids.csv, match: Old, return: New}}\n"

    assert loaded(tmp_path, f"{LEAST}  {rule}\n{lookups}").name == "acme"


def test_a_file_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_bytes(b"version: 1\nname: caf\xe9\n")
    with pytest.raises(MappingError) as caught:
        load_mapping(path)

    assert told(caught.value.mistakes) == [
        (
            0,
            0,
            "The mapping is no text in UTF-8 (line 2).",
            "It must be a YAML file: save it as UTF-8.",
        )
    ]


def test_a_file_that_is_larger_than_any_mapping_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text("#" * (MOST_BYTES + 1), encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        load_mapping(path)

    [mistake] = caught.value.mistakes
    assert mistake.message == "The mapping is larger than 5 MB."


@pytest.mark.parametrize(
    ("name", "reason"), [("", "Is a directory"), ("none", "No such file or directory")]
)
def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, name: str, reason: str
) -> None:
    with pytest.raises(MappingError) as caught:
        load_mapping(tmp_path / name)

    message = f"The mapping cannot be read: {reason}."
    assert told(caught.value.mistakes) == [(0, 0, message, "")]
