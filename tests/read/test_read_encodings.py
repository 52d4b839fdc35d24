"""The encoding of a CSV file: found in its bytes, or asked for."""

import hashlib
from pathlib import Path

import pytest

from pipeline.stages.read import Layout
from tests.read.read_given import file, header, notes, opened, refusal, rows

TEXT = "Größe,Text\n1,Zoë “né” €\n2,x\n"
ROWS = [(2, "1", "Zoë “né” €"), (3, "2", "x")]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("windows-1252"), "windows-1252"),
    ],
    ids=["utf-8", "utf-8 BOM", "LE BOM", "BE BOM", "LE", "BE", "windows-1252"],
)
def test_the_encoding_is_found(tmp_path: Path, content: bytes, encoding: str) -> None:
    path = file(tmp_path, content)

    assert opened(path).source.encoding == encoding
    assert (header(path), rows(path)) == (["Größe", "Text"], ROWS)


def test_bytes_that_windows_1252_lacks_are_read_as_iso_8859_1(tmp_path: Path) -> None:
    path = file(tmp_path, b"A,B\n1,\x81\xe9\n")

    assert opened(path).source.encoding == "iso-8859-1"
    assert rows(path) == [(2, "1", "\x81é")]


def test_a_byte_that_is_no_utf_8_is_found_at_the_end_of_a_long_file(
    tmp_path: Path,
) -> None:
    path = file(tmp_path, b"A,B\n" + b"1,x\n" * 600_000 + b"2,\xe9\n")

    assert opened(path).source.encoding == "windows-1252"


@pytest.mark.parametrize(
    ("byte", "name"), [(b"\xe9", "windows-1252"), (b"\x81", "iso-8859-1")]
)
def test_a_western_encoding_is_noted_as_a_guess(
    tmp_path: Path, byte: bytes, name: str
) -> None:
    assert notes(file(tmp_path, b"A,B\n1," + byte + b"\n")) == (
        f"The file is no UTF-8; it was read as {name}. If letters look wrong, set "
        "`encoding` in the mapping.",
    )


def test_an_encoding_that_is_certain_is_not_noted(tmp_path: Path) -> None:
    assert notes(file(tmp_path, TEXT)) == ()


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "é"),
        ("utf-8-sig", "é"),
        ("utf-16", "é"),
        ("utf-16-le", "é"),
        ("windows-1251", "Привет"),
        ("cp437", "é"),
        ("shift_jis", "日本"),
        ("gb18030", "你好"),
        ("mac-roman", "é"),
    ],
)
def test_an_encoding_asked_for_is_used(
    tmp_path: Path, encoding: str, text: str
) -> None:
    path = file(tmp_path, f"A,B\n1,{text}\n".encode(encoding))
    layout = Layout(encoding=encoding)

    assert (header(path, layout), rows(path, layout)) == (["A", "B"], [(2, "1", text)])


def test_an_encoding_asked_for_is_not_noted(tmp_path: Path) -> None:
    path = file(tmp_path, TEXT.encode("windows-1252"))

    assert notes(path, Layout(encoding="windows-1252")) == ()


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", b"A,B\n1,\xe9\n"),
        ("ascii", TEXT.encode()),
        ("utf-16", b"A,B\n1,xy\n"),
        ("utf-16-le", b"A,B\n1,x\n\n"),
    ],
)
def test_an_encoding_asked_for_that_does_not_fit_is_refused(
    tmp_path: Path, encoding: str, content: bytes
) -> None:
    path = file(tmp_path, content)

    assert refusal(path, Layout(encoding=encoding)) == (
        f"The file is not encoded in {encoding}.",
        str(path),
        "Leave `encoding` out of the mapping to have it found.",
    )


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbfA,B\n1,\xe9\n", b"\xff\xfeA\0,\0B\0\n\0\x00\xd8"]
)
def test_a_file_that_breaks_the_promise_of_its_first_bytes_is_refused(
    tmp_path: Path, content: bytes
) -> None:
    path = file(tmp_path, content)

    assert refusal(path) == (
        "The file is not encoded in the way its first bytes say.",
        str(path),
        "It is probably damaged: export or copy it again.",
    )


def test_the_digest_is_of_the_bytes_of_the_file(tmp_path: Path) -> None:
    content = TEXT.encode("windows-1252")

    assert (
        opened(file(tmp_path, content)).source.sha256
        == hashlib.sha256(content).hexdigest()
    )
