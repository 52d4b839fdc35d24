"""A stand-in and a zygote for all nights, and a folder for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.sandbox.process import Sandbox, running_sandbox
from tests.crash.forked import Zygote, zygote
from tests.nightly.nights import Nights


@pytest.fixture(scope="package")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture(scope="package")
def forks() -> Iterator[Zygote]:
    with zygote() as one:
        yield one


@pytest.fixture
def nights(here: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Nights:
    monkeypatch.setenv("REEVO_API_KEY", sandbox.api_key)
    return Nights(here / "place", sandbox)
