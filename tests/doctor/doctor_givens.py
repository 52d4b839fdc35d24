"""Servers and checkups that the tests of `doctor` start from."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.commands import Ended, activity_import
from tests.misbehaving import MisbehavingServer, Step, Talk, answers, misbehaving, reads

KEY = "sk-Very/Secret+123"
WELL = {"data": {"status": "healthy"}}
ONE_CONTACT = answers(200, {"data": [{"id": "c-1", "attributes": {}}]})


@dataclass(frozen=True)
class Told:
    """What `doctor --json` printed, and what the server heard meanwhile."""

    code: int
    document: dict[str, Any]
    lines: list[str]

    def level(self, check: str) -> str:
        return str(self.one(check)["level"])

    def message(self, check: str) -> str:
        return str(self.one(check)["message"])

    def one(self, check: str) -> dict[str, str]:
        [found] = [each for each in self.findings if each["check"] == check]
        return found

    @property
    def findings(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.document["findings"]
        return found


def dated(seconds: float = 0.0) -> Step:
    """Healthy, with a clock that is so many seconds ahead of ours."""
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return answers(200, WELL, Date=format_datetime(moment, usegmt=True))


def server_of(health: Step, query: Step) -> Step:
    def step(talk: Talk) -> None:
        while True:
            reads(talk)
            (health if talk.requests[-1].line.startswith("GET") else query)(talk)

    return step


def examined(
    *words: object,
    health: Step | None = None,
    query: Step = ONE_CONTACT,
    key: str = KEY,
) -> Told:
    """`doctor --json` against a server that answers so."""
    with misbehaving([server_of(health or dated(), query)]) as server:
        ended = activity_import(
            "doctor", "--json", "--base-url", server.url, *words, REEVO_API_KEY=key
        )
    return told(ended, server)


def told(ended: Ended, server: MisbehavingServer | None = None) -> Told:
    assert KEY not in ended.out + ended.err
    lines = [each.line for each in server.requests] if server else []
    return Told(ended.code, json.loads(ended.out), lines)
