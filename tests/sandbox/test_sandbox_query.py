from typing import Any

import httpx
import pytest

Seed = dict[str, list[dict[str, str]]]
Answer = tuple[int, Any]

ADA = "ada.lindqvist@harbor-coffee.example"
BRUNO = "bruno.moretti@northwind-cycles.example"


def query(api: httpx.Client, record_type: str, body: object) -> Answer:
    answer = api.post(f"/api/v2/{record_type}/_query", json=body)
    return answer.status_code, answer.json()


def find(api: httpx.Client, record_type: str, *filters: object) -> list[str]:
    status, page = query(api, record_type, {"filters": filters, "limit": 100})
    assert status == 200, page
    return [each["attributes"]["display_name"]["value"] for each in page["data"]]


def condition(field: str, operator: str, value: object = None) -> dict[str, object]:
    return {"field": field, "operator": operator, "value": value}


def error_code(answer: Answer) -> tuple[int, str, str | None]:
    status, body = answer
    return status, body["error"]["code"], body["error"]["field"]


def names(seed: Seed, collection: str) -> list[str]:
    return [each["display_name"] for each in seed[collection]]


def test_a_contact_is_shown_with_its_attributes_in_envelopes(
    api: httpx.Client, seed: Seed
) -> None:
    filters = [condition("primary_email", "eq", ADA)]
    account = {
        "related_record_id": seed["accounts"][0]["id"],
        "related_record_type": "account",
    }
    record = {
        "id": seed["contacts"][0]["id"],
        "record_type": "contact",
        "created_at": "2024-01-01T00:00:00Z",
        "updated_at": "2024-01-01T00:00:00Z",
        "attributes": {
            "display_name": {"value_type": "string", "value": "Ada Lindqvist"},
            "primary_email": {"value_type": "string", "value": ADA},
            "account_id": {"value_type": "record_reference", "value": account},
        },
    }
    assert query(api, "contact", {"filters": filters}) == (
        200,
        {"data": [record], "next_cursor": None},
    )


def test_without_filters_every_record_is_found(api: httpx.Client, seed: Seed) -> None:
    assert find(api, "account") == names(seed, "accounts")
    assert find(api, "contact") == names(seed, "contacts")
    assert find(api, "opportunity") == names(seed, "opportunities")


@pytest.mark.parametrize(
    ("field", "operator", "value", "found"),
    [
        ("primary_email", "eq", ADA, [0]),
        ("primary_email", "eq", ADA.upper(), []),
        ("primary_email", "ne", ADA, range(1, 30)),
        ("primary_email", "in", [BRUNO, ADA, "nobody@nowhere.example"], [0, 1]),
        ("primary_email", "not_in", [ADA, BRUNO], range(2, 30)),
        ("primary_email", "contains", "@harbor-", [0, 12, 24]),
        ("primary_email", "starts_with", "bruno.", [1]),
        ("primary_email", "ends_with", "cycles.example", [1, 13, 25]),
        ("display_name", "gte", "Zoë", [25]),
        ("display_name", "lt", "B", [0, 26]),
        ("created_at", "gt", "2024-01-01T00:27:00Z", [28, 29]),
        ("created_at", "gte", "2024-01-01T01:27:00+01:00", [27, 28, 29]),
        ("created_at", "lt", "2024-01-01T00:02:00Z", [0, 1]),
        ("created_at", "lte", "2024-01-01T00:02:00Z", [0, 1, 2]),
        ("created_at", "eq", "2024-01-01T00:02:00.000Z", [2]),
        (
            "updated_at",
            "between",
            ["2024-01-01T00:03:00Z", "2024-01-01T00:05:00Z"],
            [3, 4, 5],
        ),
        ("account_id", "exists", None, range(30)),
        ("account_id", "not_exists", None, []),
    ],
)
def test_an_operator_finds_its_contacts(
    api: httpx.Client,
    seed: Seed,
    *,
    field: str,
    operator: str,
    value: object,
    found: Any,
) -> None:
    expected = [names(seed, "contacts")[position] for position in found]
    assert find(api, "contact", condition(field, operator, value)) == expected


def test_ids_are_compared_without_regard_to_capitals(
    api: httpx.Client, seed: Seed
) -> None:
    account = seed["accounts"][3]
    wanted = condition("account_id", "eq", account["id"].upper())
    opportunity = names(seed, "opportunities")[3]
    assert find(api, "opportunity", wanted) == [opportunity]


def test_an_account_is_found_by_domain(api: httpx.Client, seed: Seed) -> None:
    wanted = condition("domain_name", "in", ["osprey-freight.example.org"])
    assert find(api, "account", wanted) == ["Osprey Freight Lines"]


A = condition("display_name", "starts_with", "A")
LINDQVIST = condition("display_name", "ends_with", "Lindqvist")
BRUNO_ONLY = condition("primary_email", "eq", BRUNO)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([A, LINDQVIST], ["Ada Lindqvist"]),
        ([{"and": [A, LINDQVIST]}], ["Ada Lindqvist"]),
        ([{"or": [LINDQVIST, BRUNO_ONLY]}], ["Ada Lindqvist", "Bruno Moretti"]),
        ([A, {"not": LINDQVIST}], ["Anton Larsen"]),
        ([A, {"not": [LINDQVIST, BRUNO_ONLY]}], ["Ada Lindqvist", "Anton Larsen"]),
        ([{"or": [{"and": [A, {"not": LINDQVIST}]}]}], ["Anton Larsen"]),
    ],
)
def test_groups_combine_filters(
    api: httpx.Client, filters: list[object], found: list[str]
) -> None:
    assert sorted(find(api, "contact", *filters)) == sorted(found)


def nested(depth: int) -> dict[str, Any]:
    return A if depth == 0 else {"and": [nested(depth - 1)]}


def test_groups_may_be_nested_four_deep(api: httpx.Client) -> None:
    assert find(api, "contact", nested(4)) == find(api, "contact", A)


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        (condition("shoe_size", "eq", "9"), "invalid_filter_field", "shoe_size"),
        (condition("domain_name", "eq", "9"), "invalid_filter_field", "domain_name"),
        (condition("id", "contains", "9"), "invalid_filter_operator", "id"),
        (
            condition("created_at", "contains", "9"),
            "invalid_filter_operator",
            "created_at",
        ),
        (
            condition("display_name", "like", "9"),
            "invalid_filter_operator",
            "display_name",
        ),
        (condition("display_name", "eq", 9), "invalid_filter_value", "display_name"),
        (condition("display_name", "eq"), "invalid_filter_value", "display_name"),
        (condition("display_name", "in", "A"), "invalid_filter_value", "display_name"),
        (condition("display_name", "in", []), "invalid_filter_value", "display_name"),
        (
            condition("created_at", "between", ["x"]),
            "invalid_filter_value",
            "created_at",
        ),
        (condition("id", "between", ["a", "b"]), "invalid_filter_operator", "id"),
        (
            condition("display_name", "between", ["A"]),
            "invalid_filter_value",
            "display_name",
        ),
        (
            condition("display_name", "between", ["A", "B", "C"]),
            "invalid_filter_value",
            "display_name",
        ),
        (condition("created_at", "gt", "soon"), "invalid_filter_value", "created_at"),
        (
            condition("created_at", "gt", "2024-01-01"),
            "invalid_filter_value",
            "created_at",
        ),
        ({"or": []}, "invalid_filter_value", "or"),
        ({"and": A}, "invalid_filter_value", "and"),
        (nested(5), "filter_depth_exceeded", "filters"),
    ],
)
def test_a_wrong_filter_is_refused_with_its_code(
    api: httpx.Client, wrong: object, code: str, field: str
) -> None:
    answer = query(api, "contact", {"filters": [wrong]})
    assert error_code(answer) == (400, code, field)


def test_an_unknown_record_type_is_not_found(api: httpx.Client) -> None:
    answer = query(api, "invoice", {})
    assert error_code(answer) == (404, "unknown_record_type", None)


@pytest.mark.parametrize(
    ("wrong", "loc"),
    [
        ({"limit": 0}, ["limit"]),
        ({"limit": 101}, ["limit"]),
        ({"limit": "50"}, ["limit"]),
        ({"offset": 50}, ["offset"]),
        ({"filters": {}}, ["filters"]),
        ({"filters": [{"field": "id", "value": "9"}]}, ["filters", "operator"]),
        ({"filters": [{**A, "case": False}]}, ["filters", "case"]),
        ({"sort": [{"field": "id", "direction": "up"}]}, ["sort", 0, "direction"]),
    ],
)
def test_a_query_of_another_shape_is_refused(
    api: httpx.Client, wrong: object, loc: list[object]
) -> None:
    status, answer = query(api, "contact", wrong)
    assert (status, answer["detail"][0]["loc"]) == (422, ["body", *loc])


def test_rows_are_sorted_by_several_fields(api: httpx.Client, seed: Seed) -> None:
    sort = [{"field": "account_id"}, {"field": "display_name", "direction": "desc"}]
    _, page = query(api, "contact", {"sort": sort, "limit": 100})
    by_name = sorted(
        seed["contacts"], key=lambda each: each["display_name"], reverse=True
    )
    expected = sorted(by_name, key=lambda each: each["account_id"])
    assert [each["id"] for each in page["data"]] == [each["id"] for each in expected]


@pytest.mark.parametrize(
    ("sort", "code", "field"),
    [
        ([{"field": "shoe_size"}], "unsortable_field", "shoe_size"),
        ([{"field": "id"}] * 4, "sort_too_many_fields", "sort"),
    ],
)
def test_a_wrong_sort_is_refused_with_its_code(
    api: httpx.Client, sort: object, code: str, field: str
) -> None:
    assert error_code(query(api, "contact", {"sort": sort})) == (400, code, field)


QUESTION = {
    "filters": [condition("primary_email", "contains", ".example")],
    "sort": [{"field": "display_name", "direction": "desc"}],
}


@pytest.mark.parametrize("repeated", [{}, QUESTION])
def test_pages_follow_one_another_to_the_end(
    api: httpx.Client, seed: Seed, repeated: dict[str, object]
) -> None:
    _, page = query(api, "contact", {**QUESTION, "limit": 7})
    sizes, found = [len(page["data"])], page["data"]
    while cursor := page["next_cursor"]:
        _, page = query(api, "contact", {**repeated, "limit": 7, "cursor": cursor})
        sizes.append(len(page["data"]))
        found += page["data"]
    shown = [each["attributes"]["display_name"]["value"] for each in found]
    assert sizes == [7, 7, 7, 7, 2]
    assert shown == sorted(names(seed, "contacts"), reverse=True)


def test_a_full_last_page_has_no_next(api: httpx.Client) -> None:
    _, page = query(api, "contact", {"limit": 30})
    assert (len(page["data"]), page["next_cursor"]) == (30, None)


def test_fifty_is_the_limit_unless_another_is_given(api: httpx.Client) -> None:
    _, page = query(api, "contact", {})
    assert len(page["data"]) == 30


@pytest.mark.parametrize("cursor", ["", "x", "é", "e30=", "eyJvZmZzZXQiOjF9"])
def test_a_made_up_cursor_is_refused(api: httpx.Client, cursor: str) -> None:
    answer = query(api, "contact", {"cursor": cursor})
    assert error_code(answer) == (400, "invalid_cursor", "cursor")


def test_a_cursor_is_refused_for_another_question(api: httpx.Client) -> None:
    _, page = query(api, "contact", {**QUESTION, "limit": 7})
    cursor = page["next_cursor"]
    refused = (400, "invalid_cursor", "cursor")
    other_sort = {"sort": [], "filters": [A], "cursor": cursor}
    assert error_code(query(api, "contact", other_sort)) == refused
    assert error_code(query(api, "account", {"cursor": cursor})) == refused
