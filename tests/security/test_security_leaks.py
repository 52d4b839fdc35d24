"""A run, a night and a bundle in the open: what they leave is private and has no key.

The API is one that says the key again, wherever it can.
"""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import Ended
from tests.misbehaving import Talk, answers, misbehaving, reads
from tests.nightly.nights import MAPPING

KEY = "very-secret-key-000"
CELL = "Rendezvous at the Zanzibar"
CONFIG = """
version: 1
base_url: %s
log: night.log
metrics: {textfile: night.prom}
jobs:
  - {name: calls, inbox: inbox, pattern: "*.csv", mapping: calls.yaml, settle: 0s}
"""
OPEN = 0o077


def says_it_again(talk: Talk) -> None:
    reads(talk)
    request = talk.requests[-1]
    key = request.headers.get("authorization", "")
    if request.line.startswith("GET"):
        return answers(200, {"data": {"status": "healthy"}}, X_Key=key)(talk)
    told = {"code": f"no {key}", "message": f"No {key}: {request.body.decode()}"}
    return answers(422, {"error": told}, X_Request_Id=key)(talk)


@pytest.fixture
def url(here: Path) -> Iterator[str]:
    with misbehaving([says_it_again]) as server:
        (here / "calls.yaml").write_text(MAPPING)
        (here / "nightly.yaml").write_text(CONFIG % server.url)
        (here / "temporary").mkdir()
        (here / "inbox").mkdir()
        for path in ("calls.csv", "inbox/more.csv"):
            (here / path).write_text(f"Id,When,What\n{path},2024-03-01,{CELL}\n,,\n")
            (here / path).chmod(0o600)
        yield server.url


def typed_in_the_open(url: str, *words: str) -> Ended:
    """The program where new files are everybody's, unless it sees to it."""
    program = (sys.executable, "-m", "pipeline")
    ended = subprocess.run(
        ["sh", "-c", 'umask 000; exec "$@"', "sh", *program, *words],
        env={
            **os.environ,
            "REEVO_API_KEY": KEY,
            "REEVO_BASE_URL": url,
            "TMPDIR": "temporary",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def test_what_is_left_behind_is_private_and_has_no_key(
    url: str, here: Path, own_home: Path
) -> None:
    given = set(here.rglob("*"))

    run = typed_in_the_open(url, "run", "calls.csv", "-m", "calls.yaml")
    night = typed_in_the_open(url, "nightly", "nightly.yaml")
    bundle = typed_in_the_open(url, "bundle", run.run, "--yes")

    left = [*(set(here.rglob("*")) - given), *own_home.rglob("*")]
    contents = {path: content_of(path) for path in left if path.is_file()}
    names = {path.name for path in left}
    assert (run.code, night.code, bundle.code) == (3, 3, 0)
    assert {"night.log", "ledger.sqlite", f"bundle-{run.run}.zip"} <= names
    assert any(CELL.encode() in content for content in contents.values())
    open_to_others = [path for path in left if path.stat().st_mode & OPEN]
    assert open_to_others == [here / "night.prom"]  # counts only, for node_exporter
    assert CELL.encode() not in contents[here / "night.prom"]
    assert [path for path in contents if KEY.encode() in contents[path]] == []
    assert KEY not in "".join(each.out + each.err for each in (run, night, bundle))


def content_of(path: Path) -> bytes:
    """The bytes of a file; of a packed one, those of all that is in it."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        return b"\0".join(map(packed.read, packed.namelist()))
