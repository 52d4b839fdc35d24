import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.commands import activity_import
from tests.misbehaving import misbehaving
from tests.runs.givens import HEALTHY, TAKEN, source
from tests.terminal.terminals import Shown, shown_on_terminal

PLAIN = ("-m", "plain.yaml")


@pytest.fixture(scope="module")
def throttled(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shown]:
    """A run in a terminal of 80 columns, against a sandbox that asks to wait."""
    folder = tmp_path_factory.mktemp("throttled")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_STATE_HOME", str(folder))
        for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
            patch.delenv(name, raising=False)
        source(12)
        words = ["run", "rows.csv", *PLAIN, "--sandbox"]
        yield shown_on_terminal(*words, "--scenario", "throttled-seconds")


def test_a_wait_is_told_while_it_lasts(throttled: Shown) -> None:
    waits = re.findall(r"waiting (\d) s: the API asked to wait", throttled.plain)

    assert throttled.code == 0
    assert "2" in waits


def test_progress_stays_on_one_line_of_the_terminal(throttled: Shown) -> None:
    drawn = [each for each in throttled.drawn if each.startswith("sending")]

    assert len(drawn) > 3
    assert max(map(len, throttled.drawn)) < 80
    assert all(re.match(r"sending +\d+%( |$)", each) for each in drawn)
    counts = [int(each) for each in re.findall(r"created (\d+)", " ".join(drawn))]
    assert all(before <= after for before, after in pairwise(counts))


def test_the_summary_is_whole_and_fits_the_terminal(throttled: Shown) -> None:
    said = re.sub(r"\d{8}-\d{4}-[0-9a-f]{4}", "RUN", throttled.summary)
    said = re.sub(r"took .*; the", "took TIME; the", said)

    assert said == (
        "Run RUN: ok\n"
        "  All is well: 12 rows read, and created in Reevo.\n"
        "  rows.csv -> sandbox\n"
        "  took TIME; the API asked to slow down 2 times\n"
        "\n"
        "       12  100%  created  the API took them\n"
        "       12        read     each with one outcome\n"
        "\n"
        "Report: reports/RUN/ (report.html, report.xlsx, rows.csv,\n"
        "  issues.csv, fix-me.csv)\n"
        "\n"
        "Next: nothing is left to do. To see all runs, type:\n"
        "  activity-import history\n"
    )


def test_on_a_terminal_single_words_are_coloured(throttled: Shown) -> None:
    coloured = re.findall(r"\x1b\[[0-9;]+m([^\x1b]*)\x1b\[0m", throttled.text)

    assert coloured == ["ok", "created"]


@pytest.fixture
def api(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    del here
    source(3)
    with Path("rows.csv").open("a", encoding="utf-8") as file:
        file.write("r3,2024-03-01,\n")
    monkeypatch.setenv("REEVO_API_KEY", "k")
    with misbehaving([*HEALTHY, *TAKEN * 50]) as server:
        monkeypatch.setenv("REEVO_BASE_URL", server.url)
        yield server.url


@pytest.mark.parametrize(
    ("words", "environment", "is_coloured"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ([], {"FORCE_COLOR": "0"}, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--no-color"], {"FORCE_COLOR": "1"}, False),
    ],
)
@pytest.mark.usefixtures("here")
def test_who_may_have_colours(
    words: list[str],
    environment: dict[str, str],
    is_coloured: bool,  # noqa: FBT001
) -> None:
    ended = activity_import(*words, "resume", "nothing", **environment)

    assert ended.code == 1
    assert ("\x1b[31mError: \x1b[0m" in ended.err) is is_coloured
    assert ("\x1b" in ended.err) is is_coloured


def test_a_dumb_terminal_gets_lines_without_colours(api: str) -> None:
    del api
    shown = shown_on_terminal("run", "rows.csv", *PLAIN, "--yes", TERM="dumb")

    assert shown.code == 3
    assert "\x1b" not in shown.text
    assert "\r" not in shown.text.replace("\r\n", "")


def test_json_is_the_same_whatever_the_terminal_is(api: str) -> None:
    said = activity_import(
        "run", "rows.csv", *PLAIN, "--json", COLUMNS="30", FORCE_COLOR="1"
    )
    document = json.loads(said.out)
    told = said.out.replace(document["run"], "RUN")
    for varying in (
        document["started_at"],
        document["ended_at"],
        document["mapping"]["sha256"],
        document["sources"][0]["sha256"],
    ):
        told = told.replace(varying, "VARIES")
    told = re.sub(r'"per_second": [\d.]+', '"per_second": 1.0', told)

    golden = Path(__file__).with_name("summary.golden.json")
    expected = golden.read_text("utf-8").replace("http://api", api)
    assert told.replace('"VARIES"', '"BEGAN"') == expected.replace(
        '"VARIES"', '"BEGAN"'
    )


def test_a_terminal_without_the_letters_gets_them_spelled_out(api: str) -> None:
    Path("rows.csv").rename("Ça 日本.csv")
    ended = shown_on_terminal(
        "validate", "Ça 日本.csv", *PLAIN, "--base-url", api, PYTHONIOENCODING="ascii"
    )

    assert ended.code == 3
    assert "\\xc7a \\u65e5\\u672c.csv -> " in ended.plain


def test_columns_are_heeded_where_no_terminal_is(api: str) -> None:
    del api
    wide = activity_import("validate", "rows.csv", *PLAIN)
    narrow = activity_import("validate", "rows.csv", *PLAIN, COLUMNS="50")

    assert "column 'What' has no value." in wide.out
    assert "..." in narrow.out
    lines = narrow.out.split("\nNext:")[0].splitlines()
    assert max(map(len, lines)) <= 50
