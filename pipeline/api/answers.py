"""What each answer, and each missing answer, means for the row that was sent.

The rule under all of it: a request is repeated only when it was provably not
carried out, because the API has no way to recognise a request it has seen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import httpx
import orjson

from pipeline.api.error_bodies import ErrorBody, clean, excerpt, read_error_body
from pipeline.api.waits import (
    Allowance,
    read_allowance,
    read_reset,
    read_retry_after,
)
from pipeline.catalogue import code_of_refusal


class Verdict(StrEnum):
    """What to do about the row."""

    CREATED = "created"
    REJECTED = "rejected"
    AGAIN = "again"
    """It was provably not carried out: it may be sent again."""
    UNCERTAIN = "uncertain"
    """It may have been carried out: it must not be sent again."""
    STOP = "stop"
    """No row will fare better: the run ends, and the row counts as not sent."""


@dataclass(frozen=True)
class Answer:
    """`code` is stable, and the API's own where the row was rejected.

    `http_status` is None when no answer came, `retry_after` is in seconds,
    `allowance` is what the API says is left of its rate.
    """

    verdict: Verdict
    activity_id: str | None = None
    http_status: int | None = None
    code: str = ""
    field: str = ""
    message: str = ""
    retry_after: float | None = None
    allowance: Allowance | None = None

    @property
    def asks_to_slow_down(self) -> bool:
        """Whether it was put off, for no fault of the key's."""
        is_refusal = self.verdict is Verdict.AGAIN and self.http_status is not None
        return is_refusal and self.code != KEY_REPLACED


@dataclass(frozen=True)
class _Meaning:
    verdict: Verdict
    code: str
    message: str


KEY_REPLACED = "key_replaced"
"""The code of an answer that refused a key which has been replaced since."""
_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")
_WRONG_BASE_URL = _Meaning(
    Verdict.STOP,
    "wrong_base_url",
    "The Reevo API is not at this base URL: check --base-url.",
)
_MEANINGS = {
    401: _Meaning(
        Verdict.STOP,
        "key_refused",
        "The API refused the key: it is wrong, expired or cut off. Compare it with "
        "Reevo: Settings, Integrations, API Keys.",
    ),
    402: _Meaning(
        Verdict.STOP,
        "quota_used_up",
        "The quota of API requests is used up: ask your Reevo account manager.",
    ),
    403: _Meaning(
        Verdict.STOP,
        "not_permitted",
        "The key is not allowed to write activities: give it that permission in Reevo "
        "(Settings, Integrations, API Keys).",
    ),
    405: _WRONG_BASE_URL,
    407: _Meaning(
        Verdict.STOP,
        "proxy_refused",
        "The proxy asks for a user name and a password: put them into HTTPS_PROXY.",
    ),
    408: _Meaning(Verdict.AGAIN, "timed_out", "The API did not get the whole request."),
    429: _Meaning(Verdict.AGAIN, "rate_limited", "The API asks for fewer requests."),
}
_BUSY = _Meaning(Verdict.AGAIN, "busy", "The API is busy and asks to come back later.")
_FAILED = _Meaning(
    Verdict.UNCERTAIN, "server_error", "The API failed while it worked on the row."
)
_STRANGE = _Meaning(
    Verdict.UNCERTAIN, "strange_answer", "The answer is none that the API should give."
)
_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)


def read_answer(
    status: int, headers: httpx.Headers, content: bytes, *, now: datetime
) -> Answer:
    """`now` is held against dates in `headers`."""
    answer = _read(status, headers, content, now)
    allowance = read_allowance(headers, now=now)
    return replace(answer, allowance=allowance) if allowance else answer


def _read(status: int, headers: httpx.Headers, content: bytes, now: datetime) -> Answer:
    if httpx.codes.is_success(status):
        return _read_success(status, content)
    if httpx.codes.is_redirect(status):
        return _read_redirect(status, headers)
    said = read_error_body(content)
    wait_seconds = read_retry_after(headers, now=now)
    meaning = _meaning(status, said, wait_seconds)
    if meaning is None:
        return _rejected(status, said)
    if status == httpx.codes.TOO_MANY_REQUESTS and wait_seconds is None:
        wait_seconds = read_reset(headers, now=now)
    return Answer(
        meaning.verdict,
        http_status=status,
        code=meaning.code,
        message=_with_words(meaning.message, said.message),
        retry_after=wait_seconds if meaning.verdict is Verdict.AGAIN else None,
    )


def read_failure(error: httpx.RequestError) -> Answer:
    """What it means that no answer came, or only a part of one.

    Trusts the class of `error`: the transport must raise the four of _UNSENT only
    before the first byte of a request leaves.
    """
    if isinstance(error, httpx.UnsupportedProtocol):
        message = _with_words(_WRONG_BASE_URL.message, describe_failure(error))
        return Answer(Verdict.STOP, code=_WRONG_BASE_URL.code, message=message)
    if isinstance(error, _UNSENT):
        message = f"The row was not sent. {describe_failure(error)}"
        return Answer(Verdict.AGAIN, code="unreachable", message=message)
    message = f"The row was sent. {describe_failure(error)}"
    return Answer(Verdict.UNCERTAIN, code="no_answer", message=message)


def describe_failure(error: httpx.RequestError) -> str:
    """One sentence: that no connection was made, or no whole answer came, and why."""
    reason = clean(str(error)) or type(error).__name__
    if isinstance(error, _UNSENT):
        return f"No connection to the API could be made: {reason}"
    return f"No complete answer came: {reason}"


def _read_success(status: int, content: bytes) -> Answer:
    activity_id = _activity_id(content)
    if activity_id:
        return Answer(Verdict.CREATED, activity_id, status)
    message = "The API took the row, but its answer holds no id."
    return Answer(
        Verdict.UNCERTAIN,
        http_status=status,
        code="answer_without_id",
        message=_with_words(message, excerpt(content)),
    )


def is_activity_id(text: str) -> bool:
    """Whether it may be an id of the API, which shows UUIDs: no blanks, not long."""
    return _ID.fullmatch(text) is not None


def _activity_id(content: bytes) -> str | None:
    try:
        found = orjson.loads(content)["data"]["id"]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return None
    return found if isinstance(found, str) and is_activity_id(found) else None


def _read_redirect(status: int, headers: Mapping[str, str]) -> Answer:
    """The place it points to is shown without query: that may hold a secret."""
    place = clean(headers.get("location", "").partition("?")[0].partition("#")[0])
    towards = f" to {place}" if place else ""
    message = (
        f"The base URL redirects{towards}, which is not followed, so that the key goes "
        "nowhere else. If that place is right, make it the --base-url."
    )
    return Answer(
        Verdict.STOP, http_status=status, code="redirected", message=clean(message)
    )


def _meaning(
    status: int, said: ErrorBody, wait_seconds: float | None
) -> _Meaning | None:
    """None when the content of the row is what was refused."""
    if status in _MEANINGS:
        return _MEANINGS[status]
    if status == httpx.codes.NOT_FOUND and _is_about_the_route(said):
        return _WRONG_BASE_URL
    if status == httpx.codes.SERVICE_UNAVAILABLE and wait_seconds is not None:
        return _BUSY
    if httpx.codes.is_client_error(status):
        return None
    return _FAILED if httpx.codes.is_server_error(status) else _STRANGE


def _is_about_the_route(said: ErrorBody) -> bool:
    """Not the API's words for a record it does not know, but a web server's."""
    return not said.is_json or (not said.code and said.message == "Not Found")


def _rejected(status: int, said: ErrorBody) -> Answer:
    return Answer(
        Verdict.REJECTED,
        http_status=status,
        code=code_of_refusal(said.code, status),
        field=said.field,
        message=said.message or "The API refused the row and did not say why.",
    )


def _with_words(message: str, words: str) -> str:
    return clean(f"{message} It said: {words}" if words else message)
