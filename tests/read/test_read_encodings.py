"""The encoding of a CSV file: found in its bytes, or asked for."""

import hashlib
from pathlib import Path

import pytest

from pipeline.stages.read import Layout
from tests.read.read_given import (
    Row,
    batches,
    file,
    header,
    issues,
    notes,
    opened,
    refusal,
    rows,
    small_blocks,
)

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


def test_a_byte_that_is_no_utf_8_is_found_at_the_end_of_a_long_file(
    tmp_path: Path,
) -> None:
    path = file(tmp_path, b"A,B\n" + b"1,x\n" * 600_000 + b"2,Jos\xe9\n")

    assert opened(path).source.encoding == "windows-1252"


def test_a_guess_is_noted_with_words_as_they_were_read(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B\n1,Zoë Müller\n2,Größe\n3,é\n".encode("windows-1252"))

    assert notes(path) == (
        "The file is no UTF-8; it was read as windows-1252, which is a guess: it makes "
        "'Zoë' and 'Müller'. If these look wrong, set `encoding` in the mapping.",
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


UNDECODABLE_HINT = "Correct the cell, or set the file's true `encoding` in the mapping."


def undecodable(row: int, column: str, codes: str, value: str) -> Row:
    message = (
        f"Column '{column}' has bytes that are no text in the file's encoding: {codes} "
        f"in '{value}'."
    )
    return (row, "error", "undecodable", value, message, UNDECODABLE_HINT)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_bytes_that_are_no_utf_8_are_an_issue_of_their_row(
    tmp_path: Path, mark: bytes
) -> None:
    path = file(
        tmp_path,
        mark + "A,B\n1,ZoëZoë\n2,x ! y\n3,z\n".encode().replace(b"!", b"\xe9\xff"),
    )

    assert opened(path).source.encoding == "utf-8"
    assert rows(path) == [(2, "1", "ZoëZoë"), (3, "2", r"x \xE9\xFF y"), (4, "3", "z")]
    assert issues(path) == [undecodable(3, "B", r"\xE9 \xFF", r"x \xE9\xFF y")]
    assert notes(path) == (
        "Bytes that are no utf-8: 2. The rows that hold them are invalid.",
    )


@pytest.mark.parametrize(
    ("encoding", "content", "found", "told"),
    [
        (
            "ascii",
            "A,B\n1,é\n2,x\n".encode(),
            [(2, "1", r"\xC3\xA9"), (3, "2", "x")],
            [undecodable(2, "B", r"\xC3 \xA9", r"\xC3\xA9")],
        ),
        (
            "utf-8",
            b"A,B\n1,\xe9\n2,x\n",
            [(2, "1", r"\xE9"), (3, "2", "x")],
            [undecodable(2, "B", r"\xE9", r"\xE9")],
        ),
        (
            "windows-1252",
            b"A,B\n1,\x81\xe9\n",
            [(2, "1", r"\x81é")],
            [undecodable(2, "B", r"\x81", r"\x81é")],
        ),
        (
            "shift_jis",
            "A,B\n1,日本!\n".encode("shift_jis").replace(b"!", b"\x81"),
            [(2, "1", r"日本\x81")],
            [undecodable(2, "B", r"\x81", r"日本\x81")],
        ),
        (
            "utf-16",
            "A,B\n1,é\n2,x!\n".encode("utf-16").replace(b"!\0", b"\0\xdc"),
            [(2, "1", "é"), (3, "2", r"x\x00\xDC")],
            [undecodable(3, "B", r"\x00 \xDC", r"x\x00\xDC")],
        ),
    ],
)
def test_bytes_that_an_encoding_asked_for_lacks_are_an_issue_of_their_row(
    tmp_path: Path, encoding: str, content: bytes, found: list[Row], told: list[Row]
) -> None:
    path = file(tmp_path, content)
    layout = Layout(encoding=encoding)

    assert (rows(path, layout), issues(path, layout)) == (found, told)


@pytest.mark.parametrize("size", [64, 100, 4096])
def test_bytes_that_are_no_text_are_told_whatever_the_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    small_blocks(monkeypatch, size)
    lines = [f"{n},é{'x' * (n % 7)}\n".encode() for n in range(2, 300)]
    lines[150] = b"152,\xe2\x82\n"
    lines[297] = b"299,\xff\n"
    path = file(tmp_path, b"A,B\n" + b"".join(lines))

    assert issues(path) == [
        undecodable(152, "B", r"\xE2 \x82", r"\xE2\x82"),
        undecodable(299, "B", r"\xFF", r"\xFF"),
    ]


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-16", b"A,B\n1,xy\n"),
        ("utf-16-le", b"A,B\n1,x\n\n"),
        ("utf-32", b"A,B\n1,x\n\n"),
        ("windows-1252", "\ufeffA,B\n1,é\n".encode()),
        ("utf-8", "A,B\n1,é\n".encode("utf-16")),
        ("utf-16-le", "\ufeffA,B\n1,é\n".encode("utf-16-be")),
    ],
)
def test_an_encoding_asked_for_that_the_first_bytes_deny_is_refused(
    tmp_path: Path, encoding: str, content: bytes
) -> None:
    path = file(tmp_path, content)

    assert refusal(path, Layout(encoding=encoding)) == (
        f"The file is not encoded in {encoding}.",
        str(path),
        "Leave `encoding` out of the mapping to have it found.",
    )


def test_a_header_with_bytes_that_are_no_text_shows_them(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B!\n1,éé\n".encode().replace(b"!", b"\xe9"))

    assert header(path) == ["A", r"B\xE9"]


TABLES = {
    "windows-1252": [
        "Müller",
        "Zoë",
        "José",
        "François",
        "Jørgensen",
        "Peña",
        "l\u2019été",
    ],
    "iso-8859-15": ["5 €", "cœur", "Müller", "Straße", "François"],
    "windows-1250": ["Dvořák", "Wiśniewski", "Černý", "Łukasz", "Horváth", "Růžička"],
    "windows-1251": ["Иванов", "Петров", "Звонок клиенту", "Москва", "Встреча"],
    "cp932": ["田中太郎", "鈴木", "佐藤 花子", "会議", "ミーティング", "契約書の確認"],
    "gb18030": ["王伟", "李娜", "张敏", "北京", "电话会议", "有限公司"],
    "mac-roman": ["Müller", "Zoë", "José", "François", "Käthe", "Rückruf vereinbart"],
    "utf-32": ["Müller", "王伟"],
}


@pytest.mark.parametrize("encoding", TABLES)
@pytest.mark.parametrize("above", [0, 200_000], ids=["at once", "late"])
def test_an_encoding_is_found_by_names_in_the_table(
    tmp_path: Path, encoding: str, above: int
) -> None:
    lines = [
        f"{n},{name},Follow up,2024-03-01\n" for n, name in enumerate(TABLES[encoding])
    ]
    text = "Id,Name,Subject,Day\n" + "0,Ann,Call,2024-03-01\n" * above + "".join(lines)
    path = file(tmp_path, text.encode(encoding))

    assert opened(path).source.encoding == encoding
    names = [name for batch in batches(path) for name in batch.rows["c1"]]
    assert names[above:] == TABLES[encoding]


def test_the_digest_is_of_the_bytes_of_the_file(tmp_path: Path) -> None:
    content = TEXT.encode("windows-1252")

    assert (
        opened(file(tmp_path, content)).source.sha256
        == hashlib.sha256(content).hexdigest()
    )
