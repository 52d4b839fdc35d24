"""The options that mean the same in every command."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.mapping import is_time_zone, nearest_time_zone
from pipeline.nearest import did_you_mean
from pipeline.rows import RowLimit
from pipeline.sandbox.scenarios import ScenarioError, find_scenario, scenario_names

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Command], Command]
_UNITS = {"s": 1, "m": 60, "h": 3600}


class RowLimitType(click.ParamType[RowLimit]):
    """`12` or `2.5%`."""

    name = "N|N%"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> RowLimit:
        if isinstance(value, RowLimit):
            return value
        text = str(value).strip()
        if text.isdigit():
            return RowLimit(rows=int(text))
        share = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text)
        if share and float(share[1]) <= 100:
            return RowLimit(percent=float(share[1]))
        return self.fail(f"'{value}' is neither a number of rows nor a share like 2%.")


class DurationType(click.ParamType[float]):
    """`90`, `90s`, `15m` or `2h`, in seconds."""

    name = "DURATION"

    def __init__(self, least: float = 0.0) -> None:
        self.least = least

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, int | float):
            return float(value)
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", str(value).strip())
        if match is None:
            self.fail(f"'{value}' is not a duration such as 90s, 15m or 2h.")
        seconds = float(match[1]) * _UNITS[match[2] or "s"]
        if seconds < self.least:
            self.fail(f"'{value}' is too short: {self.least:g}s at least.")
        return seconds


class TimeZoneType(click.ParamType[str]):
    """An IANA name."""

    name = "ZONE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        if not is_time_zone(str(value)):
            hint = nearest_time_zone(str(value))
            self.fail(f"'{value}' is no time zone. {hint}", param, ctx)
        return str(value)


class ScenarioType(click.ParamType[str]):
    """The name of a scenario, or a file of one's own."""

    name = "NAME"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        try:
            find_scenario(str(value))
        except ScenarioError as error:
            hint = did_you_mean(str(value), scenario_names())
            see = "All of them: activity-import sandbox --scenarios"
            self.fail(" ".join(filter(None, [str(error), hint, see])), param, ctx)
        return str(value)


def several(*decorators: Decorator[Any]) -> Decorator[Any]:
    """Decorators as one; the first is shown first in the help."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


EXISTING = click.Path(path_type=Path)
FOLDER = click.Path(path_type=Path, file_okay=False)

mapping_option = click.option(
    "-m",
    "--mapping",
    metavar="NAME_OR_PATH",
    help="The mapping file, or the name of a preset (see `presets`); default: the "
    "preset that alone fits surely.",
)
time_options = several(
    click.option(
        "--timezone",
        type=TimeZoneType(),
        help="The time zone of times without an offset; instead of the mapping's.",
    ),
    click.option(
        "--dates",
        type=click.Choice(["day_first", "month_first"]),
        help="How 3/4/2024 is read, where the mapping leaves it open.",
    ),
)
sheet_option = click.option(
    "--sheet", metavar="NAME", help="The sheet of a spreadsheet to read."
)
member_option = click.option(
    "--member",
    metavar="NAME",
    help="The file of an archive to read; * and ? stand for any text.",
)
lookups_option = click.option(
    "--lookups",
    type=FOLDER,
    metavar="DIR",
    help="Where lookup files lie that are neither beside the mapping nor the source.",
)
limit_option = click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Read the first N rows only.",
)
ledger_option = click.option(
    "--ledger",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="ACTIVITY_IMPORT_LEDGER",
    show_envvar=True,
    metavar="PATH",
    help="The ledger file; default: in your state folder.",
)
reports_option = click.option(
    "--reports",
    type=FOLDER,
    default=Path("reports"),
    show_default=True,
    metavar="DIR",
    help="Where the report folder of the run is made.",
)
workspace_option = click.option(
    "--workspace",
    default="default",
    show_default=True,
    metavar="NAME",
    help="A label for the Reevo workspace that the key belongs to.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the summary as one JSON document."
)
quiet_option = click.option(
    "-q", "--quiet", is_flag=True, help="No progress on the error stream."
)
sandbox_option = click.option(
    "--sandbox",
    is_flag=True,
    help="Use a local stand-in for the API, with a ledger of its own.",
)
max_invalid_option = click.option(
    "--max-invalid",
    type=RowLimitType(),
    help="Send nothing if more rows than this are invalid.",
)
address_options = several(
    click.option(
        "--base-url",
        envvar="REEVO_BASE_URL",
        show_envvar=True,
        default="https://api.reevo.ai",
        show_default=True,
        metavar="URL",
        help="Where the API is.",
    ),
    click.option(
        "--allow-http", is_flag=True, help="Allow a base URL without encryption."
    ),
)
key_option = click.option(
    "--api-key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A file that holds the API key, for your eyes only (0600); default: the "
    "variable REEVO_API_KEY, then a systemd credential, then the system keyring.",
)
scenario_option = click.option(
    "--scenario",
    type=ScenarioType(),
    help="What the stand-in does wrong (see `sandbox --scenarios`); with --sandbox.",
)
yes_option = click.option("--yes", is_flag=True, help="Answer every question with yes.")
drift_option = click.option(
    "--on-drift",
    type=click.Choice(["warn", "stop"]),
    default="warn",
    show_default=True,
    help="What to do when columns or values are not as in the last run.",
)
corrects_option = click.option(
    "--corrects",
    metavar="RUN",
    help="The run whose corrected report the file is; default: the one whose folder "
    "it lies in.",
)
empty_option = click.option(
    "--allow-empty", is_flag=True, help="A source without rows is all right."
)
repeats_option = click.option(
    "--allow-repeats",
    is_flag=True,
    help="Send rows although their very content was imported as other records.",
)
pilot_option = click.option(
    "--pilot",
    type=click.IntRange(min=1),
    metavar="N",
    help="Send N rows spread over the source, show them, ask, then go on.",
)
rate_option = click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="Requests per second at most; the API's own limit is found anyway.",
)
lookup_age_option = click.option(
    "--lookup-age",
    type=DurationType(),
    default="24h",
    show_default=True,
    help="How old an answer of Reevo to a lookup may be; 0 asks again for all.",
)
concurrency_option = click.option(
    "--concurrency",
    type=click.IntRange(min=1, max=500),
    default=64,
    show_default=True,
    metavar="N",
    help="Requests in flight at most; what is healthy is found anyway.",
)
connection_options = several(
    address_options,
    key_option,
    rate_option,
    concurrency_option,
    click.option(
        "--timeout",
        type=DurationType(least=0.1),
        default="60s",
        show_default=True,
        help="How long to wait for an answer; one that drips may take twice as long.",
    ),
    click.option(
        "--patience",
        type=DurationType(),
        default="15m",
        show_default=True,
        help="Stop when the API takes nothing for so long; seconds, or with m or h.",
    ),
    click.option(
        "--max-failed",
        type=RowLimitType(),
        help="Stop when more rows than this are refused by the API.",
    ),
)
reconcile_options = several(
    click.option(
        "--look-again",
        type=DurationType(),
        default="60s",
        show_default=True,
        help="How long to wait before rows without an answer are looked for again.",
    ),
    click.option(
        "--resend-uncertain",
        is_flag=True,
        help="Send rows again that were looked for twice and not found.",
    ),
)
sending_options = several(
    connection_options,
    reconcile_options,
    click.option(
        "--no-reconcile",
        is_flag=True,
        help="Do not look for rows whose answers are not known.",
    ),
    scenario_option,
    repeats_option,
    yes_option,
)
