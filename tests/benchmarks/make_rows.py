"""Writes a synthetic export: python tests/benchmarks/make_rows.py ROWS FILE.csv"""

import csv
import random
import sys
import uuid
from pathlib import Path

HEADER = ("Id", "Subject", "Description", "Type", "When", "Account", "Contact", "Owner")
TALK = (
    "met with the buyer about pricing and next steps we agreed to send a proposal "
    "after the security review the call went well they will talk to their own team"
)
WORDS = TALK.split()


def main(rows: int, path: Path) -> None:
    """About 240 bytes a row, eight columns; the same rows at every call."""
    chance = random.Random(7)
    accounts, contacts = (_ids(chance, count) for count in (500, 2_000))
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(HEADER)
        for number in range(rows):
            lines.writerow(_row(number, chance, accounts, contacts))


def _ids(chance: random.Random, count: int) -> list[str]:
    return [
        str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(count)
    ]


def _row(
    number: int, chance: random.Random, accounts: list[str], contacts: list[str]
) -> tuple[str, ...]:
    day = f"20{chance.randint(15, 25)}-{chance.randint(1, 12):02}"
    when = f"{day}-{chance.randint(1, 28):02} {chance.randint(0, 23):02}:30:00"
    return (
        f"00T{number:012}",
        f"Call about {chance.choice(WORDS)}",
        " ".join(chance.choices(WORDS, k=18)),
        chance.choice(("Call", "LinkedIn", "Email")),
        when,
        chance.choice(accounts),
        chance.choice(contacts),
        chance.choice(("Ann Bell", "Bo Li", "Cy Ray")),
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
