"""Small damage to bytes, texts, archives and JSON, at random; the seed decides it."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from random import Random

SIGNS = (
    *(b'"', b'""', b"'", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\n\n"),
    *(b"\\", b'\\"', b"\0", b"\x1a", b"\x1b[2J", b"\xff", b"\xfe", b"\xef\xbb\xbf"),
    *(b"\xff\xfe", b"\xc3", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"),
    *(b"=1+1", b"@SUM(A1)", b"-", b"#", b"<", b">", b"&", b"&#0;", b"&lt;", b"]]>"),
    *(b"0", b"-1", b"1e999", b"NaN", b"99999999999999999999", b"2024-02-30"),
    *(b"{", b"}", b"[", b"]", b": ", b"? ", b"- ", b"!!python/object ", b"&a ", b"*a"),
    *(b"%", b"%Y", b"{0}", b"{Name}", b"null", b"~", b"true", b"|\n", b">-\n", b"\xa0"),
    *(b"sep=;\n", b"_status", b"_hint", b"_row", b"\xe2\x80\xa8", b"\xcc\x81" * 9),
)
WORDS = (
    *("", " ", "0", "-1", "1", "2147483648", "1e999", "nan", "null", "true", "yes"),
    *("~", "*", "[a-", "(a+)+$", "../../etc/passwd", "/dev/zero", "$HOME", "%Y-%m-%d"),
    *("{a", "{}", "{0.__class__}", "utf-16", "rot13", "\x00", "\x1b[2J", "\ud7ff"),
    *("\u202e", "é" * 300, "UTC", "Mars/Olympus", "25:00", "99999999d", "1000000%"),
    *("http://127.0.0.1:1", "file:///etc/passwd", "excel", "iso", "epoch_ms", "CALL"),
)
_MOST_BYTES = 300_000
_VALUE = re.compile(rb'"[^"]*"|\d+')
_TAG = re.compile(rb"<[^>]{1,200}>")


def damaged(data: bytes, chance: Random) -> bytes:
    """The bytes after one to four small changes; not many more than before."""
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(_DAMAGES)(data, chance)
    return data[:_MOST_BYTES]


def with_odd_values(xml: bytes, chance: Random) -> bytes:
    """XML in which some values, or tags, are others; it mostly stays XML."""
    pattern = chance.choice((_VALUE, _VALUE, _TAG))
    places = list(pattern.finditer(xml))
    if not places:
        return damaged(xml, chance)
    for place in sorted(chance.choices(places, k=chance.randint(1, 3)), key=_start)[
        ::-1
    ]:
        new = _odd(place[0], chance)
        xml = xml[: place.start()] + new + xml[place.end() :]
    return xml


def damaged_zip(archive: bytes, chance: Random) -> bytes:
    """The archive with a damaged member, without one, with one twice, or cut."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        members = [(name, opened.read(name)) for name in opened.namelist()]
    for _ in range(chance.randint(1, 2)):
        members = chance.choice(_MEMBER_DAMAGES)(members, chance)
    packed = zipped(members)
    return damaged(packed, chance) if chance.random() < 0.2 else packed


def zipped(members: Sequence[tuple[str, bytes]]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def odd_json(value: object, chance: Random, depth: int = 0) -> object:
    """The value with some parts replaced, left out, or wrapped."""
    if chance.random() < 0.15:
        return _odd_json_value(value, chance)
    if depth < 8 and isinstance(value, dict):
        return {
            _odd_key(key, chance): odd_json(each, chance, depth + 1)
            for key, each in value.items()
            if chance.random() < 0.93
        }
    if depth < 8 and isinstance(value, list):
        return [odd_json(each, chance, depth + 1) for each in value]
    return value


def damaged_json(value: object, chance: Random) -> bytes:
    """JSON of something like the value; now and then it is none."""
    text = json.dumps(odd_json(value, chance)).encode("utf-8", "surrogatepass")
    return damaged(text, chance) if chance.random() < 0.3 else text


def _start(place: re.Match[bytes]) -> int:
    return place.start()


def _odd(value: bytes, chance: Random) -> bytes:
    word = chance.choice(WORDS).encode("utf-8", "surrogatepass")
    if value.startswith(b'"'):
        return b'"' + word + b'"'
    if value.startswith(b"<"):
        return chance.choice((b"", value * 2, value * 500, damaged(value, chance)))
    return chance.choice((b"0", b"-1", b"1048577", b"99999999999999999999", word))


def _odd_json_value(value: object, chance: Random) -> object:
    deep: object = value
    for _ in range(chance.choice((1, 5, 300))):
        deep = chance.choice(([deep], {"error": deep}))
    odd: tuple[object, ...] = (
        None,
        True,
        0,
        -1,
        1.5,
        10**30,
        "",
        [],
        {},
        "x" * 5_000,
        [None],
        {"": None},
    )
    return chance.choice((*odd, deep, chance.choice(WORDS), str(value)))


def _odd_key(key: str, chance: Random) -> str:
    return chance.choice(WORDS) if chance.random() < 0.03 else key


def _span(data: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 2, 8, 40, 300)))


def _flip(data: bytes, chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + chance.randbytes(end - start) + data[end:]


def _insert(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    times = chance.choice((1, 1, 1, 2, 50))
    return data[:at] + chance.choice(SIGNS) * times + data[at:]


def _replace(data: bytes, chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + chance.choice(SIGNS) + data[end:]


def _drop(data: bytes, chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _repeat(data: bytes, chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 3, 200)) + data[end:]


def _move(data: bytes, chance: Random) -> bytes:
    start, end = _span(data, chance)
    rest = data[:start] + data[end:]
    at = chance.randrange(len(rest) + 1)
    return rest[:at] + data[start:end] + rest[at:]


def _cut(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _exchange(data: bytes, chance: Random) -> bytes:
    """One sign for another, everywhere."""
    return data.replace(chance.choice(SIGNS), chance.choice(SIGNS))


_DAMAGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(_flip, _insert, _insert, _insert, _replace, _replace, _drop, _repeat, _move),
    *(_cut, _exchange),
)
_Members = list[tuple[str, bytes]]


def _other_content(members: _Members, chance: Random) -> _Members:
    if not members:
        return members
    at = chance.randrange(len(members))
    name, content = members[at]
    damage = chance.choice((damaged, with_odd_values, with_odd_values))
    return [*members[:at], (name, damage(content, chance)), *members[at + 1 :]]


def _one_less(members: _Members, chance: Random) -> _Members:
    at = chance.randrange(len(members) + 1)
    return members[:at] + members[at + 1 :]


def _other_name(members: _Members, chance: Random) -> _Members:
    if not members:
        return members
    at = chance.randrange(len(members))
    names = ("../out.csv", "/abs.csv", "a" * 300 + ".csv", "__MACOSX/._a", "x/\x1b.csv")
    name = chance.choice((*names, members[-1][0].upper(), "aux.csv"))
    return [*members[:at], (name, members[at][1]), *members[at + 1 :]]


_MEMBER_DAMAGES: tuple[Callable[[_Members, Random], _Members], ...] = (
    *(_other_content,) * 6,
    _one_less,
    _other_name,
)


def odd_yaml(text: str, chance: Random) -> bytes:
    """YAML with other values, keys or indents; or bytes that are hardly YAML."""
    lines = text.splitlines(keepends=True)
    for _ in range(chance.randint(1, 3)):
        lines = chance.choice(_LINE_DAMAGES)(lines, chance)
    written = "".join(lines).encode("utf-8", "surrogatepass")
    return damaged(written, chance) if chance.random() < 0.3 else written


_Lines = list[str]
_PAIR = re.compile(r"(?s)^(\s*(?:- )?[\w ]+: *)(\S.*)$")
_WORD = re.compile(r"[\w.%-]+")


def _other_value(lines: _Lines, chance: Random) -> _Lines:
    at = chance.randrange(len(lines) + 1)
    found = _PAIR.match("".join(lines[at : at + 1]))
    if not found:
        return lines
    return [*lines[:at], f"{found[1]}{_yaml_value(chance)}\n", *lines[at + 1 :]]


def _other_word(lines: _Lines, chance: Random) -> _Lines:
    at = chance.randrange(len(lines) + 1)
    words = list(_WORD.finditer("".join(lines[at : at + 1])))
    if not words:
        return lines
    word = chance.choice(words)
    line = lines[at][: word.start()] + _yaml_value(chance) + lines[at][word.end() :]
    return [*lines[:at], line, *lines[at + 1 :]]


def _yaml_value(chance: Random) -> str:
    word = chance.choice(WORDS)
    odd = ("[" * 200, "{a: b}", "[a, b]", "*x", "&x 1", "!!int 3", "|", '"\\x1b"', "{}")
    return chance.choice((word, word, repr(word), json.dumps(word), *odd))


def _line_away(lines: _Lines, chance: Random) -> _Lines:
    at = chance.randrange(len(lines) + 1)
    return lines[:at] + lines[at + 1 :]


def _line_elsewhere(lines: _Lines, chance: Random) -> _Lines:
    at, to = chance.randrange(len(lines) + 1), chance.randrange(len(lines) + 1)
    return lines[:to] + lines[at : at + chance.choice((1, 1, 5))] + lines[to:]


def _other_indent(lines: _Lines, chance: Random) -> _Lines:
    at = chance.randrange(len(lines) + 1)
    indent = " " * chance.choice((0, 1, 2, 4, 9))
    return [
        *lines[:at],
        *(indent + line.lstrip(" ") for line in lines[at : at + 1]),
        *lines[at + 1 :],
    ]


_LINE_DAMAGES: tuple[Callable[[_Lines, Random], _Lines], ...] = (
    *(_other_value, _other_value, _other_value, _other_word, _other_word),
    *(_line_away, _line_elsewhere, _other_indent),
)
