"""What the ledger remembers besides sendings: answers to lookups, and sources seen."""

import json
import sqlite3
from datetime import datetime
from typing import Final

import polars as pl

from pipeline.ledger.records import Seen, Topic, milliseconds, moment_of

ANSWER_SCHEMA: Final = pl.Schema(
    {
        "value": pl.String(),
        "ids": pl.List(pl.String()),
        "names": pl.List(pl.String()),
        "asked_at": pl.Int64(),
    }
)
_KEPT_SCHEMA: Final = {
    "value": pl.String(),
    "candidates": pl.String(),
    "asked_at": pl.Int64(),
}
_ADD_TOPIC: Final = """
INSERT INTO topic (target, workspace, record_type, field, kind)
VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_FIND_TOPIC: Final = """
SELECT id FROM topic
WHERE target = ? AND workspace = ? AND record_type = ? AND field = ? AND kind = ?
"""
# CROSS JOIN keeps SQLite from walking through all answers.
_FIND_ANSWERS: Final = """
SELECT answer.value, candidates, asked_at
FROM json_each(:wanted) AS wanted
CROSS JOIN answer ON answer.topic = :topic AND answer.value = wanted.value
WHERE asked_at BETWEEN :since AND :until
"""
_WRITE_ANSWER: Final = """
INSERT INTO answer (topic, value, candidates, asked_at) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    candidates = excluded.candidates, asked_at = excluded.asked_at
"""
_FIND_SEEN: Final = """
SELECT headers, field_values, seen_at, run FROM seen
WHERE system = ? AND mapping = ? AND source = ?
"""
_WRITE_SEEN: Final = """
INSERT INTO seen (system, mapping, source, headers, field_values, seen_at, run)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    headers = excluded.headers, field_values = excluded.field_values,
    seen_at = excluded.seen_at, run = excluded.run
"""
_Topic = tuple[str, str, str, str, str]


def read_answers(
    connection: sqlite3.Connection,
    topic: Topic,
    values: pl.Series,
    *,
    since: datetime,
    until: datetime,
) -> pl.DataFrame:
    found = connection.execute(_FIND_TOPIC, _topic_row(topic)).fetchone()
    if found is None:
        return pl.DataFrame(schema=ANSWER_SCHEMA)
    wanted = {
        "topic": found[0],
        "wanted": json.dumps(values.drop_nulls().unique().sort().to_list()),
        "since": milliseconds(since),
        "until": milliseconds(until),
    }
    rows = connection.execute(_FIND_ANSWERS, wanted).fetchall()
    kept = pl.DataFrame(rows, schema=_KEPT_SCHEMA, orient="row")
    pairs = pl.col("candidates").str.json_decode(pl.List(pl.List(pl.String)))
    return kept.with_columns(
        ids=pairs.list.eval(pl.element().list.get(0)),
        names=pairs.list.eval(pl.element().list.get(1)),
    ).select(ANSWER_SCHEMA.names())


def write_answers(
    connection: sqlite3.Connection, topic: Topic, answers: pl.DataFrame
) -> None:
    connection.execute(_ADD_TOPIC, _topic_row(topic))
    [number] = connection.execute(_FIND_TOPIC, _topic_row(topic)).fetchone()
    rows = answers.select(ANSWER_SCHEMA.names()).iter_rows()
    connection.executemany(
        _WRITE_ANSWER,
        (
            (number, value, json.dumps(list(zip(ids, names, strict=True))), at)
            for value, ids, names, at in rows
        ),
    )


def read_seen(
    connection: sqlite3.Connection, *, system: str, mapping: str, source: str
) -> Seen | None:
    key = (system, mapping, source)
    found = connection.execute(_FIND_SEEN, key).fetchone()
    if found is None:
        return None
    headers, values, seen_at, run = found
    return Seen(
        *key,
        headers=tuple(json.loads(headers)),
        values={field: tuple(each) for field, each in json.loads(values).items()},
        seen_at=moment_of(seen_at),
        run=run,
    )


def write_seen(connection: sqlite3.Connection, seen: Seen) -> None:
    row = (
        seen.system,
        seen.mapping,
        seen.source,
        json.dumps(seen.headers),
        json.dumps(dict(seen.values)),
        milliseconds(seen.seen_at),
        seen.run,
    )
    connection.execute(_WRITE_SEEN, row)


def _topic_row(topic: Topic) -> _Topic:
    return (topic.target, topic.workspace, topic.record_type, topic.field, topic.kind)
