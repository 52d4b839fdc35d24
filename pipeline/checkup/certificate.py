"""Whether the connection is encrypted, and for how long its certificate holds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.api import ApiAddress, Certificate, read_certificate
from pipeline.checkup.findings import Finding, Level
from pipeline.printable import one_line

_FEWEST_DAYS: Final = 7
_WIDTH: Final = 60


@dataclass(frozen=True)
class CertificateCheck:
    """Reads the certificate itself; through a proxy, requests alone check it."""

    address: ApiAddress
    has_proxy: bool
    now: Callable[[], datetime]
    name: str = "tls"

    def look(self) -> Iterator[Finding]:
        if not self.address.is_encrypted:
            yield self._plain()
        elif self.has_proxy:
            message = "A proxy stands before the API: each request checks for itself."
            yield Finding(self.name, Level.OK, message)
        else:
            yield self._told(read_certificate(self.address))

    def _plain(self) -> Finding:
        if self.address.is_loopback:
            message = "Not encrypted, but it is this machine."
            return Finding(self.name, Level.OK, message)
        return Finding(
            self.name,
            Level.WARNING,
            "Not encrypted: anyone on the way can read the key and the activities.",
            "Write https:// in place of http://.",
        )

    def _told(self, found: Certificate) -> Finding:
        days = (found.expires - self.now()).days
        by = f", issued by {one_line(found.issuer, _WIDTH)}" if found.issuer else ""
        long = "1 day" if days == 1 else f"{days:,} days"
        message = f"{found.protocol}; the certificate holds for {long}{by}."
        if days >= _FEWEST_DAYS:
            return Finding(self.name, Level.OK, message)
        hint = "When it is not renewed in time, no row can be sent: ask who renews it."
        return Finding(self.name, Level.WARNING, message, hint)
