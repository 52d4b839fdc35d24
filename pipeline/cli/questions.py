"""What `suggest` asks the person at the terminal, if there is one."""

from typing import Protocol
from zoneinfo import available_timezones

import click

from pipeline.nearest import did_you_mean
from pipeline.printable import one_line
from pipeline.suggesting import Answers, Guess, Proposal, Role

_WIDTH = 60
_ROLES = {
    Role.HAPPENED: "time of the activity",
    Role.SUBJECT: "subject",
    Role.DESCRIPTION: "description",
    Role.CATEGORY: "kind of activity",
}
_ORDERS = {"d": "day_first", "m": "month_first"}


class Questions(Protocol):
    """Asks for what a draft cannot know; None: there is no answer."""

    def rival(self, one: Guess, other: Guess) -> Guess: ...

    def system(self) -> str | None: ...

    def timezone(self, column: str) -> str | None: ...

    def order(self, column: str, sample: str) -> str | None: ...


class Nobody:
    """Nobody is there: the draft says TO DO."""

    def rival(self, one: Guess, other: Guess) -> Guess:
        return one

    def system(self) -> str | None:
        return None

    def timezone(self, column: str) -> str | None:
        return None

    def order(self, column: str, sample: str) -> str | None:
        return None


class AtTerminal:
    """Asks on the error stream; an empty answer leaves it to the draft."""

    def rival(self, one: Guess, other: Guess) -> Guess:
        shown = (
            f"  {number} {one_line(each.name, _WIDTH)} ({_sample(each)})"
            for number, each in enumerate((one, other), start=1)
        )
        question = f"Which column is the {_ROLES[one.role]}?\n" + "\n".join(shown)
        choice = click.Choice(["1", "2"])
        answer = click.prompt(question + "\nNumber", type=choice, default="1", err=True)
        return one if answer == "1" else other

    def system(self) -> str | None:
        return _text("The old system's name, such as hubspot (Enter: later)")

    def timezone(self, column: str) -> str | None:
        question = (
            f"The times in '{one_line(column, _WIDTH)}' do not say their zone. Which "
            "is it, such as Europe/Berlin or UTC (Enter: later)"
        )
        known = available_timezones()
        while (zone := _text(question)) is not None and zone not in known:
            hint = did_you_mean(zone, known) or "Use a name such as America/New_York."
            click.echo(f"'{one_line(zone, _WIDTH)}' is no time zone. {hint}", err=True)
        return zone

    def order(self, column: str, sample: str) -> str | None:
        question = (
            f"'{one_line(sample, _WIDTH)}' in '{one_line(column, _WIDTH)}': does the "
            "day come first (d) or the month (m)? (Enter: later)"
        )
        answer = click.prompt(
            question,
            type=click.Choice(["", *_ORDERS], case_sensitive=False),
            default="",
            show_choices=False,
            show_default=False,
            err=True,
        )
        return _ORDERS.get(answer)


def answers_to(proposal: Proposal, questions: Questions) -> Answers:
    """Asks only what is open."""
    column = proposal.chosen.time.name
    undecided = proposal.undecided
    return Answers(
        system=questions.system(),
        order=questions.order(undecided.name, undecided.profile.dates.telling)
        if undecided and undecided.profile.dates
        else None,
        timezone=questions.timezone(column) if proposal.needs_zone else None,
    )


def _text(question: str) -> str | None:
    answer: str = click.prompt(question, default="", show_default=False, err=True)
    return answer.strip() or None


def _sample(guess: Guess) -> str:
    return ", ".join(one_line(each, _WIDTH // 2) for each in guess.profile.samples[:2])
