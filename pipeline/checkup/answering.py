"""What the API says of itself, of the time, and of the key. No activity is sent."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.api import (
    ActivityApi,
    Anonymous,
    Credentials,
    Health,
    OneRecord,
    Reply,
)
from pipeline.checkup.findings import Finding, Level
from pipeline.errors import PipelineError

_SKEW_TO_WARN: Final = 30.0
_SKEW_TO_FAIL: Final = 300.0
_ASKED_FOR: Final = "contact"
_NOT_KNOWN: Final = "Whether it may write activities, only a run shows."
_CLOCK_HINT: Final = (
    "Set this machine's clock (timedatectl, or Date & Time in its settings): what lies "
    "in the future, and which answers are looked for, is judged by it."
)


@dataclass(frozen=True)
class _Meaning:
    level: Level
    message: str
    hint: str = ""


_MEANINGS: Final = {
    401: _Meaning(
        Level.FAILED,
        "The API refuses the key: it is wrong, expired or cut off.",
        "Copy it again, whole, from Reevo: Settings, Integrations, API Keys.",
    ),
    402: _Meaning(
        Level.FAILED,
        "The quota of API requests is used up.",
        "Ask your Reevo account manager.",
    ),
    403: _Meaning(
        Level.WARNING,
        f"The key is known, but may not read contacts. {_NOT_KNOWN}",
        "Rows can be sent without that right; lookups that ask Reevo, and looking for "
        "rows without an answer, may need it.",
    ),
    404: _Meaning(
        Level.WARNING,
        "The key could not be tried: the workspace does not offer this route.",
        "Try a run with --pilot 1.",
    ),
    408: _Meaning(
        Level.WARNING,
        "The key could not be tried: the API did not get the whole request.",
        "Try again.",
    ),
    429: _Meaning(
        Level.WARNING,
        "The key could not be tried: the API asks for fewer requests already.",
        "Look who else uses this key, or try again in a minute.",
    ),
}


@dataclass(frozen=True)
class Answering:
    """Asks for health, and with the key for one contact: `health`, `clock`, `key`.

    `place` says where the key comes from. Without a key the rest is asked anyway.
    """

    connect: Callable[[Credentials], ActivityApi]
    credentials: Callable[[], Credentials]
    place: str
    now: Callable[[], datetime]
    name: str = "health"

    def look(self) -> Iterator[Finding]:
        yield from asyncio.run(self._visit())

    async def _visit(self) -> list[Finding]:
        try:
            credentials, trouble = self.credentials(), None
        except PipelineError as error:
            credentials, trouble = Anonymous(), error
        async with self.connect(credentials) as api:
            began = self.now()
            health = await api.health()
            middle = began + (self.now() - began) / 2
            findings = [_health(health), *_clock(health, middle)]
            if trouble is not None:
                return [*findings, _no_key(trouble)]
            if not health.reachable:
                return [*findings, self._untried()]
            return [*findings, self._key(await api.find(OneRecord(_ASKED_FOR)))]

    def _untried(self) -> Finding:
        message = f"A key is set, in {self.place}; it could not be tried."
        hint = "Mend the connection, then try again."
        return Finding("key", Level.WARNING, message, hint)

    def _key(self, reply: Reply) -> Finding:
        status = reply.answer.http_status
        if reply.page is not None:
            meaning = _Meaning(
                Level.OK, f"The key is good, and may read contacts. {_NOT_KNOWN}"
            )
        elif status in _MEANINGS:
            meaning = _MEANINGS[status]
        else:
            meaning = _Meaning(
                Level.FAILED,
                f"The key could not be tried. {reply.answer.message}",
                "Try again; a run would hardly fare better.",
            )
        message = f"From {self.place}. {meaning.message}"
        return Finding("key", meaning.level, message, meaning.hint)


def _no_key(error: PipelineError) -> Finding:
    return Finding("key", Level.FAILED, error.sentence, error.hint)


def _health(health: Health) -> Finding:
    if health.ok:
        return Finding("health", Level.OK, health.message)
    hint = "Check the base URL and the network."
    return Finding("health", Level.FAILED, health.message, hint)


def _clock(health: Health, now: datetime) -> Iterator[Finding]:
    if not health.reachable:
        return
    if health.server_time is None:
        message = "The server does not tell the time: the clock was not compared."
        yield Finding("clock", Level.WARNING, message, _CLOCK_HINT)
        return
    ahead = (now - health.server_time).total_seconds()
    off = abs(ahead)
    way = "ahead of" if ahead > 0 else "behind"
    message = f"This machine's clock is {off:,.0f} s {way} the API's."
    if off > _SKEW_TO_FAIL:
        yield Finding("clock", Level.FAILED, message, _CLOCK_HINT)
    elif off > _SKEW_TO_WARN:
        yield Finding("clock", Level.WARNING, message, _CLOCK_HINT)
    else:
        yield Finding("clock", Level.OK, message)
