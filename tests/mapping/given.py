"""What mapping tests start from: a least mapping, a full one, and both written."""

from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import MappingError, Mistake
from pipeline.mapping import load_mapping
from pipeline.mapping.model import Mapping

ACCOUNT = "3fe6e7be-9ba0-4717-9ed4-0c227dab7ad2"
CONTACT = "f78a2b51-7d52-4eaf-8df0-3e1122d5189b"
DEAL = "cb1bb619-6044-4e56-b134-aa70ff0ec4a8"
STAGE = "66666666-7777-4888-9999-000000000000"

# Five lines: what a test adds begins at line 6, as a field or as a key of the top.
LEAST = """\
version: 1
name: acme
fields:
  activity_time: {from: When}
  subject: {from: Subject}
"""

FULL = """\
version: 1
name: acme-tasks
system: acme
description: Acme's task export
match:
  {columns: [Id, Subject], values: {Id: "00*"}}
source:
  timezone: America/New_York
  sheet: Activities
  header_row: 3
  encoding: windows-1252
  delimiter: semicolon
  member: "Task*.csv"
  section: Attendee Details
  escape: backslash
  optional_columns: [Owner, " Region "]
  empty_values: [n/a, 000]
  aliases: {Subject: [Title, Betreff], Region: Area}
key: [Id, Branch]
key_by: salesforce_id
combine: true
skip:
  - {column: IsDeleted, in: [1, true, ~], reason: deleted}
  - {column: Status, not_in: Completed}
  - {column: Notes, empty: true}
  - {column: Draft, empty: false}
fields:
  activity_time:
    from: [Done, {template: "{Due} {Clock}"}]
    formats: [iso, "%d/%m/%Y %H:%M", excel, epoch_s, epoch_ms, day_first, month_name]
    date_only: 9:30
    when_twice: later
    when_nonexistent: forward
    default: 2024-01-01
  subject:
    from: Subject
    transforms: [trim, first_line]
    default: (no subject)
    max_length: 100
    when_too_long: truncate
  description:
    template: "{Notes}\\n{{by}} {Owner}, {Region} {Length | seconds}"
    transforms: strip_html
    when_rows_differ: join
  category:
    from: Type
    values: {Call: CALL, 007: OTHER, true: EVENT, null: TEXT}
    contains: {web: WEBINAR}
    otherwise: OTHER
  account_id: {from: AccountId, lookup: [accounts, domains]}
  opportunity_id: {from: WhatId, lookup: deals, when_missing: drop, when_several: drop}
  contact_ids: {from: [WhoId, Contacts], split: ";", lookup: contacts}
  sequence_id: {constant: null}
  pipeline_select_list_value_id: {constant: 66666666-7777-4888-9999-000000000000}
lookups:
  accounts: {file: ids.xlsx, sheet: Accounts, match: Old ID, return: Reevo ID}
  contacts: {file: people.csv, match: Old ID, return: Reevo ID}
  deals: {file: deals.csv, match: Old, return: Site, by: salesforce_id, then: domains}
  domains: {query: account, match: domain_name, by: domain}
rules:
  require_link: true
  allow_future: True
tests:
  - given: {ID: 007, due: 2024-03-01, Notes: hello, Type: true, WhoId: C1, Draft: ~}
    lookups:
      contacts: {C1: f78a2b51-7d52-4eaf-8df0-3e1122d5189b}
    expect:
      subject: (no subject)
      category: EVENT
      contact_ids: f78a2b51-7d52-4eaf-8df0-3e1122d5189b
  - given: {Id: 1, IsDeleted: 1}
    expect: {account_id: ~, contact_ids: ~}
    skipped: true
  - given: {Id: 2, Done: soon, Notes: hello}
    issue: bad_time
stamp: subject
"""


def _case(text: str) -> tuple[str, tuple[str, str]]:
    name, _, rest = text.partition("\n")
    added, _, expected = rest.partition("\n--\n")
    return name, (f"{LEAST}{added}\n", expected.strip())


# By case: the whole mapping, and what is told of it, as mistakes.txt shows it.
MISTAKES = dict(
    _case(text)
    for text in Path(__file__).with_name("mistakes.txt").read_text("utf-8").split("== ")
    if "\n--\n" in text
)
Told = list[tuple[int, int, str, str]]


def written(folder: Path, text: str) -> Path:
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def loaded(folder: Path, text: str) -> Mapping:
    return load_mapping(written(folder, text))


def refused(folder: Path, text: str) -> MappingError:
    with pytest.raises(MappingError) as caught:
        loaded(folder, text)
    return caught.value


def told(mistakes: tuple[Mistake, ...]) -> Told:
    """Line, column, message and hint of each; 0, 0 for a mistake without a place."""
    places = [(m.place.line, m.place.column) if m.place else (0, 0) for m in mistakes]
    return [
        (*place, mistake.message, mistake.hint)
        for place, mistake in zip(places, mistakes, strict=True)
    ]


def without_places(value: Any) -> Any:
    """The same value with every `place` None, to compare what a mapping says."""
    if isinstance(value, tuple):
        return tuple(without_places(item) for item in value)
    if isinstance(value, dict):
        return {key: without_places(item) for key, item in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    inside = {each.name: getattr(value, each.name) for each in fields(value)}
    kept = {name: without_places(item) for name, item in inside.items()}
    return replace(value, **kept | ({"place": None} if "place" in kept else {}))
