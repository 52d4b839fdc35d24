"""Each fault, as a client sees it byte by byte, and as the record tells it."""

import re
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

import pytest

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
    undated,
    wait_until,
)

Entry = dict[str, Any]
DUE_HEAD = (
    b"HTTP/1.1 201 Created\r\n"
    b"date: DATE\r\n"
    b"content-length: 740\r\n"
    b"content-type: application/json\r\n"
)


def entry(number: int, fault: str | None, status: int | None, taken: str) -> Entry:
    carried_out = taken == "taken"
    return {
        "number": number,
        "carried_out": carried_out,
        "fault": fault,
        "status": status,
    }


def lines(*texts: str) -> bytes:
    return "\r\n".join(texts).encode()


@pytest.mark.parametrize("kind", ["reset-before-reading", "reset-while-reading"])
def test_a_reset_before_a_request_is_whole_leaves_no_trace(
    tmp_path: Path, kind: str
) -> None:
    with playing(tmp_path, f'[[faults]]\nkind = "{kind}"\nat = [1]') as sandbox:
        assert said(sandbox.url) == Heard(b"", "reset")
        assert status_of(said(sandbox.url).data) == 201
        assert requests_of(sandbox) == [entry(2, None, 201, "taken")]


@pytest.mark.parametrize(
    ("sent", "seen"), [(len(BODY) // 2 - 1, "silent"), (len(BODY) // 2, "reset")]
)
def test_a_reset_while_reading_comes_with_half_of_the_body(
    tmp_path: Path, sent: int, seen: str
) -> None:
    request = LAST_POST[: -len(BODY)] + BODY[:sent]
    with playing(tmp_path, '[[faults]]\nkind = "reset-while-reading"') as sandbox:
        assert said(sandbox.url, request, seconds=0.2) == Heard(b"", seen)


def test_a_reset_before_reading_needs_no_body(tmp_path: Path) -> None:
    head = LAST_POST[: -len(BODY)]
    with playing(tmp_path, '[[faults]]\nkind = "reset-before-reading"') as sandbox:
        assert said(sandbox.url, head) == Heard(b"", "reset")


def test_connections_are_reset_before_anything_is_said(tmp_path: Path) -> None:
    with playing(tmp_path, "[[resets_on_connect]]\nat = [1, 3]") as sandbox:
        assert said(sandbox.url, b"") == Heard(b"", "reset")
        assert status_of(said(sandbox.url).data) == 201
        assert said(sandbox.url) == Heard(b"", "reset")
        assert requests_of(sandbox) == [entry(1, None, 201, "taken")]


@pytest.mark.parametrize(
    ("kind", "data", "ending", "taken"),
    [
        ("close-unanswered", b"", "closed", "not taken"),
        ("commit-then-drop", b"", "closed", "taken"),
        ("commit-then-reset", b"", "reset", "taken"),
        ("half-status-line", b"HTTP/1.", "closed", "taken"),
    ],
)
def test_a_fault_without_an_answer_is_seen_and_recorded(
    tmp_path: Path, kind: str, data: bytes, ending: str, taken: str
) -> None:
    with playing(tmp_path, f'[[faults]]\nkind = "{kind}"\nat = [1]') as sandbox:
        assert said(sandbox.url) == Heard(data, ending)
        assert status_of(said(sandbox.url).data) == 201
        assert requests_of(sandbox) == [
            entry(1, kind, None, taken),
            entry(2, None, 201, "taken"),
        ]
        assert len(activities_of(sandbox)) == (2 if taken == "taken" else 1)


REPLIES = {
    'status = 429\nretry_after = 2\nname = "busy"': lines(
        "HTTP/1.1 429 Too Many Requests",
        "date: DATE",
        "content-length: 30",
        "content-type: application/json",
        "retry-after: 2",
        "",
        '{"detail":"Too Many Requests"}',
    ),
    'status = 503\nretry_after = "soon"\nname = "busy"': lines(
        "HTTP/1.1 503 Service Unavailable",
        "date: DATE",
        "content-length: 32",
        "content-type: application/json",
        "retry-after: soon",
        "",
        '{"detail":"Service Unavailable"}',
    ),
    'status = 307\nheaders = {Location = "/there"}\nbody = ""\nname = "busy"': lines(
        "HTTP/1.1 307 Temporary Redirect",
        "date: DATE",
        "content-length: 0",
        "content-type: application/json",
        "Location: /there",
        "",
        "",
    ),
    'status = 599\nbody = "né"\ncontent_type = "text/html"\nname = "busy"': lines(
        "HTTP/1.1 599 Unknown",
        "date: DATE",
        "content-length: 3",
        "content-type: text/html",
        "",
        "né",
    ),
}


@pytest.mark.parametrize(
    ("kind", "taken"), [("refuse", "not taken"), ("commit-then-answer", "taken")]
)
@pytest.mark.parametrize("reply", REPLIES)
def test_an_answer_of_ones_own_is_given_to_the_byte(
    tmp_path: Path, kind: str, taken: str, reply: str
) -> None:
    with playing(tmp_path, f'[[faults]]\nkind = "{kind}"\n{reply}') as sandbox:
        heard = said(sandbox.url)
        assert (undated(heard.data), heard.ending) == (REPLIES[reply], "closed")
        status = status_of(heard.data)
        assert requests_of(sandbox) == [entry(1, "busy", status, taken)]
        assert inspected(sandbox, "counts") == {str(status): 1}
        assert len(activities_of(sandbox)) == (1 if taken == "taken" else 0)


def test_a_retry_after_can_be_a_date(tmp_path: Path) -> None:
    reply = "status = 429\nretry_after_date = 3600"
    with playing(tmp_path, f'[[faults]]\nkind = "refuse"\n{reply}') as sandbox:
        data = said(sandbox.url).data.decode()
    dates = re.findall(r"(?m)^(date|retry-after): \w{3}, .* (\d\d):\d\d:\d\d GMT", data)
    (_, now), (_, then) = dates
    assert (int(then) - int(now)) % 24 == 1


def test_half_a_body_breaks_off_what_the_head_promises(tmp_path: Path) -> None:
    with playing(tmp_path, '[[faults]]\nkind = "half-body"') as sandbox:
        heard = said(sandbox.url)
        head, _, body = heard.data.partition(b"\r\n\r\n")
        (id_,) = activities_of(sandbox)
        assert undated(head + b"\r\n") == DUE_HEAD
        assert (len(body), heard.ending) == (740 // 2, "closed")
        assert body.startswith(f'{{"data":{{"id":"{id_}",'.encode())
        assert requests_of(sandbox) == [entry(1, "half-body", 201, "taken")]


def test_100_continue_comes_before_the_answer_that_is_due(tmp_path: Path) -> None:
    with playing(tmp_path, '[[faults]]\nkind = "continue-100"') as sandbox:
        heard = said(sandbox.url)
        interim, _, answer = heard.data.partition(b"\r\n\r\n")
        assert interim == b"HTTP/1.1 100 Continue"
        assert undated(answer).startswith(DUE_HEAD + b"\r\n")
        assert body_of(answer)["data"]["id"] in activities_of(sandbox)
        assert requests_of(sandbox) == [entry(1, "continue-100", 201, "taken")]


@pytest.mark.parametrize(
    ("kind", "end_of_head"),
    [("idle-close", b""), ("announced-close", b"connection: close\r\n")],
)
def test_a_kept_connection_is_closed_after_the_answer(
    tmp_path: Path, kind: str, end_of_head: bytes
) -> None:
    with playing(tmp_path, f'[[faults]]\nkind = "{kind}"') as sandbox:
        heard = said(sandbox.url, post())
        head = undated(heard.data.partition(b"\r\n\r\n")[0] + b"\r\n")
        assert (head, heard.ending) == (DUE_HEAD + end_of_head, "closed")
        assert requests_of(sandbox) == [entry(1, kind, 201, "taken")]


def test_a_request_that_meets_an_idle_close_is_not_carried_out(tmp_path: Path) -> None:
    fault = '[[faults]]\nkind = "idle-close"\nseconds = 0.5'
    with playing(tmp_path, fault) as sandbox, connected(sandbox.url) as connection:
        connection.sendall(post())
        assert status_of(answer_on(connection)) == 201
        connection.sendall(post())
        assert rest_of(connection).data == b""
        assert requests_of(sandbox) == [entry(1, "idle-close", 201, "taken")]


def test_a_slow_drip_gives_one_byte_and_then_another(tmp_path: Path) -> None:
    fault = '[[faults]]\nkind = "slow-drip"\nseconds = 100'
    with playing(tmp_path, fault) as sandbox:
        assert said(sandbox.url, post(), seconds=0.2) == Heard(b"H", "silent")
        assert requests_of(sandbox) == [entry(1, "slow-drip", None, "taken")]


def test_a_slow_drip_ends_when_nobody_waits(tmp_path: Path) -> None:
    fault = '[[faults]]\nkind = "slow-drip"\nseconds = 100'
    outage = '[[outages]]\nkind = "answers"\nstatus = 503\nafter_requests = 1'
    with playing(tmp_path, f"{fault}\n{outage}") as sandbox:
        said(sandbox.url, post(), seconds=0.1)
        wait_until(lambda: status_of(said(sandbox.url, HEALTH).data) == 503, "ended")


def test_a_slow_drip_has_a_bound(tmp_path: Path) -> None:
    fault = '[[faults]]\nkind = "slow-drip"\nseconds = 0.01\nat_most = 0.08'
    with playing(tmp_path, fault) as sandbox:
        assert said(sandbox.url, post()) == Heard(b"HTTP/1.1", "closed")


def test_a_slow_answer_is_awaited_for_an_activity_that_was_taken(
    tmp_path: Path,
) -> None:
    fault = '[[faults]]\nkind = "slow-answer"\nseconds = 100'
    with playing(tmp_path, fault) as sandbox, connected(sandbox.url) as connection:
        connection.sendall(LAST_POST)
        wait_until(lambda: len(activities_of(sandbox)) == 1, "it is taken")
        assert requests_of(sandbox) == [entry(1, "slow-answer", None, "taken")]


def test_a_slow_answer_is_the_one_that_is_due(tmp_path: Path) -> None:
    fault = '[[faults]]\nkind = "slow-answer"\nseconds = 0.01'
    with playing(tmp_path, fault) as sandbox:
        assert status_of(said(sandbox.url).data) == 201
        assert requests_of(sandbox) == [entry(1, "slow-answer", 201, "taken")]


@pytest.mark.parametrize("leaving", ["closing", "resetting"])
def test_a_slow_commit_waits_until_its_client_has_left(
    tmp_path: Path, leaving: str
) -> None:
    with playing(tmp_path, '[[faults]]\nkind = "slow-commit"') as sandbox:
        with connected(sandbox.url) as connection:
            connection.sendall(post())
            wait_until(lambda: len(requests_of(sandbox)) == 1, "it is received")
            assert activities_of(sandbox) == []
            if leaving == "resetting":
                linger = b"\1\0\0\0\0\0\0\0"
                connection.setsockopt(SOL_SOCKET, SO_LINGER, linger)
        wait_until(lambda: len(activities_of(sandbox)) == 1, "it is taken")
        assert requests_of(sandbox) == [entry(1, "slow-commit", None, "taken")]


def test_a_slow_commit_has_a_bound_and_answers_then(tmp_path: Path) -> None:
    fault = '[[faults]]\nkind = "slow-commit"\nat_most = 0.1'
    with playing(tmp_path, fault) as sandbox:
        assert status_of(said(sandbox.url).data) == 201
        assert requests_of(sandbox) == [entry(1, "slow-commit", 201, "taken")]


@pytest.mark.parametrize("kind", ["slow-commit", 'slow-answer"\nseconds = 100 #'])
def test_it_ends_while_it_holds_a_request(tmp_path: Path, kind: str) -> None:
    with playing(tmp_path, f'[[faults]]\nkind = "{kind}"') as sandbox:
        connection = connected(sandbox.url)
        connection.sendall(post())
        wait_until(lambda: len(requests_of(sandbox)) == 1, "it is received")
    with connection:
        assert rest_of(connection) == Heard(b"", "closed")


def test_a_request_may_come_in_pieces_and_another_follow_it(tmp_path: Path) -> None:
    with playing(tmp_path, "") as sandbox, connected(sandbox.url) as connection:
        for byte in post():
            connection.sendall(bytes([byte]))
        assert undated(answer_on(connection)).startswith(DUE_HEAD + b"\r\n")
        connection.sendall(LAST_POST)
        assert status_of(rest_of(connection).data) == 201
        assert [each["number"] for each in requests_of(sandbox)] == [1, 2]


def test_a_client_that_leaves_before_the_end_of_its_request_leaves_no_trace(
    tmp_path: Path,
) -> None:
    with playing(tmp_path, "") as sandbox:
        with connected(sandbox.url) as connection:
            connection.sendall(LAST_POST[:-1])
        assert status_of(said(sandbox.url).data) == 201
        assert requests_of(sandbox) == [entry(2, None, 201, "taken")]


TOLD = b"HTTP/1.1 400 Bad Request\r\ndate: DATE\r\ncontent-length: 0\r\n"


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"nonsense\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + b"x" * 70_000,
    ],
    ids=["a TLS handshake", "no line", "no length", "chunks", "no end of the head"],
)
def test_what_is_no_request_is_told_so(tmp_path: Path, nonsense: bytes) -> None:
    with playing(tmp_path, "") as sandbox:
        heard = said(sandbox.url, nonsense)
        assert undated(heard.data) == TOLD + b"connection: close\r\n\r\n"
        assert requests_of(sandbox) == []


def test_the_record_holds_bodies_as_they_came(tmp_path: Path) -> None:
    mistaken = post(b'{"attributes": {', "Connection: close")
    with playing(tmp_path, "") as sandbox:
        for url in (sandbox.url, sandbox.inspection_url):
            assert [status_of(said(url, LAST_POST).data)] == [201]
            assert [status_of(said(url, mistaken).data)] == [422]
        entries = inspected(sandbox, "requests")
        good, bad = inspected(sandbox, "activities")[0]["body"], '{"attributes": {'
        assert [each["body"] for each in entries] == [good, bad, good, bad]
        assert [each["status"] for each in entries] == [201, 422, 201, 422]
        assert [each["carried_out"] for each in entries] == [True, False] * 2
        times = [each["at"] for each in entries]
        assert times == sorted(times)


def test_a_wrong_key_is_on_record_and_not_carried_out(tmp_path: Path) -> None:
    with playing(tmp_path, "") as sandbox:
        for url in (sandbox.url, sandbox.inspection_url):
            request = LAST_POST.replace(b"sandbox-key", b"another-key")
            assert status_of(said(url, request).data) == 401
        assert requests_of(sandbox) == [
            entry(1, None, 401, "not taken"),
            entry(2, None, 401, "not taken"),
        ]
