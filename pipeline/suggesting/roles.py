"""Which part of an activity each column holds, how sure that is, and why."""

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.suggesting.kinds import Kind
from pipeline.suggesting.likeness import likest, plain_words
from pipeline.suggesting.profile import ColumnProfile
from pipeline.suggesting.words import Role, known_words

_LEAST = 0.62
_SURE = 0.9
LIKELY = 0.75
_CONTAINED = 0.6
_RANK = 0.002
_MISSPELT = 0.82
_TIMES = frozenset({Kind.TIME, Kind.EPOCH_MS, Kind.EPOCH_S})
_LINKS = frozenset(
    {Kind.ID, Kind.IDS, Kind.MAIL, Kind.MAILS, Kind.SALESFORCE_ID, Kind.NUMBER}
    | {Kind.TEXT, Kind.WEB, Kind.PHONE, Kind.EPOCH_MS, Kind.EPOCH_S}
)
_ONE_RECORD = _LINKS - {Kind.MAIL, Kind.MAILS, Kind.IDS}
_SPEECH = frozenset({Kind.TEXT, Kind.HTML})
# What the cells of a column must be for it to play a role; absent: anything.
_KINDS = {
    Role.HAPPENED: _TIMES,
    Role.DUE: _TIMES,
    Role.WRITTEN: _TIMES,
    Role.ENDED: _TIMES | {Kind.CLOCK},
    Role.CLOCK: frozenset({Kind.CLOCK}),
    Role.SUBJECT: _SPEECH,
    Role.DESCRIPTION: _SPEECH,
    Role.CATEGORY: frozenset({Kind.TEXT}),
    Role.ACCOUNT: _ONE_RECORD,
    Role.OPPORTUNITY: _ONE_RECORD,
    Role.CONTACT: _LINKS,
    Role.STATUS: frozenset({Kind.TEXT, Kind.YES_NO}),
    Role.DELETED: frozenset({Kind.YES_NO}),
    Role.DURATION: frozenset({Kind.NUMBER, Kind.CLOCK, Kind.YES_NO, Kind.TEXT}),
}


@dataclass(frozen=True)
class Guess:
    """A column's role; `score` goes from 0 to 1, `why` is the evidence in words."""

    profile: ColumnProfile
    role: Role
    score: float
    why: str

    @property
    def name(self) -> str:
        return self.profile.name

    @property
    def sureness(self) -> str:
        if self.score >= _SURE:
            return "sure"
        return "likely" if self.score >= LIKELY else "a guess"


def guess_roles(profiles: Sequence[ColumnProfile]) -> tuple[Guess, ...]:
    """The best role of each column that has one, in the order of the columns."""
    guesses = (_best(profile) for profile in profiles)
    return tuple(guess for guess in guesses if guess is not None)


def _best(profile: ColumnProfile) -> Guess | None:
    spoken = plain_words(profile.name)
    scored = [
        (score, role, word)
        for role, words in known_words().roles.items()
        if _may_be(role, profile)
        for score, word in [_likeness(spoken, words)]
    ]
    score, role, word = max(scored, key=lambda each: each[0])
    if score < _LEAST:
        return _by_cells(profile)
    said = "" if spoken == word else f", which is like '{word}'"
    why = f"called '{profile.name}'{said}; holds {profile.holds}"
    return Guess(profile, role, score, why)


def _likeness(spoken: str, words: Dict[str, int]) -> tuple[float, str]:
    """How alike a name is to the likest of some words, which have ranks."""
    if spoken in words:
        return 1 - _RANK * words[spoken], spoken
    inside = [
        (_CONTAINED + 0.3 * len(word) / max(len(spoken), 1), word)
        for word in words
        if f" {word} " in f" {spoken} "
    ]
    alike, score = likest(spoken, words, least=_MISSPELT)
    return max([(score, alike), *inside])


def _may_be(role: Role, profile: ColumnProfile) -> bool:
    if profile.kind is Kind.EMPTY:
        return role is not Role.CLOCK
    return profile.kind in _KINDS.get(role, {profile.kind})


def _by_cells(profile: ColumnProfile) -> Guess | None:
    """Cells tell a role where the header does not."""
    if profile.kind in {Kind.MAIL, Kind.MAILS}:
        why = f"'{profile.name}' holds e-mail addresses"
        return Guess(profile, Role.CONTACT, LIKELY, why)
    if profile.kind in _TIMES:
        why = f"'{profile.name}' holds dates"
        return Guess(profile, Role.HAPPENED, _LEAST, why)
    return None
