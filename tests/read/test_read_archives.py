"""Archives: which members are read, and what is refused."""

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.stages.read import Layout, companion, open_sources, spooling
from pipeline.stages.read import archive as archive_module
from pipeline.stages.read import spool as spool_module
from tests.read.read_given import file, refused, tables, workbook, zipped

CALLS = b"Id\n1\n2\n"
MORE = b"Id\n3\n"
NOT_WHOLE = "It was probably not copied whole: copy or export it again."
TRUST = "If you trust it, unpack it yourself, and name the unpacked file."
UNPACK = "Unpack it yourself, and name the unpacked file."
Change = Callable[[bytes], bytes]
BOMB = (
    "Unpacked, it is more than 500 times as large: such files are made to do harm.",
    TRUST,
)


def test_the_only_file_of_an_archive_is_read(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"data/Calls.csv": CALLS})

    assert tables(path) == {f"{path}/data/Calls.csv": [(2, "1"), (3, "2")]}


def test_the_only_table_is_read_whatever_lies_beside_it(tmp_path: Path) -> None:
    beside = ["read me.txt", "a/", "a/logo.png", "__MACOSX/._Calls.csv", ".hidden.csv"]
    path = zipped(tmp_path, {"Calls.CSV": CALLS} | dict.fromkeys(beside, b"x"))

    assert tables(path) == {f"{path}/Calls.CSV": [(2, "1"), (3, "2")]}


def test_of_several_tables_one_must_be_chosen(tmp_path: Path) -> None:
    names = [f"T{n:02}.csv" for n in range(14)]
    path = zipped(tmp_path, dict.fromkeys([*names, "a.txt"], CALLS))

    assert refused(path) == (
        "The archive holds 14 files.",
        str(path),
        "Say which to read by --member NAME, or by `member` in the mapping's "
        f"`source`: {', '.join(names[:12])} and 2 more.",
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Calls_001.csv", ["a/Calls_001.csv"]),
        ("calls_001.CSV", ["a/Calls_001.csv"]),
        ("somewhere/Calls_001.csv", ["a/Calls_001.csv"]),
        ("Calls_*.csv", ["a/Calls_001.csv", "b/Calls_002.csv"]),
        ("calls_00?.csv", ["a/Calls_001.csv", "b/Calls_002.csv"]),
        (" [x]*+ ", ["b/[x](1)+"]),
        ("caf\u00e9.csv", ["Cafe\u0301.csv"]),
    ],
)
def test_members_are_chosen_by_name(
    tmp_path: Path, asked: str, found: list[str]
) -> None:
    names = ["b/Calls_002.csv", "a/Calls_001.csv", "b/[x](1)+", "Cafe\u0301.csv"]
    path = zipped(tmp_path, dict.fromkeys(names, MORE))

    chosen = tables(path, member=asked)

    assert chosen == {f"{path}/{name}": [(2, "3")] for name in found}
    assert list(chosen) == [f"{path}/{name}" for name in found]


def test_a_name_that_no_member_has_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"Calls.csv": CALLS, "Mails.csv": CALLS})

    assert refused(path, member="Cals.csv") == (
        "No file in the archive is called 'Cals.csv'.",
        str(path),
        "Did you mean 'Calls.csv'? It holds Calls.csv, Mails.csv.",
    )


def test_sources_are_numbered_over_all_paths(tmp_path: Path) -> None:
    first = file(tmp_path, MORE)
    path = zipped(tmp_path, {"Calls_2.csv": CALLS, "Calls_1.csv": MORE})
    last = tmp_path / "more.csv.gz"
    last.write_bytes(gzip.compress(MORE))

    with spooling() as spool:
        sources = open_sources((first, path, last), Layout(member="Calls*"), spool)

        assert [(each.source.number, each.source.path) for each in sources] == [
            (0, str(first)),
            (1, f"{path}/Calls_1.csv"),
            (2, f"{path}/Calls_2.csv"),
            (3, str(last)),
        ]
        numbers = [b.source.number for each in sources for b in each.batches()]
        assert numbers == [0, 1, 2, 3]


def test_a_workbook_is_no_archive_and_may_lie_in_one(tmp_path: Path) -> None:
    book = workbook(tmp_path, ["Id"], ["1"])
    path = zipped(tmp_path, {"tasks.xlsx": book.read_bytes()})

    assert tables(book, path, member="tasks.xlsx") == {
        f"{book} [Tasks]": [(2, "1")],
        f"{path}/tasks.xlsx [Tasks]": [(2, "1")],
    }


def test_what_is_wrong_with_a_member_names_it(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"notes/empty.csv": b"\n\n"})

    assert refused(path)[:2] == ("The file has no rows.", f"{path}/notes/empty.csv")


@pytest.mark.parametrize("inner", ["zip", "gz"])
def test_an_archive_inside_an_archive_is_refused(tmp_path: Path, inner: str) -> None:
    nested = {
        "zip": zipped(tmp_path, {"a.csv": CALLS}, "inner.zip").read_bytes(),
        "gz": gzip.compress(CALLS),
    }[inner]
    outer = zipped(tmp_path, {"inner.csv": nested})
    twice = tmp_path / "twice.gz"
    twice.write_bytes(gzip.compress(nested))
    words = ("It is an archive inside an archive.", "Unpack the outer one first.")

    assert refused(outer) == (words[0], f"{outer}/inner.csv", words[1])
    assert refused(twice) == (words[0], str(twice), words[1])


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.csv",
        "/etc/evil.csv",
        "C:\\evil.csv",
        "a\\..\\evil.csv",
        "\x1b[31m.csv",
    ],
)
def test_a_member_s_name_is_no_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    place = tmp_path / "private"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    path = zipped(tmp_path, {name: CALLS})

    with spooling() as spool:
        [source] = open_sources((path,), Layout(), spool)
        outside = {each for each in tmp_path.rglob("*") if place not in each.parents}

        assert source.path.is_relative_to(place)
        assert source.source.path.isprintable()
        assert outside == {place, path}


def test_what_is_unpacked_is_private_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = zipped(tmp_path, {"a.csv": CALLS})
    modes: dict[bool, set[int]] = {True: set(), False: set()}

    def stopped() -> None:
        with spooling() as spool:
            open_sources((path,), Layout(), spool)
            for made in tmp_path.rglob("*"):
                modes[made.is_dir()].add(made.stat().st_mode & 0o777)
            raise KeyboardInterrupt

    path.chmod(0o600)
    with pytest.raises(KeyboardInterrupt):
        stopped()

    assert modes == {True: {0o700}, False: {0o600}}
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_removed_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = zipped(tmp_path, {"a.csv": CALLS})
    left = tmp_path / "activity-import-unpacked-left"
    left.mkdir()
    file(left, CALLS)

    with spooling() as held:
        [source] = open_sources((path,), Layout(), held)
        assert not left.exists()
        tables(path)
        assert source.path.exists()


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": CALLS})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)

    assert refused(path) == (
        "The file in the archive is protected by a password.",
        f"{path}/a.csv",
        UNPACK,
    )


def test_a_method_that_is_not_known_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": CALLS})
    content = bytearray(path.read_bytes())
    content[8:10] = struct.pack("<H", 9)
    at = content.index(b"PK\x01\x02") + 10
    content[at : at + 2] = struct.pack("<H", 9)
    path.write_bytes(content)

    message, where, hint = refused(path)
    assert message.startswith("The archive was packed by a method that is not known")
    assert (where, hint) == (f"{path}/a.csv", UNPACK)


def test_an_empty_archive_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {})

    assert refused(path) == ("The archive is empty.", str(path), "Export it again.")


def test_a_zip_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": CALLS * 99})
    path.write_bytes(path.read_bytes()[:-40])

    assert refused(path) == (
        "The archive is damaged: File is not a zip file.",
        str(path),
        NOT_WHOLE,
    )


def test_a_zip_with_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", CALLS)
    path.write_bytes(path.read_bytes().replace(b"Id\n1", b"Id\n9"))

    assert refused(path) == (
        "The archive is damaged: Bad CRC-32 for file 'a.csv'.",
        f"{path}/a.csv",
        NOT_WHOLE,
    )


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-12], "The archive is cut off."),
        (
            lambda content: content[:-8] + bytes(8),
            "The archive is damaged: CRC check failed",
        ),
        (
            lambda content: content + b"rest",
            "The archive is damaged: Not a gzipped file",
        ),
        (lambda content: content[:2] + b"\x09" + content[3:], "The archive is damaged"),
    ],
    ids=["cut off", "checksum", "rest", "method"],
)
def test_a_damaged_gz_is_refused(tmp_path: Path, damage: Change, message: str) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(damage(gzip.compress(CALLS * 99)))

    told, where, hint = refused(path)
    assert (told.startswith(message), where, hint) == (True, str(path), NOT_WHOLE)


def test_a_tar_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(file(tmp_path, CALLS), "a.csv")

    assert refused(path) == (
        "The file is an archive (tar).",
        str(path),
        "Unpack it first.",
    )


def test_a_bomb_is_refused_before_it_goes_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "_SMALL", 1 << 20)
    path = zipped(tmp_path, {"a.csv": bytes(5 << 20)})
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(bytes(5 << 20)))

    assert refused(path) == (BOMB[0], f"{path}/a.csv", BOMB[1])
    assert refused(packed) == (BOMB[0], str(packed), BOMB[1])


def test_more_than_is_allowed_in_all_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "MOST_BYTES", 10)
    path = zipped(tmp_path, {"a.csv": CALLS, "b.csv": CALLS})

    assert list(tables(path, member="a.csv")) == [f"{path}/a.csv"]
    assert refused(path, member="*") == (
        "Unpacked, it is larger than 0 GB.",
        f"{path}/b.csv",
        "Unpack it yourself, and name the file that you need.",
    )


def test_too_little_room_on_the_disk_is_told_before_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(spool_module, "_SPARE_BYTES", 1 << 60)
    path = zipped(tmp_path, {"a.csv": CALLS})

    assert refused(path) == (
        f"There is too little room in {tmp_path} to unpack it.",
        f"{path}/a.csv",
        "Make room, or set the variable TMPDIR to a folder on a larger disk.",
    )


def test_too_many_members_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "MOST_MEMBERS", 2)
    path = zipped(tmp_path, dict.fromkeys("abc", CALLS))

    assert refused(path)[0] == "The archive has more than 2 members."


def test_a_companion_is_found_by_its_name(tmp_path: Path) -> None:
    path = zipped(
        tmp_path, {"x/Contact.csv": b"Id\nc\n", "a/b.csv": b"", "c/b.csv": b""}
    )
    plain = file(tmp_path, CALLS)

    with spooling() as spool:
        found = companion(path, "contact.csv", spool)
        assert found
        assert (found.name, found.read_bytes()) == ("Contact.csv", b"Id\nc\n")
        assert companion(path, "Account.csv", spool) is None
        assert companion(plain, "Contact.csv", spool) is None
        assert companion(tmp_path / "none.zip", "Contact.csv", spool) is None
        with pytest.raises(SourceError, match=r"2 files that are called 'b\.csv'"):
            companion(path, "b.csv", spool)


def in_zip(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tasks.csv", content)
    return packed.getvalue()


def in_several_gz(content: bytes) -> bytes:
    half = len(content) // 2
    return gzip.compress(content[:half]) + gzip.compress(content[half:])


PACKINGS: list[Change] = [in_zip, gzip.compress, in_several_gz]
CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@settings(max_examples=50, deadline=None)
@given(st.lists(CELL.filter(lambda text: bool(text.strip())), min_size=1, max_size=9))
def test_what_is_packed_is_read_as_if_it_were_not(cells: Iterable[str]) -> None:
    quoted = [cell.replace('"', '""') for cell in cells]
    content = "".join(f'"{cell}"\n' for cell in ["Header", *quoted]).encode()
    with TemporaryDirectory() as folder:
        plain = file(Path(folder), content)
        packed = [
            file(Path(folder), pack(content), f"{number}")
            for number, pack in enumerate(PACKINGS)
        ]

        [expected] = tables(plain).values()
        assert [list(tables(path).values()) for path in packed] == [[expected]] * 3
