"""The fields of a draft."""

from collections.abc import Iterator

from pipeline.activity import SUBJECT_LENGTH
from pipeline.mapping.filters import FILTERS
from pipeline.printable import one_line, printable
from pipeline.rows import rows_told
from pipeline.suggesting.answers import Answers, Place
from pipeline.suggesting.dates import Order
from pipeline.suggesting.kinds import MAILS, REEVO_IDS, Kind
from pipeline.suggesting.likeness import plain_words
from pipeline.suggesting.profile import ColumnProfile
from pipeline.suggesting.proposal import Proposal
from pipeline.suggesting.roles import Guess
from pipeline.suggesting.words import Role, category_of
from pipeline.suggesting.writing import comment, scalar

_FORMATS = {
    Order.YEAR: "iso",
    Order.DAY: "day_first",
    Order.MONTH: "month_first",
    Order.UNDECIDED: "day_or_month_first",
    Order.BOTH: "day_or_month_first",
    Order.NAMED: "month_name",
}
_EPOCHS = {Kind.EPOCH_MS: "epoch_ms", Kind.EPOCH_S: "epoch_s"}
LOOKUPS = {
    "account_id": "accounts",
    "opportunity_id": "opportunities",
    "contact_ids": "contacts",
}
_SAMPLE_WIDTH = 24


def field_lines(proposal: Proposal, answers: Answers, place: Place) -> Iterator[str]:
    yield "fields:"
    yield from _time(proposal, answers)
    yield ""
    yield from _subject(proposal)
    yield ""
    yield from _description(proposal)
    yield ""
    yield from _category(proposal, place)
    for name, guesses in proposal.chosen.links.items():
        yield ""
        yield from _link(name, guesses)


def _time(proposal: Proposal, answers: Answers) -> Iterator[str]:
    yield from evidence(
        proposal.chosen.time, _reading(proposal.chosen.time.profile), indent=2
    )
    if proposal.chosen.fallback:
        told = _reading(proposal.chosen.fallback.profile)
        why = f"where that is empty, '{proposal.chosen.fallback.name}' ({told})"
        yield from comment(why, indent=2)
    if proposal.undecided and answers.order is None:
        yield from comment(
            "TO DO: write day_first or month_first instead of day_or_month_first. "
            "Until then no row is sent, unless all rows together tell the order.",
            indent=2,
        )
    if proposal.other_dates:
        others = ", ".join(f"'{guess.name}'" for guess in proposal.other_dates)
        yield from comment(f"other dates, not used: {others}", indent=2)
    yield "  activity_time:"
    yield f"    from: [{', '.join(_time_columns(proposal))}]"
    yield f"    formats: [{', '.join(_formats(proposal, answers))}]"
    yield '    date_only: "12:00" # the time of day of a date without one'


def _time_columns(proposal: Proposal) -> Iterator[str]:
    date = column_name(proposal.chosen.time.profile)
    clock = column_name(proposal.chosen.clock.profile) if proposal.chosen.clock else ""
    if clock and _fits_template(date) and _fits_template(clock):
        text = scalar(f"{{{date}}} {{{clock}}}")
        yield f"{{template: {text}}}"
    else:
        yield scalar(date)
    if proposal.chosen.fallback:
        yield scalar(column_name(proposal.chosen.fallback.profile))


def _formats(proposal: Proposal, answers: Answers) -> list[str]:
    formats = ["iso"]
    for guess in (proposal.chosen.time, proposal.chosen.fallback):
        profile = guess.profile if guess else None
        if profile is None:
            continue
        if profile.kind in _EPOCHS:
            formats.append(_EPOCHS[profile.kind])
        elif profile.dates is not None:
            form = _FORMATS[profile.dates.order]
            asked = form == "day_or_month_first" and answers.order
            formats.append(asked or form)
    return list(dict.fromkeys(formats))


def _reading(profile: ColumnProfile) -> str:
    if profile.dates is None:
        return "no row shows how they are written" if not profile.samples else ""
    sample = one_line(profile.dates.telling, 2 * _SAMPLE_WIDTH)
    return f"{profile.dates.order}: {sample}"


def _subject(proposal: Proposal) -> Iterator[str]:
    if proposal.chosen.subject is None:
        yield from comment("TO DO: no column looks like a subject.", indent=2)
        yield '  subject: {constant: "(no subject)"}'
        return
    yield from evidence(proposal.chosen.subject, indent=2)
    name = scalar(column_name(proposal.chosen.subject.profile))
    html = ", transforms: [strip_html]" * (
        proposal.chosen.subject.profile.kind is Kind.HTML
    )
    yield (
        f'  subject: {{from: {name}{html}, default: "(no subject)", '
        f"max_length: {SUBJECT_LENGTH}}}"
    )


def _description(proposal: Proposal) -> Iterator[str]:
    lines = [*_description_lines(proposal)]
    if proposal.chosen.description:
        yield from evidence(proposal.chosen.description, indent=2)
    else:
        yield from comment("no column looks like a text of notes", indent=2)
    if proposal.details:
        kept = ", ".join(f"'{guess.name}'" for guess in proposal.details)
        yield from comment(f"kept here, having no field of their own: {kept}", indent=2)
    yield from _unused(proposal)
    if lines:
        yield "  description:"
        yield "    template: |-"
        yield from (f"      {line}".rstrip() for line in lines)
    else:
        yield "  description: {constant: null}"


def _description_lines(proposal: Proposal) -> Iterator[str]:
    details = [*_detail_lines(proposal)]
    told = proposal.chosen.description
    if told and _fits_template(column_name(told.profile)):
        html = " | html" * (told.profile.kind is Kind.HTML)
        yield f"{{{column_name(told.profile)}{html}}}"
        if details:
            yield ""
    yield from details


def _detail_lines(proposal: Proposal) -> Iterator[str]:
    for guess in proposal.details:
        name = column_name(guess.profile)
        if _fits_template(name):
            unit = _unit(guess)
            yield f"{name}: {{{name}{f' | {unit}' if unit else ''}}}"


def _unit(guess: Guess) -> str:
    """The filter for a length of time whose header says its unit."""
    if guess.role is not Role.DURATION or guess.profile.kind is not Kind.NUMBER:
        return ""
    words = plain_words(guess.name).split()
    units = {
        "seconds": {"seconds", "second", "sekunden", "secondes", "segundos", "sec"},
        "milliseconds": {"milliseconds", "ms", "millisekunden"},
        "minutes": {"minutes", "minuten", "minutos", "min"},
    }
    return next((unit for unit, of in units.items() if of & set(words)), "")


def _unused(proposal: Proposal) -> Iterator[str]:
    left = [*proposal.left, *_no_templates(proposal)]
    if left:
        yield from comment(
            "Columns that nothing uses. To keep one, add a line to the template of the "
            "description, such as Owner: {Owner}",
            indent=2,
        )
    for profile in left:
        yield f"  #   {one_line(profile.name, 60)} ({_shown(profile)})"
    if proposal.unusable:
        yield from comment(
            "Columns that no mapping can name, as they have no header, or that of "
            "another:",
            indent=2,
        )
    for profile in proposal.unusable:
        yield f"  #   {one_line(profile.name, 60) or '(no header)'} ({_shown(profile)})"


def _no_templates(proposal: Proposal) -> Iterator[ColumnProfile]:
    """Columns for the description whose names cannot stand in a template."""
    told = [proposal.chosen.description] if proposal.chosen.description else []
    for guess in (*told, *proposal.details):
        if not _fits_template(column_name(guess.profile)):
            yield guess.profile


def _category(proposal: Proposal, place: Place) -> Iterator[str]:
    guess = proposal.chosen.category
    if guess is None:
        category = category_of(place.source.rpartition(".")[0])
        why = f"a guess: the file is called {place.source}" if category else ""
        yield from comment(
            why
            or "TO DO: no column tells the kind of activity; is it CALL, EVENT, ...?",
            indent=2,
        )
        yield f"  category: {{constant: {category or 'OTHER'}}}"
        return
    yield from evidence(guess, indent=2)
    yield "  category:"
    yield f"    from: {scalar(column_name(guess.profile))}"
    yield "    values:"
    for value, count in _distinct_values(guess.profile):
        category = category_of(value)
        told = rows_told(count) + ("" if category else "; TO DO: not known")
        yield f"      {scalar(value)}: {category or 'OTHER'} # {told}"
    yield "    default: OTHER"


def _distinct_values(profile: ColumnProfile) -> list[tuple[str, int]]:
    """`values` are compared in lower case: of several spellings one is enough."""
    counts: dict[str, tuple[str, int]] = {}
    for value, count in profile.counts:
        shown, before = counts.get(value.lower(), (value, 0))
        counts[value.lower()] = (shown, before + count)
    return list(counts.values())


def _link(name: str, guesses: tuple[Guess, ...]) -> Iterator[str]:
    if not guesses:
        yield from comment(f"TO DO: no column for {name}.", indent=2)
        return
    for guess in guesses:
        yield from evidence(guess, indent=2)
    names = ", ".join(scalar(column_name(guess.profile)) for guess in guesses)
    listed = f"[{names}]" if name == "contact_ids" else names
    split = f', split: "{_separator(guesses)}"' * (name == "contact_ids")
    kind = guesses[0].profile.kind
    if kind in REEVO_IDS:
        yield f"  {name}: {{from: {listed}{split}}}"
    elif kind in MAILS:
        yield f"  {name}: {{from: {listed}{split}, lookup: {LOOKUPS[name]}}}"
    else:
        yield from comment(
            f"TO DO: these are no Reevo ids. Make a file {LOOKUPS[name]}.csv that has "
            "both in each row, and take away the # here and under lookups.",
            indent=2,
        )
        yield f"  # {name}: {{from: {listed}{split}, lookup: {LOOKUPS[name]}}}"


def _separator(guesses: tuple[Guess, ...]) -> str:
    samples = [sample for guess in guesses for sample in guess.profile.samples]
    return "," if any("," in each and ";" not in each for each in samples) else ";"


def evidence(guess: Guess, more: str = "", *, indent: int = 0) -> list[str]:
    tail = f"; {more}" if more else ""
    return comment(f"{guess.sureness}: {guess.why}{tail}", indent=indent)


def column_name(profile: ColumnProfile) -> str:
    """As a mapping names it: white space does not matter."""
    return " ".join(profile.name.split())


def _shown(profile: ColumnProfile) -> str:
    sample = one_line(profile.samples[0], _SAMPLE_WIDTH) if profile.samples else ""
    return f"{profile.holds}: {sample}" if sample else profile.holds


def _fits_template(name: str) -> bool:
    """Whether `{name}` in a block of text is that column and nothing else."""
    _, bar, last = name.rpartition("|")
    plain = printable(name) == name and name.isprintable()
    return plain and not set(name) & set("{}") and not (bar and last.strip() in FILTERS)
