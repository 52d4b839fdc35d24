"""`sandbox`: the stand-in API, to rehearse against."""

import click

from pipeline.cli.options import ScenarioType
from pipeline.cli.texts import table
from pipeline.sandbox.process import become_sandbox
from pipeline.sandbox.scenarios import describe_scenarios


@click.command("sandbox")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8377,
    show_default=True,
    help="The port on this machine; 0: any that is free.",
)
@click.option(
    "--rate-limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Answer 429 beyond N requests per second.",
)
@click.option(
    "--scenario",
    type=ScenarioType(),
    help="Misbehave as this scenario says; a name, or a .toml file of your own.",
)
@click.option("--scenarios", "listing", is_flag=True, help="List the scenarios.")
def sandbox(
    *, port: int, rate_limit: int | None, scenario: str | None, listing: bool
) -> None:
    """Start a local stand-in for the API, until you press Ctrl-C.

    It enforces the API's contract over a small made-up workspace, forgets everything
    when it ends, and prints its URL and key. What it took: GET /_sandbox/activities;
    every request for one, and its fate: GET /_sandbox/requests.

    \b
    Examples:
      activity-import sandbox
      activity-import sandbox --rate-limit 50
      activity-import sandbox --scenario bad-night
    """
    if listing:
        click.echo(table(describe_scenarios()))
        click.echo("\nNext:\n  activity-import sandbox --scenario NAME")
        return
    click.echo(
        "Use it from another terminal with the url and api_key below:\n"
        "  REEVO_BASE_URL=<url> REEVO_API_KEY=<api_key> activity-import run ...",
        err=True,
    )
    become_sandbox(port=port, rate_limit=rate_limit, scenario=scenario)
