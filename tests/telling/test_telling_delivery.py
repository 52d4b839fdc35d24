"""Messages arrive though receivers are down, and the night never hears of it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_IMODE

import pytest

from pipeline.checkup import Level
from pipeline.nightly.endings import NightEnding
from pipeline.nightly.telling import Surroundings, Telling, TellingSettings
from pipeline.nightly.telling.delivery import MOST, PAUSES, Postman
from pipeline.nightly.telling.outbox import Letter, Outbox
from pipeline.nightly.telling.policy import Event, decide
from pipeline.nightly.telling.stories import News, subject_of
from pipeline.nightly.telling.undelivered import NotSent
from tests.telling.nights import at, flawed, job, night
from tests.telling.receivers import Diary, mail_server, mail_to

USUAL = frozenset(Event) - {Event.OK}


@dataclass
class Chat:
    """A channel whose receiver is away as often as `away` says."""

    key: str = "chat"
    on: frozenset[Event] = USUAL
    away: int = 0
    lasting: bool = False
    tries: int = 0
    got: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"the {self.key}"

    def write(self, news: News) -> str:
        return subject_of(news)

    def late(self, content: str, note: str) -> str:
        return f"{note} {content}"

    def send(self, content: str) -> str:
        self.tries += 1
        if self.tries <= self.away:
            raise NotSent("Nobody is there.", lasting=self.lasting)
        self.got.append(content)
        return ""

    def check(self) -> None:
        if self.away:
            raise NotSent("Nobody is there.", hint="Wait.")


def telling(folder: Path, diary: Diary, *chats: Chat) -> Telling:
    around = Surroundings(folder, diary.say, diary.sleep)
    return Telling(TellingSettings(tuple(chats)), around)


def pass_by(folder: Path, chat: Chat, *nights: NightEnding) -> Diary:
    """Nights, each in a process of its own, as far as files tell."""
    diary = Diary()
    for each in nights:
        onlooker = telling(folder, diary, chat)
        onlooker.begun(each.started_at)
        onlooker.ended(each)
    return diary


def test_a_month_is_told_as_it_should_be(tmp_path: Path) -> None:
    chat = Chat()
    nights = [flawed(), flawed(), job("ok"), job("nothing"), job("missing"), job("ok")]
    pass_by(
        tmp_path, chat, *(night(each, number=n) for n, each in enumerate(nights, 1))
    )

    assert chat.got == [
        "calls: 2 of 12 rows need a person",
        "calls: 2 of 12 rows need a person (night 2)",
        "calls: is well again",
        "calls: no file came",
        "calls: is well again",
    ]


def test_it_is_tried_again_within_the_night(tmp_path: Path) -> None:
    chat = Chat(away=2)
    diary = pass_by(tmp_path, chat, night(flawed()))

    assert chat.got == ["calls: 2 of 12 rows need a person"]
    assert diary.slept == list(PAUSES)


def test_what_will_not_pass_is_tried_once_a_night(tmp_path: Path) -> None:
    chat = Chat(away=1, lasting=True)
    diary = pass_by(tmp_path, chat, night(flawed()), night(number=2))

    assert (chat.tries, diary.slept) == (2, [])
    assert [text.partition(" calls: ")[2] for text in chat.got] == [
        "2 of 12 rows need a person"
    ]
    assert "well again" not in chat.got[0]


def test_the_next_night_brings_the_old_message_before_the_new(tmp_path: Path) -> None:
    chat = Chat(away=3)
    diary = pass_by(tmp_path, chat, night(flawed()), night(job("ok"), number=2))

    late, new = chat.got
    assert late.startswith("This message is of 2026-11-01 ")
    assert late.endswith(" calls: 2 of 12 rows need a person")
    assert new == "calls: is well again"
    assert "Since then" not in late
    assert diary.said == [
        "Not told yet: the chat: calls: 2 of 12 rows need a person. Nobody is there.",
        "Told: the chat: calls: 2 of 12 rows need a person.",
        "Told: the chat: calls: is well again.",
    ]


def test_a_trouble_that_is_over_is_told_with_its_end(tmp_path: Path) -> None:
    chat = Chat(away=1_000)
    pass_by(tmp_path, chat, night(flawed()), night(job("ok"), number=2))
    chat = Chat()
    pass_by(tmp_path, chat, night(flawed(), number=3))

    of_trouble, of_recovery, _new = chat.got
    assert "Since then: calls was well again at " in of_trouble
    assert "Since then" not in of_recovery


def test_after_a_week_a_message_is_given_up(tmp_path: Path) -> None:
    chat = Chat(away=1_000)
    pass_by(tmp_path, chat, night(flawed()))
    diary = pass_by(tmp_path, chat, *(night(number=n) for n in range(2, 12)))

    assert Outbox(tmp_path / "outbox").waiting() == ()
    assert diary.said[-1] == (
        "Given up: the message 'calls: 2 of 12 rows need a person', because it could "
        "not be sent for 7 days."
    )
    assert len(diary.said) == 2 * 7 + 2


def test_of_too_many_messages_the_oldest_are_given_up_and_counted(
    tmp_path: Path,
) -> None:
    outbox, diary = Outbox(tmp_path / "outbox"), Diary()
    for minute in range(MOST + 3):
        written = at(1) + timedelta(minutes=minute)
        outbox.put(Letter("chat", f"letter {minute}", written, f"text {minute}"))
    Postman(outbox, (Chat(away=1_000),), diary.say, diary.sleep).deliver(at(2))

    assert [each.subject for each in outbox.waiting()] == [
        f"letter {minute}" for minute in range(3, MOST + 3)
    ]
    assert diary.said[-1].startswith("Given up: the message 'letter 2', because 100 ")
    chat = Chat()
    Postman(outbox, (chat,), diary.say, diary.sleep).deliver(at(2))
    assert chat.got[0].endswith("before it that were given up: 3. text 3")
    assert "given up" not in chat.got[1]


def test_a_message_whose_receiver_is_gone_is_given_up(tmp_path: Path) -> None:
    pass_by(tmp_path, Chat(away=1_000), night(flawed()))
    diary = pass_by(tmp_path, Chat(key="other"), night(number=2))

    assert "no longer in the configuration" in diary.said[0]


def test_where_one_message_does_not_arrive_the_others_wait(tmp_path: Path) -> None:
    outbox, chat, diary = Outbox(tmp_path / "outbox"), Chat(away=1_000), Diary()
    for hour in range(5):
        outbox.put(Letter("chat", f"letter {hour}", at(1, hour), "text"))
    Postman(outbox, (chat,), diary.say, diary.sleep).deliver(at(2))

    assert (chat.tries, len(outbox.waiting())) == (1 + len(PAUSES), 5)


@dataclass
class Picky(Chat):
    """Refuses some messages, and takes the others."""

    def send(self, content: str) -> str:
        if content == "unwanted":
            raise NotSent("Not this one.", lasting=True, this_one=True)
        return super().send(content)


def test_a_message_that_nobody_wants_keeps_no_other_waiting(tmp_path: Path) -> None:
    outbox, chat, diary = Outbox(tmp_path / "outbox"), Picky(), Diary()
    for hour, content in enumerate(["unwanted", "wanted", "unwanted", "wanted"]):
        outbox.put(Letter("chat", content, at(1, hour), content))
    Postman(outbox, (chat,), diary.say, diary.sleep).deliver(at(1, 0))

    assert chat.got == ["wanted", "wanted"]
    assert [letter.subject for letter in outbox.waiting()] == ["unwanted"] * 2


def test_one_receiver_that_is_away_keeps_no_other_waiting(tmp_path: Path) -> None:
    away, there = Chat("away", away=1_000), Chat("there")
    telling(tmp_path, Diary(), away, there).ended(night(flawed()))

    assert there.got == ["calls: 2 of 12 rows need a person"]


def test_what_is_kept_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "telling"
    pass_by(folder, Chat(away=1_000), night(flawed()))
    kept = sorted(path for path in folder.rglob("*"))

    assert [path.name for path in kept][1:] == [
        "20261101T020900000000-chat.json",
        "told.json",
    ]
    assert {S_IMODE(path.stat().st_mode) for path in kept if path.is_file()} == {0o600}
    assert {
        S_IMODE(path.stat().st_mode) for path in [folder, *kept] if path.is_dir()
    } == {0o700}


def test_damaged_files_are_told_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / "1.json").write_text("[]")
    (tmp_path / "told.json").write_text('{"calls": 7}')
    chat = Chat()
    diary = pass_by(tmp_path, chat, night(flawed()))

    assert len(chat.got) == 1
    assert "cannot be read" in diary.said[0]


def test_a_message_that_cannot_be_kept_is_sent_at_once(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file where the folder should be")
    chat = Chat()
    diary = pass_by(tmp_path, chat, night(flawed()))

    assert chat.got == ["calls: 2 of 12 rows need a person"]
    assert [line.partition(":")[0] for line in diary.said] == [
        "A message cannot be kept",
        "Told",
    ]


@dataclass
class Broken(Chat):
    """A channel with a fault of our own."""

    def write(self, news: News) -> str:
        raise ZeroDivisionError(len(news.told))


def test_a_fault_of_our_own_does_not_fail_the_night(tmp_path: Path) -> None:
    diary = pass_by(tmp_path, Broken(), night(flawed()))

    assert diary.said == ["Telling failed by our own fault: ZeroDivisionError(1)"]


DIES = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.nightly.telling.delivery import Postman
from pipeline.nightly.telling.outbox import Outbox
from tests.telling.receivers import Mailbox, mail_to

folder, port = Path(sys.argv[1]), int(sys.argv[2])
mail = mail_to(Mailbox(port))
die = lambda _said: os.kill(os.getpid(), 9)
outbox = Outbox(folder)
outbox.remove = die
Postman(outbox, (mail,), print, die).deliver(datetime.now(UTC))
"""


def test_a_mail_that_was_sent_twice_is_known_by_its_message_id(tmp_path: Path) -> None:
    with mail_server() as mailbox:
        mail = mail_to(mailbox)
        news = News(night(flawed()), ())
        diary, outbox = Diary(), Outbox(tmp_path)
        content = mail.write(_told(news))
        outbox.put(Letter(mail.key, "subject", datetime.now(UTC), content))
        command = [sys.executable, "-c", DIES, str(tmp_path), str(mailbox.port)]
        killed = subprocess.run(command, check=False, timeout=60, env={**os.environ})
        Postman(outbox, (mail,), diary.say, diary.sleep).deliver(datetime.now(UTC))

    assert killed.returncode == -9
    first, second = (each["Message-ID"] for each in mailbox.mails)
    assert first == second
    assert outbox.waiting() == ()


def _told(news: News) -> News:
    _memory, told = decide({}, news.night, at(1).date())
    return News(news.night, told)


@pytest.mark.parametrize("away", [0, 1])
def test_a_check_tries_each_way(tmp_path: Path, away: int) -> None:
    [_memory, finding] = telling(tmp_path, Diary(), Chat(away=away)).check()

    assert (finding.check, finding.level is Level.OK) == ("the chat", not away)
    assert finding.hint == ("Wait." if away else "")


def test_a_check_tells_of_messages_that_wait(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    for hours in (0, 5):
        letter = Letter("chat", "x", at(1) + timedelta(hours=hours), json.dumps("x"))
        outbox.put(letter)
    telling_of_two = telling(tmp_path, Diary(), Chat())

    [_memory, waiting, _chat] = telling_of_two.check()

    assert (waiting.check, waiting.level) == ("messages", Level.WARNING)
    assert waiting.message.startswith(
        "2 wait to be delivered; the oldest is of 2026-11"
    )


def test_a_test_message_says_that_it_is_one(tmp_path: Path) -> None:
    chat = Chat()
    [finding] = telling(tmp_path, Diary(), chat).send_test(at(1))

    assert finding.level is Level.OK
    assert chat.got == ["Test message: there is nothing to do"]
    assert list(tmp_path.iterdir()) == []


def test_letters_come_in_the_order_they_were_written(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    for days in (3, 1, 2):
        outbox.put(
            Letter("chat", str(days), at(1) + timedelta(days=days), json.dumps(days))
        )

    assert [letter.subject for letter in outbox.waiting()] == ["1", "2", "3"]
