"""Configurations of nightly jobs, damaged."""

from dataclasses import dataclass
from pathlib import Path
from random import Random

from pipeline.errors import PipelineError
from pipeline.nightly.load import load_config
from tests.fuzz.mutation import odd_yaml
from tests.fuzz.subject import Files, is_told_well

_ENVIRON = {"SLACK_WEBHOOK": "https://hooks.example.org/services/T0/B0/secret"}
_CONFIG = """\
version: 1
clock: Europe/Berlin
ledger: state/ledger.sqlite
reports: reports
log: night.log
base_url: https://api.example.org
workspace: sales
api_key_file: key
rate: 20.5
concurrency: 8
timeout: 30s
patience: 5m
defaults: {settle: 1m, max_invalid: 2%, keep: {reports: 90d}}
jobs:
  - name: calls
    inbox: in
    pattern: ["*.csv", "*.zip"]
    mapping: hubspot-calls
    order: time
    settle: 2m
    marker: "{stem}.ok"
    archive: done
    quarantine: bad
    max_invalid: 5%
    max_failed: 10
    on_drift: stop
    min_rows: 5
    max_rows: 50000
    usual_rows: 50%..200%
    expect_by: "06:00"
    expect_on: [mon, fri]
    window: 22:00-06:00
    keep: {reports: 90d, plans: 30d, archive: 52w, quarantine: 90d}
    sheet: Calls
    member: "Calls*.csv"
    timezone: Europe/Berlin
    dates: day_first
    allow_empty: true
    enabled: false
  - {name: mails, inbox: mails, pattern: "*.csv", mapping: hubspot-emails}
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
metrics: {textfile: import.prom}
ping: {url_env: SLACK_WEBHOOK, attention: success}
"""


@dataclass(frozen=True)
class Nights:
    """They are read whole, or all of their mistakes are told."""

    name: str = "nights"

    def make(self, chance: Random) -> Files:
        return {"nightly.yaml": odd_yaml(_CONFIG, chance)}

    def check(self, folder: Path) -> None:
        assert _told(folder) == _told(folder)


def _told(folder: Path) -> str:
    try:
        return repr(load_config(folder / "nightly.yaml", _ENVIRON))
    except PipelineError as error:
        is_told_well(error)
        return error.sentence
