"""A proposal as a mapping file, with comments that say how sure it is, and why."""

from collections.abc import Iterator

from pipeline.printable import one_line
from pipeline.rows import rows_told
from pipeline.suggesting.answers import Answers, Place
from pipeline.suggesting.draft_fields import LOOKUPS, column_name, evidence, field_lines
from pipeline.suggesting.kinds import MAILS, REEVO_IDS, Kind
from pipeline.suggesting.profile import ColumnProfile
from pipeline.suggesting.proposal import Proposal
from pipeline.suggesting.roles import LIKELY, Guess
from pipeline.suggesting.words import means_done
from pipeline.suggesting.writing import comment, scalar

_SAMPLE_WIDTH = 24
_MOST_VALUES = 12


def write_draft(proposal: Proposal, answers: Answers, place: Place) -> str:
    """The text of a mapping file that `check-mapping` finds right."""
    parts = (
        _head(answers, place),
        _source(proposal, answers),
        _key(proposal.chosen.key),
        _skips(proposal),
        field_lines(proposal, answers, place),
        _lookups(proposal),
        _rules(),
    )
    return "\n\n".join("\n".join(part) for part in map(list, parts) if part) + "\n"


def _head(answers: Answers, place: Place) -> Iterator[str]:
    yield from comment(
        f"A draft for {place.source}, by its header and its first "
        f"{rows_told(place.rows)}. "
        "Each part says how sure it is, and why. Look it through, above all where it "
        "says TO DO; then:"
    )
    yield f"#   activity-import check-mapping {one_line(place.path, 200)}"
    yield f"#   activity-import preview FILE -m {one_line(place.path, 200)}"
    yield "version: 1"
    yield f"name: {scalar(place.stem)}"
    if answers.system:
        yield f"system: {scalar(answers.system)}"
        return
    yield from comment(
        "TO DO: the old system's name, the same in all mappings for it. A record is "
        "known by it: it must not change once something was sent."
    )
    yield f"system: {scalar(place.stem)}"


def _source(proposal: Proposal, answers: Answers) -> Iterator[str]:
    if answers.timezone:
        yield "source:"
        yield f"  timezone: {scalar(answers.timezone)}"
    elif proposal.needs_zone:
        yield from comment(
            f"TO DO: the times in '{proposal.chosen.time.name}' do not say their zone. "
            "Until you do, UTC is assumed, and told."
        )
        yield "# source:"
        yield "#   timezone: America/New_York"


def _key(guess: Guess | None) -> Iterator[str]:
    if guess is None:
        yield from comment(
            "No column is a record's own number: the content of a row identifies it."
        )
        return
    name = scalar(column_name(guess.profile))
    if guess.profile.tells_records_apart and guess.score >= LIKELY:
        yield from evidence(guess, "no value comes twice")
        yield f"key: [{name}]"
        return
    doubt = f"TO DO: is '{guess.name}' a record's own number? {_doubt(guess.profile)}"
    yield from comment(doubt)
    yield f"# key: [{name}]"


def _doubt(profile: ColumnProfile) -> str:
    if profile.mangled:
        return f"A spreadsheet has shortened it ({profile.mangled}): export again."
    if profile.filled < 1:
        return "It is empty in some rows."
    if profile.unique:
        return "No value comes twice."
    return (
        "Values come twice: if a row stands for one contact of an activity, add "
        "combine: true."
    )


def _skips(proposal: Proposal) -> Iterator[str]:
    rules = [
        *_open_ones(proposal.chosen.status),
        *_deleted_ones(proposal.chosen.deleted),
    ]
    if rules:
        yield "# TO DO: should rows be left out that are no history?"
        yield "# skip:"
        yield from rules


def _open_ones(guess: Guess | None) -> Iterator[str]:
    if guess is None or not guess.profile.counts:
        return
    yield from comment(f"  '{guess.name}' holds {_counted(guess.profile)}")
    values = [value for value, _ in guess.profile.counts]
    done = [value for value in values if means_done(value)] or values
    listed = ", ".join(map(scalar, done))
    name = scalar(column_name(guess.profile))
    yield f'#   - {{column: {name}, not_in: [{listed}], reason: "not done"}}'


def _deleted_ones(guess: Guess | None) -> Iterator[str]:
    if guess is None or not guess.profile.counts:
        return
    done = [value for value, _ in guess.profile.counts if means_done(value)]
    listed = ", ".join(map(scalar, done or ["1", "true"]))
    yield f"#   - {{column: {scalar(column_name(guess.profile))}, in: [{listed}]}}"


def _lookups(proposal: Proposal) -> Iterator[str]:
    asked, by_file = [], []
    for name, guesses in proposal.chosen.links.items():
        kind = guesses[0].profile.kind if guesses else Kind.ID
        if kind in MAILS:
            asked.append(
                f"  {LOOKUPS[name]}: "
                "{query: contact, match: primary_email, by: email}"
            )
        elif kind not in REEVO_IDS:
            by = ", by: salesforce_id" * (kind is Kind.SALESFORCE_ID)
            by_file.append(
                f"#   {LOOKUPS[name]}: {{file: {LOOKUPS[name]}.csv, match: Old ID, "
                f"return: Reevo ID{by}}}"
            )
    if asked:
        yield from comment("Reevo is asked which contacts have these addresses.")
        yield "lookups:"
        yield from asked
    elif by_file:
        yield "# lookups:"
    yield from by_file


def _rules() -> Iterator[str]:
    yield from comment(
        "Nothing is sent that is linked to no account, opportunity or contact."
    )
    yield "rules: {require_link: true}"


def _counted(profile: ColumnProfile) -> str:
    shown = [
        f"{one_line(value, _SAMPLE_WIDTH)} ({count:,})"
        for value, count in profile.counts[:_MOST_VALUES]
    ]
    more = len(profile.counts) - _MOST_VALUES
    return ", ".join([*shown, *([f"and {more} more"] if more > 0 else [])])
