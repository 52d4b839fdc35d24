"""A disk without any room, at each place that a night writes to."""

import os
import subprocess
import sys

import pytest

from tests.nightly.nights import Nights

# Each place is filled up to its last KiB, then given room again.
SCRIPT = """
cp -r {place} kept
mount -t tmpfs -o size=100m none {place} || exit 99
cp -r kept/. {place}
used=$(df -k --output=used {place} | tail -1)
mount -o remount,size=$((used + {free}))k {place}
"{python}" -m pipeline nightly nightly.yaml
echo "first $?"
mount -o remount,size=100m {place}
"{python}" -m pipeline nightly nightly.yaml
echo "second $?"
cp -r {place}/. kept
"""
PLACES = {"log": "log/night.log", "reports": "reports"}
LEDGER = "The ledger cannot be written: the disk is full."
FILE = "The file cannot be written: No space left on device."


@pytest.fixture
def used(nights: Nights) -> Nights:
    """After a first night: all that is kept is there."""
    metrics = "metrics: {textfile: metrics/night.prom}\n"
    places = "".join(f"{key}: {path}\n" for key, path in PLACES.items())
    nights.configure(job="archive: archive", top=metrics + places)
    for folder in ("archive", "log", "metrics", "reports"):
        (nights.folder / folder).mkdir()
    nights.arrives("first.csv", range(1))
    assert nights.typed().code == 0
    return nights


def on_a_full_disk(nights: Nights, place: str, free: int) -> str:
    """What two nights said, the first without room, the second with room enough."""
    script = SCRIPT.format(place=place, free=free, python=sys.executable)
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script],
        cwd=nights.folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode == 99 or "unshare:" in done.stdout:
        pytest.skip(f"this machine lets nobody mount a small disk: {done.stdout}")
    return done.stdout


@pytest.mark.parametrize(
    ("place", "free", "code", "told"),
    [
        ("state", 0, 1, LEDGER),
        ("state", 44, 1, "disk is full"),
        ("state", 160, 1, LEDGER),
        ("reports", 0, 1, FILE),
        ("archive", 0, 1, FILE),
        ("metrics", 0, 0, f"The metrics were not written. {FILE}"),
        ("log", 0, 0, ""),
    ],
)
def test_a_full_disk_is_told_as_one_and_the_next_night_goes_on(
    used: Nights, place: str, free: int, code: int, told: str
) -> None:
    used.arrives("calls.csv", range(1, 301))

    said = on_a_full_disk(used, place, free)

    first, _, second = said.partition("first ")
    assert told in first
    assert "Traceback" not in said
    assert "fault of the program" not in said
    assert "resume`" not in first
    assert second.startswith(f"{code}\n")
    assert second.rstrip().endswith(("second 0", "second 3"))
    assert list(used.inbox.glob("*.csv")) == []
    taken = used.taken()
    assert taken == sorted(set(taken))
    if second.rstrip().endswith("second 0"):  # else some rows are told as uncertain
        assert taken == list(range(301))
