"""What the API says of its fields, in the report: the field, and the user's column."""

import polars as pl
import pytest

from pipeline.stages.report.api_words import told_of_columns

LABELS = {
    "subject": "Subject",
    "contact_ids": "WhoId, Contacts",
    "category": "",
    "account_id": "Cost $1 [a]",
}
CONTACTS = "(your column 'WhoId, Contacts')"


@pytest.mark.parametrize(
    ("field", "message", "told"),
    [
        (
            "subject",
            "subject: Too long",
            "The API says of 'subject' (your column 'Subject'): Too long",
        ),
        (
            "subject",
            "Too long",
            "The API says of 'subject' (your column 'Subject'): Too long",
        ),
        (
            "contact_ids",
            "contact_ids[1]: No UUID",
            f"The API says of 'contact_ids[1]' {CONTACTS}: No UUID",
        ),
        (
            "subject",
            "subject: Too long; contact_ids[0]: No UUID",
            "The API says of 'subject' (your column 'Subject'): Too long; "
            f"of 'contact_ids[0]' {CONTACTS}: No UUID",
        ),
        (
            "subject",
            "Invalid; subject: Too long",
            "Invalid; of 'subject' (your column 'Subject'): Too long",
        ),
        (
            "category",
            "category: Not allowed",
            "The API says of 'category' (which the mapping sets): Not allowed",
        ),
        (
            "account_id",
            "account_id: Gone",
            "The API says of 'account_id' (your column 'Cost $1 [a]'): Gone",
        ),
        ("owner", "owner: Missing", "owner: Missing"),
        ("sequence_id", "No such id", "No such id"),
        ("", "The subject: it is odd", "The subject: it is odd"),
        (None, "No", "No"),
    ],
)
def test_a_refusal_is_told_of_the_user_s_columns(
    field: str | None, message: str, told: str
) -> None:
    texts = {"field": [field], "message": [message]}
    frame = pl.DataFrame(texts, dict.fromkeys(texts, pl.String))

    found = frame.select(
        told_of_columns(pl.col("message"), pl.col("field"), LABELS)
    ).to_series()

    assert found.to_list() == [told]
