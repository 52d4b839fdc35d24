"""Whatever the rows and whatever the API answers: every row has one outcome."""

import tempfile
from collections import Counter
from contextlib import chdir
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.commands import Ended, activity_import, lines_of
from tests.misbehaving import (
    CREATED,
    Step,
    Talk,
    answers,
    misbehaving,
    resets,
)
from tests.runs.givens import converses

KEYED = """
version: 1
name: any
key: [Id]
skip: [{column: Type, in: [skip]}]
fields:
  activity_time: {from: When}
  subject: {from: What, max_length: 20}
"""
KEYLESS = KEYED.replace("key: [Id]\n", "")
COMBINING = KEYED + "combine: true\n"
FIRST_COUNTS = COMBINING.replace(
    "{from: When}", "{from: When, when_rows_differ: first}"
)
FIRST_COUNTS = FIRST_COUNTS.replace("20}", "20, when_rows_differ: first}")
MAPPINGS = [KEYED, KEYLESS, COMBINING, FIRST_COUNTS]
ANSWERS: dict[str, Step] = {
    "created": answers(201, CREATED),
    "refused": answers(422, {"detail": "no"}),
    "throttled": answers(429, Retry_After="0"),
    "failing": answers(500),
    "lost": resets,
}
texts = st.text(st.characters(exclude_categories=["C"]), max_size=25)
rows = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "b", "c", "d"]),
        st.sampled_from(["2024-03-01", "2024-03-02 10:00", "soon", "", "2999-01-01"]),
        texts,
        st.sampled_from(["", "skip"]),
    ),
    max_size=12,
)
faults = st.lists(st.sampled_from(list(ANSWERS)), max_size=20)


def sent(requests: list[Any]) -> list[bytes]:
    return [each.body for each in requests if each.line.startswith("POST")]


def run(url: str, folder: str) -> Ended:
    environment = {"REEVO_API_KEY": "k", "XDG_STATE_HOME": folder}
    words = ["run", "rows.csv", "-m", "any.yaml", "--base-url", url, "--json"]
    return activity_import(*words, "--concurrency", "1", **environment)


def script(story: list[str]) -> list[Step]:
    """Answers activities as a story goes; then takes them all."""
    left = iter(story)

    def answer(talk: Talk) -> None:
        ANSWERS[next(left, "created")](talk)

    return [converses(answer)] * 200


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(table=rows, story=faults, mapping=st.sampled_from(MAPPINGS))
def test_every_row_has_one_outcome_and_none_is_sent_twice(
    table: list[tuple[str, ...]], story: list[str], mapping: str
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        chdir(folder),
        misbehaving(script(story)) as server,
    ):
        write(table, mapping)
        first = run(server.url, folder)
        taken = sent(server.requests)
        second = run(server.url, folder)
        again = sent(server.requests)[len(taken) :]

        check_sum(first, table)
        check_sum(second, table)
        check_traffic(first, taken)
        unknown = first.summary["counts"]["uncertain"]
        assert second.summary["counts"]["uncertain"] >= unknown
        assert (
            second.summary["counts"]["created"] <= first.summary["counts"]["rejected"]
        )
        check_traffic(second, again)


def write(table: list[tuple[str, ...]], mapping: str) -> None:
    quoted = [
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table
    ]
    lines = ["Id,When,What,Type", *quoted]
    Path("rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    Path("any.yaml").write_text(mapping, encoding="utf-8")


def check_sum(ended: Ended, table: list[tuple[str, ...]]) -> None:
    """Source, summary and rows.csv agree."""
    counts = ended.summary["counts"]
    filled = [row for row in table if any(cell.strip() for cell in row)]
    lines = lines_of(Path(ended.summary["reports"], "rows.csv"))
    written = Counter(line["_status"] for line in lines)

    assert counts.pop("read") == len(filled) == sum(counts.values())
    assert {status: count for status, count in counts.items() if count} == written
    assert [int(line["_row"]) for line in lines] == [
        number for number, row in enumerate(table, start=2) if row in filled
    ]


def check_traffic(ended: Ended, bodies: list[bytes]) -> None:
    """The report accounts for every request that the server saw."""
    lines = lines_of(Path(ended.summary["reports"], "rows.csv"))
    attempts = [int(line["_attempts"]) for line in lines if line["_attempts"]]
    requests = ended.summary["requests"]

    assert sum(attempts) == len(bodies) == requests["sent"]
    assert sum(attempts) - len(attempts) == requests["retried"] == requests["throttled"]
