"""The sections of a configuration: what they mean, and all that is wrong at once."""

from collections.abc import Mapping as Dict
from pathlib import Path

import pytest
import trustme

from pipeline.nightly.endings import NightStatus
from pipeline.nightly.telling import TellingSettings, load_telling
from pipeline.nightly.telling.attachments import Attach
from pipeline.nightly.telling.hooks import Hook
from pipeline.nightly.telling.mail import Mail
from pipeline.nightly.telling.policy import Event
from pipeline.nightly.telling.smtp import Security
from pipeline.yaml_file import Mistakes, read_yaml

USUAL = frozenset(Event) - {Event.OK}
SECRETS = {
    "PASSWORD": "s3cret",
    "SLACK": "https://hooks.slack.example/services/s3cret",
    "PLAIN": "http://chat.example.org/s3cret",
}
SMTP = "{host: mail.example.org, user: night, password_env: PASSWORD}"
MAIL = f"email: {{to: ada@example.org, from: night@example.org, smtp: {SMTP}}}"


def load(
    folder: Path, text: str, environ: Dict[str, str] = SECRETS
) -> tuple[TellingSettings, list[str]]:
    """What a configuration says, and what is wrong with it."""
    path = folder / "nightly.yaml"
    path.write_text(text, encoding="utf-8")
    mistakes = Mistakes()
    content = read_yaml(path, "the configuration", mistakes)
    assert content is not None
    loaded = load_telling(content.top, folder, environ)
    content.top.close()
    told = mistakes.in_order()
    return loaded, [
        f"{each.place.line if each.place else '-'}: {each.message} {each.hint}".strip()
        for each in told
    ]


def loaded(folder: Path, text: str) -> TellingSettings:
    settings, mistakes = load(folder, text)
    assert mistakes == []
    return settings


def mistakes_of(folder: Path, text: str) -> list[str]:
    return load(folder, text)[1]


def secret_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "secret"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_nothing_need_be_said(tmp_path: Path) -> None:
    assert loaded(tmp_path, "{}") == TellingSettings()


def test_a_mail_as_short_as_it_can_be(tmp_path: Path) -> None:
    [mail] = loaded(tmp_path, f"notify: [{{{MAIL}}}]").channels

    assert isinstance(mail, Mail)
    assert (mail.to, mail.sender) == (("ada@example.org",), "night@example.org")
    assert (mail.on, mail.attach) == (USUAL, frozenset(Attach))
    assert (mail.server.port, mail.server.security) == (587, Security.STARTTLS)
    assert mail.server.login is not None
    assert mail.server.login.password.read() == "s3cret"


def test_a_mail_with_all_that_can_be_said(tmp_path: Path) -> None:
    secret_file(tmp_path, "from a file\n")
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    [mail] = loaded(
        tmp_path,
        """
notify:
  - email:
      to: [ada@example.org, bo@example.org]
      from: night@example.org
      smtp:
        {host: localhost, port: 2525, security: tls, user: u, password_file: secret,
         ca_file: ca.pem}
      attach: []
    on: [failed, ok]
    report_url: https://crm.example.org/reports
""",
    ).channels

    assert isinstance(mail, Mail)
    assert mail.on == {Event.FAILED, Event.OK}
    assert mail.attach == frozenset()
    assert mail.report_url == "https://crm.example.org/reports"
    assert (mail.server.port, mail.server.security) == (2525, Security.TLS)
    assert mail.server.ca_file == tmp_path / "ca.pem"
    assert mail.server.login is not None
    assert mail.server.login.password.read() == "from a file"


def test_chats_and_programs(tmp_path: Path) -> None:
    secret_file(tmp_path, "https://example.org/s3cret")
    (tmp_path / "headers").write_text("Authorization: Bearer abc")
    (tmp_path / "headers").chmod(0o600)
    settings = loaded(
        tmp_path,
        """
notify:
  - slack: {url_env: SLACK}
  - teams: {url_file: secret}
    on: failed
  - webhook: {url: "http://localhost:8080/night", headers_file: headers}
  - webhook: {url: "http://localhost:8081/night"}
""",
    )
    hooks = [each for each in settings.channels if isinstance(each, Hook)]

    assert [each.kind for each in hooks] == ["slack", "teams", "webhook", "webhook"]
    assert hooks[1].on == {Event.FAILED}
    assert len({each.key for each in hooks}) == 4


def test_metrics_and_a_ping(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        "metrics: {textfile: night.prom}\nping: {url_env: SLACK, attention: fail}",
    )

    assert settings.metrics == tmp_path / "night.prom"
    assert settings.ping is not None
    assert settings.ping.good == {NightStatus.OK, NightStatus.NOTHING}


def test_no_secret_can_be_printed(tmp_path: Path) -> None:
    text = f"notify: [{{{MAIL}}}, {{slack: {{url_env: SLACK}}}}]"
    settings = loaded(tmp_path, text)

    assert "s3cret" not in repr(settings)
    assert not [each for each in settings.channels if "s3cret" in each.name]


def test_all_mistakes_at_once_with_their_lines(tmp_path: Path) -> None:
    text = """
notify:
  - email:
      to: [ada, "bo@example.org\\r\\nBcc: all@example.org"]
      from: night@example.org
      smtp: {host: mail.example.org, security: none, password: s3cret, port: 0}
      attach: [report, everything]
    on: [faild]
  - slack: {url: "https://hooks.example.org/s3cret"}
    report_url: files
  - teams: {url_env: NOT_SET}
    slack: {url_env: PLAIN}
  - {on: [failed]}
metrics: {textfile: missing/night.txt}
ping: {url_env: PASSWORD, attention: perhaps}
"""
    found = mistakes_of(tmp_path, text)

    assert [line.partition(".")[0].strip() for line in found] == [
        "4: 'ada' is no mail address",
        "4: 'bo@example",
        "6: What goes to mail",
        "6: 'password' is not a key of 'smtp'",
        "6: 'port' is a whole number of at least 1, not '0'",
        "7: 'everything' is no value of 'attach'; it takes report, fix_me",
        "8: 'faild' is no value of 'on'; it takes failed, stopped, missing, "
        "attention, recovered, ok",
        "9: 'slack' needs one of 'url_env' and 'url_file'",
        "9: 'url' is not a key of 'slack'",
        "10: 'report_url' is no web address",
        "11: Notification 3 names 2 ways of telling",
        "13: Notification 4 names no ways of telling",
        "14: The collector reads only files that end in",
        f"14: There is no folder {tmp_path}/missing",
        "15: What PASSWORD holds is no web address",
        "15: 'perhaps' is no value of 'attention'; it takes success, fail",
    ]
    assert "s3cret" not in "".join(found)


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    secret_file(tmp_path, "https://example.org", mode=0o640)

    assert mistakes_of(tmp_path, "ping: {url_file: secret}") == [
        "1: Others on this machine can read the file with the secret. "
        f"({tmp_path}/secret) Take their rights away: chmod 600 {tmp_path}/secret"
    ]


def test_systemd_keeps_its_credentials_safe_itself(tmp_path: Path) -> None:
    secret_file(tmp_path, "https://example.org/s3cret", mode=0o440)
    text = "ping: {url_file: $CREDENTIALS_DIRECTORY/secret}"
    settings, mistakes = load(tmp_path, text, {"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert mistakes == []
    assert settings.ping is not None
    assert settings.ping.endpoint.url.read() == "https://example.org/s3cret"


def test_a_variable_that_is_not_set_is_told_with_its_line(tmp_path: Path) -> None:
    text = "ping:\n  url_env: PING_URL"

    assert mistakes_of(tmp_path, text) == [
        "2: The variable PING_URL is not set. (PING_URL) Set it where the program is "
        "started, or name a file."
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ping: {url_env: PLAIN}",
        "notify: [{slack: {url_env: PLAIN}}]",
        "notify: [{email: {to: a@b.org, from: c@d.org, smtp: {host: mail.example.org, "
        "security: none}}}]",
    ],
)
def test_what_goes_out_unencrypted_must_be_meant(tmp_path: Path, text: str) -> None:
    [mistake] = mistakes_of(tmp_path, text)
    allowed = text.replace("PLAIN", "PLAIN, allow_insecure: true")
    allowed = allowed.replace("none", "none, allow_insecure: true")

    assert "example.org would not be encrypted." in mistake
    assert "s3cret" not in mistake
    assert mistakes_of(tmp_path, allowed) == []


def test_the_same_receiver_twice_is_a_mistake(tmp_path: Path) -> None:
    [mistake] = mistakes_of(
        tmp_path, f"notify:\n- {{{MAIL}}}\n- {{{MAIL}, on: failed}}"
    )

    assert mistake == ("1: Two notifications are the same: e-mail to ada@example.org.")


def test_a_user_needs_a_password_and_a_password_a_user(tmp_path: Path) -> None:
    no_password = MAIL.replace(", password_env: PASSWORD", "")
    no_user = MAIL.replace("user: night, ", "")

    assert mistakes_of(tmp_path, f"notify: [{{{no_password}}}]") == [
        "1: 'smtp' needs one of 'password_env' and 'password_file'. Secrets do not "
        "stand in the configuration itself."
    ]
    assert mistakes_of(tmp_path, f"notify: [{{{no_user}}}]") == [
        "1: 'password_env' needs 'user'."
    ]


def test_an_address_that_is_named_twice_and_a_port_beyond_the_last(
    tmp_path: Path,
) -> None:
    twice = "notify: [{webhook: {url: 'https://a.example', url_env: SLACK}}]"
    beyond = f"notify: [{{{MAIL.replace('host:', 'port: 70000, host:')}}}]"

    assert mistakes_of(tmp_path, twice) == [
        "1: 'url_env' and 'url' name two addresses."
    ]
    assert mistakes_of(tmp_path, beyond) == ["1: 'port' is at most 65535, not 70000."]


@pytest.mark.parametrize(
    "host", ["mail..example.org", "a" * 64, "mail example", "ü.de"]
)
def test_what_is_no_name_of_a_server(tmp_path: Path, host: str) -> None:
    text = f"notify: [{{{MAIL.replace('mail.example.org', repr(host))}}}]"

    assert mistakes_of(tmp_path, text) == [f"1: '{host}' is no name of a server."]


def test_a_file_that_has_no_certificates(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()

    for name, mistake in (("gone.pem", "There is no file"), ("empty.pem", "has no")):
        text = f"notify: [{{{MAIL.replace('host:', f'ca_file: {name}, host:')}}}]"
        assert mistake in mistakes_of(tmp_path, text)[0]


def test_headers_are_checked(tmp_path: Path) -> None:
    secret_file(tmp_path, "Authorization Bearer s3cret")
    text = "notify: [{webhook: {url_env: SLACK, headers_file: secret}}]"
    [mistake] = mistakes_of(tmp_path, text)

    assert "Line 1 of the headers is no header." in mistake
    assert "s3cret" not in mistake
