"""Settings files: `activity-import.toml` in the working folder, then the user's."""

import tomllib
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path, user_state_path

from pipeline.errors import SettingsError
from pipeline.nearest import nearest

FILE_NAME = "activity-import.toml"
APP = "activity-import"
# A table's time grows with the square of the dots in its name.
MOST_BYTES: Final = 16_384
Options = dict[str, dict[str, Any]]
_TYPED: Final = (str, int, float)
# What a person orders for one run must not hold for those after it.
_ORDERS: Final = frozenset(
    {"yes", "allow-repeats", "resend-uncertain", "corrects", "taken", "not-taken"}
)


def state_folder() -> Path:
    """Where the ledger lies unless told otherwise."""
    return user_state_path(APP)


def read_settings(options: Options) -> Options:
    """Click's default map: by command, then by parameter; the working folder wins.

    A file's top-level keys hold for every command that has the option; a table
    named after a command holds for that command.
    """
    settings: Options = {command: {} for command in options}
    for path in (user_config_path(APP) / "config.toml", Path(FILE_NAME)):
        for command, values in _read(path, options).items():
            settings[command].update(values)
    return settings


def _read(path: Path, options: Options) -> Options:
    try:
        content = _content(path)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        nested = isinstance(error, RecursionError)
        why = "it is nested too deeply." if nested else error
        raise SettingsError(
            f"The settings file cannot be read: {why}",
            where=str(path),
            code="settings_file_wrong",
        ) from error
    tables = {name: content.pop(name) for name in options if name in content}
    settings = {name: _known(content, names) for name, names in options.items()}
    everywhere = {name for names in options.values() for name in names}
    _refuse(path, set(content) - everywhere, everywhere | options.keys())
    _refuse_other_kinds(path, content, tables)
    _refuse_orders(path, set(content).union(*tables.values()))
    for command, table in tables.items():
        known = set(options[command])
        _refuse(path, set(table) - known, known, of=f" for {command}")
        settings[command].update(_known(table, options[command]))
    return settings


def _content(path: Path) -> dict[str, Any]:
    """Raises OSError, ValueError, RecursionError."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES:,} bytes.")
    return tomllib.loads(content.decode("utf-8"))


def _known(content: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    return {names[key]: value for key, value in content.items() if key in names}


def _refuse_other_kinds(
    path: Path, content: dict[str, Any], tables: dict[str, Any]
) -> None:
    """A command is a table, and a value is what can be typed."""
    tabled = [table for table in tables.values() if isinstance(table, dict)]
    wrong = [name for name, table in tables.items() if not isinstance(table, dict)]
    for values in (content, *tabled):
        wrong += [key for key, one in values.items() if not isinstance(one, _TYPED)]
    if wrong:
        raise SettingsError(
            f"The settings file has values of the wrong kind: {', '.join(wrong)}.",
            where=str(path),
            hint="Write a text, a number, true or false after each key, such as "
            "rate = 20, and the name of a command in brackets: [validate].",
            code="settings_file_wrong",
        )


def _refuse_orders(path: Path, keys: set[str]) -> None:
    if ordered := sorted(keys & _ORDERS):
        raise SettingsError(
            f"The settings file gives an order: {', '.join(ordered)}.",
            where=str(path),
            hint="An order holds for the one run that it is typed with: take it out, "
            f"and type --{ordered[0]} where you mean it.",
            code="settings_file_wrong",
        )


def _refuse(path: Path, unknown: set[str], known: set[str], *, of: str = "") -> None:
    if not unknown:
        return
    told = []
    for key in sorted(unknown):
        close = nearest(key, sorted(known))
        told.append(f"'{key}'" + (f" (did you mean '{close}'?)" if close else ""))
    raise SettingsError(
        f"The settings file has unknown keys{of}: {', '.join(told)}.",
        where=str(path),
        hint="Keys are the long names of options, such as rate or concurrency. The API "
        "key is never kept in a settings file.",
        code="settings_file_wrong",
    )
