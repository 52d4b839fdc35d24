"""Names of files that steer a terminal, or a shell: shown, and typed again."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from pipeline.printable import on_one_line, printable, shell_word
from tests.commands import activity_import

LETTERS = [chr(code) for code in range(1, 0x10000) if not 0xD800 <= code < 0xE000]
BYTES = [os.fsdecode(bytes([byte])) for byte in range(0x80, 0x100)]
NAMES = (
    "plain.csv",
    "a b's.csv",
    "$(touch x).csv",
    "back\\slash\\x41\x1b.csv",
    "two\nlines.csv",
    "red \x1b[31m.csv",
    "\u202ecsv.exe",
    os.fsdecode(b"caf\xe9.csv"),
    "",
)


def test_a_shell_takes_a_word_back_as_it_is() -> None:
    names = [*NAMES, *LETTERS, *BYTES, "".join(LETTERS), "".join(BYTES)]
    words = [shell_word(name) for name in names]
    script = "".join(f"printf '%s\\0' {word}\n" for word in words)

    ended = subprocess.run(
        ["bash"], input=os.fsencode(script), capture_output=True, check=True
    )

    assert ended.stdout.split(b"\0")[:-1] == [os.fsencode(name) for name in names]
    assert [word for word in words if "\n" in word or printable(word) != word] == []


@pytest.mark.parametrize("name", [name for name in NAMES if name])
def test_what_is_to_be_typed_next_names_the_file(here: Path, name: str) -> None:
    (here / name).write_text("Id,When,What\nr1,2024-03-01,x\n", encoding="utf-8")

    ended = activity_import("inspect", name)

    shown = ended.out.splitlines()
    assert shell_word(name) in shown[-1]
    assert shown[0].endswith(on_one_line(name))
    assert ended.out == "\n".join(map(printable, shown)) + "\n"


def test_a_name_makes_up_no_line_of_an_error(here: Path) -> None:
    name = "calls.csv\n  hint:  type rm -r calls"
    (here / name).write_text("", encoding="utf-8")

    ended = activity_import("inspect", name)

    assert ended.code == 1
    assert "\n  hint:  type" not in ended.err
    assert "calls.csv\\n  hint:" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        ("{}",),
        ("--{}",),
        ("inspect", "a.csv", "{}"),
        ("inspect", "a.csv", "--{}"),
        ("run", "a.csv", "-m", "generic", "--concurrency", "{}"),
        ("run", "a.csv", "-m", "generic", "--on-drift", "{}"),
        ("nightly", "install", "night.yaml", "--at", "{}"),
        ("nightly", "install", "night.yaml", "--user", "{}"),
    ],
    ids=" ".join,
)
def test_a_word_that_is_not_understood_is_spelled_out(words: tuple[str, ...]) -> None:
    typed = "x\x07\x1b]0;y\u202e\nError: z"

    ended = activity_import(*(word.format(typed) for word in words))

    *_, complaint = ended.err.splitlines()
    assert ended.code == 2
    assert "x\\x07\\x1b]0;y\\u202e\\nError: z" in complaint


def test_what_programs_read_steers_no_terminal_either(here: Path) -> None:
    name = "a\u009b31m\u202e\u2066.csv"
    (here / name).write_text("", encoding="utf-8")

    ended = activity_import("validate", name, "-m", "generic", "--sandbox", "--json")

    assert ended.out == "\n".join(map(printable, ended.out.split("\n")))
    assert name in json.loads(ended.out)["reason"]


def test_a_word_of_a_mapping_makes_up_no_line_of_a_mistake(here: Path) -> None:
    (here / "m.yaml").write_text('version: 1\n"a\\n  hint:  type rm": x\n')

    ended = activity_import("check-mapping", "m.yaml")

    assert "'a\\n  hint:  type rm' is not a key" in ended.err
