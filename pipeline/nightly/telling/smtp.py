"""Talks to a mail server; its refusals become sentences."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

from pipeline.errors import SettingsError
from pipeline.nightly.telling.secret import Secret
from pipeline.nightly.telling.undelivered import NotSent
from pipeline.printable import one_line

TIMEOUT_SECONDS: Final = 20.0
MOST_LINES: Final = 100
_LONG: Final = 200
_PORTS: Final = "Look at 'host' and 'port': 587 goes with starttls, 465 with tls."


class Security(StrEnum):
    """How a connection is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


PORTS: Final = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True)
class Login:
    """A user of a mail server."""

    user: str
    password: Secret


@dataclass(frozen=True)
class MailServer:
    """`ca_file` holds the certificates to trust; None: those of the system."""

    host: str
    port: int
    security: Security = Security.STARTTLS
    login: Login | None = None
    ca_file: Path | None = None
    timeout_seconds: float = TIMEOUT_SECONDS

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"


@contextmanager
def session(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection that is encrypted as it should be, and logged in; raises NotSent."""
    with _translated(server):
        connection = _connect(server)
        try:
            if server.security is Security.STARTTLS:
                connection.starttls(context=_context(server))
            if server.login:
                connection.login(server.login.user, server.login.password.read())
            yield connection
        finally:
            _leave(connection)


class _Lines:
    """What comes from a mail server; an answer is cut off that has no end.

    smtplib bounds each line (8,192 bytes), and not how many an answer has.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.left = MOST_LINES

    def readline(self, size: int) -> bytes:
        if not self.left:
            raise OSError(f"an answer of more than {MOST_LINES} lines")
        self.left -= 1
        return self._file.readline(size)

    def close(self) -> None:
        self._file.close()


class _Smtp(smtplib.SMTP):
    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock.makefile("rb"))
        if self.file is not None:
            self.file.left = MOST_LINES
        return super().getreply()


class _SmtpTls(_Smtp, smtplib.SMTP_SSL):
    pass


def _connect(server: MailServer) -> smtplib.SMTP:
    own_name = socket.gethostname()
    if server.security is Security.TLS:
        return _SmtpTls(
            server.host,
            server.port,
            local_hostname=own_name,
            timeout=server.timeout_seconds,
            context=_context(server),
        )
    return _Smtp(
        server.host,
        server.port,
        local_hostname=own_name,
        timeout=server.timeout_seconds,
    )


def _context(server: MailServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca_file)


def _leave(connection: smtplib.SMTP) -> None:
    """What was accepted is accepted, whatever the server says to the farewell."""
    try:
        connection.quit()
    except (smtplib.SMTPException, OSError):
        connection.close()


@contextmanager
def _translated(server: MailServer) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent(
            f"The mail server {server.name} refused user and password: {_said(error)}",
            hint="Look at 'user' and the password; some servers want one made for "
            "programs.",
            lasting=True,
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise NotSent(
            f"The mail server {server.name} does not offer what is needed: "
            f"{str(error).rstrip('.')}.",
            hint="Look at 'security' and 'port': 587 goes with starttls, 465 with tls.",
            lasting=True,
        ) from error
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        raise _refused(server, error) from error
    except SettingsError as error:
        raise NotSent(error.sentence, hint=error.hint, lasting=True) from error
    except UnicodeError as error:
        raise NotSent(
            f"Mail servers such as {server.name} take no letters beyond ASCII in their "
            "name, in 'user' and in the password.",
            lasting=True,
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise _unreached(server, error) from error


def _refused(
    server: MailServer,
    error: smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused,
) -> NotSent:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in error.recipients.values()]
        who = ", ".join(error.recipients)
        reason = f"The mail server {server.name} refused all receivers ({who})."
        lasting = all(code >= 500 for code in codes)
        return NotSent(reason, hint="Look at 'to'.", lasting=lasting)
    return NotSent(
        f"The mail server {server.name} refused the mail: {_said(error)}",
        hint="Look at 'from', and whether the server wants a 'user'.",
        lasting=error.smtp_code >= 500,
        this_one=isinstance(error, smtplib.SMTPDataError),
    )


def _unreached(server: MailServer, error: OSError | smtplib.SMTPException) -> NotSent:
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotSent(
            f"The certificate of the mail server {server.name} is not trusted: "
            f"{error.verify_message}.",
            hint="Write its name as in its certificate; if your own authority "
            "signed it, name that in 'ca_file'.",
            lasting=True,
        )
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return NotSent(
            f"The mail server {server.name} did not answer in time.", hint=_PORTS
        )
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    reason = one_line(said, _LONG).rstrip(".")
    return NotSent(
        f"The mail server {server.name} cannot be reached: {reason}.",
        hint=_PORTS,
    )


def _said(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    words = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    return one_line(f"{error.smtp_code} {words}", _LONG).rstrip(".") + "."
