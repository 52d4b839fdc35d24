"""A file of passwords and URLs that a shell and systemd must read alike.

systemd.exec(5), EnvironmentFile, and sh differ in what `$`, quotes and blanks mean;
between single quotes both take all as it is.
"""

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.errors import PipelineError, SettingsError

_PASSED_OVER: Final = re.compile(r"\s*(#.*)?")
_ALIKE: Final = re.compile(r"[A-Za-z_]\w*=('[^'\\]*'|[\w@%+=:,./?-]*)", re.ASCII)
_OPEN_TO_OTHERS: Final = 0o077


def check_secrets_file(path: Path) -> None:
    """Raises PipelineError, which names lines and no values."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            "The file of secrets cannot be read.",
            where=str(path),
            hint=f"It must be text in UTF-8 that you may read: {type(error).__name__}.",
            code="secrets_file_wrong",
        ) from None
    if mode & _OPEN_TO_OTHERS:
        raise PipelineError(
            "The file of secrets is open to others.",
            where=str(path),
            hint=f"chmod 600 {path}",
            code="secrets_file_wrong",
        )
    if wrong := [str(number) for number in _not_alike(lines)]:
        raise PipelineError(
            f"These lines mean something else to systemd than to a shell: "
            f"{', '.join(wrong)}.",
            where=str(path),
            hint="Write each as NAME='value': in single quotes, with no ' and no "
            "backslash in it.",
            code="secrets_file_wrong",
        )


def _not_alike(lines: list[str]) -> Iterator[int]:
    for number, line in enumerate(lines, 1):
        if not _PASSED_OVER.fullmatch(line) and not _ALIKE.fullmatch(line):
            yield number
