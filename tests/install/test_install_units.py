"""What starts a night by itself: units that systemd takes, and a line for cron."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands import Ended, activity_import

CONFIG = """
version: 1
ledger: state/ledger.sqlite
log: logs/night.log
metrics: {textfile: metrics/night.prom}
jobs:
  - {name: calls, inbox: "in 100% $new", pattern: "*.csv", mapping: generic}
"""


@pytest.fixture
def config(here: Path) -> Path:
    folder = here / "the place"
    folder.mkdir()
    path = folder / "nightly.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    (folder / "metrics").mkdir()
    (folder / "key").touch(mode=0o600)
    return path


def install(config: Path, *words: object) -> Ended:
    return activity_import("nightly", "install", config, *words)


def lines_of_unit(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, value = line.partition("=")
        found.setdefault(name, []).append(value)
    return found


def test_a_service_may_write_where_a_night_writes(config: Path) -> None:
    unit = lines_of_unit(install(config, "--key-file", config.parent / "key").out)
    place = str(config.parent)

    assert unit["WorkingDirectory"] == [place]
    assert unit["LoadCredential"] == [f"reevo-api-key:{place}/key"]
    assert unit["ExecStart"][0].endswith(f'nightly "{place}/nightly.yaml"')
    assert unit["ReadWritePaths"] == [
        f'"{place}/{name}"'
        for name in (
            *("archive/calls", "in 100%% $new", "logs", "metrics"),
            *("quarantine/calls", "reports", "state"),
        )
    ]
    assert unit["OnCalendar"] == ["*-*-* 02:00:00"]


def test_the_time_is_that_of_the_clock(config: Path) -> None:
    config.write_text(CONFIG + "clock: Europe/Berlin\n", encoding="utf-8")

    unit = lines_of_unit(install(config, "--at", "23:05").out)

    assert unit["OnCalendar"] == ["*-*-* 23:05:00 Europe/Berlin"]
    assert install(config, "--at", "25:00").code == 2


@pytest.mark.parametrize("words", [(), ("--user", "daemon")])
def test_systemd_takes_the_units(config: Path, words: tuple[str, ...]) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    folder = config.parent / "units"
    folder.mkdir()
    for text in install(config, *words).out.split("# ")[1:]:
        if not text.startswith("/"):
            continue
        path, _, unit = text.partition("\n")
        (folder / Path(path).name).write_text(unit, encoding="utf-8")

    said = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(folder.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )

    assert [line for line in said.stderr.splitlines() if str(folder) in line] == []
    assert (len(list(folder.iterdir())), said.returncode) == (2, 0)


def test_units_are_written_and_another_s_are_kept(config: Path) -> None:
    written = install(config, "--write")
    path = Path(written.out.split(" is written")[0])
    assert (written.code, path.name) == (0, "activity-import-nightly.service")
    assert install(config, "--write").code == 0, "the same may be written again"

    refused = install(config, "--write", "--at", "03:00")
    assert refused.code == 1
    assert "-OnCalendar=*-*-* 02:00:00\n+OnCalendar=*-*-* 03:00:00" in refused.err
    assert "02:00" in path.with_suffix(".timer").read_text("utf-8")

    assert install(config, "--write", "--at", "03:00", "--force").code == 0
    assert "03:00" in path.with_suffix(".timer").read_text("utf-8")


def test_a_unit_for_another_user_needs_a_ledger_of_its_own(config: Path) -> None:
    config.write_text(CONFIG.replace("ledger: state/ledger.sqlite", ""), "utf-8")

    refused = install(config, "--user", "importer")

    assert refused.code == 1
    assert "names no ledger" in refused.err


def test_cron_s_line_is_what_a_shell_runs(config: Path) -> None:
    key = config.parent / "key"
    key.write_text("sk-1", encoding="utf-8")

    line = install(config, "--cron", "--at", "03:07", "--key-file", key).out

    minute, hour, day, month, weekday, command = line.strip().split(" ", 5)
    assert (minute, hour, day, month, weekday) == ("7", "3", "*", "*", "*")
    program = shlex.split(command)[1]
    echo = command.replace(program, "printenv REEVO_API_KEY; echo", 1)
    shell = subprocess.run(
        ["sh", "-c", echo.replace("\\%", "%").replace('="', '="', 1)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shell.stdout.splitlines() == ["sk-1", f"nightly {config} --quiet"]
    assert install(config, "--cron", "--write").code == 2
