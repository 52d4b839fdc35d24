"""Nights that cannot begin, or have nothing to do, do not look well."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.nightly.hints import on_its_way
from tests.misbehaving import MisbehavingServer, answers, misbehaving, reads
from tests.nightly.nights import Nights
from tests.telling.receivers import Mailbox, mail_server

_TAKES = (reads, answers(200, "ok"))
_TELL = """
notify:
  - email: {{to: ada@example.org, from: night@example.org,
            smtp: {{host: localhost, port: {port}, security: none}}}}
ping: {{url_file: ping}}
metrics: {{textfile: night.prom}}
"""
_PLACES = {
    "ledger": "ledger.sqlite",
    "journal": "ledger.sqlite.nightly",
    "log": "ledger.sqlite.nightly.log",
}


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as receiver:
        yield receiver


@pytest.fixture
def pings() -> Iterator[MisbehavingServer]:
    with misbehaving(_TAKES) as server:
        yield server


@pytest.fixture
def place(here: Path, mailbox: Mailbox, pings: MisbehavingServer) -> Nights:
    """A configuration that tells by mail and ping; nothing has come."""
    nights = Nights(here / "place")
    (nights.folder / "ping").touch(mode=0o600)
    (nights.folder / "ping").write_text(f"{pings.url}/uuid", encoding="utf-8")
    nights.configure(top=_TELL.format(port=mailbox.port))
    return nights


def subjects(mailbox: Mailbox) -> list[str]:
    return [str(mail["Subject"]) for mail in mailbox.mails]


def pinged(pings: MisbehavingServer) -> list[str]:
    return [request.line.split()[1] for request in pings.requests]


def break_at(nights: Nights, name: str) -> Path:
    """Puts a folder where a file should be: not even root can write it."""
    path = nights.ledger.parent / name
    path.mkdir(parents=True)
    return path


@pytest.mark.parametrize("what", _PLACES)
def test_a_night_that_cannot_open_its_files_is_told(
    place: Nights, mailbox: Mailbox, pings: MisbehavingServer, what: str
) -> None:
    broken = break_at(place, _PLACES[what])

    assert place.typed().code == 1
    assert len(subjects(mailbox)) == 1
    assert subjects(mailbox)[0].startswith("The night: failed: ")
    assert pinged(pings) == ["/uuid/fail"]
    broken.rmdir()
    assert place.typed().code == 0
    assert subjects(mailbox)[1:] == ["The night: is well again"]
    assert pinged(pings)[1:] == ["/uuid/start", "/uuid"]


def test_a_lock_that_cannot_be_taken_is_told(
    place: Nights, mailbox: Mailbox, pings: MisbehavingServer
) -> None:
    assert place.typed().code == 0
    [lock] = place.ledger.parent.glob("*.lock")
    lock.unlink()
    lock.mkdir()
    ended = place.typed()

    assert (ended.code, "Traceback" in ended.err) == (1, False)
    assert len(subjects(mailbox)) == 1
    assert pinged(pings)[2:] == ["/uuid/fail"]


def test_where_nothing_can_be_kept_it_is_told_at_once(
    place: Nights, mailbox: Mailbox, pings: MisbehavingServer
) -> None:
    place.ledger.parent.write_text("a file where the folder should be")

    assert place.typed().code == 1
    assert place.typed().code == 1
    assert len(subjects(mailbox)) == 2
    assert pinged(pings) == ["/uuid/fail", "/uuid/fail"]


def test_a_night_that_cannot_begin_is_seen_in_metrics(place: Nights) -> None:
    break_at(place, _PLACES["journal"])
    place.typed()

    numbers = (place.folder / "night.prom").read_text("utf-8")
    assert 'activity_import_night_status{status="failed"} 1.0' in numbers


@pytest.mark.parametrize("what", _PLACES)
def test_a_check_opens_what_a_night_opens(place: Nights, what: str) -> None:
    broken = break_at(place, _PLACES[what])
    found = json.loads(place.typed("--check", "--json").out)["findings"]
    levels = {each["check"]: each["level"] for each in found}

    assert levels[f"nightly: {what}"] == "failed"
    assert levels["nightly: lock"] == "ok"
    assert levels["what was told"] == "ok"
    broken.rmdir()


def test_a_check_tries_the_folder_of_what_was_told(place: Nights) -> None:
    place.typed()
    [told] = place.ledger.parent.glob("*.told")
    for path in told.iterdir():
        path.unlink()
    told.rmdir()
    told.write_text("a file where the folder should be")
    found = json.loads(place.typed("--check", "--json").out)["findings"]

    [finding] = [each for each in found if each["check"] == "what was told"]
    assert (finding["level"], str(told) in finding["message"]) == ("failed", True)


def spoil(nights: Nights, more: str = "colour: red\n") -> None:
    """Mistakes in a job, and in the configuration itself."""
    text = nights.config.read_text("utf-8")
    nights.config.write_text(text.replace("inbox: inbox\n", "inbx: inbox\n") + more)


def test_of_a_wrong_configuration_those_are_told_whom_it_names(
    place: Nights, mailbox: Mailbox, pings: MisbehavingServer
) -> None:
    right = place.config.read_text("utf-8")
    spoil(place)
    assert place.typed().code == 1
    assert place.typed().code == 1
    place.config.write_text(right)
    assert place.typed().code == 0

    first, last = mailbox.mails
    text = first.get_body(("plain",))
    assert text is not None
    assert "Line 12: " in text.get_content()
    assert "'inbx'" in text.get_content()
    assert str(last["Subject"]) == "The night: is well again"
    assert pinged(pings) == ["/uuid/fail", "/uuid/fail", "/uuid/start", "/uuid"]


def test_of_ways_of_telling_those_that_are_right_are_used(
    place: Nights, mailbox: Mailbox, pings: MisbehavingServer
) -> None:
    text = place.config.read_text("utf-8").replace("ping: {", "ping: {colour: red, ")
    place.config.write_text(text)

    assert place.typed().code == 1
    assert (len(subjects(mailbox)), pinged(pings)) == (1, [])


def test_a_check_of_a_wrong_configuration_tells_nobody(
    place: Nights, mailbox: Mailbox, pings: MisbehavingServer
) -> None:
    spoil(place)

    assert place.typed("--check").code == 1
    assert (subjects(mailbox), pinged(pings)) == ([], [])


def test_the_document_of_a_wrong_configuration_has_its_mistakes(place: Nights) -> None:
    spoil(place)
    told = json.loads(place.typed("--json").out)

    assert (told["exit_code"], told["status"]) == (1, "failed")
    assert [each["what"] for each in told["mistakes"]] == [
        "Job 1 needs 'inbox'.",
        "'inbx' is not a key of job 1.",
        "'colour' is not a key of the configuration.",
    ]
    assert told["mistakes"][1] == {
        "where": f"{place.config}:13:5",
        "what": "'inbx' is not a key of job 1.",
        "hint": "Did you mean 'inbox'?",
    }


def test_a_night_with_nothing_to_do_is_no_success_while_files_wait(
    place: Nights, pings: MisbehavingServer, mailbox: Mailbox
) -> None:
    top = _TELL.format(port=mailbox.port) + "api_key_file: key\n"
    place.configure(top=top)
    place.arrives("calls.csv", range(2, 4))
    (place.inbox / ".activity-import").mkdir(mode=0o700)
    (place.folder / "key").touch(mode=0o600)
    (place.folder / "key").write_text("a-key", encoding="utf-8")
    place.configure(top=f"{top}base_url: http://127.0.0.1:1\npatience: 1s\n")
    assert place.typed().code in {1, 4}
    assert place.files() == ["work/calls.csv"]
    body = mailbox.mails[-1].get_body(("plain",))
    assert body is not None
    assert "goes on by itself next time" in body.get_content()
    assert "resume" not in body.get_content()
    opens, closes = closed_window()
    place.configure(f"window: '{opens}-{closes}'", top=top)
    assert place.typed().code == 0

    assert pinged(pings) == ["/uuid/start", "/uuid/fail", "/uuid/start", "/uuid/fail"]
    assert b"calls: files that wait for the next night: 1" in pings.requests[-1].body
    numbers = (place.folder / "night.prom").read_text("utf-8")
    assert 'activity_import_files_waiting{import_job="calls"} 1.0' in numbers


def closed_window() -> tuple[str, str]:
    """A quarter of a day that is twelve hours away, on the clock of UTC."""
    opens = datetime.now(UTC) + timedelta(hours=12)
    return f"{opens:%H:%M}", f"{opens + timedelta(hours=6):%H:%M}"


_GOES_ON = "It stays where it is, and goes on by itself next time."


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        ("", _GOES_ON),
        ("Make room.", f"Make room. {_GOES_ON}"),
        ("Is it up? Go on with `activity-import resume` when it is.", _GOES_ON),
        ("Make a key, then go on with `resume`.", f"Make a key. {_GOES_ON}"),
        ("Wait. Give it rights, then `resume`.", f"Wait. Give it rights. {_GOES_ON}"),
    ],
)
def test_where_it_goes_on_by_itself_nobody_is_told_to_resume(
    hint: str, told: str
) -> None:
    assert on_its_way(hint) == told


def test_moments_are_told_on_the_clock_of_the_configuration(
    place: Nights, mailbox: Mailbox, pings: MisbehavingServer
) -> None:
    text = place.config.read_text("utf-8")
    place.config.write_text(text.replace("clock: UTC", "clock: Asia/Kathmandu"))
    break_at(place, _PLACES["journal"])
    place.typed()

    body = mailbox.mails[0].get_body(("plain",))
    assert body is not None
    assert body.get_content().rstrip().endswith(" UTC+0545.")
    assert b" UTC+0545: failed" in pings.requests[-1].body
