"""A mapping meets the columns of a file."""

from pathlib import Path

import pytest

from pipeline.errors import MappingError
from pipeline.mapping import bind_columns
from pipeline.rows import Column
from tests.mapping.given import LEAST, loaded, told


def columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(f"c{number}", name) for number, name in enumerate(names))


def unfit(folder: Path, text: str, *names: str) -> MappingError:
    mapping = loaded(folder, text)
    with pytest.raises(MappingError) as caught:
        bind_columns(mapping, columns(*names), source="tasks.csv")
    return caught.value


def subject_from(name: str) -> str:
    return LEAST.replace("{from: Subject}", f'{{from: "{name}"}}')


def test_each_name_gets_the_id_of_its_column(tmp_path: Path) -> None:
    text = LEAST + (
        "  description: {template: '{Notes} by {Owner}'}\n"
        "key: Id\nskip: [{column: Draft, empty: false}]\n"
    )
    names = ("Owner", "Notes", "", "Draft", "When", "Subject", "More", "Id")
    ids = bind_columns(loaded(tmp_path, text), columns(*names), source="tasks.csv")

    assert ids == {
        "Id": "c7",
        "Draft": "c3",
        "When": "c4",
        "Subject": "c5",
        "Notes": "c1",
        "Owner": "c0",
    }


@pytest.mark.parametrize(
    ("named", "header"),
    [
        ("Subject", "  Subject\t"),
        (" Subject ", "Subject"),
        ("Call Title", "Call \n  Title"),
        ("Call Title", "Call\u00a0Title"),
        ("SUBJECT", "subject"),
        ("STRASSE", "Straße"),
        ("Caf\\u00e9", "Cafe\u0301"),
        ("Cafe\\u0301", "CAF\u00c9"),
    ],
)
def test_a_name_fits_but_for_white_space_case_and_unicode_form(
    tmp_path: Path, named: str, header: str
) -> None:
    mapping = loaded(tmp_path, subject_from(named))
    ids = bind_columns(mapping, columns("When", header), source="tasks.csv")

    assert list(ids.values()) == ["c0", "c1"]


@pytest.mark.parametrize("header", ["Sub ject", "Subject:", "Sübject", "Subjekt"])
def test_another_name_does_not_fit(tmp_path: Path, header: str) -> None:
    error = unfit(tmp_path, LEAST, "When", header)

    assert [message for *_, message, _ in told(error.mistakes)] == [
        "The file has no column 'Subject'."
    ]


def test_an_optional_column_may_be_absent(tmp_path: Path) -> None:
    text = LEAST + "source: {optional_columns: [subject ]}\n"
    ids = bind_columns(loaded(tmp_path, text), columns("When"), source="tasks.csv")

    assert ids == {"When": "c0", "Subject": None}


def test_an_optional_column_that_is_there_is_used(tmp_path: Path) -> None:
    text = LEAST + "source: {optional_columns: [Subject]}\n"
    found = columns("Subject", "When")
    ids = bind_columns(loaded(tmp_path, text), found, source="tasks.csv")

    assert ids == {"When": "c1", "Subject": "c0"}


def test_what_does_not_fit_is_told_at_once_with_the_columns_there_are(
    tmp_path: Path,
) -> None:
    text = LEAST + "key: [Record Id, Branch]\n"
    error = unfit(tmp_path, text, "Subjct", "WHEN", "", "when ", "Record ID")

    assert (error.message, error.where, error.hint) == (
        "The mapping does not fit tasks.csv.",
        str(tmp_path / "mapping.yaml"),
        "The file has these columns: Subjct, WHEN, when , Record ID.",
    )
    assert told(error.mistakes) == [
        (
            4,
            25,
            "Several columns of the file fit 'When': 'WHEN', 'when '.",
            "Rename one of them in the file.",
        ),
        (5, 19, "The file has no column 'Subject'.", "Did you mean 'Subjct'?"),
        (6, 18, "The file has no column 'Branch'.", ""),
    ]


def test_an_optional_column_that_several_fit_is_told(tmp_path: Path) -> None:
    text = LEAST + "source: {optional_columns: [Subject]}\n"
    error = unfit(tmp_path, text, "When", "subject", "SUBJECT")

    assert [message for *_, message, _ in told(error.mistakes)] == [
        "Several columns of the file fit 'Subject': 'subject', 'SUBJECT'."
    ]


def test_several_columns_that_nothing_names_are_no_mistake(tmp_path: Path) -> None:
    found = columns("When", "Notes", "notes", "Subject", "", "")
    ids = bind_columns(loaded(tmp_path, LEAST), found, source="tasks.csv")

    assert ids == {"When": "c0", "Subject": "c3"}


def test_a_column_named_in_two_spellings_is_one_column(tmp_path: Path) -> None:
    mapping = loaded(tmp_path, LEAST + "key: [SUBJECT]\n")
    ids = bind_columns(mapping, columns("When", "subject"), source="tasks.csv")

    assert ids == {"SUBJECT": "c1", "When": "c0", "Subject": "c1"}


def test_a_long_list_of_columns_is_cut(tmp_path: Path) -> None:
    error = unfit(tmp_path, LEAST, *(f"x{number}" for number in range(32)))
    listed = ", ".join(f"x{number}" for number in range(30))

    assert error.hint == f"The file has these columns: {listed} and 2 more."


ALIASES = LEAST + "source: {aliases: {Subject: [Title, Betreff]}}\n"


@pytest.mark.parametrize(
    ("names", "column"),
    [
        (("When", "Betreff"), "c1"),
        (("When", " BETREFF ", "Title"), "c2"),
        (("When", "Betreff", "Title", "Subject"), "c3"),
    ],
)
def test_a_column_may_have_other_names_of_which_the_first_counts(
    tmp_path: Path, names: tuple[str, ...], column: str
) -> None:
    mapping = loaded(tmp_path, ALIASES)

    assert bind_columns(mapping, columns(*names), source="a.csv")["Subject"] == column


def test_a_column_of_which_no_name_is_there_is_missing(tmp_path: Path) -> None:
    assert told(unfit(tmp_path, ALIASES, "When", "Titel").mistakes) == [
        (
            5,
            19,
            "The file has no column 'Subject' (nor 'Title', nor 'Betreff').",
            "Did you mean 'Titel'?",
        )
    ]
