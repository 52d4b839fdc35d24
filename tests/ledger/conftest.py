"""A ledger in a folder of its own, with one run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.ledger import Ledger
from tests.ledger.given import STARTED, record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger.open(path, now=lambda: STARTED) as ledger:
        yield ledger


@pytest.fixture
def run(ledger: Ledger) -> int:
    return ledger.begin_run(record())
