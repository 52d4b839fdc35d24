"""What was told, from night to night: a private file beside the ledger."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.nightly.telling.policy import Event, Memory, Spell, Trouble
from pipeline.private_files import private_folder, write_whole


def recall(path: Path, say: Callable[[str], None]) -> Memory:
    """What is in mind; nothing before the first night, or if the file is damaged."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {job: dict(map(_spell, spells)) for job, spells in kept.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        say(
            f"What was told before cannot be read ({path}); troubles are told as new "
            "ones."
        )
        return {}


def keep(path: Path, memory: Memory) -> None:
    """Raises ReportError."""
    private_folder(path.parent)
    kept = {job: list(map(_document, spells.items())) for job, spells in memory.items()}
    write_whole(path, json.dumps(kept, ensure_ascii=False, indent=1) + "\n")


def _document(lasting: tuple[Trouble, Spell]) -> dict[str, Any]:
    trouble, spell = lasting
    return {
        "event": trouble.event.value,
        "causes": list(trouble.causes),
        "since": spell.since.isoformat(),
        "told_on": spell.told_on.isoformat(),
        "nights": spell.nights,
        "silent": spell.silent,
    }


def _spell(kept: dict[str, Any]) -> tuple[Trouble, Spell]:
    trouble = Trouble(Event(kept["event"]), tuple(map(str, kept["causes"])))
    since, told_on = (date.fromisoformat(kept[key]) for key in ("since", "told_on"))
    return trouble, Spell(since, told_on, int(kept["nights"]), int(kept["silent"]))
