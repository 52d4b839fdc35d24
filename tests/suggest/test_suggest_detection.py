"""Which preset was made for a file, and how sure that is."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.mapping import Fit, Sureness, fit_of, surest
from pipeline.mapping.model import Mapping
from pipeline.rows import Column
from tests.commands import ROOT, activity_import
from tests.mapping.given import LEAST, loaded

pytestmark = pytest.mark.usefixtures("here")
HUBSPOT = ROOT / "samples" / "hubspot" / "calls.csv"
SALESFORCE = ROOT / "samples" / "salesforce" / "Task.csv"
TELLING = "match: {columns: [Id, When, Subject]}\nkey: Id\n"


def fit(mapping: Mapping, *names: str, cells: tuple[str, ...] = ()) -> Fit:
    columns = tuple(Column(f"c{number}", name) for number, name in enumerate(names))
    rows = pl.DataFrame(
        {column.id: pl.Series(cells, dtype=pl.String) for column in columns}
    )
    return fit_of(mapping, columns, rows)


def needs(folder: Path, added: str = "") -> Mapping:
    return loaded(folder, LEAST + added)


@pytest.mark.parametrize(
    ("added", "names", "found", "missing"),
    [
        ("", ("Subject", "When"), ("When", "Subject"), ()),
        ("", (" subject", "Whem"), ("Subject",), ("When",)),
        ("", (), (), ("When", "Subject")),
        ("key: SUBJECT\n", ("subject",), ("SUBJECT",), ("When",)),
        ("source: {optional_columns: [When]}\n", ("Subject",), ("Subject",), ()),
        ("match: {columns: Id}\n", ("ID", "When", "Subject"), ("Id",), ()),
        ("match: {columns: Id}\n", ("When", "Subject"), (), ("Id",)),
        ("match: {columns: [Id]}\n", ("Id", "When"), ("Id",), ("Subject",)),
        (
            "source: {aliases: {When: [Wann, Quand]}}\n",
            ("Betreff", "QUAND", "Subject"),
            ("When", "Subject"),
            (),
        ),
    ],
)
def test_what_tells_it_and_what_it_needs_must_be_there(
    tmp_path: Path,
    added: str,
    names: tuple[str, ...],
    found: tuple[str, ...],
    missing: tuple[str, ...],
) -> None:
    one = fit(needs(tmp_path, added), *names)

    assert (one.found, one.missing) == (found, missing)
    assert one.fits is (missing == ())


def test_three_telling_columns_are_enough_to_be_sure(tmp_path: Path) -> None:
    one = fit(needs(tmp_path, TELLING), "Id", "When", "Subject")

    assert one.sureness is Sureness.SURE
    assert one.evidence == "has Id, When, Subject; 3 of its 3 columns"


def test_few_telling_columns_and_little_else_are_no_proof(tmp_path: Path) -> None:
    others = "ABCDEF"
    template = " ".join(f"{{{name}}}" for name in others)
    text = (
        f"  description: {{template: '{template}'}}\n"
        f"source: {{optional_columns: [{', '.join(others)}]}}\n"
    )
    mapping = needs(tmp_path, text)

    assert fit(mapping, "When", "Subject").sureness is Sureness.LIKELY
    assert fit(mapping, "When", "Subject", "A", "B").sureness is Sureness.SURE


def test_half_of_what_tells_it_is_near(tmp_path: Path) -> None:
    mapping = needs(tmp_path, TELLING)
    near = fit(mapping, "Id", "When", "Betreff")

    assert (near.sureness, near.evidence) == (Sureness.NEAR, "lacks Subject")
    assert fit(mapping, "Id").sureness is Sureness.NOT


def test_two_columns_of_one_name_are_in_the_way(tmp_path: Path) -> None:
    one = fit(needs(tmp_path, TELLING), "Id", "When", "Subject", "subject ")

    assert (one.sureness, one.evidence) == (
        Sureness.NEAR,
        "has several columns called Subject",
    )


@pytest.mark.parametrize(
    ("cells", "sureness", "evidence"),
    [
        (("00T1", " 00T2 "), Sureness.SURE, "; Id looks like 00T*; "),
        (("00T1", "00U2"), Sureness.NEAR, "Id does not look like 00T*"),
        (("",), Sureness.NEAR, "Id does not look like 00T*"),
    ],
)
def test_cells_tell_as_well(
    tmp_path: Path, cells: tuple[str, ...], sureness: Sureness, evidence: str
) -> None:
    text = TELLING.replace("Subject]}", 'Subject], values: {Id: "00T*"}}')
    one = fit(needs(tmp_path, text), "Id", "When", "Subject", cells=cells)

    assert one.sureness is sureness
    assert evidence in one.evidence


def test_a_pattern_is_no_regular_expression(tmp_path: Path) -> None:
    text = TELLING.replace("Subject]}", 'Subject], values: {Id: "a.?[*"}}')
    mapping = needs(tmp_path, text)
    names = ("Id", "When", "Subject")

    assert fit(mapping, *names, cells=("a.x[yz",)).sureness is Sureness.SURE
    assert fit(mapping, *names, cells=("abx[yz",)).sureness is Sureness.NEAR


def test_what_tells_more_wins_and_equals_do_not() -> None:
    wide = Fit("wide", Sureness.SURE, found=("Id", "When"))
    narrow = Fit("narrow", Sureness.SURE, found=("id", "When", "WhoId"))
    other = Fit("other", Sureness.SURE, found=("Id", "When", "What"))
    likely = Fit("likely", Sureness.LIKELY, found=("Id", "When", "WhoId", "What"))

    assert surest([wide, narrow, likely]) == (narrow,)
    assert surest([wide, narrow, other]) == (narrow, other)


def test_a_dry_run_without_a_mapping_uses_the_preset_that_surely_fits() -> None:
    ended = activity_import("validate", HUBSPOT, "--sandbox")

    assert ended.err.startswith(
        "Mapping: hubspot-calls (found by its columns: has Record ID, Call Title, "
    )
    assert "-m hubspot-calls --sandbox" in ended.out


def test_json_stays_one_document_when_the_mapping_is_found() -> None:
    ended = activity_import("validate", HUBSPOT, "--sandbox", "--json")

    assert ended.summary["mapping"]["name"] == "hubspot-calls"


def test_a_preview_without_a_mapping_says_which_it_is() -> None:
    ended = activity_import("preview", SALESFORCE, "-n", "1")

    assert ended.err.startswith(
        "Mapping: salesforce-task (found by its columns: has Id"
    )
    assert ended.out.endswith(f"validate {SALESFORCE} -m salesforce-task\n")


def test_a_file_that_no_preset_fits_needs_a_mapping() -> None:
    Path("own.csv").write_text("Foo,Bar\n1,2\n", encoding="utf-8")
    ended = activity_import("run", "own.csv", "--sandbox", "--json")

    assert ended.code == 1
    assert ended.summary["reason"] == (
        "No preset fits the file, and no mapping was named. (own.csv)"
    )
    assert ended.summary["next"] == ["activity-import suggest own.csv"]


def test_a_preset_that_may_fit_is_named_and_not_used() -> None:
    Path("few.csv").write_text("activity_time,subject\n2024-01-01,Hi\n", "utf-8")
    ended = activity_import("validate", "few.csv")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err == (
        "Error: The preset generic fits, but not surely; none was named.\n"
        "  where: few.csv\n"
        "  hint:  Near ones: generic has activity_time, subject; 2 of its 9 columns. "
        "Name a mapping by -m, or have one drafted.\n"
        "  explain: activity-import explain mapping_not_named\n"
        "  next:  activity-import preview few.csv -m generic\n"
        "  next:  activity-import suggest few.csv\n"
    )


def test_files_of_several_kinds_are_not_run_together() -> None:
    ended = activity_import("validate", HUBSPOT, SALESFORCE)

    assert ended.code == 1
    assert "The files are of several kinds: " in ended.err
    assert f"{HUBSPOT} fits hubspot-calls, {SALESFORCE} fits salesforce-task" in (
        ended.err
    )


def test_a_fix_me_knows_the_mapping_of_its_run() -> None:
    Path("own.yaml").write_text(LEAST, encoding="utf-8")
    Path("own.csv").write_text("When,Subject\nsoon,Hi\n", encoding="utf-8")
    first = activity_import("run", "own.csv", "-m", "own.yaml", "--sandbox")
    fix_me = Path("reports", first.run, "fix-me.csv")
    again = activity_import("run", fix_me, "--sandbox")

    assert again.err.startswith(
        "Mapping: own.yaml (that of the run that wrote the file)\n"
    )
    assert again.code == 3


def test_a_fix_me_that_was_moved_is_like_any_other_file() -> None:
    first = activity_import("run", SALESFORCE, "--sandbox")
    moved = Path("fix-me.csv")
    moved.write_bytes(Path("reports", first.run, "fix-me.csv").read_bytes())
    again = activity_import("validate", moved, "--sandbox")

    assert again.err.startswith("Mapping: salesforce-task (found by its columns: ")


def test_inspect_says_how_sure_it_is_and_why() -> None:
    said = activity_import("inspect", SALESFORCE).out

    assert (
        "salesforce-task    surely fits: used without -m  has Id, WhoId, ActivityDate"
        in said
    )


def test_inspect_leads_to_a_draft_where_nothing_fits() -> None:
    Path("own.csv").write_text("Foo,Bar\n1,2\n", encoding="utf-8")
    said = activity_import("inspect", "own.csv").out

    assert "Presets: none fits, nor nearly." in said
    assert said.endswith("Next:\n  activity-import suggest own.csv -o own.yaml\n")
