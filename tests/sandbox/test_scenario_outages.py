"""Outages, doors, limits and timelines, over real sockets."""

import json
import re
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.sandbox.front.limits import Window
from pipeline.sandbox.process import Sandbox
from tests.sandbox.raw_client import (
    BODY,
    HEALTH,
    LAST_POST,
    Heard,
    activities_of,
    answer_on,
    body_of,
    connected,
    inspected,
    playing,
    post,
    requests_of,
    rest_of,
    said,
    status_of,
    wait_until,
)

ACCOUNT = json.loads(BODY)["attributes"]["account_id"]


def faults_of(sandbox: Sandbox) -> list[tuple[str | None, int | None]]:
    return [(each["fault"], each["status"]) for each in requests_of(sandbox)]


def is_refused(url: str) -> bool:
    try:
        connected(url).close()
    except ConnectionRefusedError:
        return True
    return False


def test_while_nobody_listens_connections_break_and_are_refused(
    tmp_path: Path,
) -> None:
    outage = '[[outages]]\nkind = "refused"\nafter_requests = 1'
    with playing(tmp_path, outage) as sandbox, connected(sandbox.url) as kept:
        kept.sendall(post())
        assert status_of(answer_on(kept)) == 201
        assert rest_of(kept) == Heard(b"", "reset")
        assert is_refused(sandbox.url)
        assert faults_of(sandbox) == [(None, 201)]


def test_after_an_outage_the_same_port_is_served_again(tmp_path: Path) -> None:
    outage = '[[outages]]\nkind = "refused"\nafter_requests = 0\nseconds = 0.1'
    with playing(tmp_path, outage) as sandbox:
        wait_until(lambda: not is_refused(sandbox.url), "it is over")
        assert status_of(said(sandbox.url).data) == 201
        assert faults_of(sandbox) == [(None, 201)]


def test_a_port_is_nobody_elses_during_an_outage(tmp_path: Path) -> None:
    outage = '[[outages]]\nkind = "refused"\nafter_requests = 0'
    with playing(tmp_path, outage) as sandbox:
        wait_until(lambda: is_refused(sandbox.url), "it has begun")
        with pytest.raises(OSError, match="in use"), socket.socket() as other:
            other.bind(("127.0.0.1", httpx.URL(sandbox.url).port))


def test_an_outage_can_answer_everything_alike_to_the_end(tmp_path: Path) -> None:
    answer = "status = 503\nretry_after = 2"
    outage = f'[[outages]]\nkind = "answers"\nafter_requests = 1\n{answer}'
    with playing(tmp_path, outage) as sandbox:
        assert status_of(said(sandbox.url, HEALTH).data) == 200
        assert status_of(said(sandbox.url).data) == 201
        for request in (LAST_POST, HEALTH):
            data = said(sandbox.url, request).data
            assert status_of(data) == 503
            assert b"\nretry-after: 2\r" in data
        assert faults_of(sandbox) == [(None, 201), ("outage", 503)]
        assert len(activities_of(sandbox)) == 1


def test_an_outage_that_answers_can_be_over(tmp_path: Path) -> None:
    outage = '[[outages]]\nkind = "answers"\nstatus = 503\nafter_requests = 0'
    with playing(tmp_path, f"{outage}\nseconds = 0.1") as sandbox:
        wait_until(lambda: status_of(said(sandbox.url, HEALTH).data) == 200, "over")
        assert status_of(said(sandbox.url).data) == 201


def test_an_outage_can_hold_what_comes(tmp_path: Path) -> None:
    outage = '[[outages]]\nkind = "hang"\nafter_requests = 0'
    with playing(tmp_path, outage) as sandbox:
        assert said(sandbox.url, HEALTH, seconds=0.1) == Heard(b"", "silent")
        assert said(sandbox.url, LAST_POST, seconds=0.1) == Heard(b"", "silent")
        assert faults_of(sandbox) == [("outage", None)]


def test_what_an_outage_held_is_dropped_at_its_end(tmp_path: Path) -> None:
    outage = '[[outages]]\nkind = "hang"\nafter_requests = 0\nseconds = 1.5'
    with playing(tmp_path, outage) as sandbox, connected(sandbox.url) as connection:
        connection.sendall(post())
        assert rest_of(connection) == Heard(b"", "closed")
        assert status_of(said(sandbox.url).data) == 201
        assert faults_of(sandbox) == [("outage", None), (None, 201)]
        assert len(activities_of(sandbox)) == 1


def test_an_outage_can_begin_some_time_after_the_first_request(tmp_path: Path) -> None:
    outage = '[[outages]]\nkind = "answers"\nafter_seconds = 0.2\nstatus = 500'
    with playing(tmp_path, outage) as sandbox:
        assert status_of(said(sandbox.url).data) == 201
        wait_until(lambda: status_of(said(sandbox.url, HEALTH).data) == 500, "down")


def statuses(url: str, times: int) -> list[int]:
    with connected(url) as connection:
        return [status_of(asked_on(connection)) for _ in range(times)]


def asked_on(connection: Any) -> bytes:
    connection.sendall(post())
    return answer_on(connection)


@pytest.mark.parametrize(("retry_after", "found"), [("true", [b"5"]), ("false", [])])
def test_a_bucket_lets_its_burst_through_and_refuses_the_rest(
    tmp_path: Path, retry_after: str, found: list[bytes]
) -> None:
    limit = f"rate = 0.2\nburst = 3\nretry_after = {retry_after}"
    with playing(tmp_path, f'[limit]\nkind = "token-bucket"\n{limit}') as sandbox:
        assert statuses(sandbox.url, 5) == [201, 201, 201, 429, 429]
        refused = said(sandbox.url).data
        assert re.findall(rb"(?im)^retry-after: (\d+)\r$", refused) == found
        assert status_of(said(sandbox.url, HEALTH).data) == 200
        assert len(activities_of(sandbox)) == 3
        assert requests_of(sandbox)[-1] == {
            "number": 6,
            "carried_out": False,
            "fault": None,
            "status": 429,
        }


@pytest.mark.parametrize(
    ("style", "names"),
    [
        ("none", []),
        ("ratelimit", ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]),
        (
            "x-ratelimit",
            ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"],
        ),
        (
            "x-ratelimit-epoch",
            ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"],
        ),
    ],
)
def test_a_window_tells_what_is_left_of_it(
    tmp_path: Path, style: str, names: list[str]
) -> None:
    limit = f'limit = 2\nseconds = 1000\nheaders = "{style}"'
    with playing(tmp_path, f'[limit]\nkind = "fixed-window"\n{limit}') as sandbox:
        answers = [said(sandbox.url).data.decode() for _ in range(3)]
    told = [
        re.findall(r"(?im)^(x?-?ratelimit-\w+): (\d+)\r$", each) for each in answers
    ]
    assert [status_of(each.encode()) for each in answers] == [201, 201, 429]
    assert [[name.lower() for name, _ in each] for each in told] == [names] * 3
    if names:
        assert [each[1][1] for each in told] == ["1", "0", "0"]
        resets = {len(each[2][1]) for each in told}
        assert resets == ({10} if style.endswith("epoch") else {4, 3} & resets)
    retry = re.findall(r"(?im)^retry-after: (\d+)", answers[2])
    assert [len(each) for each in retry] in ([4], [3])


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_windows_follow_one_another_from_the_first_request_on() -> None:
    clock = Clock()
    window = Window(2, 10.0, clock)
    assert [window.take() for _ in range(3)] == [True, True, False]
    assert window.left_seconds == 10.0
    clock.seconds = 109.5
    assert (window.take(), window.left_seconds) == (False, 0.5)
    clock.seconds = 110.0
    assert [window.take() for _ in range(3)] == [True, True, False]
    clock.seconds = 137.0
    assert (window.take(), window.left_seconds) == (True, 3.0)


def test_more_than_so_many_at_a_time_are_refused(tmp_path: Path) -> None:
    limit = '[limit]\nkind = "concurrency"\nmost = 2\nlatency_ms = 100000'
    with (
        playing(tmp_path, limit) as sandbox,
        connected(sandbox.url) as one,
        connected(sandbox.url) as two,
    ):
        one.sendall(LAST_POST)
        two.sendall(LAST_POST)
        wait_until(lambda: len(requests_of(sandbox)) == 2, "both are there")
        assert status_of(said(sandbox.url).data) == 429
        assert status_of(said(sandbox.url, HEALTH).data) == 200
        assert activities_of(sandbox) == []


def test_places_become_free_again(tmp_path: Path) -> None:
    limit = '[limit]\nkind = "concurrency"\nmost = 1\nlatency_ms = 1'
    with playing(tmp_path, limit) as sandbox:
        assert statuses(sandbox.url, 3) == [201, 201, 201]


def test_a_latency_comes_before_anything_is_done(tmp_path: Path) -> None:
    with (
        playing(tmp_path, "latency_ms = 100000") as sandbox,
        connected(sandbox.url) as connection,
    ):
        connection.sendall(LAST_POST)
        wait_until(lambda: len(requests_of(sandbox)) == 1, "it is there")
        assert activities_of(sandbox) == []


def test_a_latency_comes_to_an_end(tmp_path: Path) -> None:
    with playing(tmp_path, "latency_ms = 1") as sandbox:
        assert status_of(said(sandbox.url).data) == 201


def timeline(sandbox: Sandbox, **window: str) -> Any:
    question = json.dumps({"account_id": ACCOUNT, **window}).encode()
    request = post(question, "Connection: close", path="/api/v2/activity/_query")
    return body_of(said(sandbox.url, request).data)["data"]


def test_activities_can_be_late_on_their_timelines(tmp_path: Path) -> None:
    with playing(tmp_path, "[timeline]\nlate_seconds = 1000") as sandbox:
        assert status_of(said(sandbox.url).data) == 201
        assert (timeline(sandbox), len(activities_of(sandbox))) == ([], 1)


def test_late_activities_come_in_the_end(tmp_path: Path) -> None:
    with playing(tmp_path, "[timeline]\nlate_seconds = 0.1") as sandbox:
        assert status_of(said(sandbox.url).data) == 201
        wait_until(lambda: len(timeline(sandbox)) == 1, "it is visible")


def at(moment: str) -> bytes:
    return post(BODY.replace(b"2019-03-05T14:30:00Z", moment.encode()))


def test_the_time_of_an_activity_can_pass_for_that_of_its_creation(
    tmp_path: Path,
) -> None:
    times = ["2020-01-01T00:00:00Z", "2018-01-01T00:00:00Z", "2019-01-01T00:00:00Z"]
    with (
        playing(tmp_path, '[timeline]\ncreated_at = "activity_time"') as sandbox,
        connected(sandbox.url) as connection,
    ):
        for each in times:
            connection.sendall(at(each))
            assert status_of(answer_on(connection)) == 201
        shown = [each["created_at"] for each in timeline(sandbox)]
        assert shown == [each.replace("Z", ".000000Z") for each in sorted(times)]
        window = {"created_from": times[1], "created_to": times[2]}
        shown = [each["created_at"][:4] for each in timeline(sandbox, **window)]
        assert shown == ["2018", "2019"]
        received = [each["received_at"] for each in inspected(sandbox, "activities")]
        assert received == sorted(received)
        assert received[0] > "2020"


@pytest.mark.parametrize(
    ("option", "metadata"),
    [("", None), ("echo = true", {"description": "Spoke about prices"})],
)
def test_a_timeline_can_give_back_the_description(
    tmp_path: Path, option: str, metadata: object
) -> None:
    with playing(tmp_path, f"[timeline]\n{option}") as sandbox:
        assert body_of(said(sandbox.url).data)["data"]["metadata"] is None
        (shown,) = timeline(sandbox)
        assert shown["metadata"] == metadata


def test_a_key_may_write_and_not_read(tmp_path: Path) -> None:
    with playing(tmp_path, "[queries]\nstatus = 403") as sandbox:
        assert status_of(said(sandbox.url).data) == 201
        for kind in ("activity", "contact"):
            path = f"/api/v2/{kind}/_query"
            request = post(b"{}", "Connection: close", path=path)
            assert status_of(said(sandbox.url, request).data) == 403


def test_a_door_says_https_and_speaks_none(tmp_path: Path) -> None:
    with playing(tmp_path, 'door = "tls"') as sandbox:
        assert sandbox.url.startswith("https://127.0.0.1:")
        with pytest.raises(httpx.ConnectError, match="SSL"):
            httpx.get(sandbox.url)
        assert requests_of(sandbox) == []


def test_a_door_leads_to_no_host(tmp_path: Path) -> None:
    with playing(tmp_path, 'door = "no-such-host"') as sandbox:
        assert sandbox.url == "https://no-such-host.invalid"
        assert requests_of(sandbox) == []


def test_a_door_lets_nobody_in(tmp_path: Path) -> None:
    with playing(tmp_path, 'door = "connect-timeout"') as sandbox:
        with pytest.raises(httpx.ConnectTimeout):
            httpx.get(sandbox.url, timeout=0.3)
        assert requests_of(sandbox) == []
