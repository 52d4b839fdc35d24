"""Who receives in tests: a real mail server on loopback, with or without TLS."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from pipeline.nightly.telling.mail import Mail
from pipeline.nightly.telling.policy import Event
from pipeline.nightly.telling.secret import InTheOpen
from pipeline.nightly.telling.smtp import Login, MailServer, Security

USER, PASSWORD = "night", "s3cret-of-the-night"
EVERYTHING = frozenset(Event)


@dataclass
class Mailbox:
    """What a server took. Receivers in `refused` it does not know."""

    port: int = 0
    refused: frozenset[str] = frozenset()
    mails: list[EmailMessage] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _: list[str],
    ) -> str:
        if address in self.refused:
            return "550 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def admits(
        self,
        _server: SMTP,
        _session: Session,
        _envelope: Envelope,
        _how: str,
        data: object,
    ) -> AuthResult:
        right = LoginPassword(USER.encode(), PASSWORD.encode())
        self.logins.append("right" if data == right else "wrong")
        return AuthResult(success=data == right, handled=False)


@contextmanager
def mail_server(
    security: Security = Security.NONE,
    context: ssl.SSLContext | None = None,
    *,
    refused: frozenset[str] = frozenset(),
) -> Iterator[Mailbox]:
    """Runs until the block ends; with a context it wants user and password."""
    mailbox = Mailbox(refused=refused)
    loop = asyncio.new_event_loop()

    def talk() -> SMTP:
        if context is None:
            return SMTP(mailbox, loop=loop, hostname="localhost")
        starttls = security is Security.STARTTLS
        return SMTP(
            mailbox,
            loop=loop,
            hostname="localhost",
            tls_context=context if starttls else None,
            require_starttls=starttls,
            auth_require_tls=starttls,
            authenticator=mailbox.admits,
        )

    implicit = context if security is Security.TLS else None
    server = loop.run_until_complete(
        loop.create_server(talk, "127.0.0.1", 0, ssl=implicit)
    )
    mailbox.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield mailbox
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(_end_talks(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_talks() -> None:
    """The talks of aiosmtpd are tasks of their own."""
    talks = asyncio.all_tasks() - {asyncio.current_task()}
    for talk in talks:
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)


def mail_to(
    mailbox: Mailbox,
    security: Security = Security.NONE,
    ca_file: Path | None = None,
    password: str = PASSWORD,
) -> Mail:
    """A mail channel to that server."""
    login = None if security is Security.NONE else Login(USER, InTheOpen(password))
    server = MailServer("localhost", mailbox.port, security, login, ca_file)
    to = ("ada@example.org", "bo@example.org")
    return Mail(
        to, "night@example.org", replace(server, timeout_seconds=20), EVERYTHING
    )


@dataclass
class Diary:
    """What was logged, and how long was waited for, without waiting."""

    said: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.said.append(text)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
