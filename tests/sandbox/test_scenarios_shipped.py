"""Every shipped scenario does to a client what its description says."""

import socket
from contextlib import ExitStack, suppress
from itertools import chain, repeat

import httpx
import pytest

from pipeline.sandbox.front.limits import BucketLimit
from pipeline.sandbox.front.reply import Reply
from pipeline.sandbox.front.scenario import load_scenario
from pipeline.sandbox.process import Sandbox
from pipeline.sandbox.scenarios import find_scenario, scenario_names
from tests.sandbox.raw_client import (
    HEALTH,
    activities_of,
    answer_on,
    body_of,
    connected,
    inspected,
    is_whole,
    post,
    said,
    serving,
    status_of,
    wait_until,
)

PATIENCE_SECONDS = 0.25
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"

# What some requests meet, each on a connection of its own, and how many of them are
# taken. `created` is a 201 with the id of an activity; `3x` stands for three times.
MET = {
    "announced-close": ("12x created", 12),
    "broken-json": ("3x created, 201, 5x created, 201, 2x created", 12),
    "busy-503": ("3x created, 503, 5x created, 503, 2x created", 10),
    "cannot-read": ("3x created, closed, 5x created, closed, 2x created", 12),
    "close-unanswered": ("3x created, closed, 5x created, closed, 2x created", 10),
    "commit-then-500": ("3x created, 500, 5x created, 500, 2x created", 12),
    "commit-then-drop": ("3x created, closed, 5x created, closed, 2x created", 12),
    "commit-then-html-502": ("3x created, 502, 5x created, 502, 2x created", 12),
    "commit-then-reset": ("3x created, reset, 5x created, reset, 2x created", 12),
    "continue-100": ("12x created", 12),
    "down": ("12x 503", 0),
    "failed-500": ("3x created, 500, 5x created, 500, 2x created", 10),
    "five-at-a-time": ("3x created", 3),
    "fixed-window-50": ("12x created", 12),
    "fixed-window-headers-50": ("12x created", 12),
    "fixed-window-x-headers-100": ("12x created", 12),
    "forbidden-403": ("3x created, 9x 403", 3),
    "half-body": ("3x created, cut, 5x created, cut, 2x created", 12),
    "half-status-line": ("3x created, cut, 5x created, cut, 2x created", 12),
    "html-502": ("3x created, 502, 5x created, 502, 2x created", 10),
    "idle-close": ("12x created", 12),
    "invalid-422": ("3x created, 422, 5x created, 422, 2x created", 10),
    "key-expires": ("9x created, 3x 401", 9),
    "late-timeline": ("3x created, closed, 5x created, closed, 2x created", 12),
    "no-id": ("3x created, 201, 5x created, 201, 2x created", 12),
    "only-500": ("12x 500", 0),
    "outage-503": ("5x created, 7x 503", 5),
    "outage-hang": ("5x created, 2x silent", 5),
    "queries-down": ("3x created, closed, 5x created, closed, 2x created", 12),
    "rate-50": ("12x created", 12),
    "rate-500": ("12x created", 12),
    "redirect": ("3x created, 9x 307", 3),
    "reset-before-reading": ("3x created, reset, 5x created, reset, 2x created", 10),
    "reset-on-connect": (", ".join(["created, reset"] * 6), 6),
    "reset-while-reading": ("3x created, reset, 5x created, reset, 2x created", 10),
    "slow-answer": ("3x created, silent, 5x created, silent, 2x created", 12),
    "slow-commit": ("3x created, silent, 4x created, silent, 3x created", 12),
    "slow-drip": ("3x created, silent, 4x created, silent, 3x created", 12),
    "slow-server": ("2x silent", 2),
    "storm-of-429": (
        "4x created, 429, 4x created, 2x 429, created",
        9,
    ),
    "throttled-absurd": (
        "3x created, 429, 2x created, 429, 2x created, 429, 2x created",
        9,
    ),
    "throttled-date": ("3x created, 429, 5x created, 429, 2x created", 10),
    "throttled-seconds": ("3x created, 429, 5x created, 429, 2x created", 10),
    "throttled-silent": ("3x created, 429, 5x created, 429, 2x created", 10),
    "timeline-by-activity-time": (
        "3x created, closed, 5x created, closed, 2x created",
        12,
    ),
    "timeline-echo": ("3x created, closed, 5x created, closed, 2x created", 12),
    "timeout-408": ("3x created, 408, 5x created, 408, 2x created", 10),
}
DOORS = {"connect-timeout", "no-such-host", "tls"}


def spelled_out(outcomes: str) -> list[str]:
    groups = (each.rpartition("x ") for each in outcomes.split(", "))
    return list(chain(*(repeat(what, int(times or 1)) for times, _, what in groups)))


def met(sandbox: Sandbox) -> str:
    """What one request meets on a connection of its own."""
    try:
        connection = connected(sandbox.url)
    except ConnectionError as error:
        return "refused" if isinstance(error, ConnectionRefusedError) else "reset"
    with connection, suppress(BrokenPipeError, ConnectionResetError):
        connection.settimeout(PATIENCE_SECONDS)
        connection.sendall(post())
        return outcome_on(connection)
    return "reset"


def outcome_on(connection: socket.socket) -> str:
    """How an answer ends: whole, or not; an interim answer before it is left out."""
    data = b""
    while not is_whole(data.removeprefix(INTERIM)):
        try:
            chunk = connection.recv(65_536)
        except TimeoutError:
            return "silent"
        if not chunk:
            return "cut" if data else "closed"
        data += chunk
    answer = data.removeprefix(INTERIM)
    return "created" if has_id(answer) else str(status_of(answer))


def has_id(answer: bytes) -> bool:
    try:
        return status_of(answer) == 201 and "id" in body_of(answer)["data"]
    except ValueError:
        return False


@pytest.mark.parametrize("name", sorted(MET))
def test_a_scenario_does_what_its_description_says(name: str) -> None:
    outcomes, taken = MET[name]
    expected = spelled_out(outcomes)
    with serving(find_scenario(name)) as sandbox:
        assert [met(sandbox) for _ in expected] == expected
        wait_until(lambda: len(activities_of(sandbox)) == taken, f"{taken} are taken")
        health = {"down": 503, "outage-503": 503}.get(name, 200)
        if name not in {"outage-hang", "reset-on-connect"}:
            assert status_of(said(sandbox.url, HEALTH).data) == health


def test_an_outage_begins_after_five_requests() -> None:
    with serving(find_scenario("outage")) as sandbox:
        outcomes = [met(sandbox) for _ in range(8)]
        assert outcomes[:5] == ["created"] * 5
        assert outcomes[5] in ("refused", "reset")  # it may connect at the last moment
        assert outcomes[6:] == ["refused"] * 2
        assert len(activities_of(sandbox)) == 5


def test_every_scenario_is_tried() -> None:
    assert {*MET, *DOORS, "bad-night", "outage", "rate-50-silent"} == set(
        scenario_names()
    )


def test_a_bad_night_has_every_kind_of_harm_within_a_small_file() -> None:
    scenario = load_scenario(find_scenario("bad-night"))
    faults = [scenario.fault_for(number) for number in range(1, 61)]
    statuses = {each.status for each in faults if isinstance(each, Reply)}
    kinds = {each.kind for each in faults if each}
    assert statuses >= {201, 429, 500, 502, 503}
    assert len(kinds) > 8
    assert 15 < len([each for each in faults if each]) < 35


def test_a_bad_night_can_be_slept_through() -> None:
    with serving(find_scenario("bad-night")) as sandbox:
        outcomes = [met(sandbox) for _ in range(12)]
        assert len(set(outcomes)) > 3
        assert 0 < len(activities_of(sandbox)) < 12


@pytest.mark.parametrize("name", sorted(DOORS))
def test_behind_a_door_that_leads_nowhere_nothing_arrives(name: str) -> None:
    with serving(find_scenario(name)) as sandbox:
        with pytest.raises(httpx.TransportError):
            httpx.post(f"{sandbox.url}/api/v2/activity", timeout=0.3)
        assert inspected(sandbox, "requests") == []


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("fixed-window-50", 50),
        ("fixed-window-headers-50", 50),
        ("fixed-window-x-headers-100", 100),
        ("rate-50", 50),
        ("rate-50-silent", 10),
    ],
)
def test_a_limit_lets_its_burst_through_and_refuses_more(name: str, least: int) -> None:
    with serving(find_scenario(name)) as sandbox, connected(sandbox.url) as connection:
        taken = next(n for n in range(1_000) if is_refused(connection))
        assert taken >= least
        assert len(activities_of(sandbox)) == taken


def test_a_high_rate_is_no_other_than_a_low_one() -> None:
    low = load_scenario(find_scenario("rate-50")).limit
    high = load_scenario(find_scenario("rate-500")).limit
    assert isinstance(low, BucketLimit)
    assert high == low.model_copy(update={"rate": 500.0, "burst": 500})


def test_five_at_a_time_are_taken_and_a_sixth_is_refused() -> None:
    with serving(find_scenario("five-at-a-time")) as sandbox, ExitStack() as stack:
        all_six = [stack.enter_context(connected(sandbox.url)) for _ in range(6)]
        for connection in all_six:
            connection.sendall(post())
        statuses = sorted(status_of(answer_on(each)) for each in all_six)
        assert statuses == [201, 201, 201, 201, 201, 429]


def is_refused(connection: socket.socket) -> bool:
    connection.sendall(post())
    return status_of(answer_on(connection)) == 429


@pytest.mark.parametrize(
    ("name", "status"), [("cannot-read", 403), ("queries-down", 503)]
)
def test_a_scenario_without_reading_answers_no_query(name: str, status: int) -> None:
    query = post(b"{}", "Connection: close", path="/api/v2/activity/_query")
    with serving(find_scenario(name)) as sandbox:
        assert status_of(said(sandbox.url, query).data) == status
