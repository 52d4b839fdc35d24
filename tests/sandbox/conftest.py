"""A stand-in per module, a client with its key, and a body that it takes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.sandbox.process import Sandbox, running_sandbox

SEED = Path(__file__).parents[2] / "pipeline/sandbox/workspace.json"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def api(sandbox: Sandbox) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    with httpx.Client(base_url=sandbox.url, headers=headers) as client:
        yield client


@pytest.fixture(scope="session")
def seed() -> dict[str, list[dict[str, str]]]:
    workspace: dict[str, list[dict[str, str]]] = json.loads(SEED.read_text("utf-8"))
    return workspace


@pytest.fixture
def body(seed: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    metadata = {
        "activity_time": "2024-03-05T14:30:00Z",
        "subject": "Call with Zoë",
        "description": "",
        "category": "CALL",
    }
    links = {
        "account_id": seed["accounts"][0]["id"],
        "opportunity_id": seed["opportunities"][0]["id"],
        "contact_ids": [seed["contacts"][0]["id"], seed["contacts"][12]["id"]],
    }
    return {"attributes": {"metadata": metadata, **links}}
