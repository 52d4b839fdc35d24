"""What people read on the terminal."""

from collections.abc import Iterable

from pipeline.cli.screen import padded, width_of
from pipeline.cli.theme import BAD, painted
from pipeline.errors import Mistake, MistakesError, PipelineError
from pipeline.printable import on_one_line, printable


def error_text(error: PipelineError) -> str:
    """What, where, what next: a line each."""
    lines = [painted("Error: ", BAD) + printable(error.message)]
    if error.where:
        lines.append(f"  where: {on_one_line(error.where)}")
    if isinstance(error, MistakesError):
        lines += [mistake_text(error.where, mistake) for mistake in error.mistakes]
    if error.hint:
        lines.append(f"  hint:  {printable(error.hint)}")
    lines.append(f"  {explain_line(error.code)}")
    lines += [f"  next:  {command}" for command in error.next]
    return "\n".join(lines)


def explain_line(code: str) -> str:
    """Where to read more about the code of an ending."""
    return f"explain: activity-import explain {code}"


def mistake_text(path: str, mistake: Mistake) -> str:
    place = mistake.place
    at = f"{path}:{place.line}:{place.column}: " if place else ""
    hint = f" {mistake.hint}" if mistake.hint else ""
    return f"  {on_one_line(at + mistake.message + hint)}"


def table(rows: Iterable[tuple[str, ...]], *, indent: int = 2) -> str:
    """Columns side by side, as wide as they need to be."""
    lines = [tuple(map(on_one_line, row)) for row in rows]
    if not lines:
        return ""
    widths = [max(map(width_of, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join(
        " " * indent
        + "  ".join(
            padded(cell, width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )
