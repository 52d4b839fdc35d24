"""Sources and servers that the tests of whole runs start from."""

from pathlib import Path

from tests.misbehaving import CREATED, Step, Talk, answers, reads

HEALTHY = (reads, answers(200, {"data": {"status": "healthy"}}))
TAKEN = (reads, answers(201, CREATED))


def converses(answer: Step) -> Step:
    """Reads a request; a health check is answered, all else is for `answer`."""

    def step(talk: Talk) -> None:
        reads(talk)
        healthy = talk.requests[-1].line.startswith("GET")
        (HEALTHY[1] if healthy else answer)(talk)

    return step


MAPPING = """
version: 1
name: plain
key: [Id]
fields:
  activity_time: {from: When}
  subject: {from: What}
"""


def source(rows: int, *, path: str = "rows.csv") -> Path:
    """A file of good rows, from row 2 on; its mapping lies beside it."""
    lines = [f"r{row},2024-03-01 10:00:00Z,Call {row}\n" for row in range(2, rows + 2)]
    Path(path).write_text("Id,When,What\n" + "".join(lines), encoding="utf-8")
    Path("plain.yaml").write_text(MAPPING, encoding="utf-8")
    return Path(path)
