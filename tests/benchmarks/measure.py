"""Measures the program beside its rivals, in one run, and prints a table.

python -m tests.benchmarks.measure FOLDER [validate] [large] [run] [resume] [xlsx]

FOLDER takes about 2 GB (10 GB with `large`). `run` and `resume` need nginx, and
`pip install requests`. Nothing leaves this machine.
"""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import openpyxl

from pipeline.stages.read import Layout, open_source
from tests.benchmarks.make_rows import main as make_rows

HERE = Path(__file__).parent
MAPPING = HERE / "mapping.yaml"
URL = "http://127.0.0.1:8399"
IMPORT = (sys.executable, "-m", "pipeline")


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds of wall time, of CPU time, and peak megabytes."""

    wall: float
    cpu: float
    megabytes: float

    def told(self, what: str, rows: int) -> str:
        return (
            f"{what:<44} {self.wall:7.2f} s {rows / self.wall:11,.0f} rows/s "
            f"{self.cpu:7.2f} s CPU {self.megabytes:6.0f} MB"
        )


def cost_of(*command: object, folder: Path) -> Cost:
    environment = {
        **os.environ,
        "XDG_STATE_HOME": str(folder / "state"),
        "PYTHONPATH": str(HERE.parents[1]),
        "REEVO_API_KEY": "benchmark",
    }
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def best(*command: object, folder: Path, times: int = 3) -> Cost:
    costs = []
    for _ in range(times):
        shutil.rmtree(folder / "state", ignore_errors=True)
        shutil.rmtree(folder / "reports", ignore_errors=True)
        costs.append(cost_of(*command, folder=folder))
    return min(costs, key=lambda cost: cost.wall)


def source(folder: Path, rows: int) -> Path:
    path = folder / f"{rows}.csv"
    if not path.exists():
        make_rows(rows, path)
    return path


def validate(folder: Path) -> Iterator[str]:
    rows = 1_000_000
    path = source(folder, rows)
    command = (*IMPORT, "validate", path, "-m", MAPPING, "-q")
    rival = (sys.executable, HERE / "rival_validate.py", path, folder / "rival.csv")
    ours, theirs = best(*command, folder=folder), best(*rival, folder=folder, times=2)
    yield ours.told("validate 1,000,000 rows", rows)
    yield theirs.told("  csv + pydantic, a row at a time", rows)
    yield f"  ratio {theirs.wall / ours.wall:.1f}"


def large(folder: Path) -> Iterator[str]:
    rows = 10_000_000
    path = source(folder, rows)
    command = (*IMPORT, "validate", path, "-m", MAPPING, "-q")
    yield best(*command, folder=folder, times=1).told("validate 10,000,000 rows", rows)


def run(folder: Path) -> Iterator[str]:
    rows, fewer = 200_000, 30_000
    with static_server(folder):
        words = ("-m", MAPPING, "--base-url", URL, "-q", "--concurrency", 64)
        ours = best(*IMPORT, "run", source(folder, rows), *words, folder=folder)
        rival = (sys.executable, HERE / "rival_post.py", source(folder, fewer), URL, 64)
        theirs = best(*rival, folder=folder, times=2)
    rate, other = rows / ours.wall, fewer / theirs.wall
    yield ours.told(f"run {rows:,} rows, ledger and report included", rows)
    yield theirs.told("  thread pool of requests sessions, no record", fewer)
    yield f"  ratio {rate / other:.1f}"


def resume(folder: Path) -> Iterator[str]:
    """A run of 1,000,000 rows is killed after 400,000; then it goes on."""
    rows = 1_000_000
    shutil.rmtree(folder / "state", ignore_errors=True)
    shutil.rmtree(folder / "reports", ignore_errors=True)
    words = ("-m", MAPPING, "--base-url", URL, "-q", "--concurrency", 64)
    with static_server(folder):
        cost_of(
            "timeout", "-s", "KILL", "90", *IMPORT, "run", source(folder, rows), *words,
            folder=folder,
        )  # fmt: skip
    [reports] = (folder / "reports").iterdir()
    with first_request() as waiting:
        resumed = ("resume", reports.name, "--base-url", URL, "-q")
        cost = cost_of("timeout", "-s", "KILL", "20", *IMPORT, *resumed, folder=folder)
    yield f"resume of a run of {rows:,} rows: first request after {waiting():.2f} s"
    del cost


def xlsx(folder: Path) -> Iterator[str]:
    rows = 200_000
    path = folder / "rows.xlsx"
    if not path.exists():
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Activities")
        for line in source(folder, rows).read_text("utf-8").splitlines():
            sheet.append(line.split(","))
        book.save(path)
    ours = seconds(lambda: list(open_source(path, Layout(), number=0).batches()))
    theirs = seconds(lambda: read_by_openpyxl(path))
    yield f"read {rows:,} rows of XLSX: {ours:.2f} s"
    yield f"  openpyxl, read-only: {theirs:.2f} s\n  ratio {theirs / ours:.1f}"


def read_by_openpyxl(path: Path) -> int:
    sheet = openpyxl.load_workbook(path, read_only=True).active
    assert sheet
    return sum(1 for _ in sheet.iter_rows(values_only=True))


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def static_server(folder: Path) -> Iterator[None]:
    command = ["nginx", "-p", str(folder), "-c", str(HERE / "nginx.conf")]
    with subprocess.Popen(command) as server:
        try:
            until_it_answers()
            yield
        finally:
            server.terminate()


def until_it_answers() -> None:
    for _ in range(100):
        try:
            httpx.get(f"{URL}/api/v2/health")
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return


@contextmanager
def first_request() -> Iterator[Callable[[], float]]:
    """Measures from now until the first activity comes in; answers nothing."""
    started = time.perf_counter()
    came: list[float] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = b'{"data":{"status":"healthy"}}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            came.append(time.perf_counter() - started)
            self.send_error(401)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 8399), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield lambda: came[0]
    finally:
        server.shutdown()
        server.server_close()


def main(folder: Path, chosen: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    every = {"validate": validate, "large": large, "run": run, "resume": resume,
             "xlsx": xlsx}  # fmt: skip
    for name in chosen or [name for name in every if name != "large"]:
        for line in every[name](folder.absolute()):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
