"""What a workbook does not hold, and why: told on its first sheet."""

from dataclasses import dataclass

from pipeline.stages.report.workbook.bounds import Bounds
from pipeline.stages.report.workbook.cells import MOST_CHARACTERS
from pipeline.stages.report.write import ISSUES, ROWS


@dataclass
class LeftOut:
    """Counts of what found no room. `why` the workbook is no copy, if that is asked.

    `cut` counts cells of which only the beginning is there; `uncommented` bad cells
    without a comment, after `comments` with one.
    """

    why: str = ""
    only_needy: bool = False
    rows: int = 0
    columns: int = 0
    issues: int = 0
    cut: int = 0
    comments: int = 0
    uncommented: int = 0

    def notes(self, bounds: Bounds) -> list[str]:
        told = [self.why] if self.why else []
        if self.only_needy:
            told.append(
                f"There are more than {bounds.all_rows:,} rows: this workbook holds "
                f"only those that need a person. {ROWS} has all."
            )
        no_room = "found no room in this workbook."
        are = "is" if self.cut == 1 else "are"
        counted = (
            (self.rows, "row", f"{no_room} {ROWS} has all."),
            (self.columns, "column", f"{no_room} {ROWS} has all."),
            (self.issues, "issue", f"{no_room} {ISSUES} has all."),
            (
                self.cut,
                "cell",
                f"of more than {MOST_CHARACTERS:,} characters, which no spreadsheet "
                f"takes, {are} cut. {ROWS} and fix-me.csv have them whole.",
            ),
        )
        told += [
            f"{count:,} {what}{'s' * (count != 1)} {text}"
            for count, what, text in counted
            if count
        ]
        return told + uncommented_notes(self.comments, self.uncommented)


def no_copy(reason: str) -> str:
    return f"This is not a copy of your own workbook: {reason}."


def uncommented_notes(comments: int, uncommented: int) -> list[str]:
    if not uncommented:
        return []
    return [
        f"{uncommented:,} bad cells more are coloured, but have no comment: more than "
        f"{comments:,} make spreadsheet programs slow. See _message beside each row."
    ]
