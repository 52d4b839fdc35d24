"""What becomes of a row when the API misbehaves, over real sockets."""

import asyncio
import gzip
import resource
import shutil
import ssl
import subprocess
import zlib
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from pipeline.api import (
    ActivityApi,
    Answer,
    ApiAddress,
    Health,
    Timeouts,
    Verdict,
    open_transport,
    parse_address,
)
from pipeline.errors import SettingsError
from tests.misbehaving import (
    ACTIVITY_ID,
    CREATED,
    MisbehavingServer,
    Script,
    Step,
    answers,
    drips,
    misbehaving,
    nobody_accepting,
    nobody_listening,
    reads,
    reads_some,
    resets,
    says,
    speaks_tls,
    stalls,
)

KEY = "sk-Very/Secret+123"
BODY = b'{"attributes":{}}'
QUICK = Timeouts(connect_seconds=0.3, read_seconds=0.3, whole_seconds=1)
HALF = b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n" + b'{"data":{"id":"3c90'
HEAD = b"HTTP/1.1 201 Created\r\n"

LOST: dict[str, Script] = {
    "closed after reading": [reads],
    "reset after reading": [reads, resets],
    "half a status line": [reads, says(b"HTTP/1.1 20")],
    "no status line": [reads, says(b"\x16\x03\x01 nonsense\r\n\r\n")],
    "half a head": [reads, says(b"HTTP/1.1 201 Created\r\nContent-")],
    "half a body": [reads, says(HALF)],
    "half a body, then reset": [reads, says(HALF), resets],
    "half a body, then silence": [reads, says(HALF), stalls],
    "broken chunks": [reads, says(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")],
    "broken gzip": [reads, answers(201, b"no gzip", Content_Encoding="gzip")],
    "bad length": [reads, says(HEAD + b"Content-Length: minus one\r\n\r\n")],
    "endless header": [reads, says(HEAD + b"X: " + b"x" * 70_000)],
    "silence": [reads, stalls],
    "only 100 Continue": [reads, says(b"HTTP/1.1 100 Continue\r\n\r\n"), stalls],
    "drip slower than the read time": [reads, drips(HALF, every_seconds=0.6)],
    "drip without an end": [reads, drips(HALF * 9, every_seconds=0.05)],
    "closed before reading": [],
}


def posts(
    url: str, *, times: int = 1, proxy: str | None = None, body: bytes = BODY
) -> list[Answer]:
    async def work() -> list[Answer]:
        transport = open_transport(concurrency=4, timeouts=QUICK, proxy=proxy)
        async with ActivityApi(ApiAddress(url), key=KEY, transport=transport) as api:
            return [await api.create(body) for _ in range(times)]

    return asyncio.run(work())


def posted(*steps: Script) -> tuple[Answer, MisbehavingServer]:
    with misbehaving(*steps) as server:
        (answer,) = posts(server.url)
    return answer, server


def health(url: str) -> Health:
    async def ask() -> Health:
        transport = open_transport(concurrency=1, timeouts=QUICK)
        async with ActivityApi(ApiAddress(url), key=KEY, transport=transport) as api:
            return await api.health()

    return asyncio.run(ask())


def verdicts(found: Sequence[Answer]) -> list[Verdict]:
    return [each.verdict for each in found]


def test_a_row_is_sent_once_with_the_key_and_its_id_comes_back() -> None:
    answer, server = posted([reads, answers(201, CREATED)])
    (request,) = server.requests
    assert answer == Answer(Verdict.CREATED, ACTIVITY_ID, 201)
    assert (request.line, request.body) == ("POST /api/v2/activity HTTP/1.1", BODY)
    assert request.headers == {
        "host": server.url.removeprefix("http://"),
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "activity-import",
        "content-type": "application/json",
        "content-length": str(len(BODY)),
        "authorization": f"Bearer {KEY}",
    }


@pytest.mark.parametrize("script", LOST.values(), ids=LOST.keys())
def test_a_row_whose_answer_is_lost_is_uncertain_and_sent_once(script: Script) -> None:
    answer, server = posted(script)
    assert (answer.verdict, answer.code) == (Verdict.UNCERTAIN, "no_answer")
    assert answer.message.startswith("The row was sent. No complete answer came: ")
    assert server.connections == 1
    assert len(server.requests) == (reads in script)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (answers(502, "<html><title>Bad gateway</title>"), "server_error"),
        (answers(500, {"detail": "oops"}), "server_error"),
        (answers(503, "down"), "server_error"),
        (answers(201, {"data": {}}), "answer_without_id"),
        (answers(201, '{"data": {"id": "3c90'), "answer_without_id"),
        (answers(204), "answer_without_id"),
    ],
)
def test_an_answer_that_proves_nothing_leaves_the_row_uncertain(
    answer: Step, code: str
) -> None:
    found, server = posted([reads, answer])
    assert (found.verdict, found.code) == (Verdict.UNCERTAIN, code)
    assert (server.connections, len(server.requests)) == (1, 1)


def test_a_reset_in_the_middle_of_the_request_leaves_the_row_uncertain() -> None:
    with misbehaving([reads_some(1_000), resets]) as server:
        (answer,) = posts(server.url, body=b"x" * 1_000_000)
    assert (answer.verdict, answer.code) == (Verdict.UNCERTAIN, "no_answer")
    assert (server.connections, server.requests) == (1, [])


def test_a_connection_that_nobody_takes_up_was_never_made() -> None:
    with nobody_accepting() as url:
        (answer,) = posts(url)
    assert (answer.verdict, answer.code) == (Verdict.AGAIN, "unreachable")
    assert "it did not answer in time" in answer.message


def test_a_reset_while_connecting_may_count_as_no_connection() -> None:
    answer, server = posted([resets])
    assert answer.verdict in {Verdict.AGAIN, Verdict.UNCERTAIN}
    assert (server.connections, server.requests) == (1, [])


def test_a_kept_connection_that_dies_under_a_request_is_not_tried_again() -> None:
    with misbehaving([reads, answers(201, CREATED), reads]) as server:
        found = posts(server.url, times=2)
    assert verdicts(found) == [Verdict.CREATED, Verdict.UNCERTAIN]
    assert (server.connections, len(server.requests)) == (1, 2)


def test_a_connection_reset_while_idle_never_leads_to_a_second_sending() -> None:
    with misbehaving([reads, answers(201, CREATED), resets]) as server:
        found = posts(server.url, times=20)
    created = verdicts(found).count(Verdict.CREATED)
    assert set(verdicts(found)) <= {Verdict.CREATED, Verdict.UNCERTAIN}
    assert created <= len(server.requests) <= 20


def test_one_connection_carries_many_requests() -> None:
    with misbehaving([reads, answers(201, CREATED)] * 5) as server:
        found = posts(server.url, times=5)
    assert verdicts(found) == [Verdict.CREATED] * 5
    assert (server.connections, len(server.requests)) == (1, 5)


def test_a_refused_connection_may_be_tried_again() -> None:
    with nobody_listening() as url:
        (answer,) = posts(url)
    assert answer == Answer(
        Verdict.AGAIN,
        code="unreachable",
        message="The row was not sent. No connection to the API could be made: "
        "Connection refused.",
    )


def test_an_unknown_name_may_be_tried_again() -> None:
    (answer,) = posts("http://no-such-host.invalid")
    assert answer.verdict is Verdict.AGAIN
    assert "its name is not known" in answer.message


def test_a_handshake_that_fails_sends_nothing() -> None:
    with misbehaving([says(b"I speak no TLS.\r\n"), stalls]) as server:
        (answer,) = posts(server.url.replace("http:", "https:"))
    assert (answer.verdict, server.requests) == (Verdict.AGAIN, [])
    assert "does not speak TLS" in answer.message


def test_a_handshake_that_never_ends_sends_nothing() -> None:
    with misbehaving([stalls]) as server:
        (answer,) = posts(server.url.replace("http:", "https:"))
    assert (answer.verdict, server.requests) == (Verdict.AGAIN, [])
    assert "did not answer in time" in answer.message


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate")
def test_an_untrusted_certificate_never_sees_the_key(tmp_path: Path) -> None:
    with misbehaving([speaks_tls(self_signed(tmp_path))]) as server:
        (answer,) = posts(server.url.replace("http:", "https:"))
    assert (answer.verdict, server.requests) == (Verdict.AGAIN, [])
    assert "certificate is not to be trusted" in answer.message


def self_signed(folder: Path) -> ssl.SSLContext:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    order = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -days 2"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key)]
    subprocess.run(
        [*order.split(), *names, "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_a_proxy_that_refuses_gets_no_row_and_no_key() -> None:
    with misbehaving([reads, answers(407)]) as proxy:
        (answer,) = posts("https://api.example.invalid", proxy=proxy.url)
    assert answer.verdict is Verdict.AGAIN
    assert [each.line for each in proxy.requests] == [
        "CONNECT api.example.invalid:443 HTTP/1.1"
    ]
    assert KEY not in str(proxy.requests)


def test_a_proxy_that_is_not_there_gets_nothing() -> None:
    with nobody_listening() as proxy:
        (answer,) = posts("https://api.example.invalid", proxy=proxy)
    assert answer.verdict is Verdict.AGAIN
    assert "proxy in HTTPS_PROXY cannot be reached" in answer.message


def test_proxies_and_netrc_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with nobody_listening() as nowhere:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, nowhere)
        answer, server = posted([reads, answers(201, CREATED)])
    assert answer.verdict is Verdict.CREATED
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_stops_the_run_and_is_not_followed(status: int) -> None:
    with misbehaving([reads, answers(201, CREATED)]) as other:
        place = f"{other.url}/there?token=abc"
        answer, server = posted([reads, answers(status, Location=place)])
    assert (answer.verdict, answer.code) == (Verdict.STOP, "redirected")
    assert f"redirects to {other.url}/there, which" in answer.message
    assert (other.connections, len(server.requests)) == (0, 1)


def test_cookies_are_not_kept() -> None:
    script = [reads, answers(201, CREATED, Set_Cookie="a=b; Path=/")] * 2
    with misbehaving(script) as server:
        posts(server.url, times=2)
    assert all("cookie" not in each.headers for each in server.requests)


def test_an_interim_answer_is_passed_over() -> None:
    interim = says(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n")
    answer, _ = posted([reads, interim, answers(201, CREATED)])
    assert answer.verdict is Verdict.CREATED


def test_an_answer_in_drips_is_read_when_it_is_quick_enough() -> None:
    head = b"HTTP/1.1 201 Created\r\nContent-Length: 28\r\n\r\n"
    whole = head + b'{"data":{"id":"activity-1"}}'
    answer, _ = posted([reads, drips(whole, every_seconds=0.001)])
    assert answer == Answer(Verdict.CREATED, "activity-1", 201)


def test_the_rest_of_a_huge_answer_is_not_waited_for() -> None:
    head = b"HTTP/1.1 400 Bad\r\nContent-Length: 9000000\r\n\r\n"
    answer, _ = posted([reads, says(head + b"x" * 2_000_000), stalls])
    assert (answer.verdict, len(answer.message)) == (Verdict.REJECTED, 200)


@pytest.mark.parametrize(
    "head", [b"X: " + b"x" * 20_000_000, b"X: y\r\n" * 2_000_000], ids=["long", "many"]
)
def test_the_head_of_an_answer_has_an_end(head: bytes) -> None:
    answer, server = posted([reads, says(b"HTTP/1.1 201 Created\r\n" + head), stalls])

    assert (answer.verdict, len(server.requests)) == (Verdict.UNCERTAIN, 1)


def test_an_answer_that_grows_when_it_is_unpacked_is_cut() -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(
        [*(packer.compress(bytes(1 << 20)) for _ in range(256)), packer.flush()]
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer, _ = posted([reads, answers(400, bomb, Content_Encoding="gzip")])

    assert answer.verdict is Verdict.REJECTED
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10


def test_an_encoded_answer_is_read() -> None:
    packed = gzip.compress(orjson.dumps(CREATED))
    answer, _ = posted([reads, answers(201, packed, Content_Encoding="gzip")])
    assert answer == Answer(Verdict.CREATED, ACTIVITY_ID, 201)


LEAKS: dict[str, Script] = {
    "in a message": [reads, answers(422, {"code": KEY, "message": f"Bad {KEY}"})],
    "escaped": [
        reads,
        answers(400, KEY.replace("/", "\\/").join(['{"detail":"', '"}'])),
    ],
    "in a page": [reads, answers(502, f"<h1>{KEY}</h1>")],
    "where a text is cut": [reads, answers(400, "x" * 190 + KEY)],
    "in a redirect": [reads, answers(302, Location=f"http://x.invalid/{KEY}")],
    "without an id": [reads, answers(200, {"data": KEY})],
    "as a field": [reads, answers(400, {"code": "a", "field": KEY})],
    "as an id": [reads, answers(201, {"data": {"id": KEY}})],
    "key refused": [reads, answers(401, {"detail": KEY})],
}


@pytest.mark.parametrize("script", LEAKS.values(), ids=LEAKS.keys())
def test_an_answer_never_shows_the_key(script: Script) -> None:
    answer, _ = posted(script)
    assert KEY[:5] not in repr(answer)


def test_what_is_asked_for_its_health_never_shows_a_key_that_it_has_seen() -> None:
    with misbehaving([reads, answers(200, f"<title>Got {KEY}</title>")]) as server:
        found = health(server.url)
    assert found.message == "What answers is not the Reevo API (HTTP 200: Got [key])."


def test_neither_api_nor_transport_shows_the_key() -> None:
    transport = open_transport(concurrency=1)
    api = ActivityApi(ApiAddress("http://x.invalid"), key=KEY, transport=transport)
    assert KEY not in f"{api!r}{transport!r}"


@pytest.mark.parametrize("key", ["", " ", "two words", "line\nbreak", "schlüssel"])
def test_a_key_that_cannot_be_one_is_refused_unseen(key: str) -> None:
    target, transport = ApiAddress("http://x.invalid"), open_transport(concurrency=1)
    with pytest.raises(SettingsError) as caught:
        ActivityApi(target, key=key, transport=transport)
    assert key not in ("", " ") or caught.value.hint
    assert key.strip() == "" or key not in str(caught.value)


def test_the_api_is_healthy_and_was_not_shown_the_key() -> None:
    with misbehaving([reads, answers(200, {"data": {"status": "healthy"}})]) as server:
        found = health(parse_address(f"{server.url}/api/v2", allow_http=False).base_url)
    (request,) = server.requests
    assert found == Health(ok=True, reachable=True, message="The API is healthy.")
    assert request.line == "GET /api/v2/health HTTP/1.1"
    assert "authorization" not in request.headers


UNWELL: dict[str, tuple[Script, str]] = {
    "a web page": ([reads, answers(200, "<title>Hi</title>")], "(HTTP 200: Hi)"),
    "no such route": ([reads, answers(404, {"detail": "Not Found"})], "not the Reevo"),
    "other JSON": ([reads, answers(200, {"ok": True})], "not the Reevo API"),
    "unwell": ([reads, answers(200, {"data": {"status": "ill"}})], "not healthy: ill"),
    "one that knows the key": (
        [reads, answers(200, {"data": {"status": f"ill {KEY}"}})],
        "not healthy: ill [key]",
    ),
    "moved": (
        [reads, answers(301, Location="http://x.invalid")],
        "redirects elsewhere",
    ),
}


@pytest.mark.parametrize(("script", "words"), UNWELL.values(), ids=UNWELL.keys())
def test_what_answers_is_not_taken_for_the_api(script: Script, words: str) -> None:
    with misbehaving(script) as server:
        found = health(server.url)
    assert (found.ok, found.reachable) == (False, True)
    assert words in found.message


def test_nothing_answers_for_health() -> None:
    with nobody_listening() as url:
        found = health(url)
    message = "No connection to the API could be made: Connection refused."
    assert found == Health(
        ok=False, reachable=False, message=message, waiting_helps=True
    )
