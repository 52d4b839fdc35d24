"""The certificate of the server, and how well it is encrypted."""

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from pipeline.api.address import ApiAddress
from pipeline.errors import ApiError

_SECONDS = 10.0


@dataclass(frozen=True)
class Certificate:
    """`protocol` as `TLSv1.3`; `expires` in UTC; `issuer` is a name or empty."""

    protocol: str
    expires: datetime
    issuer: str


def read_certificate(address: ApiAddress) -> Certificate:
    """Greets the server as a request would, and hangs up; raises ApiError."""
    url = httpx.URL(address.base_url)
    host = url.raw_host.decode("ascii")
    context = httpx.create_ssl_context()
    try:
        with (
            socket.create_connection((host, url.port or 443), _SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as encrypted,
        ):
            return _certificate(encrypted)
    except ssl.SSLCertVerificationError as error:
        raise ApiError(
            f"The certificate of {host} is not to be trusted: {error.verify_message}.",
            hint="Something on the way may read along, or a proxy's own certificate "
            "is not known here: ask your IT department.",
        ) from None
    except ssl.SSLError:
        raise ApiError(
            f"What answers at {host} does not speak TLS as it should.",
            hint="Check the base URL.",
        ) from None
    except OSError as error:
        raise ApiError(
            f"No connection to {host} could be made: "
            f"{error.strerror or 'the time was up'}.",
            hint="Check the base URL and the network.",
        ) from None


def _certificate(encrypted: ssl.SSLSocket) -> Certificate:
    said = encrypted.getpeercert() or {}
    seconds = ssl.cert_time_to_seconds(str(said.get("notAfter")))
    return Certificate(
        protocol=encrypted.version() or "",
        expires=datetime.fromtimestamp(seconds, UTC),
        issuer=_name(said.get("issuer")),
    )


def _name(parts: object) -> str:
    """Of the organisation, as in ((("organizationName", "Let's Encrypt"),), ...)."""
    groups = parts if isinstance(parts, tuple) else ()
    names = {pair[0]: str(pair[1]) for group in groups for pair in group}
    return names.get("organizationName") or names.get("commonName", "")
