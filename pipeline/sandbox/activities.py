"""The routes of activities: log one, and ask a timeline."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic_core import from_json, to_json

from pipeline.sandbox.bodies import read_body
from pipeline.sandbox.models import ActivityRequest, TimelineQuery
from pipeline.sandbox.paging import resume, take_page
from pipeline.sandbox.refusals import JSON
from pipeline.sandbox.store import Activity, ActivityStore
from pipeline.sandbox.workspace import Workspace

OWNER = {
    "related_record_id": "0d5cc6b2-4a4e-4f0a-9d0e-6f1f6a6b7c11",
    "related_record_type": "user",
}


def activity_routes(workspace: Workspace, store: ActivityStore) -> APIRouter:
    """`POST /activity` and `POST /activity/_query`."""
    router = APIRouter(prefix="/activity")

    @router.post("")
    async def log_activity(request: Request) -> Response:
        body = await read_body(request, ActivityRequest)
        workspace.check_links(body.attributes)
        activity = store.add(body.attributes, await request.body())
        request.state.activity = activity  # for the record of what came in
        return Response(to_json({"data": show_activity(activity)}), 201, None, JSON)

    @router.post("/_query")
    async def query_timeline(request: Request) -> Response:
        query = await read_body(request, TimelineQuery)
        return Response(to_json(answer_timeline(store, query)), 200, None, JSON)

    return router


def answer_timeline(store: ActivityStore, query: TimelineQuery) -> dict[str, Any]:
    """One page of a timeline, oldest first: a scope nobody used is empty."""
    whole, offset = resume(query, "activity")
    found = store.timeline(whole)
    page, next_cursor = take_page(found, whole, record_type="activity", offset=offset)
    show = _show_with_description if store.manner.echo else show_activity
    return {"data": [show(each) for each in page], "next_cursor": next_cursor}


def show_activity(activity: Activity) -> dict[str, Any]:
    """The record of a manual activity.

    It gives back the subject and nothing else of what was sent: the page promises no
    more, so nobody should come to rely on more.
    """
    created_at = show_time(activity.created_at)
    return {
        "id": activity.id,
        "created_at": created_at,
        "updated_at": created_at,
        "attributes": {
            "type": _envelope("enum", "MANUAL_ACTIVITY"),
            "sub_type": _envelope("enum"),
            "status": _envelope("enum"),
            "priority": _envelope("enum"),
            "display_name": _envelope("string", activity.subject),
            "owner_user_id": _envelope("record_reference", OWNER),
            "ended_at": _envelope("timestamp"),
            "badge_status": _envelope("string"),
            "location": _envelope("string"),
        },
        "record_type": "activity",
        "metadata": None,
    }


def _show_with_description(activity: Activity) -> dict[str, Any]:
    metadata = from_json(activity.body)["attributes"]["metadata"]
    echo = {"description": metadata["description"]}
    return {**show_activity(activity), "metadata": echo}


def show_time(moment: datetime) -> str:
    """RFC 3339 in UTC, to the microsecond."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _envelope(value_type: str, value: object = None) -> dict[str, object]:
    return {"value": value, "value_type": value_type}
