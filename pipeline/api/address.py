"""Where the API is: a base URL that was checked and written in one way."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

import httpx

from pipeline.errors import SettingsError

_API_PATH = "/api/v2"
_HOST = re.compile(rb"[\w.:-]+")
_EXAMPLE = "Write it like https://api.reevo.ai."


@dataclass(frozen=True)
class ApiAddress:
    """`base_url` has no trailing slash, no /api/v2, no user, and no query."""

    base_url: str

    @property
    def activity_url(self) -> str:
        """Takes one activity per POST."""
        return f"{self.base_url}{_API_PATH}/activity"

    @property
    def timeline_url(self) -> str:
        """Shows the activities of one record."""
        return f"{self.activity_url}/_query"

    def query_url(self, record_type: str) -> str:
        """Finds records of a type."""
        return f"{self.base_url}{_API_PATH}/{record_type}/_query"

    @property
    def health_url(self) -> str:
        """Answers without a key."""
        return f"{self.base_url}{_API_PATH}/health"

    @property
    def host(self) -> str:
        """Lower case, without the port; IPv6 without its brackets."""
        return httpx.URL(self.base_url).host

    @property
    def is_encrypted(self) -> bool:
        """Whether it is reached over https."""
        return self.base_url.startswith("https:")

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine."""
        return is_loopback(self.host)


def parse_address(text: str, *, allow_http: bool) -> ApiAddress:
    """Reads what the user wrote as base URL; SettingsError when it will not do."""
    url = _parse_url(text.strip())
    _refuse_secrets(url)
    _refuse_plain_http(url, allow_http=allow_http)
    origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
    return ApiAddress(origin + _prefix(url.raw_path.decode("ascii")))


def _parse_url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise SettingsError(
            "The base URL is not a URL.", hint=_EXAMPLE, code="base_url_wrong"
        ) from error
    if url.scheme not in {"http", "https"} or not _HOST.fullmatch(url.raw_host):
        raise SettingsError(
            "The base URL is not a web address.", hint=_EXAMPLE, code="base_url_wrong"
        )
    return url


def _refuse_secrets(url: httpx.URL) -> None:
    """The text itself is never shown: what is refused here may be a secret."""
    if url.userinfo:
        raise SettingsError(
            "The base URL holds a user name or a password.",
            hint="Leave them out. The key belongs into REEVO_API_KEY.",
            code="base_url_wrong",
        )
    if url.query or url.fragment:
        raise SettingsError(
            "The base URL holds a '?' or a '#'.",
            hint=f"Leave out that character and what follows it. {_EXAMPLE}",
            code="base_url_wrong",
        )


def _refuse_plain_http(url: httpx.URL, *, allow_http: bool) -> None:
    if url.scheme == "https" or allow_http or is_loopback(url.host):
        return
    raise SettingsError(
        f"The base URL of {url.host} is not encrypted: anyone on the way can read "
        "the key.",
        hint="Write https:// in place of http://, or give --allow-http if you mean it.",
        code="base_url_wrong",
    )


def is_loopback(host: str) -> bool:
    """Whether a host, by name or number, is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _prefix(path: str) -> str:
    """What stands before /api/v2, for an API that lies behind a gateway."""
    before, _, _ = f"{path.rstrip('/')}/".partition(f"{_API_PATH}/")
    return before.rstrip("/")
