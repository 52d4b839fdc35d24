"""Makes the files in `samples/`, and the outcomes they are made for.

Run `python -m tests.make_samples` after a change; it writes the same bytes each time.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.sample_makers import hubspot, salesforce
from tests.sample_makers.aircall import aircall_made
from tests.sample_makers.dynamics import dynamics_made
from tests.sample_makers.eventbrite import eventbrite_made
from tests.sample_makers.files import csv_text, sample_csv, workbook_bytes
from tests.sample_makers.generic import generic_samples
from tests.sample_makers.hubspot_activities import hubspot_activities_made
from tests.sample_makers.linkedin import linkedin_made
from tests.sample_makers.outlook import outlook_made
from tests.sample_makers.parts import Sample
from tests.sample_makers.pipedrive import pipedrive_made
from tests.sample_makers.salesforce_events import event_made
from tests.sample_makers.salesforce_extracts import extracts_made
from tests.sample_makers.salesforce_report import report_made
from tests.sample_makers.zoho import zoho_made
from tests.sample_makers.zoom import zoom_made

ROOT = Path(__file__).parent.parent
EXPECTED = "tests/expected_samples.json"
MAKERS = (
    event_made,
    extracts_made,
    report_made,
    hubspot_activities_made,
    zoho_made,
    dynamics_made,
    pipedrive_made,
    linkedin_made,
    outlook_made,
    eventbrite_made,
    aircall_made,
    zoom_made,
)
Lines = Mapping[str, Iterable[tuple[str, ...]]]


def sample_files() -> dict[str, bytes]:
    """The content of every file, by its path in the project."""
    tasks, calls = salesforce.salesforce_sample(), hubspot.hubspot_sample()
    sheets = generic_samples()
    made = [make() for make in MAKERS]
    more = [sample for each in made for sample in each.samples]
    return {
        tasks.path: sample_csv(tasks).encode("iso-8859-1"),
        **_lookups(
            "salesforce", salesforce.LOOKUP_HEADER, salesforce.salesforce_lookups()
        ),
        calls.path: sample_csv(calls).encode("utf-8-sig"),
        **_lookups("hubspot", hubspot.LOOKUP_HEADER, hubspot.hubspot_lookups()),
        sheets[0].path: workbook_bytes(sheets),
        **{path: content for each in made for path, content in each.files.items()},
        EXPECTED: _expected_text([tasks, calls, *sheets, *more]).encode(),
    }


def main() -> None:
    for path, content in sample_files().items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _lookups(folder: str, header: tuple[str, ...], files: Lines) -> dict[str, bytes]:
    return {
        f"samples/{folder}/{name}": csv_text(header, lines).encode()
        for name, lines in files.items()
    }


def _expected_text(samples: list[Sample]) -> str:
    """A row per line, so that a change shows as one."""
    text = json.dumps([sample.expected() for sample in samples], indent=1)
    return f"{_one_line_rows(text)}\n"


def _one_line_rows(text: str) -> str:
    flat = text.replace("\n    ", " ").replace("{ ", "{")
    return flat.replace("\n   }", "}")


if __name__ == "__main__":
    main()
