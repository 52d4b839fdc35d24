r"""Quotes that a backslash escapes, and backslashes that are text, as in "C:\"."""

from pathlib import Path

import pytest

from pipeline.stages.read import Layout
from tests.read.read_given import Row, codes, file, issues, opened, rows

ESCAPED = (
    'A,B,C\n1,"say \\"hi, you\\"",x\n2,"a\\\\",y\n3,C:\\dir,"p"\n4,"\\"",\\"z\\"\n'
)
READ: list[Row] = [
    (2, "1", 'say "hi, you"', "x"),
    (3, "2", "a\\", "y"),
    (4, "3", "C:\\dir", "p"),
    (5, "4", '"', '"z"'),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_backslashes_that_escape_are_found(tmp_path: Path, encoding: str) -> None:
    path = file(tmp_path, ESCAPED.encode(encoding))

    assert opened(path).source.escape == "backslash"
    assert (rows(path), issues(path)) == (READ, [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            'A,B,C\n1,"C:\\",x\n2,"D:\\","y ""z"""\n',
            [(2, "1", "C:\\", "x"), (3, "2", "D:\\", 'y "z"')],
        ),
        ('A,B\n1,"C:\\"\n', [(2, "1", "C:\\")]),
        ('A,B\n1,"\\""x"""\n', [(2, "1", '\\"x"')]),
        ("A,B\n1,\\n\\t\\\\\n", [(2, "1", "\\n\\t\\\\")]),
    ],
)
def test_backslashes_that_are_text_stay(
    tmp_path: Path, text: str, found: list[Row]
) -> None:
    path = file(tmp_path, text)

    assert opened(path).source.escape is None
    assert (rows(path), issues(path)) == (found, [])


def test_an_escape_asked_for_overrides_the_one_found(tmp_path: Path) -> None:
    path = file(tmp_path, ESCAPED)
    other = file(tmp_path, 'A,B\n1,"x\\",y"\n', "other.csv")

    assert opened(path, Layout(escape="none")).source.escape is None
    assert rows(other, Layout(escape="backslash")) == [(2, "1", 'x",y')]


def test_a_broken_row_between_escaped_quotes_is_told(tmp_path: Path) -> None:
    path = file(tmp_path, 'A,B\n1,"a \\"b\\" c"\n2,"x\n3,"y \\"z\\", w"\n')

    assert rows(path) == [(2, "1", 'a "b" c'), (3, "2", "x"), (4, "3", 'y "z", w')]
    assert codes(path) == [(3, "broken_row")]
