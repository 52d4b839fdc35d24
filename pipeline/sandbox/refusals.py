"""The answers that refuse a request, in the shapes the API is known or thought to use.

The shape of a v2 error is not published. Taken here: `{"error": {...}}` for the
named codes of the v2 guides, FastAPI's own `{"detail": [...]}` for the shape of a
body, and for a bad key the body that was seen on the live host.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json

JSON = "application/json"
BAD_KEY = {
    "error_response_type": "GENERIC",
    "error": "UnauthorizedError",
    "message": "Invalid API key",
    "details": None,
}


class RefusalError(Exception):
    """Ends a request with a status and a body."""

    def __init__(
        self, status: int, body: object, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers


def refuse(
    code: str, message: str, *, field: str | None = None, status: int = 400
) -> RefusalError:
    """The refusal with one of the v2 guides' codes; 400 unless documented."""
    error = {"code": code, "message": message, "field": field}
    return RefusalError(status, {"error": error})


def refuse_key() -> RefusalError:
    """The refusal of a key that is missing or wrong: both are answered alike."""
    return RefusalError(401, BAD_KEY)


def refuse_rate(wait_seconds: int) -> RefusalError:
    """The refusal of a request beyond the rate; nothing was done for it."""
    message = f"Too many requests. Try again in {wait_seconds} s."
    body = {"error": {"code": "rate_limited", "message": message, "field": None}}
    return RefusalError(429, body, {"Retry-After": str(wait_seconds)})


def add_refusal_handlers(app: FastAPI) -> None:
    """Makes refusals, raised anywhere, into answers."""

    @app.exception_handler(RefusalError)
    async def answer_refusal(_: Request, refusal: RefusalError) -> Response:
        content = to_json(refusal.body)
        return Response(content, refusal.status, refusal.headers, JSON)

    @app.exception_handler(RequestValidationError)
    async def answer_shape(_: Request, error: RequestValidationError) -> Response:
        content = to_json({"detail": describe(error.errors())}, inf_nan_mode="null")
        return Response(content, 422, media_type=JSON)


def describe(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The four keys of each of FastAPI's entries."""
    return [
        {key: each[key] for key in ("type", "loc", "msg", "input")} for each in errors
    ]
