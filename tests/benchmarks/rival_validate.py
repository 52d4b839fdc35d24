"""The rival of `validate`: csv and pydantic, a row at a time, with a report file.

python tests/benchmarks/rival_validate.py FILE.csv REPORT.csv
"""

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, ValidationError

CATEGORIES = {"Call": "CALL", "LinkedIn": "LINKEDIN"}
ZONE = ZoneInfo("America/New_York")


class Metadata(BaseModel):
    activity_time: datetime
    subject: Annotated[str, Field(min_length=1, max_length=255)]
    description: Annotated[str, Field(max_length=32_000)]
    category: Literal["CALL", "LINKEDIN", "OTHER"]


class Attributes(BaseModel):
    metadata: Metadata
    account_id: UUID
    contact_ids: list[UUID]


class Activity(BaseModel):
    attributes: Attributes


def body(row: dict[str, str]) -> str:
    when = datetime.strptime(row["When"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE)
    text = f"{row['Description']}\n\nLogged by {row['Owner']}"
    activity = Activity.model_validate(
        {
            "attributes": {
                "metadata": {
                    "activity_time": when.astimezone(UTC),
                    "subject": row["Subject"],
                    "description": text,
                    "category": CATEGORIES.get(row["Type"], "OTHER"),
                },
                "account_id": row["Account"],
                "contact_ids": row["Contact"].split(";"),
            }
        }
    )
    return activity.model_dump_json()


def main(source: Path, report: Path) -> None:
    with source.open(newline="") as file, report.open("w", newline="") as out:
        rows = csv.DictReader(file)
        lines = csv.writer(out)
        for number, row in enumerate(rows, start=2):
            try:
                body(row)
                outcome = "valid"
            except ValidationError as error:
                outcome = str(error)
            lines.writerow([number, outcome, *row.values()])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
