"""Nights as a configuration tells them: mail, webhook, ping and metrics together."""

import json
import re
import ssl
from pathlib import Path

import trustme

from pipeline.checkup import Level
from pipeline.nightly.metrics import Metrics
from pipeline.nightly.telling import Surroundings, Telling
from pipeline.nightly.telling.document import document
from pipeline.nightly.telling.policy import Event
from pipeline.nightly.telling.smtp import Security
from tests.commands import ROOT
from tests.misbehaving import answers, misbehaving, reads
from tests.telling.nights import at, flawed, job, night
from tests.telling.receivers import PASSWORD, USER, Diary, mail_server
from tests.telling.test_telling_load import load, loaded
from tests.telling.test_telling_messages import news_of

README = (ROOT / "README.md").read_text("utf-8")
TAKES = (reads, answers(200, "ok"))
CONFIGURATION = """
notify:
  - email:
      to: ada@example.org
      from: night@example.org
      smtp: {{host: localhost, port: {port}, user: {user}, password_env: PASSWORD,
              ca_file: ca.pem}}
  - webhook: {{url_env: HOOK}}
    on: [attention, recovered, ok]
metrics: {{textfile: night.prom}}
ping: {{url_env: PING}}
"""


def section(title: str) -> str:
    found = re.search(rf"(?ms)^## {title}$(.*?)(?=^## )", README)
    assert found
    return found[1]


def certificate(folder: Path) -> ssl.SSLContext:
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    ca.cert_pem.write_to_path(folder / "ca.pem")
    return context


def test_two_nights_by_all_ways(tmp_path: Path) -> None:
    diary = Diary()
    with (
        mail_server(Security.STARTTLS, certificate(tmp_path)) as mailbox,
        misbehaving(TAKES) as hook,
        misbehaving(TAKES) as ping,
    ):
        text = CONFIGURATION.format(port=mailbox.port, user=USER)
        secrets = {"PASSWORD": PASSWORD, "HOOK": hook.url, "PING": ping.url + "/uuid"}
        settings, mistakes = load(tmp_path, text, secrets)
        around = Surroundings(tmp_path / "state", diary.say, diary.sleep)
        for ending in (night(flawed()), night(job("ok"), number=2)):
            telling = Telling(settings, around)
            telling.begun(ending.started_at)
            telling.ended(ending)

    assert mistakes == []
    assert [mail["Subject"] for mail in mailbox.mails] == [
        "calls: 2 of 12 rows need a person",
        "calls: is well again",
    ]
    bodies = [json.loads(request.body) for request in hook.requests]
    assert [body["told"][0]["event"] for body in bodies] == ["attention", "recovered"]
    assert [request.line.split()[1] for request in ping.requests] == [
        *("/uuid/start", "/uuid"),
        *("/uuid/start", "/uuid"),
    ]
    assert 'last_success_timestamp_seconds{import_job="calls"}' in (
        (tmp_path / "night.prom").read_text()
    )
    assert all(line.startswith("Told: ") for line in diary.said)
    assert not [line for line in diary.said if PASSWORD in line or hook.url in line]


def test_a_check_of_all_ways_sends_nothing(tmp_path: Path) -> None:
    diary = Diary()
    with mail_server(Security.STARTTLS, certificate(tmp_path)) as mailbox:
        text = CONFIGURATION.format(port=mailbox.port, user=USER)
        secrets = {
            "PASSWORD": PASSWORD,
            "HOOK": "http://localhost:1",
            "PING": "http://localhost:1",
        }
        settings, _ = load(tmp_path, text, secrets)
        around = Surroundings(tmp_path / "state", diary.say, diary.sleep)
        findings = Telling(settings, around).check()

    assert [(each.check, each.level is Level.OK) for each in findings] == [
        ("what was told", True),
        ("e-mail to ada@example.org", True),
        ("webhook (HOOK)", False),
        ("ping (PING)", False),
    ]
    assert (mailbox.logins, mailbox.mails) == (["right"], [])
    assert list((tmp_path / "state").iterdir()) == []


def test_the_example_in_the_readme_can_be_loaded(tmp_path: Path) -> None:
    [example] = re.findall(r"(?s)```yaml\n(.*?)```", section("Telling people"))
    secrets_in_files = {
        "smtp-password": "s3cret",
        "webhook-headers": "Authorization: Bearer s3cret",
        "ping-url": "https://ping.example/uuid",
    }
    for name, text in secrets_in_files.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    secrets = {
        "SLACK_WEBHOOK": "https://a.example",
        "TEAMS_WEBHOOK": "https://b.example",
    }
    settings, mistakes = load(tmp_path, example, secrets)

    assert mistakes == []
    assert len(settings.channels) == 4


def test_the_readme_tells_every_event_and_every_key_of_the_json() -> None:
    [example] = re.findall(r"(?s)```json\n(.*?)```", section("Telling people"))
    told = re.findall(r"(?m)^\| `(\w+)` \|", section("Telling people"))
    ended = document(news_of(flawed()))

    assert sorted(told[1:]) == sorted(Event)
    assert keys_of(json.loads(example)) == keys_of(ended)


def keys_of(body: object) -> object:
    """The keys of a document, as deep as they go, but for those of counts."""
    if isinstance(body, list):
        return [keys_of(each) for each in body if isinstance(each, dict)]
    if not isinstance(body, dict):
        return None
    inner = {"counts", "issues", "requests"}
    return {
        key: None if key in inner else keys_of(value) for key, value in body.items()
    }


def test_the_readme_tells_every_metric(tmp_path: Path) -> None:
    path = tmp_path / "night.prom"
    Metrics(path, tmp_path / "metrics.json", Diary().say).ended(night(job("ok")))
    told = re.findall(r"(?m)^\| `(\w+)` \|", section("Metrics and ping"))

    assert told == re.findall(r"(?m)^# TYPE (\w+) gauge$", path.read_text())


def test_nothing_is_told_when_nobody_is_named(tmp_path: Path) -> None:
    diary = Diary()
    around = Surroundings(tmp_path / "state", diary.say, diary.sleep)
    telling = Telling(loaded(tmp_path, "{}"), around)
    telling.begun(at(1))
    telling.ended(night(flawed()))

    assert diary.said == []
