"""Brings letters out of the outbox: a few times now, and again the next night.

A letter leaves the outbox when it has arrived. If the program dies between the two,
it is sent twice: a mail with the same Message-ID, by which mail programs fold them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from pipeline.nightly.clock import when
from pipeline.nightly.telling.channels import Channel
from pipeline.nightly.telling.outbox import Letter, Outbox
from pipeline.nightly.telling.undelivered import NotSent

PAUSES: Final = (2.0, 10.0)
KEPT: Final = timedelta(days=7)
MOST: Final = 100


@dataclass(frozen=True)
class Postman:
    """Delivers what waits. `pauses` are the seconds between tries; `say` logs."""

    outbox: Outbox
    channels: tuple[Channel, ...]
    say: Callable[[str], None]
    sleep: Callable[[float], None]
    pauses: tuple[float, ...] = PAUSES

    def deliver(self, now: datetime) -> None:
        """The oldest first; where nobody is reached, the others need not try."""
        by_key = {channel.key: channel for channel in self.channels}
        waiting = self.outbox.waiting()
        for letter in waiting:
            if letter.channel not in by_key:
                self._drop(letter, "its receiver is no longer in the configuration")
        for key, channel in by_key.items():
            self._deliver_by(
                channel, [each for each in waiting if each.channel == key], now
            )

    def deliver_at_once(self, channel: Channel, letter: Letter) -> None:
        """For a letter that could not be kept: on a full disk, people must know."""
        self._failure(channel, letter)

    def _deliver_by(
        self, channel: Channel, letters: Iterable[Letter], now: datetime
    ) -> None:
        blocked, waiting = None, []
        for letter in letters:
            failed = blocked or self._failure(channel, _dated(channel, letter, now))
            if failed is None:
                self.outbox.remove(letter)
                continue
            blocked = None if failed.this_one else failed
            waiting.append(letter)
        self._give_up(waiting, now)

    def _give_up(self, waiting: list[Letter], now: datetime) -> None:
        """What is too old or too much, the oldest first; the next one counts them."""
        old = sum(now - letter.written_at > KEPT for letter in waiting)
        dropped = waiting[: max(old, len(waiting) - MOST)]
        for place, letter in enumerate(dropped):
            why = f"it could not be sent for {KEPT.days} days"
            more = f"{MOST} newer ones wait for the same receiver"
            self._drop(letter, why if place < old else more)
        if dropped and (kept := waiting[len(dropped) :]):
            lost = sum(1 + letter.lost for letter in dropped) + kept[0].lost
            self.outbox.put(replace(kept[0], lost=lost))

    def _failure(self, channel: Channel, letter: Letter) -> NotSent | None:
        """Sends it; None when it arrived."""
        try:
            remark = self._try(channel, letter)
        except NotSent as error:
            self.say(
                f"Not told yet: {channel.name}: {letter.subject}. {error.reason} "
                f"{error.hint}".strip()
            )
            return error
        self.say(f"Told: {channel.name}: {letter.subject}. {remark}".strip())
        return None

    def _try(self, channel: Channel, letter: Letter) -> str:
        for pause in self.pauses:
            try:
                return channel.send(letter.content)
            except NotSent as error:
                if error.lasting:
                    raise
            self.sleep(pause)
        return channel.send(letter.content)

    def _drop(self, letter: Letter, why: str) -> None:
        self.outbox.remove(letter)
        self.say(f"Given up: the message '{letter.subject}', because {why}.")


def _dated(channel: Channel, letter: Letter, now: datetime) -> Letter:
    """With a note, if it was written in a night before."""
    if letter.written_at >= now:
        return letter
    written = when(letter.written_at.astimezone(now.tzinfo))
    told = [f"This message is of {written} and could not be delivered before."]
    told += [f"Since then: {each}." for each in letter.well]
    if letter.lost:
        told.append(f"Messages before it that were given up: {letter.lost}.")
    return replace(letter, content=channel.late(letter.content, " ".join(told)))
