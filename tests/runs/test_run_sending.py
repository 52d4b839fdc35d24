"""What becomes of a row when the API, or the way to it, misbehaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from tests.commands import Ended, activity_import, lines_of, outcomes
from tests.misbehaving import (
    CREATED,
    MisbehavingServer,
    Script,
    Step,
    answers,
    misbehaving,
    nobody_listening,
    reads,
    resets,
    says,
)
from tests.runs.givens import HEALTHY, TAKEN, source

pytestmark = pytest.mark.usefixtures("here")
CUT_SHORT = b"HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{"


def sent_to(url: str, *words: str, command: str = "run") -> Ended:
    words = words or ("rows.csv", "-m", "plain.yaml")
    words = (command, *words, "--base-url", url, "--concurrency", "1")
    return activity_import(*words, REEVO_API_KEY="secret-key")


@contextmanager
def api(*scripts: Script) -> Iterator[MisbehavingServer]:
    """Answers the health check, then as the scripts say; then takes everything."""
    first, *others = scripts
    with misbehaving([*HEALTHY, *first], *others, [*HEALTHY, *TAKEN * 50]) as server:
        yield server


def sent(server: MisbehavingServer) -> list[str]:
    """The subjects of the activities that came in, in order."""
    return [
        orjson.loads(each.body)["attributes"]["metadata"]["subject"]
        for each in server.requests
        if each.line.startswith("POST")
    ]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ([reads, answers(500, "oops")], "server_error"),
        ([reads, answers(503, "down")], "server_error"),
        ([reads, resets], "no_answer"),
        ([reads], "no_answer"),
        ([reads, says(CUT_SHORT)], "no_answer"),
        ([reads, answers(201, {"data": {}})], "answer_without_id"),
        ([reads, answers(200, "<html>")], "answer_without_id"),
    ],
)
def test_what_cannot_be_known_is_uncertain_and_never_sent_again(
    fault: list[Step], code: str
) -> None:
    source(2)
    with api(fault, TAKEN) as server:
        words = ("rows.csv", "-m", "plain.yaml", "--no-reconcile")
        first = sent_to(server.url, *words)
        again = sent_to(server.url, *words)

        assert (first.code, again.code) == (3, 3)
        assert outcomes(first.run) == {2: ("uncertain", code), 3: ("created", "")}
        assert {row: status for row, (status, _) in outcomes(again.run).items()} == {
            2: "uncertain",
            3: "duplicate",
        }
        assert sent(server) == ["Call 2", "Call 3"]


@pytest.mark.parametrize(
    "answer",
    [
        answers(429, Retry_After="0"),
        answers(503, Retry_After="0"),
        answers(408),
    ],
)
def test_what_the_api_surely_did_not_carry_out_is_sent_again(answer: Step) -> None:
    source(1)
    with api([reads, answer, *TAKEN]) as server:
        ended = sent_to(server.url)

        assert (ended.code, outcomes(ended.run)) == (0, {2: ("created", "")})
        assert sent(server) == ["Call 2", "Call 2"]
        [line] = lines_of(Path("reports", ended.run, "rows.csv"))
        assert (line["_http_status"], line["_attempts"]) == ("201", "2")


def test_the_summary_counts_what_was_sent_again() -> None:
    source(2)
    with api([reads, answers(429, Retry_After="0"), *TAKEN * 2]) as server:
        ended = sent_to(server.url, "rows.csv", "-m", "plain.yaml", "--json")

    requests = ended.summary["requests"]
    assert requests.pop("per_second") > 0
    assert requests == {"sent": 3, "retried": 1, "throttled": 1}


@pytest.mark.parametrize(
    ("status", "body", "code", "message"),
    [
        (
            422,
            {
                "detail": [
                    {
                        "loc": ["body", "attributes", "metadata", "subject"],
                        "msg": "String too long",
                        "type": "string_too_long",
                    }
                ]
            },
            "string_too_long",
            "String too long",
        ),
        (400, "no", "http_400", "no"),
        (
            409,
            {"error": {"code": "conflict", "message": "Exists"}},
            "conflict",
            "Exists",
        ),
    ],
)
def test_a_refusal_is_told_on_its_row_and_the_others_go_in(
    status: int, body: object, code: str, message: str
) -> None:
    source(2)
    with api([reads, answers(status, body), *TAKEN]) as server:
        ended = sent_to(server.url)

    assert outcomes(ended.run) == {2: ("rejected", code), 3: ("created", "")}
    [line, _] = lines_of(Path("reports", ended.run, "rows.csv"))
    assert message in line["_message"]
    [fix] = lines_of(Path("reports", ended.run, "fix-me.csv"))
    assert (fix["Id"], fix["_status"], fix["_code"]) == ("r2", "rejected", code)


@pytest.mark.parametrize("answer", [answers(401, {"detail": "bad key"}), answers(403)])
def test_a_refused_key_stops_the_run_and_resume_goes_on(answer: Step) -> None:
    source(3)
    with api([*TAKEN, reads, answer]) as server:
        stopped = sent_to(server.url)
        assert stopped.code == 4
        assert [status for status, _ in outcomes(stopped.run).values()] == [
            "created",
            "unsent",
            "unsent",
        ]

        resumed = sent_to(server.url, stopped.run, command="resume")
        assert resumed.code == 0
        assert set(outcomes(stopped.run).values()) == {("created", "")}
        assert sent(server) == ["Call 2", "Call 3", "Call 3", "Call 4"]


def test_a_redirect_stops_the_run_and_the_key_goes_nowhere() -> None:
    source(1)
    with misbehaving(TAKEN) as elsewhere:
        moved = answers(307, Location=f"{elsewhere.url}/api/v2/activity")
        with api([reads, moved]) as server:
            ended = sent_to(server.url)

        assert (ended.code, outcomes(ended.run)[2][0]) == (4, "unsent")
        assert elsewhere.requests == []


def test_what_answers_with_a_web_page_is_not_the_api() -> None:
    source(1)
    with misbehaving([reads, answers(200, "<html>Welcome</html>")]) as server:
        ended = sent_to(server.url)

    assert (ended.code, ended.out) == (1, "")
    assert "Nothing was sent." in ended.err
    assert sent(server) == []


def test_an_api_that_is_down_from_the_start_leaves_everything_unsent() -> None:
    source(2)
    with nobody_listening() as url:
        ended = sent_to(url, "rows.csv", "-m", "plain.yaml", "--patience", "0s")

    assert (ended.code, outcomes(ended.run)) == (
        4,
        {2: ("unsent", ""), 3: ("unsent", "")},
    )
    assert f"activity-import resume {ended.run}" in ended.out


def test_too_many_refusals_stop_the_run() -> None:
    source(4)
    with api([reads, answers(422), reads, answers(422), *TAKEN]) as server:
        ended = sent_to(server.url, "rows.csv", "-m", "plain.yaml", "--max-failed", "1")

    assert ended.code == 4
    assert [status for status, _ in outcomes(ended.run).values()] == [
        "rejected",
        "rejected",
        "unsent",
        "unsent",
    ]


def test_a_rejected_row_may_be_sent_again() -> None:
    source(1)
    with api([reads, answers(422), *HEALTHY, *TAKEN]) as server:
        first, again = sent_to(server.url), sent_to(server.url)

    assert outcomes(first.run)[2][0] == "rejected"
    assert outcomes(again.run) == {2: ("created", "")}


def test_the_key_is_in_the_request_and_nowhere_else(own_home: Path, here: Path) -> None:
    source(2)
    echo = {"detail": "Authorization: Bearer secret-key is wrong"}
    with api([*TAKEN, reads, answers(400, echo)]) as server:
        ended = sent_to(server.url)

    assert server.requests[1].headers["authorization"] == "Bearer secret-key"
    assert "secret-key" not in ended.out + ended.err
    written = [path for folder in (own_home, here) for path in folder.rglob("*")]
    files = [path for path in written if path.is_file()]
    assert len(files) > 5
    assert [path for path in files if b"secret-key" in path.read_bytes()] == []


def test_a_created_activity_has_the_id_that_the_api_gave() -> None:
    source(1)
    with api(TAKEN) as server:
        ended = sent_to(server.url)

    [line] = lines_of(Path("reports", ended.run, "rows.csv"))
    assert line["_activity_id"] == CREATED["data"]["id"]
    assert server.requests[1].body == (
        b'{"attributes":{"metadata":{"activity_time":"2024-03-01T10:00:00Z",'
        b'"subject":"Call 2","description":""}}}'
    )
