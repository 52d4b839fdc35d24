"""The records the stand-in knows: a small made-up workspace."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.sandbox.models import ActivityAttributes
from pipeline.sandbox.refusals import refuse

SEED = Path(__file__).with_name("workspace.json")
SEEDED_AT = datetime(2024, 1, 1, tzinfo=UTC)
COLLECTIONS = {
    "account": "accounts",
    "contact": "contacts",
    "opportunity": "opportunities",
}
VALUE_TYPES = {
    "id": "uuid",
    "created_at": "timestamp",
    "updated_at": "timestamp",
    "display_name": "string",
    "domain_name": "string",
    "primary_email": "string",
    "account_id": "record_reference",
}
TOP_LEVEL = ("id", "created_at", "updated_at")

Row = dict[str, str]


@dataclass(frozen=True)
class Workspace:
    """Rows of field to text by record type; ids are in lower case."""

    records: dict[str, tuple[Row, ...]]
    ids: dict[str, frozenset[str]]

    def check_links(self, attributes: ActivityAttributes) -> None:
        """Raises RefusalError for the first link that leads to no record.

        A sequence or a select-list value is not looked up: the workspace has none.
        """
        self._check("account", "account_id", [attributes.account_id])
        self._check("opportunity", "opportunity_id", [attributes.opportunity_id])
        self._check("contact", "contact_ids", attributes.contact_ids)

    def _check(self, record_type: str, field: str, ids: Iterable[str]) -> None:
        for id_ in ids:
            if id_ and id_.lower() not in self.ids[record_type]:
                message = f"No {record_type} {id_} in this workspace."
                raise refuse("record_not_found", message, field=field, status=404)


def load_workspace() -> Workspace:
    """Reads the seed: records created one a minute from SEEDED_AT on."""
    seed = json.loads(SEED.read_text(encoding="utf-8"))
    records = {
        record_type: tuple(_date(row, n) for n, row in enumerate(seed[collection]))
        for record_type, collection in COLLECTIONS.items()
    }
    ids = {name: frozenset(row["id"] for row in rows) for name, rows in records.items()}
    return Workspace(records, ids)


def fields_of(record_type: str, workspace: Workspace) -> frozenset[str]:
    """The fields that can be filtered and sorted by."""
    return frozenset(workspace.records[record_type][0])


def show(record_type: str, row: Row) -> dict[str, Any]:
    """A record as the API gives it, its attributes in envelopes."""
    attributes = {
        name: {"value_type": VALUE_TYPES[name], "value": _value(name, text)}
        for name, text in row.items()
        if name not in TOP_LEVEL
    }
    head = {name: row[name] for name in TOP_LEVEL}
    return {**head, "record_type": record_type, "attributes": attributes}


def _value(name: str, text: str) -> object:
    if VALUE_TYPES[name] != "record_reference":
        return text
    record_type = name.removesuffix("_id")
    return {"related_record_id": text, "related_record_type": record_type}


def _date(row: Row, minutes: int) -> Row:
    at = SEEDED_AT.replace(hour=minutes // 60, minute=minutes % 60)
    text = at.isoformat().replace("+00:00", "Z")
    return {**row, "created_at": text, "updated_at": text}
