"""No test sees, or leaves anything in, the home of the person who runs it."""

import os
from pathlib import Path

import pytest
from hypothesis import settings


def pytest_configure() -> None:
    """Hundreds of processes are started: each would compile the program anew."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")  # else: --hypothesis-profile=default


@pytest.fixture(autouse=True)
def own_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in (
        "CREDENTIALS_DIRECTORY",
        "REEVO_API_KEY",
        "REEVO_BASE_URL",
        "ACTIVITY_IMPORT_LEDGER",
        "NO_COLOR",
        "FORCE_COLOR",
        "COLUMNS",
    ):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
