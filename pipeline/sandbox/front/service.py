"""Carries requests out: the app, called in this process, and what stands before it."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Scope

from pipeline.sandbox.arrivals import replay
from pipeline.sandbox.front.wire import OWN_HEADERS, Answer, Head, Request

Service = Callable[[Request], Awaitable[Answer]]


def serve_by(app: ASGIApp) -> Service:
    """The service that the app gives."""

    async def serve(request: Request) -> Answer:
        scope = _scope_of(request.head)
        messages: list[Message] = []

        async def send(message: Message) -> None:
            messages.append(message)

        await app(scope, replay(request.body, _wait_for_ever), send)
        return _answer_of(messages, scope)

    return serve


def serve_late(serve: Service, seconds: float) -> Service:
    """The service, each request carried out so much later."""

    async def wait_and_serve(request: Request) -> Answer:
        await asyncio.sleep(seconds)
        return await serve(request)

    return wait_and_serve


def refuse_queries(serve: Service, refusal: Callable[[], Answer]) -> Service:
    """The service, with `refusal` in place of the answer to each `_query`."""

    async def refuse_or_serve(request: Request) -> Answer:
        if request.head.path.endswith("/_query"):
            return refusal()
        return await serve(request)

    return refuse_or_serve


def is_counted(request: Request) -> bool:
    """Whether limits count it: everything of the API but its health."""
    path = request.head.path
    return path.startswith("/api/") and not path.endswith("/health")


def _scope_of(head: Head) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": head.method,
        "scheme": "http",
        "path": head.path,
        "raw_path": head.path.encode("latin-1"),
        "query_string": head.query.encode("latin-1"),
        "root_path": "",
        "headers": [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in head.headers
        ],
        "state": {},
    }


def _answer_of(messages: list[Message], scope: Scope) -> Answer:
    start, *rest = messages
    pairs = ((name.decode("latin-1"), value) for name, value in start["headers"])
    headers = tuple(
        (name, value.decode("latin-1"))
        for name, value in pairs
        if name.lower() not in OWN_HEADERS
    )
    body = b"".join(message.get("body", b"") for message in rest)
    return Answer(start["status"], headers, body, scope["state"].get("activity"))


async def _wait_for_ever() -> Message:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets this event")
