"""Webhooks: chats, and programs of your own."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Any, Final

from pipeline.errors import SettingsError
from pipeline.nightly.telling.document import document
from pipeline.nightly.telling.plain import closing, story_lines
from pipeline.nightly.telling.policy import Event
from pipeline.nightly.telling.secret import Secret
from pipeline.nightly.telling.stories import News, stories_of, subject_of
from pipeline.nightly.telling.undelivered import NotSent
from pipeline.nightly.telling.web import Endpoint

Body = Callable[[News, str], dict[str, Any]]
_SLACK_HEADER: Final = 150
_SLACK_TEXT: Final = 2_900
_SLACK_MESSAGE: Final = 10_000
_MOST_STORIES: Final = 20
_TEAMS_TEXT: Final = 1_500
_TEAMS_MESSAGE: Final = 6_000
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_JSON: Final = {"Content-Type": "application/json", "User-Agent": "activity-import"}


@dataclass(frozen=True)
class Hook:
    """An address that takes JSON. `headers` are lines such as `Authorization: ...`."""

    kind: str
    body: Body
    endpoint: Endpoint
    on: frozenset[Event]
    headers: Secret | None = None
    report_url: str = ""

    @property
    def key(self) -> str:
        words = f"{self.kind}\0{self.endpoint.url.label}".encode()
        return hashlib.sha256(words).hexdigest()[:16]

    @property
    def name(self) -> str:
        return f"{self.kind} ({self.endpoint.url.label})"

    def write(self, news: News) -> str:
        body = json.dumps(self.body(news, self.report_url), ensure_ascii=False)
        return body.encode("utf-8", "replace").decode()

    def late(self, content: str, note: str) -> str:
        body = json.loads(content)
        _LATE[self.kind](body, note)
        return json.dumps(body, ensure_ascii=False)

    def send(self, content: str) -> str:
        self.endpoint.post(content.encode(), {**_JSON, **self._own_headers()})
        return ""

    def check(self) -> None:
        self._own_headers()
        self.endpoint.connect()

    def _own_headers(self) -> dict[str, str]:
        if self.headers is None:
            return {}
        try:
            return read_headers(self.headers)
        except SettingsError as error:
            raise NotSent(error.sentence, hint=error.hint, lasting=True) from error


def read_headers(secret: Secret) -> dict[str, str]:
    """Lines of `Name: value`; raises SettingsError."""
    headers: dict[str, str] = {}
    for number, line in enumerate(secret.read().splitlines(), 1):
        name, colon, value = line.partition(":")
        if not colon or not _HEADER.fullmatch(name.strip()) or not _is_plain(value):
            raise SettingsError(
                f"Line {number} of the headers is no header.",
                where=secret.where,
                hint="Write each on a line of its own, like Authorization: Bearer ...",
            )
        headers[name.strip()] = value.strip()
    return headers


def _is_plain(value: str) -> bool:
    return value.isascii() and value.strip().isprintable()


def slack_body(news: News, report_url: str) -> dict[str, Any]:
    """Blocks of plain text, in which nothing is markup."""
    subject = subject_of(news)
    header = {"type": "header", "text": _plain(subject, _SLACK_HEADER)}
    texts = (_cut(text, _SLACK_TEXT) for text in _texts(news, report_url))
    sections = [
        {"type": "section", "text": _plain(text, _SLACK_TEXT)}
        for text in _within(texts, _SLACK_MESSAGE)
    ]
    return {"text": _escaped(subject), "blocks": [header, *sections]}


def teams_body(news: News, report_url: str) -> dict[str, Any]:
    """An Adaptive Card as the workflows of Teams take them; texts are no markup."""
    texts = (_cut(text, _TEAMS_TEXT) for text in _texts(news, report_url))
    blocks: list[dict[str, Any]] = [
        _runs(subject_of(news), weight="Bolder", size="Large"),
        *(_runs(text) for text in _within(texts, _TEAMS_MESSAGE)),
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def json_body(news: News, _report_url: str) -> dict[str, Any]:
    """The night's ending, for programs."""
    return document(news)


def _slack_late(body: dict[str, Any], note: str) -> None:
    section = {"type": "section", "text": _plain(note, _SLACK_TEXT)}
    body["blocks"].insert(1, section)


def _teams_late(body: dict[str, Any], note: str) -> None:
    body["attachments"][0]["content"]["body"].insert(1, _runs(_cut(note, _TEAMS_TEXT)))


def _json_late(body: dict[str, Any], note: str) -> None:
    body["late"] = note


_LATE: Final[Dict[str, Callable[[dict[str, Any], str], None]]] = {
    "slack": _slack_late,
    "teams": _teams_late,
    "webhook": _json_late,
}
KINDS: Final[Dict[str, Body]] = {
    "slack": slack_body,
    "teams": teams_body,
    "webhook": json_body,
}


def _texts(news: News, report_url: str) -> Iterator[str]:
    for story in stories_of(news, report_url)[:_MOST_STORIES]:
        yield "\n".join(story_lines(story))
    yield closing(news)


def _within(texts: Iterable[str], room: int) -> Iterator[str]:
    """As many as have room; of the others it is said where they are."""
    for text in texts:
        room -= len(text)
        if room < 0:
            yield "The rest is in the reports."
            return
        yield text


def _plain(text: str, length: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": _cut(text, length), "emoji": False}


def _runs(text: str, **look: str) -> dict[str, Any]:
    runs = [{"type": "TextRun", "text": line, **look} for line in _lines(text)]
    return {"type": "RichTextBlock", "inlines": runs, "separator": not look}


def _lines(text: str) -> list[str]:
    *first, last = text.split("\n")
    return [*(f"{line}\n" for line in first), last]


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 4]}\n..."


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
