"""Configurations of nightly jobs, damaged."""

from dataclasses import dataclass
from pathlib import Path
from random import Random

from pipeline.errors import PipelineError
from pipeline.nightly.load import load_config
from tests.fuzz.mutation import odd_yaml
from tests.fuzz.subject import Files, is_told_well
from tests.nightly.configurations import FULL

_ENVIRON = {"SLACK_WEBHOOK": "https://hooks.example.org/services/T0/B0/secret"}
_CONFIG = """\
version: 1
metrics: {textfile: import.prom}
ping: {url_env: SLACK_WEBHOOK, attention: success}
defaults: {settle: 1m, max_invalid: 2%, keep: {reports: 90d}}
notify:
  - email:
      to: [ada@example.org, bo@example.org]
      from: imports@example.org
      smtp: {host: mail.example.org, security: starttls, port: 587}
      attach: [report, fix_me]
    report_url: https://files.example.org/crm/reports
  - slack: {url_env: SLACK_WEBHOOK}
    on: [stopped, failed, missing, recovered]
  - webhook: {url: "http://localhost:8080/imports"}
    on: [attention, ok]
"""
_LAST_JOB = """\
  - {name: mails, inbox: mails, pattern: "*.csv", mapping: hubspot-emails}
"""


@dataclass(frozen=True)
class Nights:
    """They are read whole, or all of their mistakes are told."""

    name: str = "nights"

    def make(self, chance: Random) -> Files:
        return {"nightly.yaml": odd_yaml(_CONFIG + FULL + _LAST_JOB, chance)}

    def check(self, folder: Path) -> None:
        assert _told(folder) == _told(folder)


def _told(folder: Path) -> str:
    try:
        return repr(load_config(folder / "nightly.yaml", _ENVIRON))
    except PipelineError as error:
        is_told_well(error)
        return error.sentence
