"""The parts of the README that the program itself writes.

Run `python -m tests.readme` after a change: each `console` block gets the output of
its command, and the tables of codes and of bounds are made again.
"""

import os
import re
import shlex
import shutil
import tempfile
from pathlib import Path

from pipeline.catalogue import GROUPS
from tests.bounds import bounds_table
from tests.commands import ROOT, activity_import

README = ROOT / "README.md"
RUN = "20261123-0731-ab12"
_BLOCK = re.compile(
    r"(?P<indent> *)```console\n *\$ (?P<command>.*)\n(?s:.*?)^ *```$", re.MULTILINE
)
_BOUNDS = re.compile(r"(?s)<!-- bounds -->.*<!-- /bounds -->")
_ISSUES = re.compile(r"(?s)<!-- issues -->.*<!-- /issues -->")
_VARYING = {
    r"(?<![\w-])\d{8}-\d{4}-[0-9a-f]{4}(?!-)": RUN,
    r"demo-[0-9a-f]{6}": "demo-1a2b3c",
    re.escape(str(ROOT)): "...",
    r"took [\d,.]+ s": "took 1.4 s",
    r"(requests?), [\d,]+/s": r"\1, 87/s",
    r"(?<= s; )[\d,]+ rows/s": "52 rows/s",
    r"\d+\.\d GB": "74.2 GB",
    r"http://127\.0\.0\.1:\d+": "http://127.0.0.1:8377",
    r"(?m)^  ok  (ledger|disk) .*$": "",
}


def refreshed(text: str) -> str:
    """The README as the program writes it now, in a folder with the samples."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "samples", Path(folder, "samples"))
        os.chdir(folder)
        try:
            text = _BLOCK.sub(lambda found: _block(**found.groupdict()), text)
        finally:
            os.chdir(before)
    bounds = f"<!-- bounds -->\n{bounds_table()}\n<!-- /bounds -->"
    issues = f"<!-- issues -->\n{_issue_table()}\n<!-- /issues -->"
    return _ISSUES.sub(lambda _: issues, _BOUNDS.sub(lambda _: bounds, text))


def _block(indent: str, command: str) -> str:
    name, *words = shlex.split(command)
    assert name == "activity-import", command
    # The whole tour has one state folder, and it is new.
    ended = activity_import(*words, XDG_STATE_HOME=str(Path.cwd() / ".state"))
    said = ended.out + ended.err
    for pattern, steady in _VARYING.items():
        said = re.sub(pattern, steady, said)
    lines = ["```console", f"$ {command}", *said.rstrip().splitlines(), "```"]
    return "\n".join(f"{indent}{line}".rstrip() for line in lines)


def _issue_table() -> str:
    lines = ["| code | | what it means |", "| --- | --- | --- |"]
    for title, entries in GROUPS.items():
        lines.append(f"| **{title}** | | |")
        lines += [
            f"| `{each.code}` | {each.level} | {each.title} |" for each in entries
        ]
    return "\n".join(lines)


def main() -> None:
    README.write_text(refreshed(README.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
