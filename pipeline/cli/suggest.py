"""`suggest`: a first draft of a mapping for a file that no preset fits."""

import sys
from pathlib import Path

import click

from pipeline.cli.again import typed_options
from pipeline.cli.consent import ctrl_c_raises
from pipeline.cli.ending import told
from pipeline.cli.looking import Look, look_at
from pipeline.cli.options import EXISTING, member_option, sheet_option
from pipeline.cli.questions import AtTerminal, Nobody, Questions, answers_to
from pipeline.errors import PipelineError, SettingsError
from pipeline.private_files import write_whole
from pipeline.runs.detection import detect, shipped_mappings
from pipeline.runs.typed import command, on_sources
from pipeline.stages.read import STDIN, Layout, Spool, spooling
from pipeline.suggesting import Answers, Place, Proposal, Role, propose, write_draft


@click.command("suggest")
@click.argument("file", type=EXISTING)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the draft here, and not on standard output.",
)
@click.option("--force", is_flag=True, help="Write over an output file that is there.")
@click.option(
    "--anyway", is_flag=True, help="Draft a mapping although a preset surely fits."
)
@sheet_option
@member_option
def suggest(
    *,
    file: Path,
    output: Path | None,
    force: bool,
    anyway: bool,
    sheet: str | None,
    member: str | None,
) -> None:
    """Draft a mapping for FILE, from its header and its first rows.

    On a terminal it asks what it cannot know; elsewhere it says TO DO.

    \b
    Examples:
      activity-import suggest activities.csv -o activities.yaml
      activity-import suggest Anrufe.xlsx --sheet 2024 > anrufe.yaml
    """
    layout = Layout(sheet=sheet, member=member)
    with told(), spooling() as spool:
        _refuse_to_overwrite(output, force=force)
        if not anyway:
            _offer_preset(file, layout, spool)
        [look, *_] = look_at(file, layout, spool)
        with ctrl_c_raises():
            proposal, answers = _asked(look, _questions())
        stem = "mapping" if file == STDIN else file.stem
        name = output or Path(f"{stem}.yaml")
        place = Place(file.name, name.stem, str(name), look.rows)
        text = write_draft(proposal, answers, place)
        if output is None:
            click.echo(text, nl=False)
        else:
            write_whole(output, text)
            click.echo(f"A draft for {file} is in {output}. Look it through.")
        _tell_next(file, name)


def _asked(look: Look, questions: Questions) -> tuple[Proposal, Answers]:
    proposal = propose(look.columns)
    preferred: dict[Role, str] = {}
    for one, other in proposal.rivals:
        chosen = questions.rival(one, other)
        preferred[one.role] = chosen.profile.column.id
    if preferred:
        proposal = propose(look.columns, preferred)
    return proposal, answers_to(proposal, questions)


def _questions() -> Questions:
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        return AtTerminal()
    return Nobody()


def _refuse_to_overwrite(output: Path | None, *, force: bool) -> None:
    if output is not None and output.exists() and not force:
        raise SettingsError(
            "There is a file of that name.",
            where=str(output),
            hint="Name another one, or write over it by --force.",
            code="output_exists",
        )


def _offer_preset(file: Path, layout: Layout, spool: Spool) -> None:
    """Raises PipelineError if a preset was surely made for the file."""
    sure = detect(file, layout, shipped_mappings(), spool).sure
    if sure is None:
        return
    error = PipelineError(
        f"The preset {sure.name} was made for such a file: it {sure.evidence}.",
        where=str(file),
        hint="Use it, or copy and change it. To draft one all the same: --anyway.",
        code="preset_fits",
    )
    error.next = (
        on_sources("preview", [str(file)], *typed_options(sure.name)),
        command("presets", "--show", sure.name),
    )
    raise error


def _tell_next(file: Path, mapping: Path) -> None:
    options = typed_options(str(mapping))
    source = ("--source", str(file), *options[2:])
    lines = [
        command("check-mapping", str(mapping), *source),
        on_sources("preview", [str(file)], *options),
        on_sources("validate", [str(file)], *options),
    ]
    click.echo("\nNext:\n" + "\n".join(f"  {line}" for line in lines), err=True)
