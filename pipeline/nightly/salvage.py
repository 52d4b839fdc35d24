"""Of a configuration with mistakes, what is needed to tell somebody of them."""

from collections.abc import Mapping as Dict
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.mapping import is_time_zone
from pipeline.nightly.config import Config, TargetKeys
from pipeline.nightly.load_values import path_of
from pipeline.nightly.telling import salvage_telling
from pipeline.yaml_file import Mistakes, Section, read_yaml


def salvage_config(path: Path, environ: Dict[str, str]) -> Config | None:
    """Without jobs, and without whatever is wrong; None: it cannot be read at all.

    It keeps what was told where the configuration does, once it is right.
    """
    content = read_yaml(path, "the configuration", Mistakes())
    if content is None:
        return None
    top, folder = content.top, path.absolute().parent
    return Config(
        path=path.absolute(),
        jobs=(),
        target=TargetKeys(sandbox=top.flag("sandbox") or False),
        reports=folder,
        ledger=path_of(top, "ledger", folder),
        clock=_clock(top),
        telling=salvage_telling(top, folder, environ),
    )


def _clock(top: Section) -> ZoneInfo | None:
    name = top.text("clock")
    return ZoneInfo(name) if name and is_time_zone(name) else None
