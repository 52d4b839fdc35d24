"""What a process really did to a folder, as `strace` saw it, call by call."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

CALLS: Final = (
    "open,openat,creat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,"
    "fallocate,fsync,fdatasync,sync_file_range,unlink,unlinkat,rename,renameat,"
    "renameat2,link,linkat,mkdir,mkdirat,rmdir,copy_file_range,sendfile"
)
_UNFINISHED: Final = " <unfinished ...>"
_SAID: Final = "write(1<"
_DONE = re.compile(r"^(\w+)\((.*)\) += (\d+)")
_FILE = re.compile(r"^\d+<((?:\\x..)+)>")
_TEXT = re.compile(r'"((?:\\x..)*)"(\.\.\.)?')


@dataclass(frozen=True)
class Made:
    path: Path


@dataclass(frozen=True)
class Folder:
    path: Path


@dataclass(frozen=True)
class Written:
    path: Path
    offset: int
    data: bytes


@dataclass(frozen=True)
class Cut:
    path: Path
    size: int


@dataclass(frozen=True)
class Synced:
    """A file's content, or which files a folder has."""

    path: Path


@dataclass(frozen=True)
class Removed:
    path: Path


@dataclass(frozen=True)
class Renamed:
    path: Path
    to: Path


@dataclass(frozen=True)
class Said:
    """On standard output; what is said is known to others from then on."""

    text: str


@dataclass(frozen=True)
class Unknown:
    """A way to write that this module does not follow."""

    path: Path
    name: str


Call = Folder | Made | Written | Cut | Synced | Removed | Renamed | Said | Unknown


def calls_of(command: list[str], folder: Path, *, cwd: Path, said: str) -> list[Call]:
    """Runs the command under `strace`; the calls that touch what is in the folder.

    `said` is the command's standard input. Skips the test where `strace` is missing
    or may not look at other processes.
    """
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: the calls cannot be recorded")
    trace = folder.parent / "trace"
    options = ["-f", "-y", "-qq", "-xx", "-s", "1000000", "-e", f"trace={CALLS}"]
    done = subprocess.run(
        ["strace", *options, "-o", str(trace), *command],
        cwd=cwd,
        input=said,
        text=True,
        capture_output=True,
        check=False,
    )
    if "PTRACE" in done.stderr or "ptrace" in done.stderr:
        pytest.skip(f"strace may not look here: {done.stderr}")
    assert done.returncode == 0, done.stderr
    calls = (_call(*each) for each in _merged(trace.read_text().splitlines()))
    return [call for call in calls if call is not None and _concerns(call, folder)]


def _concerns(call: Call, folder: Path) -> bool:
    """SQLite's `-shm` is shared memory: it is made anew after a power loss."""
    if isinstance(call, Said):
        return True
    return call.path.is_relative_to(folder) and not call.path.name.endswith("-shm")


def _merged(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Name and arguments of the calls that succeeded, in the order of their ends.

    What is said counts from the beginning of the call: it may be heard at once.
    """
    begun: dict[str, str] = {}
    for line in lines:
        process, _, text = line.partition(" ")
        text = text.lstrip()
        if text.startswith("<... "):
            text = begun.pop(process) + text.partition(" resumed>")[2]
        if text.startswith(_SAID):
            yield "write", text
            begun[process] = ""
        elif text.endswith(_UNFINISHED):
            begun[process] = text.removesuffix(_UNFINISHED)
        elif (call := _DONE.match(text)) is not None:
            yield call[1], call[2]


def _call(name: str, arguments: str) -> Call | None:
    """None for what changes no file of ours; fails for what it does not know."""
    texts = [_decoded(text) for text in _TEXT.findall(arguments)]
    numbers = [int(one) for one in re.findall(r", (\d+)", arguments)]
    file = _FILE.match(arguments)
    match name:
        case "write" if arguments.startswith(_SAID):
            return Said(texts[0].decode())
        case "openat":
            return Made(_path(texts[0])) if "O_CREAT" in arguments else None
        case "mkdir":
            return Folder(_path(texts[0]))
        case "unlink" | "unlinkat":
            return Removed(_path(texts[0]))
        case "rename":
            return Renamed(_path(texts[0]), _path(texts[1]))
    return (
        None if file is None else _on_file(name, _path(_bytes(file[1])), texts, numbers)
    )


def _on_file(name: str, path: Path, texts: list[bytes], numbers: list[int]) -> Call:
    match name:
        case "pwrite64":
            return Written(path, numbers[-1], texts[0])
        case "ftruncate":
            return Cut(path, numbers[-1])
        case "fsync" | "fdatasync":
            return Synced(path)
    return Unknown(path, name)


def _path(text: bytes) -> Path:
    return Path(text.decode())


def _decoded(text: tuple[str, str]) -> bytes:
    assert not text[1], "strace cut a text short"
    return _bytes(text[0])


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))
