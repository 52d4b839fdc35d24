import pytest

from pipeline.api import ApiAddress, find_proxy, parse_address
from pipeline.errors import SettingsError

REEVO = ApiAddress("https://api.reevo.ai")
PROXY = "http://proxy.corp:3128"


@pytest.mark.parametrize(
    ("text", "base_url"),
    [
        ("https://api.reevo.ai", "https://api.reevo.ai"),
        ("  https://API.Reevo.AI:443/ ", "https://api.reevo.ai"),
        ("https://api.reevo.ai/api/v2", "https://api.reevo.ai"),
        ("https://api.reevo.ai/api/v2/", "https://api.reevo.ai"),
        ("https://api.reevo.ai/api/v2/activity", "https://api.reevo.ai"),
        ("https://api.reevo.ai/api/v22", "https://api.reevo.ai/api/v22"),
        ("https://gate.corp:8443/reevo/api/v2", "https://gate.corp:8443/reevo"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:80/", "http://[::1]"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_base_url_is_written_in_one_way(text: str, base_url: str) -> None:
    assert parse_address(text, allow_http=False) == ApiAddress(base_url)


def test_an_address_knows_its_routes() -> None:
    assert REEVO.activity_url == "https://api.reevo.ai/api/v2/activity"
    assert REEVO.health_url == "https://api.reevo.ai/api/v2/health"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a web address"),
        ("api.reevo.ai", "not a web address"),
        ("ftp://api.reevo.ai", "not a web address"),
        ("https://", "not a web address"),
        ("https://api.reevo.ai:port", "not a URL"),
        ("https://a b", "not a web address"),
        ("https://me:hunter2@api.reevo.ai", "user name or a password"),
        ("https://api.reevo.ai?key=hunter2", "'?' or a '#'"),
        ("https://api.reevo.ai/#hunter2", "'?' or a '#'"),
        ("http://api.reevo.ai", "not encrypted"),
        ("http://localhost.evil.example", "not encrypted"),
        ("http://127.0.0.1.evil.example", "not encrypted"),
    ],
)
def test_what_will_not_do_is_refused_with_a_hint(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match="base URL") as caught:
        parse_address(text, allow_http=False)
    assert message in caught.value.message
    assert caught.value.hint
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}"


def test_plain_http_is_taken_when_the_user_insists() -> None:
    address = parse_address("http://api.corp", allow_http=True)
    assert address == ApiAddress("http://api.corp")


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": PROXY}, PROXY),
        ({"https_proxy": PROXY}, PROXY),
        ({"HTTP_PROXY": PROXY, "ALL_PROXY": PROXY}, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "x.org, .Reevo.ai"}, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "api.reevo.ai"}, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "evo.ai,,"}, PROXY),
    ],
)
def test_the_proxy_comes_from_https_proxy_alone(
    environ: dict[str, str], proxy: str | None
) -> None:
    assert find_proxy(REEVO, environ) == proxy


@pytest.mark.parametrize("url", ["http://api.corp", "https://127.0.0.1:1"])
def test_plain_and_local_requests_take_no_proxy(url: str) -> None:
    assert find_proxy(ApiAddress(url), {"HTTPS_PROXY": PROXY}) is None
