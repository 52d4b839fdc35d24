"""`check-mapping`: is a mapping right, does it fit, do its own tests hold?"""

from pathlib import Path

import click

from pipeline.cli.again import typed_options
from pipeline.cli.ending import complain, told
from pipeline.cli.options import EXISTING, member_option, sheet_option
from pipeline.errors import MappingError, PipelineError
from pipeline.golden import golden_mistakes
from pipeline.mapping import find_mapping, load_mapping
from pipeline.mapping.model import Mapping
from pipeline.runs.prepare import prepare
from pipeline.runs.typed import on_sources
from pipeline.stages.read import Layout, Spool, spooling


@click.command("check-mapping")
@click.argument("mappings", nargs=-1, required=True, metavar="MAPPING...")
@click.option(
    "--source",
    type=EXISTING,
    metavar="FILE",
    help="Check the columns of this file, and the lookup files, too.",
)
@sheet_option
@member_option
def check_mapping(
    *,
    mappings: tuple[str, ...],
    source: Path | None,
    sheet: str | None,
    member: str | None,
) -> None:
    """Check mapping files: all mistakes at once, with line and column.

    Each mapping's own `tests` are run. Exit codes: 0 all are right, 1 mistakes.

    \b
    Examples:
      activity-import check-mapping my-mapping.yaml --source Task.csv
      activity-import check-mapping salesforce-task hubspot-calls
    """
    failures: list[PipelineError] = []
    layout = Layout(sheet=sheet, member=member)
    with told(), spooling() as spool:
        for name in mappings:
            try:
                click.echo(_check(name, source, layout, spool))
            except PipelineError as error:
                failures.append(error)
    complain(failures)
    if failures:
        raise SystemExit(1)
    file = str(source or "FILE")
    next_one = on_sources("preview", [file], *typed_options(mappings[0]))
    click.echo(f"\nNext:\n  {next_one}")


def _check(name: str, source: Path | None, layout: Layout, spool: Spool) -> str:
    mapping = load_mapping(find_mapping(name))
    if mistakes := golden_mistakes(mapping):
        raise MappingError(mapping.path, mistakes)
    tests = f"{len(mapping.tests)} tests hold"
    if source is None:
        return f"{mapping.name}: right, {tests}"
    prepare((source,), mapping, layout, spool)
    return f"{mapping.name}: right, {tests}, fits {_shown(mapping, source)}"


def _shown(mapping: Mapping, source: Path) -> str:
    lookups = len(mapping.used_lookups)
    return f"{source} and its {lookups} lookups" if lookups else str(source)
