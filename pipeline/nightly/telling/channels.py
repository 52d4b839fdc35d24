"""What every way of telling has: it writes messages, and sends what was written."""

from typing import Protocol

from pipeline.nightly.telling.policy import Event
from pipeline.nightly.telling.stories import News


class Channel(Protocol):
    """One receiver, or one list of them, and the way there.

    `key` stays the same from night to night, so that a message that waits finds its
    way. `name` is for people; no secret stands in either.
    """

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def on(self) -> frozenset[Event]:
        """What it is told of."""
        ...

    def write(self, news: News) -> str:
        """The message, whole, as it is kept until it is sent."""
        ...

    def late(self, content: str, note: str) -> str:
        """What `write` made, with a sentence of why it comes late before the rest."""
        ...

    def send(self, content: str) -> str:
        """Sends what `write` made; returns a remark or "". Raises NotSent."""
        ...

    def check(self) -> None:
        """Connects, and sends nothing; raises NotSent."""
        ...
