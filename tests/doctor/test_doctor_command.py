"""`doctor` as a whole: what it asks, what it says, how it ends."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.keys import KEY_VARIABLE
from pipeline.sandbox.process import running_sandbox
from tests.commands import activity_import
from tests.doctor.doctor_givens import KEY, examined
from tests.sandbox.raw_client import activities_of, requests_of

pytestmark = pytest.mark.usefixtures("here")

CHECKS = [
    "url",
    "tls",
    "health",
    "clock",
    "key",
    "ledger",
    "reports",
    "rights",
    "disk",
    "time_zones",
    "open_files",
    "memory",
]


def test_all_is_well() -> None:
    found = examined()

    assert [each["check"] for each in found.findings] == CHECKS
    assert {each["level"] for each in found.findings} == {"ok"}
    assert {each["hint"] for each in found.findings} == {""}
    assert (found.code, found.document["status"]) == (0, "ok")
    assert list(found.document) == ["schema", "status", "exit_code", "findings"]


def test_it_sends_no_activity() -> None:
    with running_sandbox(api_key=KEY) as sandbox:
        environment = {KEY_VARIABLE: KEY, "REEVO_BASE_URL": sandbox.url}
        ended = activity_import("doctor", **environment)

        assert ended.code == 0
        assert (requests_of(sandbox), activities_of(sandbox)) == ([], [])


def test_it_leaves_nothing_behind() -> None:
    examined("--reports", "r/s", "--ledger", "l/ledger.sqlite")

    assert list(Path.cwd().iterdir()) == []


def test_what_it_says_to_people() -> None:
    ended = activity_import("doctor", "--base-url", "api.example", REEVO_API_KEY="k")
    url, hint, *others = ended.out.splitlines()

    assert re.sub(" +", " ", url) == (" failed url The base URL is not a web address.")
    assert hint.strip() == "-> Write it like https://api.reevo.ai."
    assert others[-2:] == ["", "Mend what failed before you run anything."]
    assert ended.code == 1
    assert not any(check in ended.out for check in (" tls ", " health ", " key "))


def test_warnings_are_no_failure() -> None:
    found = examined(query=lambda talk: talk.socket.sendall(FORBIDDEN))

    assert (found.code, found.document["status"]) == (0, "warning")


FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"


def test_too_few_files_may_be_open() -> None:
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))\n"
        "from pipeline.cli import main\n"
        "sys.argv = ['activity-import', 'doctor', '--base-url', 'http://127.0.0.1:9']\n"
        "main()\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "REEVO_API_KEY": "k"},
    )

    assert "100 may be open, and 128 may be needed." in process.stdout
    assert process.returncode == 1


def test_fewer_requests_in_flight_need_fewer_files() -> None:
    found = examined("--concurrency", "5")

    assert found.message("open_files") == "69 are needed at most."
