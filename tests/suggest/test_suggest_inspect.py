"""What `inspect` tells of the columns of a file."""

from pathlib import Path

import pytest

from tests.commands import activity_import

pytestmark = pytest.mark.usefixtures("here")
PLAIN = "2024-01-02,A quiet call,Nothing of note,CALL,\n"
STEERING = "\x1b[31m\x9b5n\u202e\x07"


def inspected(text: str) -> str:
    Path("own.csv").write_text(text, encoding="utf-8")
    ended = activity_import("inspect", "own.csv")
    assert ended.code == 0, ended.err
    return ended.out


def test_the_whole_of_it() -> None:
    said = inspected(
        "Nr;Wann;Art;Mail;Notiz;;Record\n"
        "1;24.12.2023 10:00;Anruf;a@x.example;<p>Ja</p>;;3.01188E+11\n"
        "2;03.04.2024 11:30;Anruf;b@x.example;;;3.01188E+11\n"
        "3;05.04.2024;Treffen;;Nein;;3.01188E+11\n"
        "4;06.04.2024 12:00;Treffen;c@x.example;;;12\n"
    )

    assert said == (
        "file        own.csv\n"
        "format      CSV\n"
        "encoding    utf-8\n"
        "delimiter   ;\n"
        "header row  1\n"
        "\n"
        "Columns, by the first 4 rows:\n"
        "  column       filled  holds         for example\n"
        "  Nr           100%    number        1 | 2 | 3\n"
        "  Wann         100%    date or time  24.12.2023 10:00 | 03.04.2024 11:30 | "
        "05.04.2024\n"
        "  Art          100%    text          Anruf | Treffen\n"
        "  Mail         75%     e-mail        a@x.example | b@x.example | c@x.example\n"
        "  Notiz        50%     HTML          <p>Ja</p> | Nein\n"
        "  (no header)  0%      empty\n"
        "  Record       100%    text          3.01188E+11 | 12\n"
        "\n"
        "Dates:\n"
        "  Wann  day first: 24.12.2023 10:00  a time of day of no stated zone\n"
        "\n"
        "Values that come again, with their numbers:\n"
        "  Art     Anruf (2), Treffen (2)\n"
        "  Record  3.01188E+11 (3), 12 (1)\n"
        "\n"
        "Long numbers that a spreadsheet has shortened:\n"
        "  Record  such as 3.01188E+11: these digits are lost\n"
        "  Export again, and open the file in no spreadsheet before it is imported.\n"
        "\n"
        "Note: Columns without a header: 1.\n"
        "\n"
        "Presets: none fits, nor nearly.\n"
        "\n"
        "Next:\n"
        "  activity-import suggest own.csv -o own.yaml\n"
    )


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (("03/04/2024", "25/04/2024"), "day first: 25/04/2024"),
        (("03/04/2024", "04/25/2024"), "month first: 04/25/2024"),
        (
            ("03/04/2024", "04/05/2024"),
            "day or month first, which the file does not tell: 03/04/2024",
        ),
        (
            ("25/04/2024", "04/25/2024"),
            "some day first, some month first: 25/04/2024 and 04/25/2024",
        ),
        (("2024-04-25", "2024-04-26 10:00"), "year first: 2024-04-25"),
        (("3. März 2024", "4 de abril de 2024"), "with the month's name: 3. März 2024"),
    ],
)
def test_the_order_of_dates_is_told_with_what_tells_it(
    cells: tuple[str, str], told: str
) -> None:
    said = inspected("When\n" + "\n".join(cells) + "\n")

    assert f"  When  {told}  " in said


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (("2024-01-02 00:00:00",), "no time of day"),
        (("2024-01-02 10:00", "2024-01-03"), "a time of day of no stated zone"),
        (
            ("2024-01-02T10:00:00Z", "2024-01-02 10:00 +0100"),
            "a time of day with its distance from UTC",
        ),
        (
            ("2024-01-02T10:00:00Z", "2024-01-02 10:00"),
            "a time of day of no stated zone",
        ),
    ],
)
def test_it_is_told_whether_times_bear_a_zone(
    cells: tuple[str, ...], told: str
) -> None:
    lines = inspected("When\n" + "\n".join(cells) + "\n").splitlines()

    [line] = [line for line in lines if line.startswith("  When  year")]
    assert line.endswith(f"  {told}")


def test_backslashes_before_quotes_are_told() -> None:
    said = inspected('A,B\n"say \\"hi\\", all",2\n"3","4"\n')

    assert "escape      backslash\n" in said


@pytest.mark.parametrize("command", ["inspect", "preview"])
def test_no_cell_steers_the_terminal(command: str) -> None:
    header = f"activity_time,subject,description,category,x{STEERING}"
    Path("own.csv").write_text(
        f"{header}\n2024-01-02,S{STEERING},D{STEERING},CALL,{STEERING}\n"
        f"soon{STEERING},a,b,CALL{STEERING},c\n" + PLAIN * 40,
        encoding="utf-8",
    )
    ended = activity_import(
        command, "own.csv", *(["-m", "generic"] * (command != "inspect"))
    )

    assert ended.code == 0, ended.err
    assert "\\x1b[31m\\x9b5n\\u202e\\x07" in ended.out
    assert not set(ended.out) & set("\x1b\x9b\u202e\x07")


def test_no_cell_steers_the_terminal_from_a_report() -> None:
    Path("own.csv").write_text(
        f"activity_time,subject,description,category,x\nsoon{STEERING},a,,CALL,\n"
        + PLAIN * 40,
        "utf-8",
    )
    ended = activity_import("validate", "own.csv", "-m", "generic")

    assert "soon\\x1b[31m" in ended.out
    assert not set(ended.out + ended.err) & set("\x1b\x9b\u202e\x07")
