"""The activities that were taken, in order, in memory."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from pipeline.sandbox.models import ActivityAttributes, TimelineQuery

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity that was taken; `body` is the request, byte for byte."""

    id: str
    created_at: datetime
    subject: str
    body: bytes


@dataclass(frozen=True)
class ActivityStore:
    """Activities in the order they came, found by the records they are linked to."""

    activities: list[Activity] = field(default_factory=list)
    _by_link: defaultdict[str, list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, attributes: ActivityAttributes, body: bytes) -> Activity:
        """Keeps an activity; times of creation never run backwards."""
        latest = self.activities[-1].created_at if self.activities else BEGINNING
        now = max(datetime.now(UTC), latest)
        activity = Activity(str(uuid4()), now, attributes.metadata.subject, body)
        for id_ in _links(attributes):
            self._by_link[id_].append(len(self.activities))
        self.activities.append(activity)
        return activity

    def timeline(self, query: TimelineQuery) -> list[Activity]:
        """The activities linked to every id of the scope, oldest first."""
        first, *others = (self._by_link.get(id_, []) for id_ in query.scope)
        on_others = [set(positions) for positions in others]
        return [
            self.activities[position]
            for position in self._within(first, query)
            if all(position in positions for positions in on_others)
        ]

    def _within(self, positions: list[int], query: TimelineQuery) -> Iterator[int]:
        def created_at(position: int) -> datetime:
            return self.activities[position].created_at

        begin = bisect_left(positions, query.created_from or BEGINNING, key=created_at)
        end = bisect_right(positions, query.created_to or END, key=created_at)
        return iter(positions[begin:end])


def _links(attributes: ActivityAttributes) -> set[str]:
    ids = (attributes.account_id, attributes.opportunity_id, *attributes.contact_ids)
    return {id_.lower() for id_ in ids if id_}
