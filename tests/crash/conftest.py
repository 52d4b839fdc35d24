"""A zygote and a stand-in for all tests of killed processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.sandbox.process import Sandbox, running_sandbox
from tests.crash.forked import Zygote, zygote
from tests.crash.place import Place


@pytest.fixture(scope="session")
def forks() -> Iterator[Zygote]:
    with zygote() as one:
        yield one


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as one:
        yield one


@pytest.fixture
def place(tmp_path: Path, forks: Zygote, sandbox: Sandbox) -> Place:
    return Place(tmp_path / "place", forks, sandbox)
