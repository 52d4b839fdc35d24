"""Which columns a draft uses for what."""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass

from pipeline.errors import PipelineError
from pipeline.nearest import normalize_name
from pipeline.printable import one_line
from pipeline.suggesting.dates import Order
from pipeline.suggesting.kinds import MAILS, REEVO_IDS, Kind
from pipeline.suggesting.profile import ColumnProfile
from pipeline.suggesting.roles import LIKELY, Guess, guess_roles
from pipeline.suggesting.words import Role

_NEAR = 0.05
_NAME_WIDTH = 40
_CHOSEN = (Role.HAPPENED, Role.SUBJECT, Role.DESCRIPTION, Role.CATEGORY)
_LINKS = {
    "account_id": Role.ACCOUNT,
    "opportunity_id": Role.OPPORTUNITY,
    "contact_ids": Role.CONTACT,
}


@dataclass(frozen=True)
class Chosen:
    """The columns of the fields.

    `time` holds the time of the activities, `clock` its time of day if that stands in
    a column of its own, `fallback` another date for where `time` is empty.
    """

    time: Guess
    clock: Guess | None
    fallback: Guess | None
    subject: Guess | None
    description: Guess | None
    category: Guess | None
    key: Guess | None
    links: Dict[str, tuple[Guess, ...]]
    status: Guess | None
    deleted: Guess | None

    def guesses(self) -> tuple[Guess, ...]:
        """All of them, each once."""
        ones = (
            *(self.time, self.clock, self.fallback, self.subject, self.description),
            *(self.category, self.key, self.status, self.deleted),
            *(guess for several in self.links.values() for guess in several),
        )
        return tuple(guess for guess in ones if guess is not None)


@dataclass(frozen=True)
class Proposal:
    """What a draft makes of the columns.

    `details` go into the description. `rivals` are pairs of columns that are equally
    good. `left` are columns that nothing uses, `unusable` those that no mapping can
    name; `other_dates` are among those left.
    """

    chosen: Chosen
    details: tuple[Guess, ...]
    left: tuple[ColumnProfile, ...]
    unusable: tuple[ColumnProfile, ...]
    rivals: tuple[tuple[Guess, Guess], ...] = ()
    other_dates: tuple[Guess, ...] = ()

    @property
    def needs_zone(self) -> bool:
        """Whether there are times that do not say their zone."""
        dates = self.chosen.time.profile.dates
        return dates is not None and (
            self.chosen.clock is not None or (dates.timed and not dates.zoned)
        )

    @property
    def undecided(self) -> Guess | None:
        """The dates that may be read in two ways."""
        for guess in (self.chosen.time, self.chosen.fallback):
            dates = guess.profile.dates if guess else None
            if dates is not None and dates.order in {Order.UNDECIDED, Order.BOTH}:
                return guess
        return None


def propose(
    profiles: Sequence[ColumnProfile], preferred: Dict[Role, str] | None = None
) -> Proposal:
    """Distributes the columns; raises PipelineError if none holds a time.

    `preferred` names, by role, the column (by id) that a person chose among rivals.
    """
    unusable = tuple(_unusable(profiles))
    usable = [profile for profile in profiles if profile not in unusable]
    ranked = _Ranked(guess_roles(usable), preferred or {})
    time = ranked.best(Role.HAPPENED) or ranked.best(Role.DUE)
    if time is None:
        raise _no_time(usable)
    chosen = Chosen(
        time=time,
        clock=ranked.clock_of(time),
        fallback=ranked.fallback_of(time),
        subject=ranked.best(Role.SUBJECT),
        description=ranked.best(Role.DESCRIPTION),
        category=ranked.category(),
        key=ranked.best(Role.KEY),
        links={name: ranked.links(role) for name, role in _LINKS.items()},
        status=ranked.best(Role.STATUS),
        deleted=ranked.best(Role.DELETED),
    )
    details = ranked.details()
    used = {guess.profile.column.id for guess in (*chosen.guesses(), *details)}
    return Proposal(
        chosen,
        details=details,
        left=tuple(each for each in usable if each.column.id not in used),
        unusable=unusable,
        rivals=ranked.rivals(),
        other_dates=ranked.other_dates(used),
    )


class _Ranked:
    """Guesses by role, the best first."""

    def __init__(self, guesses: Sequence[Guess], preferred: Dict[Role, str]) -> None:
        self._guesses = guesses
        self._preferred = preferred

    def of(self, role: Role) -> list[Guess]:
        wanted = self._preferred.get(role)
        return sorted(
            (guess for guess in self._guesses if guess.role is role),
            key=lambda guess: (
                guess.profile.column.id != wanted,
                guess.profile.kind is Kind.EMPTY,
                -guess.score,
            ),
        )

    def best(self, role: Role) -> Guess | None:
        return next(iter(self.of(role)), None)

    def rivals(self) -> tuple[tuple[Guess, Guess], ...]:
        pairs = ((role, self.of(role)[:2]) for role in _CHOSEN)
        return tuple(
            (one, other)
            for role, (one, other) in (pair for pair in pairs if len(pair[1]) == 2)
            if role not in self._preferred
            and other.score >= LIKELY
            and one.score - other.score <= _NEAR
            and other.profile.kind is not Kind.EMPTY
        )

    def clock_of(self, time: Guess) -> Guess | None:
        dates = time.profile.dates
        if dates is None or dates.timed:
            return None
        return self.best(Role.CLOCK)

    def fallback_of(self, time: Guess) -> Guess | None:
        others = [*self.of(Role.HAPPENED), *self.of(Role.DUE)]
        if time.profile.filled == 1 or time.profile.kind is Kind.EMPTY:
            return None
        filled = (each for each in others if each.profile.kind is Kind.TIME)
        return next((each for each in filled if each is not time), None)

    def category(self) -> Guess | None:
        """Only one whose values can be told one by one."""
        ranked = self.of(Role.CATEGORY)
        return next((guess for guess in ranked if guess.profile.counts), None)

    def links(self, role: Role) -> tuple[Guess, ...]:
        """Columns of the surest kind: Reevo ids, else e-mail addresses, else others."""
        ranked = [each for each in self.of(role) if each.profile.kind is not Kind.EMPTY]
        for kinds in (REEVO_IDS, MAILS):
            of_kind = [guess for guess in ranked if guess.profile.kind in kinds]
            if of_kind:
                return tuple(of_kind) if role is Role.CONTACT else tuple(of_kind[:1])
        return tuple(ranked[:1])

    def details(self) -> tuple[Guess, ...]:
        """What has no field; of several owners the likeliest."""
        told = (*self.of(Role.DURATION), *self.of(Role.DETAIL))
        owners = self.of(Role.OWNER)[:1]
        return tuple(
            each for each in (*told, *owners) if each.profile.kind is not Kind.EMPTY
        )

    def other_dates(self, taken: set[str]) -> tuple[Guess, ...]:
        roles = (Role.HAPPENED, Role.DUE, Role.WRITTEN)
        return tuple(
            guess
            for role in roles
            for guess in self.of(role)
            if guess.profile.column.id not in taken
            and guess.profile.kind is not Kind.EMPTY
        )


def _unusable(profiles: Sequence[ColumnProfile]) -> Iterator[ColumnProfile]:
    """Columns without a name of their own."""
    counts = Counter(normalize_name(profile.name) for profile in profiles)
    for profile in profiles:
        name = normalize_name(profile.name)
        if not name or counts[name] > 1:
            yield profile


def _no_time(profiles: Sequence[ColumnProfile]) -> PipelineError:
    listed = ", ".join(
        f"{one_line(each.name, _NAME_WIDTH)} ({each.holds})" for each in profiles[:30]
    )
    return PipelineError(
        "No column holds the time of the activities, and an activity needs one.",
        hint=f"The file has {listed or 'no column with a name'}. Export it again with "
        "the date of each activity; or copy the preset generic "
        "(activity-import presets --show generic) and name the column yourself.",
        code="no_time_column",
    )
