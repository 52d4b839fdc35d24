"""What is left of a text when it is masked."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.runs.bundle.mapping_text import masked_mapping
from pipeline.runs.bundle.masking import Tags, form_of, sentence_of, setting_of
from tests.bundle.bundle_givens import HEADER, MAPPING


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("31/02/2024 9:05 PM", "99/99/9999 9:99 XX"),
        ("Çelik, Özge", "Xxxxx, Xxxx"),
        ("3,00118812345679E+17", "9,99999999999999X+99"),
        ("٣ 東京 😀\u00a0ß", "9 xx **x"),
        ("a\tb\nc", "x\tx\nx"),
        ("", ""),
    ],
)
def test_the_form_of_a_text_is_kept_and_no_letter_of_it(text: str, form: str) -> None:
    assert form_of(text) == form


@given(st.text())
def test_a_form_is_made_of_few_signs_and_as_long_as_its_text(text: str) -> None:
    form = form_of(text)

    assert len(form) == len(text)
    assert form_of(form) == form
    assert all(each in "Xx9*" or not each.isalnum() for each in form)
    assert form.isascii()


def test_ids_and_addresses_are_short_names_that_tell_equal_ones() -> None:
    values = pl.Series(
        [
            "ada@example.test",
            "0b4d8f9e-6c1a-4a54-9f0e-2f6a1f6c9d11",
            "ada@example.test",
            "Ada",
            "",
        ]
    )
    tags = Tags(b"salt")

    address, record = tags.tag(values[0]), tags.tag(values[1])
    assert tags.masked(values).to_list() == [
        f"e-mail {address}",
        f"id {record}",
        f"e-mail {address}",
        "Xxx",
        "",
    ]
    assert tags.tags(values)[4] == ""
    assert Tags(b"other salt").tag(values[0]) != address


def test_of_a_sentence_only_our_own_words_stay() -> None:
    sentence = "hopper.csv: 3 rows are invalid, as 'Grace' and 'Hopper' of Zimbabwe."

    assert sentence_of(sentence, {"hopper.csv"}) == (
        "xxxxxx.xxx: 9 rows are invalid, as 'Xxxxx' xxx 'Xxxxxx' of Xxxxxxxx."
    )


@pytest.mark.parametrize(
    ("setting", "shown"),
    [
        (True, True),
        (20, 20),
        ("15m", "15m"),
        ("2.5%", "2.5%"),
        ("/home/ada/ledger", "/xxxx/xxx/xxxxxx"),
    ],
)
def test_plain_settings_stay(setting: object, shown: object) -> None:
    assert setting_of(setting) == shown


def test_a_mapping_keeps_its_lines_its_columns_and_its_own_words() -> None:
    assert (
        masked_mapping(MAPPING, HEADER)
        == """
# ...
version: 1
name: xxxxxx-xxxxx
system: xxxx
key: [Id]
source: {timezone: Europe/Berlin}
skip:
  - {column: Kind, in: [Xxxxxxxxx], reason: xxxxxx xxxxx xxxx}
fields:
  activity_time: {from: When, formats: ["%d/%m/%Y"]}
  subject: {template: "Xxxx {What} xxxx Xxxxx"}
  description: {from: Note}
  category: {from: Kind, values: {Xxxxxxxxx: CALL}, otherwise: OTHER}
  account_id: {constant: 9x9x9x9x-9x9x-9x99-9x9x-9x9x9x9x9x99}
tests:
  - given: {Id: xxxxxx-9, When: 99/99/9999, What: XXXXX, Kind: Xxxxxxxxx}
    expect: {category: CALL}
"""
    )


def test_a_text_that_is_no_yaml_is_masked_as_a_whole() -> None:
    assert masked_mapping("a: [b\nAda: {", HEADER) == "x: [x\nXxx: {"


def test_aliases_of_aliases_do_not_multiply_in_a_mapping() -> None:
    bombs = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]

    masked = masked_mapping("\n".join(["a0: &a0 Ada", *bombs]), HEADER)

    assert masked.count("\n") == 29
    assert "Ada" not in masked
