"""Mails reach a real server, over TLS, and only one that is what it says it is."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import trustme

from pipeline.nightly.telling.mail import Mail
from pipeline.nightly.telling.smtp import Security
from pipeline.nightly.telling.undelivered import NotSent
from tests.misbehaving import drips, misbehaving, says, speaks_tls, stalls
from tests.telling.nights import flawed
from tests.telling.receivers import Mailbox, mail_server, mail_to
from tests.telling.test_telling_messages import news_of

ENCRYPTED = pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])


@dataclass(frozen=True)
class Authority:
    """Certificates for this machine, and the file by which they are trusted."""

    context: ssl.SSLContext
    ca_file: Path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority_for("localhost", tmp_path_factory.mktemp("ca"))


def authority_for(host: str, folder: Path) -> Authority:
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(host).configure_cert(context)
    ca.cert_pem.write_to_path(folder / "ca.pem")
    return Authority(context, folder / "ca.pem")


@pytest.fixture
def open_server() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


def sent(mail: Mail) -> str:
    return mail.send(mail.write(news_of(flawed())))


def not_sent(mail: Mail) -> NotSent:
    with pytest.raises(NotSent) as caught:
        sent(mail)
    return caught.value


@ENCRYPTED
def test_it_arrives_over_tls_with_user_and_password(
    security: Security, authority: Authority
) -> None:
    with mail_server(security, authority.context) as mailbox:
        assert sent(mail_to(mailbox, security, authority.ca_file)) == ""

    [mail] = mailbox.mails
    assert mail["Subject"] == "calls: 2 of 12 rows need a person"
    assert mailbox.logins == ["right"]


@ENCRYPTED
def test_a_certificate_of_an_unknown_authority_is_refused(
    security: Security, authority: Authority
) -> None:
    with mail_server(security, authority.context) as mailbox:
        error = not_sent(mail_to(mailbox, security))

    assert "is not trusted: unable to get local issuer" in error.reason
    assert "'ca_file'" in error.hint
    assert (mailbox.mails, mailbox.logins, error.lasting) == ([], [], True)


@ENCRYPTED
def test_a_certificate_of_another_host_is_refused(
    security: Security, tmp_path: Path
) -> None:
    other = authority_for("mail.example.org", tmp_path)
    with mail_server(security, other.context) as mailbox:
        error = not_sent(mail_to(mailbox, security, other.ca_file))

    assert "Hostname mismatch" in error.reason
    assert (mailbox.mails, mailbox.logins) == ([], [])


@ENCRYPTED
def test_a_wrong_password_is_told_without_it(
    security: Security, authority: Authority
) -> None:
    with mail_server(security, authority.context) as mailbox:
        error = not_sent(mail_to(mailbox, security, authority.ca_file, "wrong-one"))

    assert "refused user and password: 535" in error.reason
    assert error.reason.endswith(".")
    assert "wrong-one" not in f"{error.reason}{error.hint}"
    assert (mailbox.mails, error.lasting) == ([], True)


def test_a_server_without_starttls_gets_neither_password_nor_mail(
    open_server: Mailbox,
) -> None:
    error = not_sent(mail_to(open_server, Security.STARTTLS))

    assert "does not offer what is needed" in error.reason
    assert error.reason.endswith(".")
    assert (open_server.mails, open_server.logins) == ([], [])


def test_receivers_that_are_not_known_are_told() -> None:
    with mail_server(refused=frozenset({"bo@example.org"})) as mailbox:
        assert sent(mail_to(mailbox)) == "Refused were: bo@example.org"

    assert len(mailbox.mails) == 1


def test_when_nobody_is_known_nothing_was_sent() -> None:
    nobody = frozenset({"ada@example.org", "bo@example.org"})
    with mail_server(refused=nobody) as mailbox:
        error = not_sent(mail_to(mailbox))

    assert "refused all receivers" in error.reason
    assert (error.hint, error.lasting) == ("Look at 'to'.", True)


def test_a_server_that_is_down_is_worth_another_try() -> None:
    with mail_server() as mailbox:
        pass
    error = not_sent(mail_to(mailbox))

    assert "cannot be reached: Connection refused" in error.reason
    assert not error.lasting


def test_a_server_that_says_nothing_keeps_nobody_waiting() -> None:
    with misbehaving([stalls]) as silent:
        mail = mail_to(Mailbox(silent.server_address[1]))
        error = not_sent(
            replace(mail, server=replace(mail.server, timeout_seconds=0.2))
        )

    assert error.reason.endswith("did not answer in time.")
    assert error.hint.startswith("Look at 'host' and 'port'")


def test_a_server_that_drips_keeps_nobody_waiting() -> None:
    with misbehaving(
        [drips(b"220 a very long welcome" * 9, every_seconds=0.02)]
    ) as slow:
        mail = mail_to(Mailbox(slow.server_address[1]))
        error = not_sent(replace(mail, whole_seconds=0.3))

    assert error.reason.endswith("took too long.")


@pytest.mark.parametrize("security", [Security.NONE, Security.TLS])
def test_an_answer_without_end_is_cut_off(
    security: Security, authority: Authority
) -> None:
    endless = says(b"220 welcome\r\n" + b"250-and more\r\n" * 1_000_000)
    if security is Security.TLS:
        endless = speaks_tls(authority.context, endless)
    with misbehaving([endless, stalls]) as server:
        mail = mail_to(Mailbox(server.server_address[1]), security, authority.ca_file)
        error = not_sent(mail)

    assert "an answer of more than 100 lines" in error.reason
    assert not error.lasting


def test_a_password_that_no_server_takes_is_told_without_it(
    authority: Authority,
) -> None:
    with mail_server(Security.TLS, authority.context) as mailbox:
        error = not_sent(
            mail_to(mailbox, Security.TLS, authority.ca_file, "pässwort-ü")
        )

    assert "no letters beyond ASCII" in error.reason
    assert "ä" not in error.reason


def test_a_check_logs_in_and_sends_nothing(authority: Authority) -> None:
    with mail_server(Security.STARTTLS, authority.context) as mailbox:
        mail_to(mailbox, Security.STARTTLS, authority.ca_file).check()

    assert (mailbox.logins, mailbox.mails) == (["right"], [])
