"""The request bodies the API takes, read independently of the sending side."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

UUID_PATTERN = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
UTC_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]"
    r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?Z$"
)
NOT_GIVEN = ""

RecordId = Annotated[str, StringConstraints(pattern=UUID_PATTERN)]
Timestamp = Annotated[AwareDatetime, Field(strict=True)]
PageSize = Annotated[int, Field(ge=1, le=100, strict=True)]
Category = Literal[
    "TEXT",
    "LINKEDIN",
    "SOCIAL_MEDIA",
    "EVENT",
    "CONFERENCE",
    "WEBINAR",
    "CALL",
    "OTHER",
]


def _check_calendar(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise PydanticCustomError(
            "datetime_parsing", "Input should be a day that exists"
        ) from error
    return text


def _check_distinct(ids: list[str]) -> list[str]:
    if len(set(ids)) != len(ids):
        raise PydanticCustomError(
            "unique_items", "Input should not name an id more than once"
        )
    return ids


UtcTime = Annotated[
    str, StringConstraints(pattern=UTC_PATTERN), AfterValidator(_check_calendar)
]
ContactIds = Annotated[
    list[RecordId],
    Field(min_length=1, max_length=100),
    AfterValidator(_check_distinct),
]


class StrictModel(BaseModel):
    """Keys that the contract does not name are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ActivityMetadata(StrictModel):
    """What happened and when.

    `activity_time` must be RFC 3339 in UTC, written with a capital `Z`: the page
    shows no other form, so an offset, even `+00:00`, is refused, and so is a leap
    second. A fraction of any length is taken.
    """

    activity_time: UtcTime
    subject: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    description: Annotated[str, StringConstraints(max_length=32_000)]
    category: Category = "OTHER"


class ActivityAttributes(StrictModel):
    """An activity and its links; a link may be left out, but not be null."""

    metadata: ActivityMetadata
    account_id: RecordId = NOT_GIVEN
    opportunity_id: RecordId = NOT_GIVEN
    contact_ids: ContactIds = []
    sequence_id: RecordId = NOT_GIVEN
    pipeline_select_list_value_id: RecordId = NOT_GIVEN


class ActivityRequest(StrictModel):
    """The body of `POST /api/v2/activity`."""

    attributes: ActivityAttributes


class Sort(StrictModel):
    """One field to sort by."""

    field: str
    direction: Literal["asc", "desc"] = "asc"


class RecordQuery(StrictModel):
    """The body of `POST /api/v2/<record type>/_query`; filters are read later."""

    filters: list[dict[str, Any]] = []
    sort: list[Sort] = []
    limit: PageSize = 50
    cursor: str | None = None


class TimelineQuery(StrictModel):
    """The body of `POST /api/v2/activity/_query`; a cursor may stand for the scope."""

    account_id: RecordId = NOT_GIVEN
    opportunity_id: RecordId = NOT_GIVEN
    contact_id: RecordId = NOT_GIVEN
    created_from: Timestamp | None = None
    created_to: Timestamp | None = None
    limit: PageSize = 50
    cursor: str | None = None

    @model_validator(mode="after")
    def _check_scope(self) -> Self:
        if not (self.scope or self.cursor):
            raise PydanticCustomError(
                "scope_missing",
                "Give at least one of account_id, opportunity_id, contact_id",
            )
        return self

    @property
    def scope(self) -> list[str]:
        """The ids whose timelines are asked for; an activity must be on all."""
        ids = (self.account_id, self.opportunity_id, self.contact_id)
        return [id_.lower() for id_ in ids if id_]
