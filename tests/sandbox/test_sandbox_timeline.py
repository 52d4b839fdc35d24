from typing import Any

import httpx
import pytest

Body = dict[str, Any]
Seed = dict[str, list[dict[str, str]]]


def log(api: httpx.Client, subject: str, **links: object) -> Body:
    metadata = {
        "activity_time": "2019-03-05T14:30:00Z",
        "subject": subject,
        "description": "",
    }
    body = {"attributes": {"metadata": metadata, **links}}
    answer = api.post("/api/v2/activity", json=body)
    assert answer.status_code == 201, answer.text
    record: Body = answer.json()["data"]
    return record


def ask(api: httpx.Client, **question: object) -> Body:
    answer = api.post("/api/v2/activity/_query", json=question)
    assert answer.status_code == 200, answer.text
    page: Body = answer.json()
    return page


def test_an_activity_is_found_by_each_of_its_links(
    api: httpx.Client, seed: Seed
) -> None:
    account, opportunity = seed["accounts"][1]["id"], seed["opportunities"][1]["id"]
    people = [seed["contacts"][1]["id"], seed["contacts"][2]["id"]]
    links = {"account_id": account, "opportunity_id": opportunity}
    record = log(api, "Everywhere", **links, contact_ids=people)
    page = {"data": [record], "next_cursor": None}
    assert ask(api, account_id=account) == page
    assert ask(api, account_id=account.upper()) == page
    assert ask(api, opportunity_id=opportunity) == page
    assert [ask(api, contact_id=each) for each in people] == [page, page]


def test_several_scopes_must_all_hold(api: httpx.Client, seed: Seed) -> None:
    account, contact = seed["accounts"][3]["id"], seed["contacts"][3]["id"]
    log(api, "Account only", account_id=account)
    both = log(api, "Both", account_id=account, contact_ids=[contact])
    log(api, "Contact only", contact_ids=[contact])
    assert ask(api, account_id=account, contact_id=contact)["data"] == [both]


def test_a_link_in_capitals_is_the_same_link(api: httpx.Client, seed: Seed) -> None:
    account = seed["accounts"][10]["id"]
    record = log(api, "Loud", account_id=account.upper())
    assert ask(api, account_id=account)["data"] == [record]


def test_an_activity_without_links_is_on_no_timeline(
    api: httpx.Client, seed: Seed
) -> None:
    log(api, "Nowhere")
    assert ask(api, account_id=seed["accounts"][4]["id"])["data"] == []


def test_a_scope_that_nobody_knows_is_empty(api: httpx.Client) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    assert ask(api, account_id=nobody) == {"data": [], "next_cursor": None}


def test_the_window_is_on_the_time_of_creation_and_holds_both_ends(
    api: httpx.Client, seed: Seed
) -> None:
    account = seed["accounts"][5]["id"]
    records = [log(api, f"Call {n}", account_id=account) for n in range(4)]
    times = [each["created_at"] for each in records]
    assert times == sorted(times)
    window = {"created_from": times[1], "created_to": times[2]}
    assert ask(api, account_id=account, **window)["data"] == records[1:3]
    late = {"created_from": "2099-01-01T00:00:00Z"}
    assert ask(api, account_id=account, **late)["data"] == []
    early = {"created_to": "2019-12-31T00:00:00+01:00"}
    assert ask(api, account_id=account, **early)["data"] == []


@pytest.mark.parametrize("with_scope", ["cursor alone", "cursor and scope"])
def test_a_timeline_comes_in_pages_oldest_first(
    api: httpx.Client, seed: Seed, with_scope: str
) -> None:
    position = 6 if with_scope == "cursor alone" else 7
    scope = {
        "account_id": seed["accounts"][position]["id"],
        "created_from": "2020-01-01T00:00:00Z",
    }
    records = [log(api, f"{n}", account_id=scope["account_id"]) for n in range(5)]
    repeated = {} if with_scope == "cursor alone" else scope
    page = ask(api, **scope, limit=2)
    found = page["data"]
    while cursor := page["next_cursor"]:
        page = ask(api, **repeated, limit=2, cursor=cursor)
        found += page["data"]
    assert found == records


def test_a_cursor_is_refused_for_another_timeline(
    api: httpx.Client, seed: Seed
) -> None:
    mine, other = seed["accounts"][8]["id"], seed["accounts"][9]["id"]
    log(api, "One", account_id=mine)
    log(api, "Two", account_id=mine)
    cursor = ask(api, account_id=mine, limit=1)["next_cursor"]
    question = {"account_id": other, "cursor": cursor}
    answer = api.post("/api/v2/activity/_query", json=question)
    assert (answer.status_code, answer.json()["error"]["code"]) == (
        400,
        "invalid_cursor",
    )


@pytest.mark.parametrize(
    ("question", "loc", "type_"),
    [
        ({}, [], "scope_missing"),
        ({"limit": 10}, [], "scope_missing"),
        ({"account_id": "7"}, ["account_id"], "string_pattern_mismatch"),
        ({"account_id": None}, ["account_id"], "string_type"),
        ({"filters": []}, ["filters"], "extra_forbidden"),
        ({"created_from": "2024-01-01T00:00:00"}, ["created_from"], "timezone_aware"),
        ({"created_to": 7}, ["created_to"], "datetime_type"),
    ],
)
def test_a_question_of_another_shape_is_refused(
    api: httpx.Client, question: object, loc: list[str], type_: str
) -> None:
    answer = api.post("/api/v2/activity/_query", json=question)
    (entry,) = answer.json()["detail"]
    assert answer.status_code == 422
    assert (entry["loc"], entry["type"]) == (["body", *loc], type_)
