"""What a message says: the verdict first, then why, and what to type."""

import json
from dataclasses import replace
from email import message_from_string, policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.nightly.endings import JobEnding
from pipeline.nightly.telling.attachments import MOST_BYTES, Attach
from pipeline.nightly.telling.hooks import (
    KINDS,
    Hook,
    json_body,
    slack_body,
    teams_body,
)
from pipeline.nightly.telling.html import html_text
from pipeline.nightly.telling.mail import Mail
from pipeline.nightly.telling.plain import plain_text
from pipeline.nightly.telling.policy import Event, decide, heard
from pipeline.nightly.telling.secret import InTheOpen
from pipeline.nightly.telling.smtp import MailServer
from pipeline.nightly.telling.stories import News, subject_of
from pipeline.nightly.telling.web import Endpoint
from tests.telling.nights import RUN, at, file, flawed, job, night

REPORTS = Path("/srv/crm/reports", RUN)
HOSTILE = (
    "x\r\nBcc: all@example.org\n<script>alert(1)</script>\u202e\udcff*[a](b)<!here>"
)


def news_of(*jobs: JobEnding) -> News:
    ended = night(*jobs)
    _memory, told = decide({}, ended, at(1).date())
    return News(ended, heard(told, frozenset(Event)))


def mail_of(news: News, *attach: Attach) -> Any:
    server = MailServer("mail.example.org", 587)
    mail = Mail(
        ("ada@example.org", "bo@example.org"),
        "night@example.org",
        server,
        frozenset(Event),
        frozenset(attach),
    )
    return message_from_string(mail.write(news), policy=policy.default)


def test_a_mail_that_comes_late_says_so_first() -> None:
    server = MailServer("mail.example.org", 587)
    to = Mail(("ada@example.org",), "n@example.org", server, frozenset(Event))
    written = to.write(news_of(flawed(reports=REPORTS)))
    before, late = (
        message_from_string(text, policy=policy.default)
        for text in (written, to.late(written, "Late & <b>."))
    )

    assert late["Subject"] == f"Late: {before['Subject']}"
    assert late["Message-ID"] == before["Message-ID"]
    for kind, note in [
        ("plain", ["Late & <b>.", ""]),
        ("html", ["<p>Late &amp; &lt;b&gt;.</p>"]),
    ]:
        old, new = (_lines_of(mail, kind) for mail in (before, late))
        place = new.index(note[0])
        assert new[place : place + len(note)] == note
        assert new[:place] + new[place + len(note) :] == old
        assert not any("calls.csv" in line for line in new[:place])
        assert any("calls.csv" in line for line in new[place:])


def _lines_of(mail: Any, kind: str) -> list[str]:
    return list(mail.get_body((kind,)).get_content().splitlines())


@pytest.mark.parametrize("kind", ["slack", "teams", "webhook"])
def test_a_hook_that_comes_late_says_so(kind: str) -> None:
    url = InTheOpen("http://127.0.0.1:9/hook")
    hook = Hook(kind, KINDS[kind], Endpoint(url), frozenset(Event))
    written = hook.write(news_of(flawed(reports=REPORTS)))

    late = json.loads(hook.late(written, "Come late."))
    assert str(late).count("Come late.") == 1
    assert "Come late." not in written
    assert subject_of(news_of(flawed())) in str(late).partition("Come late.")[0]


def test_a_recovery_names_what_had_been_wrong() -> None:
    memory, _told = decide({}, night(flawed()), at(1).date())
    memory, _told = decide(memory, night(job("missing")), at(2).date())
    ended = night(job("ok"))
    news = News(ended, decide(memory, ended, at(3).date())[1])

    assert f"Since {at(1).date()} this had been wrong: no file came, it needed a " in (
        plain_text(news, "")
    )


def test_a_message_whole() -> None:
    assert plain_text(news_of(flawed(reports=REPORTS)), "") == (
        "calls: 2 of 12 rows need a person.\n"
        "\n"
        "\n"
        "  calls.csv\n"
        "    2 rows of 12 need a person.\n"
        "            10  created\n"
        "             2  invalid\n"
        "            2x  The date or time cannot be read (bad_time)\n"
        "    Open fix-me.csv in a spreadsheet: it holds 2 rows with the reason beside "
        "each. Correct them, save, and type:\n"
        f"      activity-import run {REPORTS}/fix-me.csv -m calls\n"
        f"    Report: {REPORTS}/report.html\n"
        "\n"
        "activity-import nightly, from 2026-11-01 02:00 UTC to 2026-11-01 02:09 UTC.\n"
    )


def test_a_headline_that_is_cut_ends_with_three_dots() -> None:
    first, *_ = plain_text(news_of(job("failed", reason="word " * 40)), "").split("\n")

    assert first.endswith("word ...")


@pytest.mark.parametrize(
    ("ending", "subject"),
    [
        (job("ok", file(created=1)), "calls: all is well, 1 row went to Reevo"),
        (job("missing", reason="No file came."), "calls: no file came"),
        (job("failed", reason="There is no key."), "calls: failed: There is no key"),
        (
            job("stopped", file("stopped", created=1, unsent=1_200)),
            "calls: stopped early, 1,200 of 1,201 rows not sent",
        ),
        (job("interrupted"), "calls: was interrupted"),
        (
            job("attention", file("attention", reason="It came twice.")),
            "calls: needs a person: It came twice",
        ),
        (
            job("stopped", file("stopped", reason="The API is down.", unsent=3)),
            "calls: stopped early, 3 of 3 rows not sent: The API is down",
        ),
        (
            job("failed", file("failed", reason="It is empty."), reason="None came."),
            "calls: failed: It is empty",
        ),
        (
            job("failed", reason="The disk is full (/srv/a b/reports). Make room."),
            "calls: failed: The disk is full",
        ),
        (
            job("failed", reason="'/srv/in/a.csv' cannot be read. Ask."),
            "calls: failed: 'a.csv' cannot be read",
        ),
        (
            job("failed", reason="It holds " + "many, many " * 20 + "things."),
            "calls: failed: It holds" + " many, many" * 6 + " many, many ...",
        ),
    ],
)
def test_the_subject_is_the_verdict(ending: JobEnding, subject: str) -> None:
    assert subject_of(news_of(ending)) == subject


def test_the_subject_counts_the_other_jobs_and_the_nights() -> None:
    memory, _ = decide({}, night(flawed()), at(1).date())
    ended = night(flawed(), job("missing", name="tasks"), job("ok", name="mails"))
    _, told = decide(memory, ended, at(2).date())

    assert subject_of(News(ended, heard(told, frozenset({Event.ATTENTION})))) == (
        "calls: 2 of 12 rows need a person (night 2)"
    )
    assert subject_of(News(ended, told)) == "tasks: no file came; and 2 more jobs"
    assert "This is night 2 of this trouble, since 2026-11-01." in plain_text(
        News(ended, told), ""
    )


def test_reports_are_linked_where_they_can_be_reached() -> None:
    news = news_of(flawed(reports=REPORTS))
    link = f"https://crm.example.org/r/{RUN}/report.html"

    assert f"Report: {link}" in plain_text(news, "https://crm.example.org/r/")
    assert f'href="{link}"' in html_text(news, "https://crm.example.org/r")


def test_a_mail_says_who_wrote_it_and_has_both_forms() -> None:
    mail = mail_of(news_of(flawed()))

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Sun, 01 Nov 2026 02:09:00 +0000"
    assert mail["To"] == "ada@example.org, bo@example.org"
    assert mail["Message-ID"] == mail_of(news_of(flawed()))["Message-ID"]
    assert mail.get_body(("plain",)).get_content().startswith("calls: 2 of 12 rows")
    assert "<h1>calls: 2 of 12 rows" in mail.get_body(("html",)).get_content()


def reports_with(folder: Path, **sizes: int) -> Path:
    for name, size in sizes.items():
        ending = {"report": "report.html", "fix_me": "fix-me.csv"}[name]
        (folder / ending).write_bytes(b"x" * size)
    return folder


def test_small_reports_are_attached_and_large_ones_named(tmp_path: Path) -> None:
    reports = reports_with(tmp_path, report=MOST_BYTES + 1, fix_me=30)
    mail = mail_of(news_of(flawed(reports=reports)), *Attach)
    text = mail.get_body(("plain",)).get_content()

    assert [
        (each.get_filename(), each.get_content()) for each in mail.iter_attachments()
    ] == [(f"{tmp_path.name}-fix-me.csv", "x" * 30)]
    assert f"Attached: {tmp_path.name}-fix-me.csv" in text
    assert (
        f"{tmp_path.name}-report.html is not attached, being too large or not "
        f"readable: {tmp_path}/report.html"
    ) in text


def test_nothing_is_attached_that_was_not_asked_for(tmp_path: Path) -> None:
    reports = reports_with(tmp_path, report=10, fix_me=30)

    assert list(mail_of(news_of(flawed(reports=reports))).iter_attachments()) == []


def test_of_a_job_that_is_well_nothing_is_attached(tmp_path: Path) -> None:
    well = job("ok", file(created=3, reports=reports_with(tmp_path, report=10)))

    assert list(mail_of(news_of(well), *Attach).iter_attachments()) == []


@pytest.mark.parametrize("status", ["stopped", "interrupted", "failed"])
def test_of_a_file_that_goes_on_by_itself_nothing_is_attached(
    tmp_path: Path, status: str
) -> None:
    reports = reports_with(tmp_path, report=10, fix_me=30)
    ended = file(status, created=3, invalid=2, unsent=7, reports=reports)
    goes_on = news_of(job(status, replace(ended, goes_on=True)))

    assert list(mail_of(goes_on, *Attach).iter_attachments()) == []


def test_where_no_row_needs_a_person_nothing_is_attached(tmp_path: Path) -> None:
    reports = reports_with(tmp_path, report=10, fix_me=30)
    put_aside = news_of(job("stopped", file("stopped", unsent=7, reports=reports)))

    assert list(mail_of(put_aside, *Attach).iter_attachments()) == []


def hostile_news() -> News:
    broken = file("failed", HOSTILE, reason=HOSTILE, hint=HOSTILE, issues={HOSTILE: 1})
    return news_of(job("failed", broken, name=HOSTILE, reason=HOSTILE))


def test_names_of_files_and_jobs_write_no_headers() -> None:
    mail = mail_of(hostile_news())

    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("x Bcc: all@example.org <script>")
    assert "\n" not in mail["Subject"]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)


def test_names_of_files_and_jobs_are_text_in_pages_and_chats() -> None:
    news = hostile_news()
    tags = Tags()
    tags.feed(html_text(news, ""))

    assert not tags.seen & {"script", "img", "a", "link", "iframe"}
    assert "<" not in slack_body(news, "")["text"]
    assert {block["text"]["type"] for block in slack_body(news, "")["blocks"]} == {
        "plain_text"
    }
    [card] = teams_body(news, "")["attachments"]
    assert {block["type"] for block in card["content"]["body"]} == {"RichTextBlock"}


@given(st.text(max_size=300), st.text(max_size=300))
@settings(deadline=None, max_examples=60)
def test_whatever_names_and_reasons_are_a_mail_can_be_written(
    name: str, reason: str
) -> None:
    ending = job("failed", file("failed", name, reason=reason), name=name)
    mail = mail_of(news_of(ending))

    assert set(mail.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type"),
    }


def test_messages_to_chats_keep_their_bounds() -> None:
    files = [file("failed", f"{n:0>80}.csv", reason="long " * 200) for n in range(40)]
    news = news_of(*(job("failed", *files, name=f"job {n}") for n in range(40)))

    assert len(json.dumps(teams_body(news, ""))) < 28_000
    blocks = slack_body(news, "")["blocks"]
    assert len(blocks) <= 50
    assert max(len(block["text"]["text"]) for block in blocks) <= 3_000
    assert sum(len(block["text"]["text"]) for block in blocks) < 13_000
    assert [block["text"]["text"][:12] for block in blocks[1:]] == [
        "job 0: faile",
        "job 1: faile",
        "job 2: faile",
        "The rest is ",
    ]
    assert len(plain_text(news, "")) < 2_000_000


def test_programs_are_told_the_whole_night() -> None:
    body = json_body(news_of(flawed(), job("nothing", name="tasks")), "")

    assert body["told"] == [
        {
            "job": "calls",
            "event": "attention",
            "since": "2026-11-01",
            "nights": 1,
            "silent": 0,
        }
    ]
    assert (body["schema"], body["status"]) == (1, "attention")
    assert body["started_at"] == "2026-11-01T02:00:00Z"
    assert [each["job"] for each in body["jobs"]] == ["calls", "tasks"]
    [told] = body["jobs"][0]["files"]
    assert (told["counts"], told["issues"]) == (
        {"read": 12, "created": 10, "invalid": 2},
        {"bad_time": 2},
    )
