"""Puts the stand-in together."""

import time
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request

from pipeline.sandbox.activities import activity_routes
from pipeline.sandbox.arrivals import Arrivals
from pipeline.sandbox.bodies import read_body
from pipeline.sandbox.gate import Gate, TokenBucket
from pipeline.sandbox.inspection import inspection_routes
from pipeline.sandbox.models import RecordQuery
from pipeline.sandbox.query import answer_query
from pipeline.sandbox.refusals import add_refusal_handlers
from pipeline.sandbox.settings import SandboxSettings
from pipeline.sandbox.store import ActivityStore
from pipeline.sandbox.workspace import Workspace, load_workspace


def create_app(settings: SandboxSettings, arrivals: Arrivals) -> FastAPI:
    """A stand-in with the seeded workspace and no activities.

    `arrivals` is shown as it is: whoever calls the app keeps it.
    """
    app = FastAPI(title="Stand-in for the Reevo API", openapi_url=None)
    add_refusal_handlers(app)
    workspace, store = load_workspace(), ActivityStore(settings.timeline)
    admitted = [Depends(_gate(settings).admit)]
    app.include_router(_health_route(), prefix="/api/v2")
    for router in (activity_routes(workspace, store), _query_route(workspace)):
        app.include_router(router, prefix="/api/v2", dependencies=admitted)
    app.include_router(inspection_routes(store, arrivals))
    return app


def _gate(settings: SandboxSettings) -> Gate:
    limit = settings.rate_limit
    bucket = None if limit is None else TokenBucket(limit, time.monotonic)
    return Gate(settings.api_key, bucket)


def _health_route() -> APIRouter:
    router = APIRouter()

    @router.get("/health")
    async def show_health() -> dict[str, Any]:
        return {"data": {"status": "healthy"}}

    return router


def _query_route(workspace: Workspace) -> APIRouter:
    router = APIRouter()

    @router.post("/{record_type}/_query")
    async def query_records(record_type: str, request: Request) -> dict[str, Any]:
        query = await read_body(request, RecordQuery)
        return answer_query(workspace, record_type, query)

    return router
