"""A configuration with every key, which several tests begin with."""

FULL = """
clock: Europe/Berlin
ledger: state/ledger.sqlite
reports: /srv/reports
log: night.log
base_url: https://api.example.org
workspace: sales
api_key_file: key
rate: 20.5
concurrency: 8
timeout: 30s
patience: 5m
jobs:
  - name: calls
    inbox: in
    pattern: ["*.csv", "*.zip"]
    mapping: maps/calls.yaml
    lookups: ids
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
    allow_repeats: true
    enabled: false
"""
