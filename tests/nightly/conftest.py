"""A stand-in and a zygote for all nights, and a folder for each."""

import shutil
import tempfile
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


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    shared = Path("/dev/shm")  # noqa: S108
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("There is one file system only.")
    folder = Path(tempfile.mkdtemp(dir=shared))
    yield folder
    shutil.rmtree(folder)
