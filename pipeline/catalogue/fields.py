"""Issues that come of making activity fields out of columns."""

from typing import Final

from pipeline.catalogue.entry import Entry, Fix, Level

FIELDS: Final = (
    Entry(
        "key_missing",
        "The record has no key",
        means="The cells that tell this record from all others are empty.",
        why="The row is no record of the old system (a total, a note), or the export "
        "left the id out.",
        fix=Fix(
            spreadsheet="Fill in the record's id in the old system, or delete the row.",
            mapping="If the export has no id, take `key` out: then the content tells "
            "rows apart.",
        ),
        example="`key: [Id]`, and the cell under Id is empty.",
        message="The cells that identify the record are empty: {column}.",
        hint="Fill in the id of the record in the old system.",
    ),
    Entry(
        "mangled_id",
        "A spreadsheet has shortened the id",
        means="An id was turned into a number, and its last digits are gone.",
        why="Spreadsheets take a long id for a number and keep 15 digits of it.",
        fix=Fix(
            spreadsheet="Take the id from the original export. Format the column as "
            "text before you save.",
        ),
        example="30118840262 became 3.01188E+10.",
        message="'{value}' in column '{column}' is an id that a spreadsheet took for a "
        "number: its last digits are lost.",
        hint="Take the id from the original export again, and format the column as "
        "text before you save it in a spreadsheet.",
    ),
    Entry(
        "bad_time",
        "The date or time cannot be read",
        means="The cell is no date or time in a form that the mapping expects, or a "
        "day that no calendar has.",
        why="It was typed by hand, or the export writes dates in another form.",
        fix=Fix(
            spreadsheet="Write it as 2024-03-31 or 2024-03-31 14:05.",
            mapping="Add the form to `formats` of activity_time.",
        ),
        example="31/02/2024: February has no 31st.",
        message="'{value}' in column '{column}' is not a date or time in the expected "
        "form: {detail}.{near}",
        hint="Write it in the expected form, or add its form to `formats` in the "
        "mapping.",
    ),
    Entry(
        "unknown_zone",
        "The time zone is not known",
        means="A time names its zone by letters that nobody knows, or that several "
        "zones share.",
        why="Short names such as CST are used for several zones.",
        fix=Fix(
            spreadsheet="Write the offset from UTC (+02:00), or a name such as "
            "Europe/Berlin.",
        ),
        example="2024-03-31 10:00 CST: China or Chicago?",
        message="The time zone '{detail}' of '{value}' in column '{column}' is not "
        "known, or stands for several.",
        hint="Write the offset from UTC instead, such as +02:00, or a name such as "
        "Europe/Berlin.",
    ),
    Entry(
        "nonexistent_time",
        "The time does not exist",
        means="On that night the clock was put forward, over this time.",
        why="The time is of another zone than the mapping says, or was made up by a "
        "program.",
        fix=Fix(
            spreadsheet="Correct the time, or write its offset from UTC (+02:00).",
            mapping="Correct `source.timezone`; or set `when_nonexistent: forward`.",
        ),
        example="2024-03-31 02:30 in Berlin.",
        message="'{value}' in column '{column}' does not exist in {detail}: the clock "
        "was put forward over it.",
        hint="Correct the time, or write it with its offset from UTC, such as +02:00; "
        "or set `when_nonexistent: forward` in the mapping.",
    ),
    Entry(
        "ambiguous_time",
        "The time exists twice",
        means="On that night the clock was put back, and this time came twice.",
        why="The export writes local times without their offset.",
        fix=Fix(
            spreadsheet="Write its offset from UTC (+02:00 or +01:00).",
            mapping="Set `when_twice` to earlier or later.",
        ),
        example="2024-10-27 02:30 in Berlin.",
        message="'{value}' in column '{column}' exists twice in {detail}: the clock "
        "was put back over it.",
        hint="Write it with its offset from UTC, such as +02:00; or set `when_twice` "
        "in the mapping to earlier or later.",
    ),
    Entry(
        "unknown_value",
        "The value is not known",
        means="The field takes some values only, and this is none of them.",
        why="It is misspelled, or new in the old system since the mapping was written.",
        fix=Fix(
            spreadsheet="Write one of the values that the message lists.",
            mapping="Add it to `values`, or say by `otherwise` what all others become.",
        ),
        example="'Cal' in a column that knows Call and Meeting.",
        message="'{value}' in column '{column}' is not one of: {detail}.{near}",
        hint="Correct the value, or add it to `values` in the mapping, or say there "
        "what it becomes `otherwise`.",
    ),
    Entry(
        "lookup_no_match",
        "The lookup does not know the value",
        means="The value is to be turned into a Reevo id, and the lookup has none for "
        "it.",
        why="The record was never imported into Reevo, the lookup is older than the "
        "export, or the value is misspelled.",
        fix=Fix(
            spreadsheet="Correct the value, or empty the cell if the link does not "
            "matter.",
            mapping="Add the value to the lookup file (`activity-import lookups -o` "
            "writes one to fill in); or set `when_missing: drop`.",
            reevo="Import the account, contact or opportunity first.",
        ),
        example="'ada@exmaple.com', and contacts.csv has ada@example.com.",
        message="'{value}' in column '{column}' {detail}.{near}",
        hint="Correct the cell, or add the value to the lookup; `activity-import "
        "lookups` lists all such values.",
    ),
    Entry(
        "lookup_ambiguous",
        "The lookup has several answers",
        means="Several records of Reevo have this value, and nobody says which is "
        "meant.",
        why="A record stands in Reevo twice, or the value (a name) is shared.",
        fix=Fix(
            mapping="Leave one answer in the lookup file, or look up something that "
            "only one record has; or set `when_several: drop`.",
            reevo="Merge the records if they are one.",
        ),
        example="Two contacts in Reevo have the e-mail sales@example.com.",
        message="'{value}' in column '{column}' {detail}.",
        hint="Leave one answer in the lookup, or choose one: `activity-import lookups` "
        "lists all such values.",
    ),
    Entry(
        "lookup_dropped",
        "A link was left out",
        means="The lookup has no single answer for the value, and the mapping says to "
        "go on without the link.",
        why="`when_missing: drop` or `when_several: drop` stands in the mapping.",
        fix=Fix(
            mapping="If the link matters, add the value to the lookup file.",
            reevo="Or import the record first.",
        ),
        example="The deal 0065g00000X is not in opportunities.csv; the call goes in "
        "without it.",
        level=Level.WARNING,
        message="'{value}' in column '{column}' {detail}; the link was left out, as "
        "the mapping says.{near}",
        hint="If the link matters, add the value to the lookup: `activity-import "
        "lookups` lists all such values.",
    ),
    Entry(
        "truncated",
        "The text was shortened",
        means="The text is longer than the mapping allows, and its end was cut off.",
        why="`when_too_long: truncate` stands in the mapping.",
        fix=Fix(spreadsheet="Shorten the text yourself if its end matters."),
        example="A subject of 400 characters, cut to 255.",
        level=Level.WARNING,
        message="The text in column '{column}' was cut to {detail} characters, as the "
        "mapping says.",
        hint="Shorten it yourself if the end matters.",
    ),
    Entry(
        "rows_differ",
        "Rows with the same key differ",
        means="Several rows with one key become one activity, and they do not agree.",
        why="One of them was changed, or they are not one activity.",
        fix=Fix(
            spreadsheet="Make the cells equal.",
            mapping="Say by `when_rows_differ` which row counts; or take `combine` "
            "out.",
        ),
        example="Two guests of one meeting, one at 10:00 and one at 11:00.",
        message="'{value}' in column '{column}' differs from '{detail}' in an earlier "
        "row with the same key: rows with one key become one activity.",
        hint="Make them equal; or say in the mapping which counts, by "
        "`when_rows_differ`.",
    ),
    Entry(
        "fellow_invalid",
        "Another row of the same activity has an error",
        means="The row is right, but one that belongs to the same activity is not, and "
        "half an activity is not sent.",
        why="Rows with one key become one activity.",
        fix=Fix(spreadsheet="Correct the other row; both are in fix-me.csv."),
        example="Row 8 names an unknown contact; row 9 is another guest of the same "
        "meeting.",
        message="The row is part of an activity with row {detail}, which has an error.",
        hint="Correct row {detail}; both are in fix-me.csv.",
    ),
)
