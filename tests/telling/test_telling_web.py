"""Webhooks and pings over real sockets: nothing is followed, nothing is endless."""

import json
from collections.abc import Mapping as Dict
from contextlib import suppress
from pathlib import Path

import pytest

from pipeline.nightly.endings import NightStatus
from pipeline.nightly.telling.hooks import KINDS, Hook
from pipeline.nightly.telling.ping import Ping, Pinger
from pipeline.nightly.telling.secret import FromEnvironment, FromFile, Secret
from pipeline.nightly.telling.undelivered import TRANSIENT, NotSent
from pipeline.nightly.telling.web import Endpoint
from tests.misbehaving import (
    MisbehavingServer,
    Step,
    Talk,
    answers,
    drips,
    misbehaving,
    nobody_listening,
    reads,
    resets,
    says,
    stalls,
)
from tests.telling.nights import at, flawed, job, night
from tests.telling.receivers import EVERYTHING, Diary
from tests.telling.test_telling_messages import news_of

PATH = "/services/s3cret"
TAKES = (reads, answers(200, "ok"))


def secret_url(url: str) -> Secret:
    return FromEnvironment("HOOK_URL", {"HOOK_URL": url})


def hook(
    url: str,
    kind: str = "webhook",
    headers: Secret | None = None,
    *,
    patience: float = 10,
) -> Hook:
    endpoint = Endpoint(secret_url(url + PATH), timeout_seconds=patience)
    return Hook(kind, KINDS[kind], endpoint, EVERYTHING, headers)


def send(url: str, kind: str = "webhook", *, patience: float = 10) -> None:
    channel = hook(url, kind, patience=patience)
    channel.send(channel.write(news_of(flawed())))


def not_sent(url: str, *, patience: float = 10) -> NotSent:
    with pytest.raises(NotSent) as caught:
        send(url, patience=patience)
    assert PATH not in f"{caught.value.reason}{caught.value.hint}"
    return caught.value


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_it_posts_json(kind: str) -> None:
    with misbehaving(TAKES) as server:
        send(server.url, kind)

    [request] = server.requests
    assert request.line == f"POST {PATH} HTTP/1.1"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == KINDS[kind](news_of(flawed()), "")


def test_a_workflow_of_teams_may_answer_that_it_will_do_it_later() -> None:
    with misbehaving([reads, answers(202)]) as server:
        send(server.url, "teams")


def test_it_sends_headers_of_its_users(tmp_path: Path) -> None:
    (tmp_path / "headers").write_text("Authorization: Bearer abc\nX-From: night\n")
    (tmp_path / "headers").chmod(0o600)
    with misbehaving(TAKES) as server:
        channel = hook(server.url, headers=FromFile(tmp_path / "headers"))
        channel.send(channel.write(news_of(flawed())))

    [request] = server.requests
    assert request.headers["authorization"] == "Bearer abc"
    assert request.headers["x-from"] == "night"


def test_redirects_are_not_followed() -> None:
    with misbehaving(TAKES) as other:
        away = answers(302, Location=f"{other.url}/elsewhere")
        with misbehaving([reads, away]) as server:
            error = not_sent(server.url)

    assert error.reason.endswith("a redirect (302), which is not followed.")
    assert (other.requests, error.lasting) == ([], True)


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_an_address_that_is_refused_is_told_as_wrong(status: int) -> None:
    with misbehaving([reads, answers(status, "no_service")]) as server:
        error = not_sent(server.url)

    assert f"answered {status}: the URL is wrong or no longer valid" in error.reason
    assert error.hint == "Make a new URL there, and put it into HOOK_URL."
    assert error.lasting


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_may_pass_is_worth_another_try(status: int) -> None:
    with misbehaving([reads, answers(status)]) as server:
        error = not_sent(server.url)

    assert (error.reason, error.lasting) == (f"127.0.0.1 answered {status}.", False)
    assert error.hint == TRANSIENT


@pytest.mark.parametrize(
    "body",
    [
        (says(b"x" * 1_000_000), stalls),
        (drips(b"x" * 90, every_seconds=0.1),),
        (says(b"x"), resets),
    ],
    ids=["without end", "in drips", "cut off"],
)
def test_what_was_taken_is_taken_whatever_follows(body: tuple[Step, ...]) -> None:
    head = says(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n")
    with misbehaving([reads, head, *body]) as server:
        send(server.url, patience=0.3)


def test_an_answer_in_drips_keeps_nobody_waiting() -> None:
    with misbehaving(
        [reads, drips(b"HTTP/1.1 200 O" * 9, every_seconds=0.1)]
    ) as server:
        error = not_sent(server.url, patience=0.3)

    assert error.reason == "127.0.0.1 took too long to answer."
    assert error.hint == TRANSIENT


def tells_without_end(talk: Talk) -> None:
    with suppress(OSError):
        while not talk.over.is_set():
            talk.socket.sendall(b"HTTP/1.1 103 Early\r\nA: b\r\n\r\n")


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (
            (says(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000), stalls),
            "endless, or no HTTP",
        ),
        (
            (says(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 40_000), stalls),
            "endless, or no HTTP",
        ),
        ((tells_without_end,), "took too long to answer"),
    ],
    ids=["a header", "headers", "heads"],
)
def test_a_head_without_end_is_no_answer(head: tuple[Step, ...], told: str) -> None:
    with misbehaving([reads, *head]) as server:
        error = not_sent(server.url, patience=1)

    assert error.reason.endswith(f"{told}.")
    assert not error.lasting


def test_no_answer_keeps_nobody_waiting() -> None:
    with misbehaving([reads, stalls]) as server:
        error = not_sent(server.url, patience=1)

    assert error.reason == "127.0.0.1 cannot be reached: no answer in time."


def test_nobody_there_is_told_by_the_name_of_the_host_alone() -> None:
    with nobody_listening() as url:
        error = not_sent(url)

    assert error.reason == "127.0.0.1 cannot be reached: Connection refused."


def test_a_check_connects_and_sends_nothing() -> None:
    with misbehaving([stalls]) as server:
        hook(server.url).check()

    assert server.requests == []
    with nobody_listening() as url, pytest.raises(NotSent, match="Connection refused"):
        hook(url).check()


def pinger(
    server: MisbehavingServer, diary: Diary, **good: frozenset[NightStatus]
) -> Pinger:
    endpoint = Endpoint(secret_url(f"{server.url}/uuid?rid=1"), timeout_seconds=10)
    return Pinger(Ping(endpoint, **good), diary.say, diary.sleep)


def lines(server: MisbehavingServer) -> list[str]:
    return [request.line.split()[1] for request in server.requests]


@pytest.mark.parametrize(
    ("status", "path"),
    [
        ("ok", "/uuid?rid=1"),
        ("nothing", "/uuid?rid=1"),
        ("attention", "/uuid?rid=1"),
        ("missing", "/uuid/fail?rid=1"),
        ("stopped", "/uuid/fail?rid=1"),
        ("interrupted", "/uuid/fail?rid=1"),
        ("failed", "/uuid/fail?rid=1"),
    ],
)
def test_a_ping_tells_start_and_end(status: str, path: str) -> None:
    with misbehaving(TAKES) as server:
        ping = pinger(server, Diary())
        ping.begun(at(1))
        ping.ended(night(job(status)))

    assert lines(server) == ["/uuid/start?rid=1", path]


def test_attention_may_count_as_a_failure() -> None:
    with misbehaving(TAKES) as server:
        pinger(server, Diary(), good=frozenset({NightStatus.OK})).ended(night(flawed()))

    assert lines(server) == ["/uuid/fail?rid=1"]
    assert server.requests[0].body == (
        b"The night ended at 2026-11-01 02:09 UTC: attention\n"
        b"calls: attention, files: 1, rows: 12\n"
    )


def test_a_ping_that_fails_is_tried_again_and_then_only_logged() -> None:
    diary = Diary()
    with misbehaving([reads, answers(500)], TAKES) as server:
        pinger(server, diary).ended(night())

    assert (len(server.requests), diary.slept, diary.said) == (2, [2.0], [])
    with misbehaving([reads, answers(500)]) as server:
        pinger(server, diary).begun(at(1))
    assert diary.said == [
        f"The ping did not arrive: 127.0.0.1 answered 500. {TRANSIENT}"
    ]


def test_a_variable_that_was_taken_away_is_told() -> None:
    gone: Dict[str, str] = {}
    endpoint = Endpoint(FromEnvironment("HOOK_URL", gone))
    with pytest.raises(NotSent, match="The variable HOOK_URL is not set"):
        endpoint.post(b"", {})
