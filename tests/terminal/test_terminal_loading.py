"""Ctrl-C while the program still loads: nothing has begun, and nothing is said."""

import subprocess
import sys
from pathlib import Path

import pytest

# The signal comes when Click is asked for: in the middle of loading.
PRESSED = """
import signal, sys

class Presses:
    def find_spec(self, name, *_):
        if name == "click":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Presses())
"""
SCRIPT = "from pipeline.__main__ import main\nmain()"
MODULE = "import runpy\nrunpy.run_module('pipeline', run_name='__main__')"


@pytest.mark.parametrize("begin", [SCRIPT, MODULE], ids=["script", "module"])
def test_it_ends_without_a_word_and_with_the_code_of_an_interrupt(begin: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PRESSED + begin, "presets"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
