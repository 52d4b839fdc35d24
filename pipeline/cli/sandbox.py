"""`sandbox`: the stand-in API, to rehearse against."""

import click

from pipeline.sandbox.process import become_sandbox


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
def sandbox(*, port: int, rate_limit: int | None) -> None:
    """Start a local stand-in for the API, until you press Ctrl-C.

    It enforces the API's contract over a small made-up workspace, forgets everything
    when it ends, and prints its URL and key. What it took: GET /_sandbox/activities.

    \b
    Examples:
      activity-import sandbox
      activity-import sandbox --rate-limit 50
    """
    click.echo(
        "Use it from another terminal with the url and api_key below:\n"
        "  REEVO_BASE_URL=<url> REEVO_API_KEY=<api_key> activity-import run ...",
        err=True,
    )
    become_sandbox(port=port, rate_limit=rate_limit)
