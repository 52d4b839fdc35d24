"""The program as its user meets it: typed words, what it says, how it leaves."""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from pipeline.cli.main import cli

ROOT = Path(__file__).parents[1]
_RUN = re.compile(r"(?<![\w-])\d{8}-\d{4}-[0-9a-f]{4}(?!-)")
_TOOK = re.compile(r"took [\d,.]+ s(; [\d,]+ requests?, [\d,]+/s|; [\d,]+ rows/s)?")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def run(self) -> str:
        """The id of the run that it tells of."""
        found = _RUN.search(self.out)
        assert found, self.out + self.err
        return found[0]

    @property
    def summary(self) -> dict[str, Any]:
        """What `--json` printed."""
        document: dict[str, Any] = json.loads(self.out)
        return document

    def same(self) -> str:
        """What it said, with the id of its run as RUN, and its time as TIME."""
        return _TOOK.sub("took TIME", _RUN.sub("RUN", self.out))


def activity_import(*words: object, **environment: str) -> Ended:
    """Types a command, in this process."""
    result = CliRunner().invoke(cli, [str(word) for word in words], env=environment)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)


@contextmanager
def started(*words: object) -> Iterator[subprocess.Popen[str]]:
    """Types a command, in a process of its own that can be signalled and killed."""
    command = [sys.executable, "-m", "pipeline", *map(str, words)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, text=True, stdout=pipe, stderr=pipe) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> Ended:
    process.wait(timeout=60)  # what it says is short: the pipes hold all of it
    out, err = process.communicate()
    return Ended(process.returncode, out, err)


def lines_of(path: Path) -> list[dict[str, str]]:
    """A report file, a line per row."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def outcomes(run: str) -> dict[int, tuple[str, str]]:
    """Status and code by row, as rows.csv of a run in this folder says."""
    lines = lines_of(Path("reports", run, "rows.csv"))
    return {int(line["_row"]): (line["_status"], line["_code"]) for line in lines}
