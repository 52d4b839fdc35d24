"""Issues that reading a source finds."""

from typing import Final

from pipeline.catalogue.entry import Entry, Fix, Level

READING: Final = (
    Entry(
        "extra_cells",
        "The row has more cells than the header",
        means="The row has filled cells to the right of the last column of the header.",
        why="Most often a text holds the delimiter (a comma, a semicolon) and does not "
        "stand in double quotes, so that it falls apart into two cells.",
        fix=Fix(
            spreadsheet="Put the text together again in its own cell, and empty the "
            "cells beyond the last header.",
            mapping="If all rows are like this, the `delimiter` is a wrong one.",
        ),
        example="Call,Spoke to Ann, all fine: under the header Type,Notes that is one "
        "cell too many.",
        message="The row has more cells than the header. Too many: {detail} "
        "('{value}').",
        hint="Put the text that holds the delimiter into double quotes, or remove the "
        "extra delimiter.",
    ),
    Entry(
        "missing_cells",
        "The row has fewer cells than the header",
        means="The row ends before the last column; the cells that lack are taken as "
        "empty, and the row goes on.",
        why="Some systems leave out empty cells at the end of a row.",
        fix=Fix(spreadsheet="Nothing, if those cells are empty in the old system too."),
        example="A row with 5 cells under a header of 7 columns.",
        level=Level.WARNING,
        message="The row has fewer cells than the header. Missing, and taken as empty: "
        "{detail}.",
        hint="Nothing to do if those cells are empty in the old system too.",
    ),
    Entry(
        "cut_off_row",
        "The file ends in the middle of this row",
        means="The last row of the file lacks cells and its line break.",
        why="A download or a copy stopped before its end. Rows after this one may be "
        "lost, too.",
        fix=Fix(machine="Export or copy the file again, and compare the sizes."),
        example="The file ends with 00T9,2024-03-0.",
        message="The file ends in the middle of this row. Cells missing: {detail}.",
        hint="The file was probably not copied whole: export or copy it again.",
    ),
    Entry(
        "broken_row",
        "The row cannot be divided into cells",
        means="A double quote opens a cell and nothing closes it, so that nobody can "
        "tell where the cell ends.",
        why="A text holds a double quote that was not doubled, or the file was cut "
        "off.",
        fix=Fix(
            spreadsheet='In a text editor: write "" for a double quote inside a cell.',
            machine="Or export the file again.",
        ),
        example='"He said "fine" and left, should be "He said ""fine"" and left".',
        message="A double quote in this row is not closed at the end of its cell; it "
        "was read up to the end of its first line: '{value}'.",
        hint="Look at that line in a text editor. A double quote inside a cell must be "
        "doubled; or the file was not copied whole.",
    ),
    Entry(
        "swallowed_rows",
        "A cell holds what looks like other rows",
        means="One cell spans several lines, and these look like rows of the file.",
        why="A double quote was never closed, so that the rows up to the next one "
        "became the text of one cell.",
        fix=Fix(
            spreadsheet="In a text editor: close or double the quote. If the text is "
            "right as it is, take its line breaks out.",
        ),
        example="The notes of row 12 hold the rows 13 to 40.",
        message="Column '{column}' holds the text of other rows, it seems, {detail} of "
        "them: '{value}'.",
        hint="Look at the quotes there in a text editor: one that is not closed, and "
        "another one below, make one cell of all that is between them. If the text is "
        "right, take its line breaks out.",
    ),
    Entry(
        "undecodable",
        "Some bytes are no text",
        means="A cell has bytes that are no letters in the encoding of the file.",
        why="Texts of two encodings were put into one file, or the encoding was "
        "guessed wrongly.",
        fix=Fix(
            spreadsheet="Type the text of the cell again.",
            mapping="Set the file's true `encoding` under `source`.",
        ),
        example="Caf\\xe9 in a file that is UTF-8 elsewhere.",
        message="Column '{column}' has bytes that are no text in the file's encoding: "
        "{detail} in '{value}'.",
        hint="Correct the cell, or set the file's true `encoding` in the mapping.",
    ),
    Entry(
        "nul_dropped",
        "A NUL character was left out",
        means="A cell held a character that no text may hold; it was left out.",
        why="A fault of the program that wrote the file.",
        fix=Fix(spreadsheet="Nothing, if the text is right without it."),
        example="Acme\\0 became Acme.",
        level=Level.WARNING,
        message="Column '{column}' held a NUL character, which was left out: "
        "'{value}'.",
        hint="Nothing to do if the text is right without it.",
    ),
    Entry(
        "uncalculated",
        "A formula was never calculated",
        means="The cell holds a formula, and the file does not say what it comes to.",
        why="The file was written by a program, and no spreadsheet ever opened it.",
        fix=Fix(spreadsheet="Open the file, save it, and run it again."),
        example="=A2&B2 without a value.",
        message="The cell in column '{column}' holds a formula that was never "
        "calculated: its value is not known.",
        hint="Open the file in a spreadsheet program, save it there, and run it again.",
    ),
)
