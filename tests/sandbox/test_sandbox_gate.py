from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from pipeline.sandbox.gate import TokenBucket
from pipeline.sandbox.process import Sandbox, running_sandbox

BAD_KEY = {
    "error_response_type": "GENERIC",
    "error": "UnauthorizedError",
    "message": "Invalid API key",
    "details": None,
}


@dataclass
class Clock:
    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


def ask(sandbox: Sandbox, headers: dict[str, str]) -> httpx.Response:
    url = f"{sandbox.url}/api/v2/contact/_query"
    return httpx.post(url, json={"limit": 1}, headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer sandbox-key"},
        {"authorization": "bearer sandbox-key"},
        {"X-Api-Key": "sandbox-key"},
    ],
)
def test_the_key_is_taken_from_either_header(
    sandbox: Sandbox, headers: dict[str, str]
) -> None:
    assert ask(sandbox, headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic sandbox-key"},
        {"Authorization": "sandbox-key"},
        {"X-Api-Key": "Sandbox-Key"},
        {"X-Api-Key": ""},
    ],
)
def test_any_other_key_is_refused(sandbox: Sandbox, headers: dict[str, str]) -> None:
    answer = ask(sandbox, headers)
    assert (answer.status_code, answer.json()) == (401, BAD_KEY)


def test_the_key_is_checked_before_the_body(sandbox: Sandbox) -> None:
    answer = httpx.post(f"{sandbox.url}/api/v2/activity", content=b"{")
    assert answer.status_code == 401


def test_the_key_can_be_chosen() -> None:
    with running_sandbox(api_key="another") as sandbox:
        assert sandbox.api_key == "another"
        assert ask(sandbox, {"X-Api-Key": "another"}).status_code == 200
        assert ask(sandbox, {"X-Api-Key": "sandbox-key"}).status_code == 401


@pytest.fixture(scope="module")
def slow_api() -> Iterator[httpx.Client]:
    with running_sandbox(rate_limit=1) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.api_key}"}
        with httpx.Client(base_url=sandbox.url, headers=headers) as client:
            yield client


def test_requests_beyond_the_rate_are_refused_and_not_kept(
    slow_api: httpx.Client, body: dict[str, Any]
) -> None:
    answers = [slow_api.post("/api/v2/activity", json=body) for _ in range(10)]
    refused = [each for each in answers if each.status_code == 429]
    message = "Too many requests. Try again in 1 s."
    error = {"code": "rate_limited", "message": message, "field": None}
    assert refused[0].headers["Retry-After"] == "1"
    assert refused[0].json() == {"error": error}
    kept = slow_api.get("/_sandbox/activities").json()
    counts = slow_api.get("/_sandbox/counts").json()
    assert counts == {"201": len(kept), "429": len(refused)}
    assert len(kept) + len(refused) == 10


def test_a_wrong_key_costs_no_rate(slow_api: httpx.Client) -> None:
    url = f"{slow_api.base_url}/api/v2/activity"
    assert {httpx.post(url).status_code for _ in range(5)} == {401}


def test_a_bucket_starts_with_a_second_of_requests() -> None:
    bucket = TokenBucket(3, Clock())
    assert [bucket.take() for _ in range(5)] == [0, 0, 0, 1, 1]


def test_a_bucket_fills_evenly() -> None:
    clock = Clock()
    bucket = TokenBucket(4, clock)
    for _ in range(4):
        bucket.take()
    waits = []
    for _ in range(8):
        clock.seconds += 0.125
        waits.append(bucket.take())
    assert waits == [1, 0, 1, 0, 1, 0, 1, 0]


def test_a_bucket_holds_no_more_than_a_second() -> None:
    clock = Clock()
    bucket = TokenBucket(2, clock)
    clock.seconds += 60
    assert [bucket.take() for _ in range(3)] == [0, 0, 1]
