"""Damaged mappings, configurations and answers: understood, or refused in words."""

from pathlib import Path

import pytest

from tests.fuzz.briefly import no_promise_is_broken

SUBJECTS = ("mappings", "nights", "bodies", "answers", "validating")


@pytest.mark.parametrize("name", SUBJECTS)
def test_no_damage_breaks_a_promise(name: str, tmp_path: Path) -> None:
    no_promise_is_broken(name, tmp_path)
