"""The files of a bundle, as text."""

import json
import os
import platform
import re
from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any, Final

from pipeline import __version__
from pipeline.errors import PipelineError
from pipeline.ledger import Ledger, RunRecord
from pipeline.mapping.presets import find_mapping, presets
from pipeline.plan import Plan
from pipeline.rows import Source
from pipeline.runs.bundle.mapping_text import masked_mapping
from pipeline.runs.bundle.masking import Tags, form_of, sentence_of, setting_of
from pipeline.runs.bundle.tables import code_of, columns_of, issues_of, log_of
from pipeline.runs.record import run_folder, summary_file

Setting = Dict[str, Any]
_VARIABLES: Final = (
    *("REEVO_API_KEY", "REEVO_BASE_URL", "ACTIVITY_IMPORT_LEDGER"),
    *("HTTPS_PROXY", "NO_PROXY"),
)
_KNOWN_TARGETS: Final = ("sandbox", "https://api.reevo.ai")
_DISTRIBUTION: Final = "activity-import"
_README: Final = Path(__file__).with_name("README.txt")


@dataclass(frozen=True)
class Part:
    """A file of the bundle; `example` is the line of it to show beforehand."""

    name: str
    text: str

    @property
    def example(self) -> str:
        lines = [line.strip() for line in self.text.splitlines()]
        telling = [line for line in lines if any(map(str.isalnum, line))]
        if self.name.endswith(".json"):
            return max(telling, key=len, default="")
        table = self.name.endswith(".csv") and len(telling) > 1
        return telling[1 if table else 0] if telling else ""


def parts_of(
    record: RunRecord, ledger: Ledger, settings: Setting, salt: bytes
) -> list[Part]:
    """What is known of the run; a run without a plan has fewer parts.

    `settings` are those of the settings files for the run's command.
    """
    tags = Tags(salt)
    plan = Plan.open(run_folder(ledger.path, record.name))
    headers = _headers(plan)
    parts = [
        Part("README.txt", _README.read_text("utf-8")),
        Part("versions.json", _json(_versions())),
        Part("settings.json", _json(_settings(record, settings))),
        Part("summary.json", _json(_summary(record, plan))),
        Part("mapping.yaml", _mapping(record, headers)),
    ]
    if plan is None:
        return parts
    number = ledger.number_of(record.name)
    return [
        *parts,
        Part("columns.csv", columns_of(plan)),
        Part("issues.csv", issues_of(plan, tags)),
        Part("log.csv", log_of(plan, ledger, number)),
    ]


def _versions() -> dict[str, Any]:
    return {
        _DISTRIBUTION: __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "libraries": dict(_libraries()),
    }


def _libraries() -> Iterator[tuple[str, str]]:
    try:
        needed = requires(_DISTRIBUTION) or []
    except PackageNotFoundError:
        return
    for each in needed:
        if "extra ==" not in each:
            name = re.split(r"[^\w.-]", each)[0]
            yield name, version(name)


def _settings(record: RunRecord, settings: Setting) -> dict[str, Any]:
    return {
        "options": [_option(word) for word in record.options],
        "settings files": {name: setting_of(each) for name, each in settings.items()},
        "variables": {
            name: "set" if os.environ.get(name) else "not set" for name in _VARIABLES
        },
    }


def _option(word: str) -> str:
    """An option keeps its name; of its value the form, unless it is a plain one."""
    if not word.startswith("-"):
        return _mapping_name(word)
    name, equals, value = word.partition("=")
    return f"{name}{equals}{setting_of(value) if equals else ''}"


def _mapping_name(name: str) -> str:
    return name if name in {preset.name for preset in presets()} else form_of(name)


def _summary(record: RunRecord, plan: Plan | None) -> dict[str, Any]:
    told = _told(record)
    sources = plan.sources if plan else ()
    names = _names(record, sources)
    told_notes = [*told.get("notes", ()), *(plan.changes if plan else ())]
    notes = [sentence_of(note, names) for note in dict.fromkeys(told_notes)]
    known = record.target in _KNOWN_TARGETS
    return {
        "run": record.name,
        "command": record.command,
        "dry_run": record.dry_run,
        "status": record.status,
        "exit_code": record.exit_code,
        "started_at": record.started_at.isoformat(),
        "ended_at": record.ended_at and record.ended_at.isoformat(),
        "target": record.target if known else form_of(record.target),
        "mapping": _mapping_name(record.mapping_name),
        "counts": record.counts,
        "issues": {code_of(code): n for code, n in (record.issues or {}).items()},
        "requests": told.get("requests"),
        "reason": sentence_of(told.get("reason", ""), names),
        "hint": sentence_of(told.get("hint", ""), names),
        "notes": notes,
        "sources": [
            _source(source, rows)
            for source, rows in zip(sources, plan.rows if plan else (), strict=True)
        ],
    }


def _told(record: RunRecord) -> dict[str, Any]:
    """The run's summary.json, if it is still there."""
    try:
        told = json.loads(summary_file(record).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _names(record: RunRecord, sources: tuple[Source, ...]) -> set[str]:
    """What the user named: files, sheets, columns, the mapping, the places."""
    names = {record.mapping_name, record.target, record.workspace, record.reports}
    for path in (*record.sources, *(source.path for source in sources)):
        names |= {path, Path(path).name, Path(path).stem}
    for source in sources:
        names |= {source.sheet or "", source.section or ""}
    return names - {"default"}


def _source(source: Source, rows: int) -> dict[str, Any]:
    return {
        "path": form_of(Path(source.path).stem) + _suffix(source.path),
        "sheet": source.sheet and form_of(source.sheet),
        "section": source.section and form_of(source.section),
        "format": source.format,
        "encoding": source.encoding,
        "delimiter": source.delimiter,
        "escape": source.escape,
        "header_row": source.header_row,
        "rows": rows,
        "columns": len(source.columns),
    }


def _suffix(path: str) -> str:
    suffix = Path(path).suffix.lower()
    known = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".gz")
    return suffix if suffix in known else form_of(suffix)


def _headers(plan: Plan | None) -> set[str]:
    sources = plan.sources if plan else ()
    return {column.name for source in sources for column in source.columns}


def _mapping(record: RunRecord, headers: set[str]) -> str:
    """The mapping of the run: a preset as it is, one's own masked."""
    words = record.options
    named = words[words.index("-m") + 1] if "-m" in words[:-1] else record.mapping_name
    try:
        path = find_mapping(named)
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (PipelineError, OSError, UnicodeDecodeError):
        return "# The mapping of the run is not where it was.\n"
    if sha256(content).hexdigest() != record.mapping_sha256:
        return "# The mapping was changed since the run, and is left out.\n"
    if path in {preset.path for preset in presets()}:
        return text
    return masked_mapping(text, headers)


def _json(document: Dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
