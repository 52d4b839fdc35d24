"""Runs whose bundles are looked into."""

import csv
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

from tests.commands import activity_import

MAPPING = """
# Written by Grace Hopper for the night of the move.
version: 1
name: hopper-calls
system: navy
key: [Id]
source: {timezone: Europe/Berlin}
skip:
  - {column: Kind, in: [Secretive], reason: nobody shall know}
fields:
  activity_time: {from: When, formats: ["%d/%m/%Y"]}
  subject: {template: "Talk {What} with Grace"}
  description: {from: Note}
  category: {from: Kind, values: {Telefonat: CALL}, otherwise: OTHER}
  account_id: {constant: 0b4d8f9e-6c1a-4a54-9f0e-2f6a1f6c9d11}
tests:
  - given: {Id: hopper-1, When: 09/12/1906, What: COBOL, Kind: Telefonat}
    expect: {category: CALL}
"""
HEADER = ("Id", "When", "What", "Kind", "Note")


def source(folder: Path, rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """A file of these rows and a mapping; the words to type after a command."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hopper.yaml").write_text(MAPPING, encoding="utf-8")
    with (folder / "harvest.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return (str(folder / "harvest.csv"), "-m", str(folder / "hopper.yaml"), "-q")


def bundled(run: str, path: Path) -> dict[str, str]:
    """The files of the run's bundle."""
    path.unlink(missing_ok=True)
    ended = activity_import("bundle", run, "-o", path, "--yes")
    assert ended.code == 0, ended.err
    return parts_in(path)


def parts_in(path: Path) -> dict[str, str]:
    """The files of a bundle, and their texts."""
    with ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}
