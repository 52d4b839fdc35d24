"""What each status, with each kind of body, means for the row."""

from datetime import UTC, datetime

import httpx
import orjson
import pytest

from pipeline.api import Answer, Verdict
from pipeline.api.answers import read_answer, read_failure
from pipeline.api.waits import Allowance

NOW = datetime(2026, 11, 23, 7, 31, tzinfo=UTC)
SAID = (
    b'{"error":{"code":"field_value_invalid","message":"Too long","field":"subject"}}'
)
PAGE = b"<html><title>502 Bad Gateway</title><body>nginx</body></html>"


def read(
    status: int, content: bytes = b"", headers: dict[str, str] | None = None
) -> Answer:
    return read_answer(status, httpx.Headers(headers), content, now=NOW)


@pytest.mark.parametrize("status", [200, 201, 202, 207])
def test_any_2xx_with_an_id_is_created(status: int) -> None:
    answer = read(status, b'{"data":{"id":"activity-1"},"more":[]}')
    assert answer == Answer(Verdict.CREATED, "activity-1", status)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"id"', b"null", b'{"id":"a"}', b'{"data":[]}', PAGE]
    + [
        b'{"data":{"id":%b}}' % each
        for each in (b"7", b"null", b'""', b"[]", b'"two words"', b'"pending"')
    ]
    + [b'{"data":{"id":"%b"}}' % (b"x" * 65)],
)
def test_a_2xx_without_an_id_is_uncertain(content: bytes) -> None:
    answer = read(201, content)
    assert (answer.verdict, answer.code) == (Verdict.UNCERTAIN, "answer_without_id")


@pytest.mark.parametrize("status", [400, 404, 406, 409, 410, 413, 415, 422, 451])
def test_a_row_is_rejected_in_the_words_of_the_api(status: int) -> None:
    assert read(status, SAID) == Answer(
        Verdict.REJECTED,
        http_status=status,
        code="field_value_invalid",
        field="subject",
        message="subject: Too long",
    )


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("record_not_found", "record_not_found"),
        ("their_own_word", "their_own_word"),
        ("not_found", "api_not_found"),
        ("required", "api_required"),
        ("disk_full", "api_disk_full"),
    ],
)
def test_a_word_of_the_api_is_never_taken_for_one_of_ours(said: str, code: str) -> None:
    assert read(400, b'{"code":"%b"}' % said.encode()).code == code


def test_a_row_rejected_without_words_says_so() -> None:
    assert read(400) == Answer(
        Verdict.REJECTED,
        http_status=400,
        code="http_400",
        message="The API refused the row and did not say why.",
    )


@pytest.mark.parametrize(
    ("status", "content", "code"),
    [
        (401, b'{"error":"UnauthorizedError","message":"No"}', "key_refused"),
        (402, b"", "quota_used_up"),
        (403, PAGE, "not_permitted"),
        (404, b'{"detail":"Not Found"}', "wrong_base_url"),
        (404, PAGE, "wrong_base_url"),
        (404, b"404 page not found", "wrong_base_url"),
        (404, b"", "wrong_base_url"),
        (405, b'{"detail":"Method Not Allowed"}', "wrong_base_url"),
        (407, b"", "proxy_refused"),
        (300, b"", "redirected"),
        (304, b"", "redirected"),
    ],
)
def test_an_answer_that_every_row_would_get_stops(
    status: int, content: bytes, code: str
) -> None:
    answer = read(status, content)
    assert (answer.verdict, answer.http_status) == (Verdict.STOP, status)
    assert answer.code == code


def test_a_record_that_is_not_found_is_about_the_row() -> None:
    answer = read(404, b'{"detail":"Account 3c90 not found"}')
    assert answer.verdict is Verdict.REJECTED


def test_a_refused_key_says_what_to_do_and_what_the_api_said() -> None:
    answer = read(401, b'{"error":"UnauthorizedError","message":"Invalid API key"}')
    assert answer.message == (
        "The API refused the key: it is wrong, expired or cut off. Compare it with "
        "Reevo: Settings, Integrations, API Keys. It said: Invalid API key"
    )


def test_a_redirect_shows_the_place_without_its_query() -> None:
    answer = read(302, headers={"Location": "https://login.example/in?token=abc#x"})
    assert answer.message == (
        "The base URL redirects to https://login.example/in, which is not followed, "
        "so that the key goes nowhere else. If that place is right, make it the "
        "--base-url."
    )


@pytest.mark.parametrize("status", [101, 500, 501, 502, 503, 504, 520, 599, 600, 999])
def test_a_failing_server_leaves_the_row_uncertain(status: int) -> None:
    answer = read(status, PAGE)
    assert (answer.verdict, answer.retry_after) == (Verdict.UNCERTAIN, None)
    assert answer.message.endswith("It said: 502 Bad Gateway")


@pytest.mark.parametrize("status", [500, 502, 504])
def test_retry_after_makes_no_other_5xx_safe(status: int) -> None:
    answer = read(status, headers={"Retry-After": "1"})
    assert (answer.verdict, answer.retry_after) == (Verdict.UNCERTAIN, None)


@pytest.mark.parametrize(
    ("status", "text", "verdict", "seconds"),
    [
        (429, None, Verdict.AGAIN, None),
        (408, None, Verdict.AGAIN, None),
        (503, None, Verdict.UNCERTAIN, None),
        (503, "soon", Verdict.UNCERTAIN, None),
        (503, "7", Verdict.AGAIN, 7.0),
        (408, "7", Verdict.AGAIN, 7.0),
        (429, "soon", Verdict.AGAIN, None),
        (429, "", Verdict.AGAIN, None),
        (429, "nan", Verdict.AGAIN, None),
        (429, "0", Verdict.AGAIN, 0.0),
        (429, "1.5", Verdict.AGAIN, 1.5),
        (429, "-5", Verdict.AGAIN, 0.0),
        (429, "99999999999999999999", Verdict.AGAIN, 300.0),
        (429, "inf", Verdict.AGAIN, 300.0),
        (429, "Mon, 23 Nov 2026 07:31:30 GMT", Verdict.AGAIN, 30.0),
        (429, "Mon, 23 Nov 2026 08:31:10 +0100", Verdict.AGAIN, 10.0),
        (429, "Mon, 23 Nov 2026 07:31:10 -0000", Verdict.AGAIN, 10.0),
        (429, "Sun, 22 Nov 2026 07:31:30 GMT", Verdict.AGAIN, 0.0),
        (429, "Tue, 23 Nov 2100 07:31:30 GMT", Verdict.AGAIN, 300.0),
        (429, "Mon, 99 Nov 2026 07:31:30 GMT", Verdict.AGAIN, None),
    ],
)
def test_the_wait_is_read_and_bounded(
    status: int, text: str | None, verdict: Verdict, seconds: float | None
) -> None:
    answer = read(status, headers={} if text is None else {"Retry-After": text})
    assert (answer.verdict, answer.retry_after) == (verdict, seconds)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"RateLimit-Reset": "12"}, 12.0),
        ({"X-RateLimit-Reset": "12"}, 12.0),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 9)}, 9.0),
        ({"X-RateLimit-Reset": "later"}, None),
        ({"RateLimit-Reset": "12", "Retry-After": "3"}, 3.0),
        ({"RateLimit": '"default";r=0;t=30'}, 30.0),
        ({"RateLimit": '"default";r=0;t=9999999'}, 300.0),
    ],
)
def test_a_throttled_row_waits_for_the_rate_to_be_free(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert read(429, headers=headers).retry_after == seconds


EPOCH_IN_9 = str(int(NOW.timestamp()) + 9)


@pytest.mark.parametrize(
    ("headers", "allowance"),
    [
        ({}, None),
        ({"RateLimit-Limit": "100"}, None),
        ({"RateLimit-Remaining": "7"}, None),
        ({"RateLimit-Remaining": "7", "RateLimit-Reset": "12"}, Allowance(7, 12)),
        ({"RateLimit-Remaining": "-1", "RateLimit-Reset": "1"}, Allowance(0, 1)),
        (
            {"RateLimit-Remaining": "inf", "RateLimit-Reset": "inf"},
            Allowance(10**9, 300),
        ),
        ({"RateLimit-Remaining": "few", "RateLimit-Reset": "1"}, None),
        ({"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "3"}, Allowance(7, 3)),
        (
            {"x-ratelimit-remaining": "7", "x-ratelimit-reset": EPOCH_IN_9},
            Allowance(7, 9),
        ),
        ({"RateLimit": '"default";r=50;t=30'}, Allowance(50, 30)),
        ({"RateLimit": '"day";r=900;t=3600, "burst";r=4;t=1'}, Allowance(4, 1)),
        ({"RateLimit": "limit=100, remaining=40, reset=5"}, Allowance(40, 5)),
        (
            {"RateLimit": '"a";r=3', "RateLimit-Policy": '"a";q=9;w=60'},
            Allowance(3, 60),
        ),
        ({"RateLimit": '"a";r=3'}, None),
        ({"RateLimit": "nonsense"}, None),
        ({"RateLimit": '"a";r=' + "9" * 5000 + ";t=1"}, Allowance(10**9, 1)),
    ],
)
@pytest.mark.parametrize("status", [201, 422, 429, 500])
def test_every_answer_tells_what_is_left(
    status: int, headers: dict[str, str], allowance: Allowance | None
) -> None:
    assert read(status, SAID, headers=headers).allowance == allowance


FAILURES: dict[type[httpx.RequestError], Verdict] = {
    httpx.ConnectError: Verdict.AGAIN,
    httpx.ConnectTimeout: Verdict.AGAIN,
    httpx.PoolTimeout: Verdict.AGAIN,
    httpx.ProxyError: Verdict.AGAIN,
    httpx.UnsupportedProtocol: Verdict.STOP,
    httpx.ReadTimeout: Verdict.UNCERTAIN,
    httpx.WriteTimeout: Verdict.UNCERTAIN,
    httpx.ReadError: Verdict.UNCERTAIN,
    httpx.WriteError: Verdict.UNCERTAIN,
    httpx.CloseError: Verdict.UNCERTAIN,
    httpx.LocalProtocolError: Verdict.UNCERTAIN,
    httpx.RemoteProtocolError: Verdict.UNCERTAIN,
    httpx.DecodingError: Verdict.UNCERTAIN,
    httpx.TimeoutException: Verdict.UNCERTAIN,
    httpx.NetworkError: Verdict.UNCERTAIN,
    httpx.ProtocolError: Verdict.UNCERTAIN,
    httpx.TransportError: Verdict.UNCERTAIN,
}


def subclasses(kind: type[httpx.TransportError]) -> set[type[httpx.TransportError]]:
    below = kind.__subclasses__()
    return {kind}.union(*map(subclasses, below))


def test_every_failure_that_httpx_knows_has_a_meaning_here() -> None:
    assert subclasses(httpx.TransportError) <= set(FAILURES)


@pytest.mark.parametrize(("kind", "verdict"), FAILURES.items())
def test_only_what_provably_never_left_is_tried_again(
    kind: type[httpx.RequestError], verdict: Verdict
) -> None:
    answer = read_failure(kind("why\x00 so"))
    assert (answer.verdict, answer.http_status) == (verdict, None)
    assert answer.message.endswith("why so")


def test_the_body_of_a_rejected_row_may_be_anything() -> None:
    deep = b"[" * 100_000
    assert read(400, deep).verdict is Verdict.REJECTED
    assert read(400, orjson.dumps({"detail": [[]]})).verdict is Verdict.REJECTED
