"""The activities that were taken, in order, in memory."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from pipeline.sandbox.models import ActivityAttributes, TimelineQuery
from pipeline.sandbox.settings import TimelineManner

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity that was taken; `body` is the request, byte for byte.

    `created_at` is what the API says of it, `received_at` when it was taken.
    """

    id: str
    received_at: datetime
    created_at: datetime
    subject: str
    body: bytes


@dataclass(frozen=True)
class ActivityStore:
    """Activities in the order they came, found by the records they are linked to."""

    manner: TimelineManner = field(default_factory=TimelineManner)
    activities: list[Activity] = field(default_factory=list)
    _by_link: defaultdict[str, list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, attributes: ActivityAttributes, body: bytes) -> Activity:
        """Keeps an activity; times of receipt never run backwards."""
        latest = self.activities[-1].received_at if self.activities else BEGINNING
        now = max(datetime.now(UTC), latest)
        metadata = attributes.metadata
        created_at = self._date(metadata.activity_time, now)
        activity = Activity(str(uuid4()), now, created_at, metadata.subject, body)
        position = len(self.activities)
        self.activities.append(activity)
        for id_ in _links(attributes):
            insort(self._by_link[id_], position, key=self._created_at)
        return activity

    def timeline(self, query: TimelineQuery) -> list[Activity]:
        """The activities linked to every id of the scope, oldest first."""
        first, *others = (self._by_link.get(id_, []) for id_ in query.scope)
        on_others = [set(positions) for positions in others]
        return [
            self.activities[position]
            for position in self._within(first, query)
            if all(position in positions for positions in on_others)
            and self._shows(position)
        ]

    def _date(self, activity_time: str, now: datetime) -> datetime:
        if self.manner.created_at == "activity_time":
            return datetime.fromisoformat(activity_time)
        return now

    def _within(self, positions: list[int], query: TimelineQuery) -> Iterator[int]:
        key = self._created_at
        begin = bisect_left(positions, query.created_from or BEGINNING, key=key)
        end = bisect_right(positions, query.created_to or END, key=key)
        return iter(positions[begin:end])

    def _created_at(self, position: int) -> datetime:
        return self.activities[position].created_at

    def _shows(self, position: int) -> bool:
        age = datetime.now(UTC) - self.activities[position].received_at
        return age >= timedelta(seconds=self.manner.late_seconds)


def _links(attributes: ActivityAttributes) -> set[str]:
    ids = (attributes.account_id, attributes.opportunity_id, *attributes.contact_ids)
    return {id_.lower() for id_ in ids if id_}
