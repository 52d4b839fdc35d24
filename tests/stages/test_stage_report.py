import stat
from collections import Counter
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import ReportError
from pipeline.plan import Plan
from pipeline.rows import no_issues
from pipeline.stages.report import FIX_ME, ISSUES, ROWS, write_report
from pipeline.stages.report.write import IssueCount
from tests.plan.plan_givens import planned
from tests.stages.report_givens import (
    fates_of,
    named,
    one_batch,
    plan_of,
    report,
    run_record,
)
from tests.stages.stage_givens import batch, issue, issues_frame

OUTCOME = (
    "_source,_sheet,_row,_status,_activity_id,_code,_column,_message,_hint,"
    "_http_status,_attempts"
)
CORRECT = '"The id is not in this Reevo workspace: correct it, then run fix-me.csv."'
LOOK = (
    '"`activity-import reconcile 20261123-0731-ab12` looks for it in Reevo, in the '
    'timeline of the linked record."'
)
SAYS = "The API says of 'subject' (your column 'Id'): Not there."
NO = "The API says of 'contact_ids' (your column 'Id, Note'): No."
EMPTY = issue(
    4, "required", column="Id", field="subject", message="Empty.", hint="Fill, please."
)
FATES = fates_of(
    own=(
        (1, "created", "act 1", 201, 1, None, None, None),
        (2, "rejected", None, 422, 1, "record_not_found", "subject", "Not there."),
        (4, "uncertain", None, None, 2, "answer_unknown", None, "No answer."),
    ),
    others=((5, "duplicate", "act 5", "r0"), (6, "uncertain", None, "r0")),
)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """One row of each kind."""
    rows = batch({"Id": list("abcdefgh"), "Note": ["x, y", 'say "hi"', None, *"defgh"]})
    table = pl.concat(
        [
            planned((2, "unsent", 1), (3, "unsent", 2)),
            planned((4, "invalid", None)).with_columns(
                code=pl.lit("required"),
                column=pl.lit("Id"),
                message=pl.lit("Empty."),
                hint=pl.lit("Fill, please."),
            ),
            planned((5, "unsent", 4), (6, "unsent", 5), (7, "unsent", 6)),
            planned((8, "unsent", 7)),
            planned((9, "skipped", None)).with_columns(
                code=pl.lit("skipped_by_rule"), message=pl.lit("Left out.")
            ),
        ]
    )
    return plan_of(tmp_path, (rows, table, issues_frame(EMPTY)))


def text(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8-sig")


def test_rows_csv_tells_the_outcome_of_every_row(tmp_path: Path, plan: Plan) -> None:
    report(tmp_path, plan, FATES)

    assert text(tmp_path, ROWS) == (
        f"{OUTCOME},Id,Note\n"
        'tasks.csv,"",2,created,act 1,,,,,201,1,a,"x, y"\n'
        'tasks.csv,"",3,rejected,,record_not_found,Id,'
        f"{SAYS},"
        f'{CORRECT},422,1,b,"say ""hi"""\n'
        'tasks.csv,"",4,invalid,,required,Id,Empty.,"Fill, please.",,,c,\n'
        f'tasks.csv,"",5,uncertain,,answer_unknown,"",No answer.,{LOOK},,2,d,d\n'
        'tasks.csv,"",6,duplicate,act 5,sent_before,,"Sent before, in run r0.",,,,e,e\n'
        'tasks.csv,"",7,uncertain,,sent_before,,"Sent before, in run r0.",,,,f,f\n'
        'tasks.csv,"",8,unsent,,,,,,,,g,g\n'
        'tasks.csv,"",9,skipped,,skipped_by_rule,,Left out.,,,,h,h\n'
    )


def test_issues_csv_tells_issues_of_the_plan_and_of_the_api(
    tmp_path: Path, plan: Plan
) -> None:
    report(tmp_path, plan, FATES)

    assert text(tmp_path, ISSUES) == (
        "source,sheet,row,severity,code,column,field,value,message,hint\n"
        'tasks.csv,"",3,error,record_not_found,Id,subject,"",'
        f"{SAYS},"
        f"{CORRECT}\n"
        'tasks.csv,"",4,error,required,Id,subject,"",Empty.,"Fill, please."\n'
        f'tasks.csv,"",5,error,answer_unknown,"","","",No answer.,{LOOK}\n'
    )


def test_fix_me_csv_holds_the_rows_that_can_be_corrected(
    tmp_path: Path, plan: Plan
) -> None:
    report(tmp_path, plan, FATES)

    assert text(tmp_path, FIX_ME) == (
        "Id,Note,_status,_code,_message,_hint\n"
        f'b,"say ""hi""",rejected,record_not_found,{SAYS},{CORRECT}\n'
        'c,,invalid,required,Empty.,"Fill, please."\n'
    )


def test_outcomes_and_issues_are_counted(tmp_path: Path, plan: Plan) -> None:
    counted = report(tmp_path, plan, FATES)

    assert counted.statuses == Counter(
        created=1, duplicate=1, uncertain=2, rejected=1, invalid=1, unsent=1, skipped=1
    )
    assert counted.sent == Counter(created=1, rejected=1, uncertain=1)
    assert counted.issues == {
        code: IssueCount(code, 1, row, message)
        for code, row, message in (
            ("record_not_found", 3, SAYS),
            ("required", 4, "Empty."),
            ("answer_unknown", 5, "No answer."),
        )
    }


def test_an_issue_is_counted_over_batches_from_its_first_row(tmp_path: Path) -> None:
    rows = batch({"Id": ["a", "b"]})
    table = planned((2, "invalid", None), (3, "invalid", None))
    bad = [issue(row, "required", message=f"{row}") for row in (2, 3)]
    parts = [
        (replace(rows, source=replace(rows.source, number=n)), table, issues_frame(*i))
        for n, i in enumerate([bad[1:], bad])
    ]

    counted = report(tmp_path, plan_of(tmp_path, *parts))

    assert counted.issues == {"required": IssueCount("required", 3, 3, "3")}
    assert counted.statuses == Counter(invalid=4)


def test_a_dry_run_calls_the_rows_to_send_valid(tmp_path: Path) -> None:
    rows = batch({"Id": ["a", "b"]})
    plan = one_batch(tmp_path, rows, planned((2, "unsent", 1), (3, "skipped", None)))

    counted = report(tmp_path, plan, run=run_record(dry_run=True))

    assert counted.statuses == Counter(valid=1, skipped=1)
    assert text(tmp_path, ROWS) == (
        f"{OUTCOME},Id\n"
        'tasks.csv,"",2,valid,,,,,,,,a\n'
        'tasks.csv,"",3,skipped,,,,,,,,b\n'
    )


def test_a_warning_stays_beside_the_row_that_was_created(tmp_path: Path) -> None:
    table = planned((2, "unsent", 1)).with_columns(
        code=pl.lit("truncated"),
        column=pl.lit("Id"),
        message=pl.lit("Cut."),
        hint=pl.lit("Look."),
    )
    plan = one_batch(tmp_path, batch({"Id": ["a"]}), table)

    report(tmp_path, plan, FATES)

    assert text(tmp_path, ROWS).splitlines()[1:] == [
        'tasks.csv,"",2,created,act 1,truncated,Id,Cut.,Look.,201,1,a'
    ]


def test_another_refusal_asks_to_correct_the_row(tmp_path: Path) -> None:
    plan = one_batch(tmp_path, batch({"Id": ["a"]}), planned((2, "unsent", 1)))
    own = (1, "rejected", None, 400, 3, "refused", "contact_ids", "No.")

    report(tmp_path, plan, fates_of((own,)))

    assert text(tmp_path, FIX_ME).splitlines()[1:] == [
        f'a,rejected,refused,"{NO}","Correct the row, then run fix-me.csv."'
    ]
    assert text(tmp_path, ROWS).splitlines()[1:] == [
        f'tasks.csv,"",2,rejected,,refused,"Id, Note","{NO}",'
        '"Correct the row, then run fix-me.csv.",400,3,a'
    ]


def test_this_run_s_own_word_counts_before_another_s(tmp_path: Path) -> None:
    plan = one_batch(tmp_path, batch({"Id": ["a"]}), planned((2, "unsent", 1)))
    own = (1, "created", "mine", 201, 1, None, None, None)
    other = (1, "uncertain", None, "r0")

    counted = report(tmp_path, plan, fates_of((own,), (other,)))

    assert counted.statuses == Counter(created=1)
    assert ",created,mine,," in text(tmp_path, ROWS)


def test_a_duplicate_keeps_what_the_plan_says_of_it(tmp_path: Path) -> None:
    table = planned((2, "duplicate", 1)).with_columns(
        activity_id=pl.lit("act 1"), code=pl.lit("already_imported")
    )
    plan = one_batch(tmp_path, batch({"Id": ["a"]}), table)

    counted = report(tmp_path, plan, fates_of((), ((1, "duplicate", "act 9", "r0"),)))

    assert counted.statuses == Counter(duplicate=1)
    assert ",duplicate,act 1,already_imported," in text(tmp_path, ROWS)


def test_a_repeated_row_does_not_take_the_fate_of_the_first(tmp_path: Path) -> None:
    table = planned((2, "unsent", 1), (3, "duplicate", 1))
    plan = one_batch(tmp_path, batch({"Id": ["a", "a"]}), table)

    counted = report(tmp_path, plan, FATES)

    assert counted.statuses == Counter(created=1, duplicate=1)
    assert counted.sent == Counter(created=1)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
        ("'quoted'", "'quoted'"),
        ("a=1", "a=1"),
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_is_neutralized(
    tmp_path: Path, cell: str, written: str
) -> None:
    plan = one_batch(tmp_path, batch({"Id": [cell]}), planned((2, "invalid", None)))

    report(tmp_path, plan)

    assert text(tmp_path, ROWS) == (
        f'{OUTCOME},Id\ntasks.csv,"",2,invalid,,,,,,,,{written}\n'
    )
    assert text(tmp_path, FIX_ME) == (
        f"Id,_status,_code,_message,_hint\n{written},invalid,,,\n"
    )


def test_a_carriage_return_at_the_start_is_neutralized(tmp_path: Path) -> None:
    plan = one_batch(tmp_path, batch({"Id": ["\r=1"]}), planned((2, "skipped", None)))

    report(tmp_path, plan)

    assert (tmp_path / ROWS).read_bytes().endswith(b',"\'\r=1"\n')


def test_names_messages_and_values_are_neutralized_too(tmp_path: Path) -> None:
    rows = named({"A": ["a"]}, "=Id", path="-tasks.xlsx", sheet="+Sheet")
    bad = issue(2, "required", column="=Id", value="=v", message="@m", hint="-h")
    table = planned((2, "invalid", None)).with_columns(
        column=pl.lit("=Id"), message=pl.lit("@m"), hint=pl.lit("-h")
    )
    plan = plan_of(tmp_path, (rows, table, issues_frame(bad)))

    report(tmp_path, plan)

    assert text(tmp_path, ROWS) == (
        f"{OUTCOME},'=Id\n'-tasks.xlsx,'+Sheet,2,invalid,,,'=Id,'@m,'-h,,,a\n"
    )
    assert text(tmp_path, ISSUES).splitlines()[1:] == [
        "'-tasks.xlsx,'+Sheet,2,error,required,'=Id,\"\",'=v,'@m,'-h"
    ]
    assert text(tmp_path, FIX_ME) == (
        "'=Id,_status,_code,_message,_hint\na,invalid,,'@m,'-h\n"
    )


def test_sources_share_columns_by_header_and_place(tmp_path: Path) -> None:
    first = named({"A": ["1"], "B": ["2"]}, "Id", "Note")
    second = named(
        {"A": ["3"], "B": ["4"], "C": ["5"], "D": ["6"]},
        *("Note", "Id", "Id", "Extra"),
        number=1,
        path="b.xlsx",
        sheet="Calls",
    )
    table = planned((2, "invalid", None))
    plan = plan_of(tmp_path, (first, table, no_issues()), (second, table, no_issues()))

    report(tmp_path, plan)

    assert text(tmp_path, ROWS) == (
        f"{OUTCOME},Id,Note,Id,Extra\n"
        'tasks.csv,"",2,invalid,,,,,,,,1,2,"",""\n'
        "b.xlsx,Calls,2,invalid,,,,,,,,4,3,5,6\n"
    )
    assert text(tmp_path, FIX_ME) == (
        "Id,Note,Id,Extra,_status,_code,_message,_hint\n"
        '1,2,"","",invalid,,,\n'
        "4,3,5,6,invalid,,,\n"
    )


def test_headers_and_cells_are_quoted_where_needed(tmp_path: Path) -> None:
    rows = named({"A": ["two\nlines"], "B": [" é "]}, 'a "b", c', "")
    plan = one_batch(tmp_path, rows, planned((2, "invalid", None)))

    report(tmp_path, plan)

    assert text(tmp_path, FIX_ME) == (
        '"a ""b"", c",,_status,_code,_message,_hint\n"two\nlines", é ,invalid,,,\n'
    )


def test_a_plan_without_rows_leaves_the_headers(tmp_path: Path) -> None:
    rows = batch({"Id": []})

    counted = report(tmp_path, one_batch(tmp_path, rows, planned()))

    assert counted.statuses == Counter()
    assert text(tmp_path, ROWS) == f"{OUTCOME},Id\n"
    assert text(tmp_path, FIX_ME) == "Id,_status,_code,_message,_hint\n"


def test_progress_is_told_batch_by_batch(tmp_path: Path) -> None:
    rows, table = batch({"Id": ["a", "b"]}), planned((2, "unsent", 1), (3, "unsent", 2))
    second = replace(rows, source=replace(rows.source, number=1))
    parts = ((rows, table, no_issues()), (second, table, no_issues()))
    told: list[int] = []

    write_report(
        tmp_path,
        plan_of(tmp_path, *parts),
        fates_of(),
        run=run_record(dry_run=True),
        advance=told.append,
    )

    assert told == [2, 2]


def test_a_report_is_for_its_owner_only(tmp_path: Path, plan: Plan) -> None:
    folder = tmp_path / "reports" / "r1"

    report(folder, plan)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {p.name: stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {
        ROWS: 0o600,
        ISSUES: 0o600,
        FIX_ME: 0o600,
    }


def test_a_report_that_fails_leaves_the_one_before(tmp_path: Path, plan: Plan) -> None:
    folder = tmp_path / "report"
    report(folder, plan, FATES)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (plan.folder / "00000.rows.arrow").unlink()

    with pytest.raises(ReportError, match="The plan cannot be read"):
        report(folder, plan)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_report_cannot_be_written_where_a_file_lies(
    tmp_path: Path, plan: Plan
) -> None:
    (tmp_path / "report").write_text("")

    with pytest.raises(ReportError, match="The file cannot be written"):
        report(tmp_path / "report", plan)
