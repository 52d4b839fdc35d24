"""Rows without an answer, and timelines that show what they are told to."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pipeline.api import Entry, Page, TimelineQuery, Unread
from pipeline.rows import Link, Unanswered
from pipeline.stages.reconcile import Case, Witness

ADA = Link("contact", "ada")
BOB = Link("contact", "bob")
KNOWN = Link("contact", "known")
SENT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HELD = datetime(2019, 5, 6, 12, 0, tzinfo=UTC)
NO_ROW = "none"


def row(name: str, subject: str = "Call", **changes: object) -> Unanswered:
    """A row that was sent at SENT and given up a minute later."""
    given = Unanswered(
        identity=name.encode(),
        subject=subject,
        activity_time=HELD,
        links=(ADA,),
        claimed_at=SENT,
        given_up_at=SENT + timedelta(minutes=1),
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def entry(name: str, subject: str = "Call", **changes: object) -> Entry:
    """An activity that was created while the row was in flight."""
    at = SENT + timedelta(seconds=30)
    given = Entry(name, subject, at, (subject,), is_manual=True)
    return replace(given, **changes)  # type: ignore[arg-type]


def witness(**changes: object) -> Witness:
    """A row that is known to be in the timeline of KNOWN."""
    return replace(Witness("w", "Known", HELD, KNOWN, SENT), **changes)  # type: ignore[arg-type]


def case(
    *rows: Unanswered,
    others: Iterable[Unanswered] = (),
    known: Witness | None = None,
    claimed: Iterable[str] = (),
) -> Case:
    """A known row is in the timeline of KNOWN, unless told otherwise."""
    witnesses = (known or witness(),)
    return Case(rows, lambda: tuple(others), witnesses, set(claimed).intersection)


@dataclass
class Shows:
    """Timelines by link; `looks` says what a second look shows, and so on.

    It takes `created_at` for what the windows ask of, as the API may.
    """

    entries: dict[Link, list[Entry]] = field(default_factory=dict)
    unread: dict[Link, Unread] = field(default_factory=dict)
    asked: list[TimelineQuery] = field(default_factory=list)

    async def timeline(
        self, query: TimelineQuery, cursor: str | None = None
    ) -> Page | Unread:
        del cursor
        if query.link != KNOWN:
            self.asked.append(query)
        if query.link in self.unread:
            return self.unread[query.link]
        return Page(
            tuple(
                each
                for each in self.entries.get(query.link, self._known(query.link))
                if each.created_at is None
                or query.created_from <= each.created_at <= query.created_to
            ),
            None,
        )

    def _known(self, link: Link) -> list[Entry]:
        return [entry("w", "Known", created_at=SENT)] if link == KNOWN else []
