import ast
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

import pipeline.sandbox
from pipeline.sandbox.process import Sandbox, SandboxError, running_sandbox

SOURCES = sorted(Path(pipeline.sandbox.__file__).parent.rglob("*.py"))
PARENT = """
import time
from pipeline.sandbox.process import running_sandbox
with running_sandbox() as sandbox:
    print(sandbox.url, flush=True)
    time.sleep(60)
"""


@contextmanager
def started(
    *options: str, stdin: int = subprocess.PIPE
) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "pipeline.sandbox", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=stdin, stdout=pipe, stderr=pipe) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[bytes]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def is_listening(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v2/health").is_success
    except httpx.TransportError:
        return False


def test_it_announces_itself_in_one_line_and_ends_with_its_stdin() -> None:
    with started("--until-stdin-closes", "--api-key", "k") as process:
        announced = first_line(process)
        url = announced["url"]
        assert announced == {"url": url, "api_key": "k", "inspection_url": url}
        assert url.startswith("http://127.0.0.1:")
        assert is_listening(url)
        assert process.communicate(timeout=10) == (b"", b"")
        assert process.returncode == 0


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)]
)
def test_it_ends_without_a_word_on_a_signal(sent: signal.Signals, code: int) -> None:
    with started() as process:
        first_line(process)
        process.send_signal(sent)
        assert process.communicate(timeout=10) == (b"", b"")
        assert process.returncode == code


def test_without_the_option_it_needs_no_stdin() -> None:
    with started(stdin=subprocess.DEVNULL) as process:
        assert is_listening(first_line(process)["url"])


def test_it_ends_when_its_parent_is_killed() -> None:
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().decode().strip()
        assert is_listening(url)
        with open_connection(url) as connection:
            parent.kill()
            assert connection.recv(1) == b""


@pytest.mark.parametrize("ending", ["signal", "stdin"])
def test_it_ends_without_a_word_while_it_holds_requests(
    tmp_path: Path, ending: str, body: dict[str, Any]
) -> None:
    scenario = tmp_path / "holding.toml"
    scenario.write_text(
        'description = "holds"\n[[faults]]\nkind = "slow-commit"\n', encoding="utf-8"
    )
    with started("--until-stdin-closes", "--scenario", str(scenario)) as process:
        announced = first_line(process)
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{announced['url']}/api/v2/activity", json=body, timeout=0.3)
        with open_connection(announced["url"]) as connection:
            connection.sendall(b"POST /api/v2/activity HTTP/1.1\r\n\r\n")
            if ending == "signal":
                process.send_signal(signal.SIGTERM)
            assert process.communicate(timeout=10) == (b"", b"")


def test_a_scenario_has_an_address_of_its_own_beside_that_of_the_app() -> None:
    with running_sandbox(scenario="down") as sandbox:
        assert not is_listening(sandbox.url)
        assert is_listening(sandbox.inspection_url)
    with pytest.raises(httpx.ConnectError):
        httpx.get(sandbox.url)


def test_the_port_that_was_asked_for_is_that_of_the_scenario() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    with started("--port", port, "--scenario", "continue-100") as process:
        announced = first_line(process)
        assert announced["url"] == f"http://127.0.0.1:{port}"
        with started("--port", port, "--scenario", "continue-100") as second:
            out, err = second.communicate(timeout=10)
        assert (out, err.count(b"\n")) == (b"", 1)
        assert err.startswith(b"Error: The sandbox cannot listen on port ")


def test_the_command_becomes_a_sandbox_in_a_scenario() -> None:
    command = [sys.executable, "-m", "pipeline", "sandbox", "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, "--scenario", "tls"], stdout=pipe, stderr=pipe
    ) as process:
        assert first_line(process)["url"].startswith("https://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
        assert (out, err.count(b"\n"), process.returncode) == (b"", 2, 0)


def open_connection(url: str) -> socket.socket:
    port = int(url.rpartition(":")[2])
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def test_it_is_gone_after_the_block() -> None:
    with running_sandbox() as sandbox:
        assert is_listening(sandbox.url)
    assert not is_listening(sandbox.url)


def test_it_is_gone_after_an_error_in_the_block() -> None:
    with suppress(ZeroDivisionError), running_sandbox() as sandbox:
        raise ZeroDivisionError
    assert not is_listening(sandbox.url)


def test_it_is_in_a_session_of_its_own_so_that_ctrl_c_passes_it_by(
    sandbox: Sandbox,
) -> None:
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    if not children.exists():
        pytest.skip("this system does not list a process's children")
    ours = [child for child in children.read_text().split() if _is_sandbox(child)]
    assert ours
    assert os.getsid(0) not in {os.getsid(int(child)) for child in ours}


def _is_sandbox(process: str) -> bool:
    """Other tests of this session may have left processes that they share."""
    return b"pipeline.sandbox" in Path(f"/proc/{process}/cmdline").read_bytes()


def test_a_start_that_fails_says_why() -> None:
    with (
        pytest.raises(SandboxError, match=r"did not start.*(?s:.)*give 1 or more"),
        running_sandbox(rate_limit=0),
    ):
        pytest.fail("it started")


def test_a_port_in_use_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with started("--port", port) as process:
            out, err = process.communicate(timeout=10)
    assert (out, process.returncode) == (b"", 1)
    assert err.startswith(f"Error: The sandbox cannot listen on port {port}: ".encode())
    assert err.count(b"\n") == 1


def test_the_working_folder_cannot_replace_its_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "pipeline/__init__.py").write_text("raise SystemExit('not ours')")
    (tmp_path / "json.py").write_text("raise SystemExit('not ours')")
    monkeypatch.chdir(tmp_path)
    with running_sandbox() as sandbox:
        assert is_listening(sandbox.url)


def imported(source: Path) -> set[str]:
    tree = ast.walk(ast.parse(source.read_text("utf-8")))
    names = set()
    for node in tree:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add(node.module or "." * node.level)
    return names


@pytest.mark.parametrize(
    "source", SOURCES, ids=lambda source: f"{source.parent.name}/{source.name}"
)
def test_it_shares_no_code_with_the_rest_of_the_project(source: Path) -> None:
    ours = {name for name in imported(source) if name.startswith(("pipeline", "."))}
    assert {name for name in ours if not name.startswith("pipeline.sandbox.")} == set()


def test_starting_it_loads_no_web_framework_in_the_parent() -> None:
    code = "import sys, pipeline.sandbox.process; print('fastapi' in sys.modules)"
    command = [sys.executable, "-c", code]
    assert subprocess.check_output(command, text=True) == "False\n"
