"""Who is told of a night that was typed, and by `doctor --notify`."""

from collections.abc import Iterator

import pytest

from tests.commands import activity_import
from tests.nightly.nights import Nights
from tests.telling.receivers import Mailbox, mail_server

_NOTIFY = """
notify:
  - email: {{to: ada@example.org, from: night@example.org,
            smtp: {{host: localhost, port: {port}, security: none}}}}
metrics: {{textfile: night.prom}}
"""


@pytest.fixture
def mailbox(nights: Nights) -> Iterator[Mailbox]:
    with mail_server() as receiver:
        nights.configure(top=_NOTIFY.format(port=receiver.port))
        yield receiver


def subjects(mailbox: Mailbox) -> list[str]:
    return [str(mail["Subject"]) for mail in mailbox.mails]


def test_trouble_is_told_and_its_end_too(nights: Nights, mailbox: Mailbox) -> None:
    nights.arrives("calls.csv", range(2, 4), when="2024-13-01")
    assert nights.typed().code == 3
    nights.arrives("more.csv", range(4, 6))
    assert nights.typed().code == 0
    assert nights.typed().code == 0

    assert subjects(mailbox) == [
        "calls: 2 of 2 rows need a person",
        "calls: is well again, 2 rows went to Reevo",
    ]
    told = [line["said"] for line in nights.log() if line["event"] == "telling"]
    assert [text.split(": ")[0] for text in told] == ["Told", "Told"]
    metrics = (nights.folder / "night.prom").read_text("utf-8")
    assert 'last_success_timestamp_seconds{import_job="calls"}' in metrics


def test_a_night_that_cannot_be_held_says_its_mistakes_once(nights: Nights) -> None:
    nights.configure(job="window: always\nkeep: 7")

    ended = nights.typed()

    assert (ended.code, ended.err.count("mistake")) == (1, 1)
    assert ended.err.startswith("The night could not be held.\nError: The config")


def test_a_check_sends_no_message(nights: Nights, mailbox: Mailbox) -> None:
    ended = nights.typed("--check")

    assert ended.code == 0
    assert "e-mail to ada@example.org" in ended.out
    assert subjects(mailbox) == []


def test_doctor_sends_a_test_message(nights: Nights, mailbox: Mailbox) -> None:
    ended = activity_import("doctor", "--sandbox", "--notify", nights.config)

    assert "A test message was sent." in ended.out
    assert subjects(mailbox) == ["Test message: there is nothing to do"]


def test_doctor_says_that_nobody_is_to_be_told(nights: Nights) -> None:
    ended = activity_import("doctor", "--sandbox", "--notify", nights.config)

    assert "The configuration names nobody who is to be told." in ended.out
