"""Drafts of mappings, compared whole, and what must hold of every draft."""

import json
import os
import string
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import PipelineError
from pipeline.mapping import bind_columns, load_mapping
from pipeline.nearest import normalize_name
from pipeline.rows import Column
from pipeline.suggesting import (
    Answers,
    Place,
    profile_columns,
    propose,
    write_draft,
)
from pipeline.suggesting.words import known_words
from pipeline.suggesting.writing import comment, scalar
from tests.commands import activity_import

DRAFTS = Path(__file__).with_name("drafts")
SOURCES = sorted(path.name for path in DRAFTS.glob("*.csv"))


@pytest.fixture
def sources(here: Path) -> Path:
    for path in DRAFTS.glob("*.csv"):
        (here / path.name).write_bytes(path.read_bytes())
    return here


@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize("source", SOURCES)
def test_the_draft_of(source: str) -> None:
    """Written anew by `REDRAFT=1 pytest ...`; look at what changed."""
    ended = activity_import("suggest", source, "-o", "draft.yaml", "--anyway")
    expected = DRAFTS / f"{Path(source).stem}.yaml"
    if os.environ.get("REDRAFT"):
        expected.write_text(Path("draft.yaml").read_text("utf-8"), encoding="utf-8")

    assert ended.code == 0, ended.err
    assert Path("draft.yaml").read_text("utf-8") == expected.read_text("utf-8")


@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize("source", SOURCES)
def test_what_it_drafts_is_right_and_fits(source: str) -> None:
    activity_import("suggest", source, "-o", "draft.yaml", "--anyway")
    checked = activity_import("check-mapping", "draft.yaml", "--source", source)

    assert (checked.code, checked.err) == (0, "")


@pytest.mark.usefixtures("sources")
def test_a_preview_of_a_draft_shows_activities() -> None:
    activity_import("suggest", "atividades.csv", "-o", "draft.yaml")
    said = activity_import("preview", "atividades.csv", "-m", "draft.yaml").out
    body = json.loads(said[said.index("{") : said.index("\n\nRow 3")])

    assert body == {
        "attributes": {
            "metadata": {
                "activity_time": "2024-04-25T10:00:00Z",
                "subject": "Retorno",
                "description": "Pediu proposta\n\nResponsável: Rui",
                "category": "TEXT",
            },
            "account_id": "3fe6e7be-9ba0-4717-9ed4-0c227dab7ad2",
            "contact_ids": ["f78a2b51-7d52-4eaf-8df0-3e1122d5189b"],
        }
    }
    assert "invalid" not in said


@pytest.mark.usefixtures("here")
def test_a_date_and_its_time_of_day_in_two_columns_are_one_time() -> None:
    Path("own.csv").write_text(
        "Start Date,Start Time,Title,Contact ID\n"
        "04/25/2024,1:30 PM,Hello,f78a2b51-7d52-4eaf-8df0-3e1122d5189b\n"
        "04/26/2024,,Later,f78a2b51-7d52-4eaf-8df0-3e1122d5189b\n",
        encoding="utf-8",
    )
    activity_import("suggest", "own.csv", "-o", "own.yaml")
    said = activity_import("preview", "own.csv", "-m", "own.yaml").out

    assert '"activity_time": "2024-04-25T13:30:00Z"' in said
    assert '"activity_time": "2024-04-26T12:00:00Z"' in said


@pytest.mark.usefixtures("here")
def test_a_file_without_dates_gets_no_draft_and_is_told_why() -> None:
    Path("own.csv").write_text("Titel,Notiz\nA,B\n", encoding="utf-8")
    ended = activity_import("suggest", "own.csv", "-o", "own.yaml")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(
        "Error: No column holds the time of the activities, and an activity needs one."
        "\n  hint:  The file has Titel (text), Notiz (text). Export it again"
    )
    assert not Path("own.yaml").exists()


@pytest.mark.usefixtures("sources")
def test_a_file_that_is_there_is_not_written_over_without_order() -> None:
    Path("draft.yaml").write_text("mine", encoding="utf-8")
    words = ("suggest", "anrufe.csv", "-o", "draft.yaml")
    ended = activity_import(*words)

    assert ended.code == 1
    assert "There is a file of that name." in ended.err
    assert Path("draft.yaml").read_text("utf-8") == "mine"
    assert activity_import(*words, "--force").code == 0
    assert Path("draft.yaml").read_text("utf-8").startswith("# A draft for anrufe.csv")


@pytest.mark.usefixtures("sources")
def test_a_draft_holds_samples_and_is_private() -> None:
    activity_import("suggest", "anrufe.csv", "-o", "draft.yaml")

    assert Path("draft.yaml").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("sources")
def test_standard_output_holds_the_draft_and_nothing_else() -> None:
    ended = activity_import("suggest", "anrufe.csv")
    Path("piped.yaml").write_text(ended.out, encoding="utf-8")

    assert load_mapping(Path("piped.yaml")).name == "anrufe"
    assert ended.err.startswith("\nNext:\n  activity-import check-mapping anrufe.yaml")


HEADERS = st.one_of(
    st.sampled_from([word for of in known_words().roles.values() for word in of]),
    st.text(max_size=12),
    st.text(alphabet="{}|#:'\"\\ \n\t_-aé", max_size=8),
    st.sampled_from(["Date", "date", "{When}", "a | seconds", "null", "~", "Yes"]),
).filter(lambda name: not name.strip().startswith("_"))
CELLS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.sampled_from(
        [
            *("2024-03-01", "03/04/2024", "25.04.2024 10:00", "3 Mar 2024"),
            *("1714039200000", "10:30", "a@b.example", "Call", "call", "12", "1", "0"),
            *("f78a2b51-7d52-4eaf-8df0-3e1122d5189b", "0035g00000C0001AAB", "Done"),
            *("<p>x</p>", "3.0E+12"),
        ]
    ),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[Column, ...], pl.DataFrame]:
    """Any header and cells, of which each column tends to repeat its own."""
    names = draw(st.lists(HEADERS, min_size=1, max_size=8))
    rows = draw(st.integers(0, 6))
    columns = tuple(Column(f"c{number}", name) for number, name in enumerate(names))
    cells = {}
    for column in columns:
        own = draw(st.lists(CELLS, min_size=1, max_size=2))
        cells[column.id] = [own[row % len(own)] for row in range(rows)]
    schema = {column.id: pl.String for column in columns}
    return columns, pl.DataFrame(cells, schema=schema)


ANSWERS = st.builds(
    Answers,
    system=st.none() | st.text(min_size=1, max_size=9).filter(str.strip),
    timezone=st.sampled_from([None, "Europe/Berlin", "UTC"]),
    order=st.sampled_from([None, "day_first", "month_first"]),
)


@settings(deadline=None)
@given(
    tables(), ANSWERS, st.text(min_size=1, max_size=9).filter(lambda name: name.strip())
)
def test_any_draft_is_right_and_loses_no_column(
    table: tuple[tuple[Column, ...], pl.DataFrame], answers: Answers, stem: str
) -> None:
    columns, rows = table
    try:
        proposal = propose(profile_columns(columns, rows))
    except PipelineError:
        return
    place = Place(f"{stem}.csv", stem, f"{stem}.yaml", rows.height)
    with TemporaryDirectory() as folder:
        path = Path(folder, "draft.yaml")
        path.write_text(write_draft(proposal, answers, place), encoding="utf-8")
        mapping = load_mapping(path)
        bind_columns(mapping, columns, source="table")

    assert mapping.name == stem
    used = {guess.name for guess in (*proposal.chosen.guesses(), *proposal.details)}
    told = used | {each.name for each in (*proposal.left, *proposal.unusable)}
    assert told == {column.name for column in columns}
    assert all(normalize_name(each.name) for each in proposal.left)


@settings(deadline=None)
@given(tables())
def test_no_owner_becomes_a_contact(
    table: tuple[tuple[Column, ...], pl.DataFrame],
) -> None:
    try:
        proposal = propose(profile_columns(*table))
    except PipelineError:
        return
    owners = known_words().roles["owner"]  # type: ignore[index]

    assert not [
        guess.name
        for guess in proposal.chosen.links["contact_ids"]
        if guess.name in owners
    ]


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_one_scalar(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "m.yaml")
        path.write_text(
            "version: 1\nname: a\nfields:\n  activity_time: {from: When}\n"
            f"  subject: {{from: S, default: {scalar(text or 'x')}, max_length: 9}}\n",
            encoding="utf-8",
        )
        assert load_mapping(path).fields["subject"].default == (text or "x")


@settings(deadline=None)
@given(st.text(alphabet=string.printable + "\x1b\u202e\u2028\x85", max_size=300))
def test_a_comment_is_nothing_but_comment(text: str) -> None:
    lines = comment(text, indent=2)

    assert all(line.startswith("  # ") or line == "  # " for line in lines)
    assert all(line.isprintable() for line in lines)
