"""The rival of `run`: a thread pool of requests sessions that keeps no record.

python tests/benchmarks/rival_post.py FILE.csv BASE_URL THREADS
"""

import csv
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from tests.benchmarks.rival_validate import body

local = threading.local()


def post(url: str, text: str) -> int:
    if not hasattr(local, "session"):
        local.session = requests.Session()
    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    answer = local.session.post(url, data=text, headers=headers, timeout=60)
    answer.raise_for_status()
    return len(answer.json()["data"]["id"])


def main(source: Path, base_url: str, threads: int) -> None:
    url = f"{base_url}/api/v2/activity"
    with source.open(newline="") as file, ThreadPoolExecutor(threads) as pool:
        bodies = (body(row) for row in csv.DictReader(file))
        for _ in pool.map(lambda text: post(url, text), bodies):
            pass


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
