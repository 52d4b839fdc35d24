"""Who is told of nights, as a configuration says."""

import hashlib
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pipeline.checkup import Finding, Level
from pipeline.cli.nightly_runner import ledger_path
from pipeline.nightly.config import Config
from pipeline.nightly.load import load_config
from pipeline.nightly.telling import Surroundings, Telling


def telling_of(
    config: Config, say: Callable[[str], None], sleep: Callable[[float], None]
) -> Telling:
    """Whoever is to be told; what was told is remembered beside the ledger."""
    ledger = ledger_path(config)
    folder = ledger.with_name(f"{ledger.name}.nightly.{name_of(config)}.told")
    return Telling(config.telling, Surroundings(folder, say, sleep))


def name_of(config: Config) -> str:
    """What tells the files of one configuration from those of others."""
    return hashlib.sha256(bytes(config.path)).hexdigest()[:8]


def test_messages(path: Path, say: Callable[[str], None]) -> tuple[Finding, ...]:
    """Sends a test message by each way; raises NightlyError for a wrong file."""
    telling = telling_of(load_config(path, os.environ), say, time.sleep)
    found = telling.send_test(datetime.now(UTC))
    if found:
        return found
    message = "The configuration names nobody who is to be told."
    return (Finding("notify", Level.WARNING, message, "Name some under `notify`."),)
