"""`demo`: a sample goes through the whole pipeline, against the sandbox."""

import secrets
from pathlib import Path

import click

from pipeline.cli.ending import show, told
from pipeline.cli.options import reports_option
from pipeline.cli.tools import Sending, target_of, tools_for
from pipeline.mapping import find_mapping, load_mapping
from pipeline.run import run
from pipeline.runs.job import Job
from pipeline.shipped import shipped_folder
from pipeline.stages.read import spooling

_MAPPING = "salesforce-task"
_SENDING = Sending(sandbox=True)


@click.command("demo")
@reports_option
def demo(*, reports: Path) -> None:
    """See it work: a sample export, a stand-in for the API, a report at the end.

    Needs no key, no network and no options. It leaves with 0 although some rows of
    the sample need a person: that is what the sample is for.
    """
    source = shipped_folder("samples") / "salesforce" / "Task.csv"
    click.echo(
        f"An export of an old CRM ({source.name}, with its flaws) goes to a stand-in "
        "for the API on this machine.\n"
    )
    with told():
        # Each demo has a workspace of its own, so that the first run is never the last.
        workspace = f"demo-{secrets.token_hex(3)}"
        job = Job(
            command="demo",
            paths=(source,),
            mapping=load_mapping(find_mapping(_MAPPING)),
            target=target_of(_SENDING, workspace),
            reports=reports,
            options=("-m", _MAPPING, "--sandbox", "--workspace", workspace),
        )
        with (
            spooling() as spool,
            tools_for(None, _SENDING, lambda _: (), quiet=True) as tools,
        ):
            summary = run(job, tools, spool)
    show(summary)
    click.echo(
        "\nWith a file of your own:\n"
        "  activity-import inspect FILE\n"
        "  activity-import validate FILE -m MAPPING"
    )
