import json
import re
from typing import Any

import httpx
import pytest

NOBODY = "00000000-0000-4000-8000-000000000000"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
JSON = {"Content-Type": "application/json"}

Body = dict[str, Any]


def post(api: httpx.Client, body: object) -> httpx.Response:
    return api.post("/api/v2/activity", json=body)


def received(api: httpx.Client) -> list[Body]:
    activities: list[Body] = api.get("/_sandbox/activities").json()
    return activities


def detail(answer: httpx.Response) -> list[Body]:
    assert answer.status_code == 422
    entries: list[Body] = answer.json()["detail"]
    return entries


def test_health_needs_no_key(api: httpx.Client) -> None:
    answer = httpx.get(f"{api.base_url}/api/v2/health")
    assert (answer.status_code, answer.json()) == (200, {"data": {"status": "healthy"}})


def test_an_activity_is_answered_with_its_record(api: httpx.Client, body: Body) -> None:
    answer = post(api, body)
    record = answer.json()["data"]
    identity = {key: record.pop(key) for key in ("id", "created_at", "updated_at")}
    assert answer.status_code == 201
    assert re.fullmatch(UUID, identity["id"])
    assert re.fullmatch(TIME, identity["created_at"])
    assert identity["updated_at"] == identity["created_at"]
    assert record == {
        "record_type": "activity",
        "metadata": None,
        "attributes": {
            "type": {"value": "MANUAL_ACTIVITY", "value_type": "enum"},
            "sub_type": {"value": None, "value_type": "enum"},
            "status": {"value": None, "value_type": "enum"},
            "priority": {"value": None, "value_type": "enum"},
            "display_name": {"value": "Call with Zoë", "value_type": "string"},
            "owner_user_id": {
                "value": {
                    "related_record_id": "0d5cc6b2-4a4e-4f0a-9d0e-6f1f6a6b7c11",
                    "related_record_type": "user",
                },
                "value_type": "record_reference",
            },
            "ended_at": {"value": None, "value_type": "timestamp"},
            "badge_status": {"value": None, "value_type": "string"},
            "location": {"value": None, "value_type": "string"},
        },
    }


def test_what_came_in_is_listed_in_order(api: httpx.Client, body: Body) -> None:
    before = len(received(api))
    records = [post(api, body).json()["data"] for _ in range(3)]
    assert received(api)[before:] == [
        {"id": each["id"], "received_at": each["created_at"], "body": body}
        for each in records
    ]


def test_bodies_are_kept_byte_for_byte(api: httpx.Client, body: Body) -> None:
    raw = json.dumps(body, indent=3).encode()
    api.post("/api/v2/activity", content=raw, headers=JSON)
    assert api.get("/_sandbox/activities").content.endswith(raw + b"}]")


def test_a_long_list_is_whole(api: httpx.Client, body: Body) -> None:
    ids = [post(api, body).json()["data"]["id"] for _ in range(501)]
    assert [each["id"] for each in received(api)][-501:] == ids


def test_two_equal_activities_are_two(api: httpx.Client, body: Body) -> None:
    assert post(api, body).json()["data"]["id"] != post(api, body).json()["data"]["id"]


@pytest.mark.parametrize(
    ("field", "value", "record_type"),
    [
        ("account_id", NOBODY, "account"),
        ("opportunity_id", NOBODY, "opportunity"),
        ("contact_ids", [NOBODY], "contact"),
    ],
)
def test_a_link_to_nothing_is_refused(
    api: httpx.Client, body: Body, field: str, value: object, record_type: str
) -> None:
    before = len(received(api))
    body["attributes"][field] = value
    answer = post(api, body)
    message = f"No {record_type} {NOBODY} in this workspace."
    error = {"code": "record_not_found", "message": message, "field": field}
    assert (answer.status_code, answer.json()) == (404, {"error": error})
    assert len(received(api)) == before


def test_one_unknown_contact_refuses_the_activity(
    api: httpx.Client, body: Body
) -> None:
    body["attributes"]["contact_ids"].append(NOBODY)
    assert post(api, body).json()["error"]["field"] == "contact_ids"


def test_an_id_may_be_in_capitals(api: httpx.Client, body: Body) -> None:
    body["attributes"]["account_id"] = body["attributes"]["account_id"].upper()
    assert post(api, body).status_code == 201


def test_sequences_and_select_values_are_not_looked_up(
    api: httpx.Client, body: Body
) -> None:
    body["attributes"]["sequence_id"] = NOBODY
    body["attributes"]["pipeline_select_list_value_id"] = NOBODY
    assert post(api, body).status_code == 201


def test_every_mistake_in_a_body_is_told(api: httpx.Client, body: Body) -> None:
    del body["attributes"]["metadata"]["description"]
    body["attributes"]["account_id"] = None
    body["owner"] = "Ada"
    where = ["body", "attributes"]
    assert detail(post(api, body)) == [
        {
            "type": "missing",
            "loc": [*where, "metadata", "description"],
            "msg": "Field required",
            "input": body["attributes"]["metadata"],
        },
        {
            "type": "string_type",
            "loc": [*where, "account_id"],
            "msg": "Input should be a valid string",
            "input": None,
        },
        {
            "type": "extra_forbidden",
            "loc": ["body", "owner"],
            "msg": "Extra inputs are not permitted",
            "input": "Ada",
        },
    ]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b'{"attributes": "\\ud800"}', b"\xff\xfe{\x00}\x00"]
)
def test_what_is_not_json_is_refused(api: httpx.Client, raw: bytes) -> None:
    (entry,) = detail(api.post("/api/v2/activity", content=raw, headers=JSON))
    assert (entry["type"], entry["loc"]) == ("json_invalid", ["body"])


def test_a_number_that_is_none_is_refused(api: httpx.Client) -> None:
    raw = b'{"attributes": NaN}'
    (entry,) = detail(api.post("/api/v2/activity", content=raw, headers=JSON))
    assert (entry["type"], entry["input"]) == ("model_type", None)


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}])
def test_a_body_must_say_that_it_is_json(
    api: httpx.Client, body: Body, headers: dict[str, str]
) -> None:
    content = json.dumps(body).encode()
    (entry,) = detail(api.post("/api/v2/activity", content=content, headers=headers))
    assert entry["type"] == "model_attributes_type"


def test_a_route_that_is_not_there_is_not_found(api: httpx.Client) -> None:
    answer = api.post("/api/v2/activities", json={})
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_an_activity_cannot_be_read_back_by_id(api: httpx.Client, body: Body) -> None:
    id_ = post(api, body).json()["data"]["id"]
    assert api.get(f"/api/v2/activity/{id_}").status_code == 404
