"""`sandbox`: the stand-in API, to rehearse against."""

import subprocess
import sys

import click

from pipeline.cli.ending import told
from pipeline.errors import SettingsError


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
    command = [sys.executable, "-m", "pipeline.sandbox", "--port", str(port)]
    command += ["--rate-limit", str(rate_limit)] if rate_limit else []
    click.echo(
        "Use it from another terminal with the url and api_key below:\n"
        "  REEVO_BASE_URL=<url> REEVO_API_KEY=<api_key> activity-import run ...",
        err=True,
    )
    with told():
        try:
            code = subprocess.run(command, check=False).returncode  # noqa: S603
        except KeyboardInterrupt:
            return
        if code not in {0, -2, 130}:
            raise SettingsError(
                f"The sandbox did not start on port {port}.",
                hint="Perhaps the port is taken: try --port 0.",
            )
