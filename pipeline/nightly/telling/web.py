"""Posts to an address of others: nothing is followed, an answer's status is all."""

import os
import re
import socket
import ssl
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Final

import httpx

from pipeline.api import ApiAddress, find_proxy
from pipeline.errors import SettingsError
from pipeline.nightly.telling.secret import Secret
from pipeline.nightly.telling.undelivered import TRANSIENT, NotSent, within
from pipeline.printable import one_line

TIMEOUT_SECONDS: Final = 10.0
_TRY_AGAIN: Final = {408, 425, 429}
_ERRNO: Final = re.compile(r"^\[Errno -?\d+\] ")
_LONG: Final = 200
_OF_THIS_ONE: Final = {400, 413, 422}


@dataclass(frozen=True)
class Endpoint:
    """An address that is a secret: whoever knows it can write there.

    `timeout_seconds` holds for each step, and twice that for all of them.
    """

    url: Secret
    timeout_seconds: float = TIMEOUT_SECONDS

    def post(self, body: bytes, headers: Dict[str, str], *, path: str = "") -> None:
        """`path` is put behind that of the address. Raises NotSent."""
        url = self._address(path)
        within(
            2 * self.timeout_seconds,
            lambda: self._post(url, body, headers),
            late=f"{url.host} took too long to answer.",
        )

    def connect(self) -> None:
        """Connects, and sends nothing; raises NotSent."""
        url = self._address("")
        within(
            2 * self.timeout_seconds,
            lambda: self._connect(url),
            late=f"{url.host} took too long to answer.",
        )

    def _address(self, path: str) -> httpx.URL:
        try:
            url = httpx.URL(self.url.read())
        except SettingsError as error:
            raise NotSent(error.sentence, hint=error.hint, lasting=True) from error
        except httpx.InvalidURL:
            raise NotSent(
                f"What {self.url.where} holds is no URL.",
                hint="Write it whole, with https:// in front.",
                lasting=True,
            ) from None
        return url.copy_with(path=url.path.rstrip("/") + path) if path else url

    def _post(self, url: httpx.URL, body: bytes, headers: Dict[str, str]) -> None:
        try:
            with (
                httpx.Client(
                    verify=ssl.create_default_context(),
                    proxy=_proxy(url),
                    timeout=self.timeout_seconds,
                    trust_env=False,
                ) as client,
                client.stream("POST", url, content=body, headers=headers) as answer,
            ):
                self._judge(url, answer.status_code)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise self._unreached(url, error) from error

    def _judge(self, url: httpx.URL, status: int) -> None:
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            raise NotSent(
                f"{url.host} answered with a redirect ({status}), which is not "
                "followed.",
                hint=f"Look at the URL that {self.url.where} holds.",
                lasting=True,
            )
        if status in _TRY_AGAIN or status >= 500:
            raise NotSent(f"{url.host} answered {status}.", hint=TRANSIENT)
        raise NotSent(
            f"{url.host} answered {status}: the URL is wrong or no longer valid, or "
            "what was sent is not wanted there.",
            hint=f"Make a new URL there, and put it into {self.url.where}.",
            lasting=True,
            this_one=status in _OF_THIS_ONE,
        )

    def _connect(self, url: httpx.URL) -> None:
        proxy = httpx.URL(_proxy(url) or url)
        port = proxy.port or (443 if proxy.scheme == "https" else 80)
        try:
            with socket.create_connection(
                (proxy.host, port), self.timeout_seconds
            ) as s:
                if proxy.scheme == "https":
                    context = ssl.create_default_context()
                    context.wrap_socket(s, server_hostname=proxy.host).close()
        except (OSError, UnicodeError) as error:
            raise self._unreached(proxy, error) from error

    def _unreached(self, url: httpx.URL, error: Exception) -> NotSent:
        return NotSent(
            f"{url.host} cannot be reached: {_why(error)}.",
            hint=f"Look at the URL that {self.url.where} holds, and whether this "
            "machine may reach it.",
        )


def _proxy(url: httpx.URL) -> str | None:
    origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
    return find_proxy(ApiAddress(origin), os.environ)


def _why(error: Exception) -> str:
    """In a few words, without the address, which is a secret."""
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE" in str(error):
        return "its certificate is not trusted"
    if isinstance(error, httpx.RemoteProtocolError):
        return "its answer is broken off, endless, or no HTTP"
    if isinstance(error, httpx.ConnectError):
        return one_line(_ERRNO.sub("", str(error)), _LONG) or "no connection"
    return getattr(error, "strerror", None) or type(error).__name__
