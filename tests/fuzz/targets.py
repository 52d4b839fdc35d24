"""What is fed with changed samples, and what must hold whatever it is fed."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import httpx
import polars as pl

from pipeline.api.answers import Verdict, read_answer
from pipeline.api.records import read_records
from pipeline.api.timeline import read_page
from pipeline.catalogue import ENTRIES
from pipeline.errors import PipelineError
from pipeline.mapping import load_mapping
from pipeline.nightly.load import load_config
from pipeline.printable import printable
from pipeline.rows import Severity
from pipeline.stages.read import Layout, open_sources, spooling
from tests.commands import ROOT, activity_import

NOW = datetime(2026, 1, 2, tzinfo=UTC)
LONGEST_MESSAGE = 20_000
_SAMPLES = ROOT / "samples"
_CODES = set(ENTRIES)
_NIGHTLY = b"""version: 1
clock: Europe/Berlin
base_url: https://api.test
notify:
  - {kind: email, host: localhost, port: 2525, from: a@b.test, to: [c@d.test]}
  - {kind: webhook, url_env: HOOK, on: [failed, ok]}
ping: {url: "https://ping.test/x"}
jobs:
  - name: calls
    inbox: in
    pattern: ["*.csv", "*.xlsx"]
    mapping: generic
    settle: 2m
    marker: "{name}.done"
    max_invalid: 5%
    usual_rows: 50%..200%
    expect_by: "06:00"
    window: "22:00-06:00"
    keep: {archive: 90d}
"""
_ANSWERS = (
    b'201\nlocation: /x\n\n{"data": {"id": "2d38de7c-3bec-4519-8b67-4d999253f6b7"}}',
    b'422\nx: y\n\n{"detail": [{"loc": ["body", "data"], "msg": "no", "type": "t"}]}',
    b'429\nretry-after: 3\nratelimit: "a";r=0;t=9\n\n{"error": {"code": "slow"}}',
    b"503\nretry-after: Wed, 21 Oct 2026 07:28:00 GMT\n\n<html>busy</html>",
    b'404\n\n{"message": "Not Found"}',
    b"302\nlocation: https://other.test/?key=1\n\n",
    b'200\n\n{"data": [{"id": "a", "attributes": {"subject": {"value": "x"}, '
    b'"created_at": {"value": "2026-01-01T00:00:00Z"}}}], "next_cursor": "c"}',
)
Feed = Callable[[bytes, Path], object]


@dataclass(frozen=True)
class Target:
    """`feed` takes an input and an empty folder; what it returns is compared.

    It raises AssertionError, or whatever the program should not have raised.
    """

    name: str
    samples: Callable[[], tuple[bytes, ...]]
    feed: Feed


def told(error: PipelineError) -> tuple[str, ...]:
    """What a person reads of it, which must be words, and known ones."""
    assert error.message, repr(error)
    assert error.code in _CODES, error.code
    assert error.code != "program_fault"
    assert len(error.message) < LONGEST_MESSAGE, error.message[:200]
    return (type(error).__name__, error.code, error.message)


def _read(data: bytes, folder: Path, suffix: str) -> object:
    path = folder / f"input{suffix}"
    path.write_bytes(data)
    try:
        with spooling() as spool:
            sources = open_sources([path], Layout(), spool)
            batches = [batch for one in sources for batch in one.batches()]
    except PipelineError as error:
        return told(error)
    for batch in batches:
        numbers = batch.rows["row"]
        assert numbers.is_sorted()
        assert numbers.n_unique() == len(numbers)
        known = {*numbers, *batch.left_out["row"]}
        assert set(batch.issues["row"]) <= known
        errors = batch.issues.filter(pl.col("severity") == Severity.ERROR)
        assert (errors["message"].str.len_chars() > 0).all()
        columns = {"row", *(column.id for column in batch.source.columns)}
        assert columns == set(batch.rows.columns)
    return [(b.rows.rows(), b.issues.rows(), b.left_out.rows()) for b in batches]


def _csv(data: bytes, folder: Path) -> object:
    return _read(data, folder, ".csv")


def _workbook(data: bytes, folder: Path) -> object:
    return _read(data, folder, ".xlsx")


def _archive(data: bytes, folder: Path) -> object:
    return _read(data, folder, ".zip")


def _mapping(data: bytes, folder: Path) -> object:
    path = folder / "mapping.yaml"
    path.write_bytes(data)
    try:
        return load_mapping(path)
    except PipelineError as error:
        return told(error)


def _nightly(data: bytes, folder: Path) -> object:
    path = folder / "nightly.yaml"
    path.write_bytes(data)
    try:
        return repr(load_config(path, {"HOOK": "https://hook.test/x"}))
    except PipelineError as error:
        return told(error)


def _answer(data: bytes, _folder: Path) -> object:
    """A status, header lines, an empty line, a body."""
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    digits = "".join(c for c in first.decode("ascii", "ignore") if c.isdigit())
    status = 200 + int(digits or 0) % 400
    pairs = [line.partition(b":") for line in lines]
    headers = httpx.Headers([(name.strip() or b"x", value) for name, _, value in pairs])
    answer = read_answer(status, headers, body, now=NOW)
    taken = answer.verdict is Verdict.CREATED
    assert taken == (answer.activity_id is not None)
    assert not taken or httpx.codes.is_success(status)
    if httpx.codes.is_server_error(status) and answer.verdict is Verdict.AGAIN:
        assert (status, answer.retry_after is not None) == (503, True)
    if status not in {408, 429, 503}:
        assert answer.verdict is not Verdict.AGAIN
    assert answer.message == printable(answer.message)
    assert len(answer.message) < LONGEST_MESSAGE
    assert answer.retry_after is None or 0 <= answer.retry_after <= 300
    return answer, read_page(body), read_records(body, "email")


def _run(data: bytes, folder: Path) -> object:
    """The whole of `validate`: every row has one outcome, and the report is there."""
    path = folder / "input.csv"
    path.write_bytes(data)
    reports = folder / "reports"
    words = ("validate", path, "-m", "salesforce-task", "--reports", reports, "--json")
    ledger = folder / "ledger.sqlite"
    ended = activity_import(*words, "--ledger", ledger, REEVO_BASE_URL="https://a.test")
    assert ended.code in {0, 1, 3, 4}, ended.err
    document = json.loads(ended.out)
    assert document["code"] != "program_fault", ended.err
    counts = dict(document["counts"])
    assert counts.pop("read", 0) == sum(counts.values())
    return document["status"], document["reason"], counts


def _files(*names: str) -> Callable[[], tuple[bytes, ...]]:
    @cache
    def samples() -> tuple[bytes, ...]:
        return tuple((_SAMPLES / name).read_bytes() for name in names)

    return samples


@cache
def _csv_samples() -> tuple[bytes, ...]:
    plain = _files(
        *("salesforce/Task.csv", "hubspot/calls.csv", "outlook/calendar.csv"),
        *("zoom/webinar.csv", "linkedin/messages.csv", "aircall/calls.csv"),
    )()
    text = plain[1].decode("utf-8-sig")
    return (
        *plain,
        text.encode("utf-16"),
        text.encode("cp1252", "replace"),
        b"a;b\n1;2\n",
        b'_status,_code,_message,_hint,A\ninvalid,bad_time,"x",y,1\n',
        b"",
    )


@cache
def _workbooks() -> tuple[bytes, ...]:
    books = sorted((ROOT / "tests/read/books").glob("*.[xo]*"))
    own = _SAMPLES / "generic/activities.xlsx"
    return tuple(path.read_bytes() for path in (own, *books))


@cache
def _archives() -> tuple[bytes, ...]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Task.csv", (_SAMPLES / "salesforce/Task.csv").read_bytes())
    return (packed.getvalue(),)


@cache
def _mappings() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted((ROOT / "mappings").glob("*")))


TARGETS = (
    Target("csv", _csv_samples, _csv),
    Target("workbook", _workbooks, _workbook),
    Target("archive", _archives, _archive),
    Target("mapping", _mappings, _mapping),
    Target("nightly", lambda: (_NIGHTLY,), _nightly),
    Target("answer", lambda: _ANSWERS, _answer),
    Target("run", _csv_samples, _run),
)
