"""What starts a night by itself: units that systemd takes, and a line for cron."""

import re
import shlex
import shutil
import subprocess
import time
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
    folder = here / "the place of 100% & $x"
    folder.mkdir()
    path = folder / "nightly.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    (folder / "metrics").mkdir()
    (folder / "key").touch(mode=0o600)
    (folder / "key").write_text("sk-1", encoding="utf-8")
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
    place = str(config.parent).replace("%", "%%")

    assert unit["WorkingDirectory"] == [place]
    assert unit["LoadCredential"] == [f"reevo-api-key:{place}/key"]
    called = place.replace("$", "$$")
    assert unit["ExecStart"][0].endswith(f'nightly "{called}/nightly.yaml"')
    assert unit["ReadWritePaths"] == [
        f'"-{place}/{name}"'
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


@pytest.mark.parametrize("kind", ["--cron", "--at=02:00"])
def test_a_key_that_the_night_would_refuse_is_refused_at_once(
    config: Path, kind: str
) -> None:
    key = config.parent / "key"
    key.chmod(0o644)

    refused = install(config, kind, "--key-file", key)

    assert (refused.code, refused.out) == (1, "")
    assert f"(mode 0644).\n  where: {key}\n  hint:  Make it yours" in refused.err


def test_cron_s_line_is_what_a_shell_runs(config: Path) -> None:
    key = config.parent / "key"

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
    for words in (("--cron", "--write"), ("--cron", "--user", "a"), ("--force",)):
        assert install(config, *words).code == 2
    assert install(config, "--cron", "--force").code == 2


def test_what_is_missing_is_made_or_told(config: Path) -> None:
    place = config.parent
    printed = install(config, "--at", "03:30", "--key-file", place / "key")

    folders = [line for line in printed.err.splitlines() if "install -d" in line]
    assert [shlex.split(line)[4:] for line in folders] == [
        [
            f"{place}/{name}"
            for name in (
                *("archive/calls", "in 100% $new", "logs", "quarantine/calls"),
                *("reports", "state"),
            )
        ]
    ]
    assert (
        f"  activity-import nightly install '{place.name}/nightly.yaml' --at 03:30 "
        f"--key-file '{place}/key' --write\n"
    ) in printed.err

    written = install(config, "--write")
    modes = {path.name: path.stat().st_mode & 0o777 for path in place.iterdir()}
    assert "install -d" not in written.err
    assert modes | {"in 100% $new": 0o700, "state": 0o700, "logs": 0o700} == modes


def test_as_another_user_it_is_tried_as_that_user(config: Path) -> None:
    printed = install(config, "--user", "nobody-here")

    assert "Note: there is no user nobody-here on this machine yet." in printed.err
    check = next(line for line in printed.err.splitlines() if "--check" in line)
    assert shlex.split(check)[:3] == ["sudo", "-u", "nobody-here"]
    assert shlex.split(check)[-3:] == ["nightly", str(config), "--check"]
    assert "install -d -m 700 -o nobody-here" in printed.err
    refused = install(config, "--user", "nobody-here", "--write")
    assert (refused.code, "There is no user nobody-here" in refused.err) == (1, True)


@pytest.mark.parametrize("kind", [(), ("--cron",)])
def test_a_key_that_nobody_names_or_has_is_noted(
    config: Path, kind: tuple[str, ...]
) -> None:
    gone = config.parent / "gone"

    assert "Note: no key is named" in install(config, *kind).err
    assert f"Note: there is no file '{gone}' yet." in (
        install(config, *kind, "--key-file", gone).err
    )
    named = install(config, *kind, "--key-file", config.parent / "key")
    assert "key is named" not in named.err
    assert "there is no file" not in named.err


@pytest.mark.parametrize("user", [(), ("--user", "nobody-here")])
def test_the_check_has_the_key_of_the_service(
    config: Path, user: tuple[str, ...]
) -> None:
    key = config.parent / "key"
    here = key.relative_to(Path.cwd())

    said = install(config, *user, "--key-file", key).err

    [check] = [line.strip() for line in said.splitlines() if "--check" in line]
    assert check.startswith(f"REEVO_API_KEY=\"$(cat '{here}')\" ")
    assert ("--preserve-env=REEVO_API_KEY -u nobody-here" in check) == bool(user)


@pytest.mark.parametrize("name", ["a\nExecStart=/bin/sh", "-x", "a b", "a%h", "", "é"])
def test_a_user_has_a_name(config: Path, name: str) -> None:
    refused = install(config, "--user", name)

    assert refused.code == 2
    assert "is no name of a user" in refused.err


def test_cron_and_the_configuration_may_go_by_two_clocks(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    config.write_text(CONFIG + "clock: Asia/Tokyo\n", encoding="utf-8")
    told = install(config, "--cron")
    config.write_text(CONFIG + "clock: UTC\n", encoding="utf-8")
    same = install(config, "--cron")

    assert (
        "Note: cron goes by the machine's clock (UTC): 02:00 there is 11:00 in "
        "Asia/Tokyo, which is the `clock` of the configuration."
    ) in told.err
    assert "Note: cron" not in same.err


SECRETS = """# for the mail
SMTP_PASSWORD='a$b "c" #d %e'
HOOK=https://hooks.test/T0/B0?x=1

"""


def test_secrets_are_read_alike_by_a_shell_and_by_systemd(config: Path) -> None:
    secrets = config.parent / "secrets"
    secrets.touch(mode=0o600)
    secrets.write_text(SECRETS, encoding="utf-8")

    line = install(config, "--cron", "--secrets-file", secrets).out
    sourcing = line.split("* * * ", 1)[1].replace("\\%", "%").split("set +a; ")[0]
    said = subprocess.run(
        ["sh", "-c", sourcing + "printenv SMTP_PASSWORD HOOK"],
        capture_output=True,
        text=True,
        check=True,
    )
    # systemd.exec(5), EnvironmentFile=: outer quotes are taken off, all else stays.
    plain = [each.partition("=")[2].strip("'") for each in SECRETS.split("\n")[1:3]]
    assert said.stdout.splitlines() == plain


@pytest.mark.parametrize(
    "line",
    [
        "A=a$b",
        "A=a b",
        "A=a#b",
        'A="a$b"',
        "A='a'b'",
        "A='a\\b'",
        "export A=b",
        "A",
        "1=2",
    ],
)
def test_secrets_that_are_not_read_alike_are_refused(config: Path, line: str) -> None:
    secrets = config.parent / "secrets"
    secrets.touch(mode=0o600)
    secrets.write_text(f"GOOD=1\n{line}\n", encoding="utf-8")

    refused = install(config, "--secrets-file", secrets)

    assert refused.code == 1
    assert "something else to systemd than to a shell: 2." in refused.err
    assert line == "A" or line not in refused.err


def test_secrets_that_others_can_read_are_refused(config: Path) -> None:
    secrets = config.parent / "secrets"
    secrets.touch(mode=0o600)
    secrets.chmod(0o640)

    refused = install(config, "--secrets-file", secrets)

    assert (refused.code, "open to others" in refused.err) == (1, True)


@pytest.mark.parametrize(("words", "most"), [(("--user", "daemon"), 2.0), ((), 6.0)])
def test_how_exposed_the_service_is(
    config: Path, words: tuple[str, ...], most: float
) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = config.parent / "night.service"
    service = install(config, *words).out.split("\n# /")[0].partition("\n")[2]
    unit.write_text(service, encoding="utf-8")

    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=False,
    )

    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said.stdout)
    assert found, said.stderr
    assert float(found[1]) <= most
