"""The options that a next command about the same rows needs, too."""

import click
from click.core import ParameterSource

_NAMES = (
    "timezone",
    "dates",
    "on_drift",
    "sandbox",
    "workspace",
    "ledger",
    "base_url",
    "allow_http",
    "api_key_file",
    "reports",
    "sheet",
    "member",
    "corrects",
    "lookups",
)


def typed_options(mapping: str) -> tuple[str, ...]:
    """Those that were typed; what stands in files and variables holds anyway."""
    context = click.get_current_context()
    words = ["-m", mapping]
    for name in _NAMES:
        value = context.params.get(name)
        source = context.get_parameter_source(name)
        if source is not ParameterSource.COMMANDLINE or value is False:
            continue
        option = "--" + name.replace("_", "-")
        words.append(option if value is True else f"{option}={value}")
    return tuple(words)
