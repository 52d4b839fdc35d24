"""Inputs as nobody would write them: samples, changed here and there by a seed."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

_MOST_CHANGES = 6
_LONGEST_COPY = 2_000
# What has a meaning to readers of tables, workbooks, YAML, JSON or HTTP.
_TOKENS = (
    *(b'"', b'""', b"'", b",", b";", b"\t", b"|", b"\n", b"\r\n", b"\r", b"\0", b" "),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xa0", b"\xc3", b"\xed\xa0\x80"),
    *(b"\x1b[31m", "\u202e".encode(), "\u2028".encode(), b"sep=;\n", b"PK\x03\x04"),
    *(b"=1+1", b"@SUM(A1)", b"-", b"_status", b"Total", b"1e999", b"9" * 400, b"NaN"),
    *(b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"<c r='XFD1048576'>", b"</row>"),
    *(b": ", b"- ", b"&a ", b"*a", b"!!python/object:os.system ", b"{", b"}", b"["),
    *(b"]", b"null", b"true", b"[" * 300, b"{a: " * 300, b"\\ud800", b"2024-02-30"),
    *(b"(a+)+$", b"(a{1000}){1000}", b"../../etc/passwd", b"%Y", b"{row}"),
)


@dataclass(frozen=True)
class Mutator:
    """Changes samples; equal seeds make equal changes."""

    random: Random

    def changed(self, sample: bytes, others: Sequence[bytes]) -> bytes:
        """The sample after a few changes; of a zip file, mostly what it holds."""
        if sample.startswith(b"PK") and self.random.random() < 0.8:
            return self._repacked(sample)
        for _ in range(self.random.randint(1, _MOST_CHANGES)):
            sample = self._changed_once(sample, others)
        return sample

    def _changed_once(self, data: bytes, others: Sequence[bytes]) -> bytes:
        start, end = self._slice(data)
        if self.random.random() < 0.1:
            return data[:start]
        kept = data[end:] if self.random.random() < 0.5 else data[start:]
        return data[:start] + self._put(data[start:end], others) + kept

    def _put(self, part: bytes, others: Sequence[bytes]) -> bytes:
        """What stands in the place of a part, or before it."""
        other = self.random.choice(others)
        ways = (
            b"",
            self.random.choice(_TOKENS),
            self.random.choice(_TOKENS),
            part[::-1],
            part * self.random.randint(1, 20),
            self.random.randbytes(min(len(part), 8)),
            other[slice(*self._slice(other))],
        )
        return self.random.choice(ways)

    def _slice(self, data: bytes) -> tuple[int, int]:
        start = self.random.randint(0, len(data))
        length = self.random.choice((1, 4, 40, _LONGEST_COPY))
        return start, min(len(data), start + self.random.randint(0, length))

    def _repacked(self, archive: bytes) -> bytes:
        """The same members, but for one that is changed, doubled or gone."""
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            members = [(name, packed.read(name)) for name in packed.namelist()]
        place = self.random.randrange(len(members))
        name, content = members[place]
        match self.random.randrange(6):
            case 0:
                del members[place]
            case 1:
                members.append((f"../{name}", content))
            case _:
                contents = [content for _, content in members]
                members[place] = name, self.changed(content, contents)
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in members:
                packed.writestr(name, content)
        return written.getvalue()
