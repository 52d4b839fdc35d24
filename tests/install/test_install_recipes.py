"""The README's recipes: their form, and the commands in them."""

import ast
import re
import subprocess
from typing import Any

import pytest
from ruamel.yaml import YAML

from pipeline.cli.nightly import NightlyCommand, nightly
from tests.commands import ROOT

README = (ROOT / "README.md").read_text("utf-8")
SECTION = README.split("## Starting it every night")[1].split("\n## ")[0]
BLOCKS = re.findall(r"(?ms)^```(\w*)\n(.*?)^```", SECTION)


def blocks(kind: str) -> list[str]:
    return [text for each, text in BLOCKS if each == kind]


def yaml_with(key: str) -> dict[str, Any]:
    [found] = [text for text in blocks("yaml") if text.startswith(f"{key}:")]
    loaded: dict[str, Any] = YAML(typ="safe").load(found)
    return loaded


@pytest.mark.parametrize(
    "words",
    re.findall(
        r"activity-import nightly install (.*?)(?:  +#.*)?$", SECTION, re.MULTILINE
    ),
)
def test_its_commands_have_only_options_that_there_are(words: str) -> None:
    assert isinstance(nightly, NightlyCommand)
    known = {opt for param in nightly.installing.params for opt in param.opts}

    assert set(re.findall(r"--[a-z-]+", words)) <= known


def test_a_workflow_has_a_schedule_and_a_machine_that_lasts() -> None:
    flow = yaml_with("name")
    job = flow["jobs"]["import"]

    assert flow["on"]["schedule"] == [{"cron": "0 2 * * *"}]
    assert "self-hosted" in job["runs-on"]
    assert set(job["steps"][0]) == {"run", "env"}


def said_by(script: str, code: int) -> tuple[int, str]:
    """How a recipe's shell ends where the night ends with `code`."""
    night = re.sub(r"\S*activity-import nightly \S+", f"(exit {code})", script)
    ended = subprocess.run(
        ["sh", "-ec", night], capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stdout


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (3, 0), (4, 1), (1, 1), (130, 1)])
def test_a_night_that_needs_a_person_is_no_failure(code: int, ends: int) -> None:
    [step] = yaml_with("name")["jobs"]["import"]["steps"]
    [airflow] = re.findall(r'bash_command="(.*)"', blocks("python")[0])

    assert said_by(airflow, code) == (ends, "")
    told = "::warning::A person is needed: see the mail.\n" if code == 3 else ""
    assert said_by(step["run"], code) == (ends, told)


def test_a_cron_job_is_never_two_and_is_not_tried_again() -> None:
    job = yaml_with("apiVersion")
    work = job["spec"]["jobTemplate"]["spec"]
    pod = work["template"]["spec"]

    assert (job["kind"], job["apiVersion"]) == ("CronJob", "batch/v1")
    assert (job["spec"]["concurrencyPolicy"], work["backoffLimit"]) == ("Forbid", 0)
    assert pod["restartPolicy"] == "Never"
    [container] = pod["containers"]
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_the_other_files_can_be_read() -> None:
    [script], [image] = blocks("python"), blocks("dockerfile")

    assert ast.parse(script)
    assert [line.split()[0] for line in image.splitlines()] == [
        *("FROM", "COPY", "RUN", "USER", "ENTRYPOINT")
    ]
