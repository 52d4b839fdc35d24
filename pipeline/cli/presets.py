"""`presets`: the mappings that ship with the program."""

import click

from pipeline.cli.ending import told
from pipeline.cli.texts import table
from pipeline.mapping import find_mapping, load_mapping
from pipeline.mapping import presets as shipped_presets


@click.command("presets")
@click.option("--show", metavar="NAME", help="Print this preset, to copy and change.")
def presets(*, show: str | None) -> None:
    """List the mappings that ship with the program.

    \b
    Examples:
      activity-import presets
      activity-import presets --show salesforce-task > my-mapping.yaml
    """
    with told():
        if show is not None:
            click.echo(load_mapping(find_mapping(show)).text, nl=False)
            return
        mappings = [load_mapping(preset.path) for preset in shipped_presets()]
    click.echo(table((one.name, one.description) for one in mappings))
    click.echo("\nNext:\n  activity-import inspect FILE    (says which preset fits)")
