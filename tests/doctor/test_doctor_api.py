"""What `doctor` says of the API: certificate, health, clock and key."""

import shutil
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.api import ApiAddress
from pipeline.checkup import CertificateCheck, Checkup, examine
from tests.commands import activity_import
from tests.doctor.doctor_givens import KEY, dated, examined, told
from tests.misbehaving import Step, answers, misbehaving, nobody_listening, speaks_tls

pytestmark = pytest.mark.usefixtures("here")


@pytest.mark.parametrize(
    ("query", "level", "message"),
    [
        (answers(401, {"detail": KEY}), "failed", "The API refuses the key"),
        (answers(402), "failed", "The quota of API requests is used up"),
        (answers(403), "warning", "The key is known, but may not read contacts"),
        (answers(404, {"detail": "Not Found"}), "warning", "does not offer this route"),
        (answers(404, {"code": "x", "message": "y"}), "warning", "does not offer"),
        (answers(429, Retry_After="60"), "warning", "asks for fewer requests"),
        (answers(408), "warning", "did not get the whole request"),
        (answers(500, {"detail": KEY}), "failed", "could not be tried"),
        (answers(302, Location=f"https://x/{KEY}"), "failed", "redirects"),
        (answers(200, "<title>Hi</title>"), "failed", "could not be tried"),
        (answers(200, {"data": []}), "ok", "may read contacts"),
        (lambda talk: talk.socket.close(), "failed", "No complete answer came"),
    ],
)
def test_what_the_answer_to_a_harmless_read_says_of_the_key(
    query: Step, level: str, message: str
) -> None:
    found = examined(query=query)

    assert found.level("key") == level
    assert message in found.message("key")
    assert found.message("key").startswith("From the variable REEVO_API_KEY. ")
    assert found.lines == [
        "GET /api/v2/health HTTP/1.1",
        "POST /api/v2/contact/_query HTTP/1.1",
    ]
    assert found.code == (level == "failed")


def test_a_good_read_does_not_prove_the_right_to_write() -> None:
    found = examined()

    assert "Whether it may write activities, only a run shows." in found.message("key")


def test_without_a_key_the_rest_is_looked_at() -> None:
    found = examined(key="")

    assert (found.level("key"), found.level("health")) == ("failed", "ok")
    assert found.message("key") == "There is no API key. (REEVO_API_KEY)"
    assert found.lines == ["GET /api/v2/health HTTP/1.1"]


def test_it_says_which_file_the_key_is_from_and_refuses_an_open_one() -> None:
    Path("key").touch(mode=0o600)
    Path("key").write_text(KEY)
    assert (
        examined("--api-key-file", "key")
        .message("key")
        .startswith("From the file key. The key is good")
    )

    Path("key").chmod(0o644)
    found = examined("--api-key-file", "key")
    assert "is open to others" in found.message("key")
    assert found.one("key")["hint"] == "Make it yours alone: chmod 600 key"
    assert found.lines == ["GET /api/v2/health HTTP/1.1"]


@pytest.mark.parametrize(
    ("seconds", "level", "message"),
    [
        (0, "ok", " s "),
        (60, "warning", "behind"),
        (-60, "warning", "ahead of"),
        (400, "failed", "behind"),
        (-400, "failed", "ahead of"),
    ],
)
def test_the_clock_is_held_against_the_servers(
    seconds: int, level: str, message: str
) -> None:
    found = examined(health=dated(seconds))

    assert found.level("clock") == level
    assert message in found.message("clock")


def test_a_server_that_tells_no_time_is_a_warning() -> None:
    found = examined(health=answers(200, {"data": {"status": "healthy"}}))

    assert found.level("clock") == "warning"


def test_what_is_not_the_api_is_told_with_its_words() -> None:
    found = examined(health=answers(200, "<title>Welcome</title>"))

    assert found.level("health") == "failed"
    assert "is not the Reevo API (HTTP 200: Welcome)" in found.message("health")


def test_nobody_there() -> None:
    with nobody_listening() as url:
        ended = activity_import(
            "doctor", "--json", "--base-url", url, REEVO_API_KEY=KEY
        )
    found = told(ended)

    assert (found.code, found.level("health"), found.level("key")) == (
        1,
        "failed",
        "warning",
    )
    assert "it could not be tried" in found.message("key")


needs_openssl = pytest.mark.skipif(
    not shutil.which("openssl"), reason="makes a certificate"
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    order = "openssl req -x509 -newkey rsa:2048 -nodes -subj /O=Tests/CN=x -days 20"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem"]
    subprocess.run(
        [*order.split(), *names, "-out", "certificate.pem"],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    return folder


def seen(folder: Path, *, in_days: int = 0) -> Checkup:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    with misbehaving([speaks_tls(context)]) as server:
        address = ApiAddress(server.url.replace("http:", "https:"))
        return examine([check_of(address, in_days=in_days)])


def check_of(address: ApiAddress, *, in_days: int = 0) -> CertificateCheck:
    now = datetime.now(UTC) + timedelta(days=in_days)
    return CertificateCheck(address, has_proxy=False, now=lambda: now)


@needs_openssl
@pytest.mark.parametrize(
    ("in_days", "level", "days"),
    [(0, "ok", "19 days"), (13, "warning", "6 days"), (18, "warning", "1 day")],
)
def test_a_certificate_is_told_with_its_days(
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    in_days: int,
    level: str,
    days: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "certificate.pem"))
    [found] = seen(certificate, in_days=in_days).findings

    assert (found.check, found.level) == ("tls", level)
    assert found.message == (
        f"TLSv1.3; the certificate holds for {days}, issued by Tests."
    )


@needs_openssl
def test_a_certificate_that_nobody_vouches_for_is_a_failure(certificate: Path) -> None:
    [found] = seen(certificate).findings

    assert found.level == "failed"
    assert found.message.startswith("The certificate of 127.0.0.1 is not to be trusted")


def test_what_does_not_speak_tls_is_a_failure() -> None:
    with misbehaving([answers(400)]) as server:
        address = ApiAddress(server.url.replace("http:", "https:"))
        [found] = examine([check_of(address)]).findings

    assert found.message == (
        "What answers at 127.0.0.1 does not speak TLS as it should."
    )


@pytest.mark.parametrize(
    ("url", "level"), [("http://127.0.0.1", "ok"), ("http://api.example", "warning")]
)
def test_a_plain_connection_is_told(url: str, level: str) -> None:
    [found] = examine([check_of(ApiAddress(url))]).findings

    assert (found.level, found.message.startswith("Not encrypted")) == (level, True)
