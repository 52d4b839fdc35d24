"""Why a source cannot be read."""

from typing import Final

from pipeline.catalogue.entry import Entry, Fix, Level

SOURCES: Final = (
    Entry(
        "source_missing",
        "There is no such file",
        means="No file has the name that was typed.",
        why="A typo, another folder, or the export has not been written yet.",
        fix=Fix(machine="Type the name again; the Tab key completes it."),
        example="Taks.csv in place of Task.csv.",
        level=Level.RUN,
    ),
    Entry(
        "source_unreadable",
        "The file cannot be opened",
        means="The file is there, and the system does not let it be read.",
        why="It belongs to somebody else, or the disk has a fault.",
        fix=Fix(machine="Ask who may read it, or copy it into a folder of yours."),
        example="Permission denied.",
        level=Level.RUN,
    ),
    Entry(
        "source_not_a_table",
        "The file is not a table",
        means="It is neither CSV nor a spreadsheet that can be read.",
        why="It is a folder, a web page that is called .xls, a PDF or a picture.",
        fix=Fix(
            spreadsheet="If a spreadsheet program opens it, save it as XLSX or CSV.",
            machine="Else export again, as CSV or XLSX.",
        ),
        example="report.xls that is a web page inside.",
        level=Level.RUN,
    ),
    Entry(
        "source_empty",
        "The file holds nothing to read",
        means="There is no header, or no visible sheet with rows.",
        why="An export failed, the rows stand in a hidden sheet, or `header_row` is "
        "wrong.",
        fix=Fix(
            mapping="Correct `header_row` or `sheet` under `source`.",
            machine="Or export again.",
        ),
        example="A file of 0 bytes.",
        level=Level.RUN,
    ),
    Entry(
        "source_damaged",
        "The file is damaged",
        means="It begins as a spreadsheet or an archive, and does not go on as one.",
        why="It was not copied whole, or written by a faulty program.",
        fix=Fix(
            spreadsheet="Open it in a spreadsheet program and save it as XLSX or CSV.",
            machine="Or export or copy it again.",
        ),
        example="A download that stopped at half.",
        level=Level.RUN,
    ),
    Entry(
        "source_has_password",
        "The file is protected by a password",
        means="Nobody can read it without.",
        why="It was saved with a password.",
        fix=Fix(spreadsheet="Open it, and save it without a password."),
        example="An XLSX file from the finance team.",
        level=Level.RUN,
    ),
    Entry(
        "source_encoding",
        "The file is not in the encoding that the mapping names",
        means="Its bytes are no text in that encoding.",
        why="`encoding` in the mapping was written for another file.",
        fix=Fix(mapping="Take `encoding` out to have it found, or correct it."),
        example="`encoding: utf-8`, and the file is windows-1252.",
        level=Level.RUN,
    ),
    Entry(
        "source_too_large",
        "The file is larger than any real one",
        means="Unpacked, by its columns, or by the place of its last cell, it would "
        "fill memory or disk.",
        why="A cell far outside was filled by mistake; or the file is made to do harm.",
        fix=Fix(
            spreadsheet="Delete what is right of and below the table; or save it as "
            "CSV.",
            machine="An archive that you trust: unpack it yourself.",
        ),
        example="A stray blank in cell XFD1048576.",
        level=Level.RUN,
    ),
    Entry(
        "source_part_unknown",
        "It is not clear which part of the file is meant",
        means="The sheet, the section or the file in the archive that was asked for is "
        "not there, or there are several and none was named.",
        why="A name was changed, or has a typo.",
        fix=Fix(
            mapping="Correct `sheet`, `section` or `member` under `source`.",
            machine="Or say it by `--sheet` or `--member`; the message lists the "
            "names.",
        ),
        example="`--sheet Activites` in a workbook with the sheet Activities.",
        level=Level.RUN,
    ),
    Entry(
        "source_packed",
        "The file must be unpacked first",
        means="It is an archive of a kind that is not read here.",
        why="It is a tar file, an archive inside another one, packed by an unknown "
        "method, or with a password.",
        fix=Fix(machine="Unpack it yourself, and name the file that you need."),
        example="export.tar.gz",
        level=Level.RUN,
    ),
    Entry(
        "source_changed",
        "The file was changed while it was read",
        means="Somebody writes it at the same time, so that its rows are not certain.",
        why="The export was not complete yet.",
        fix=Fix(machine="Wait until it is complete, then run it again."),
        example="A nightly export that runs late.",
        level=Level.RUN,
    ),
    Entry(
        "source_not_piped",
        "Standard input gives no file",
        means="`-` stands for what is piped in, once; and nothing is, or it was named "
        "twice.",
        why="The command before the `|` is missing.",
        fix=Fix(machine="cat FILE | activity-import validate - -m MAPPING"),
        example="`activity-import inspect -` without a pipe.",
        level=Level.RUN,
    ),
)
