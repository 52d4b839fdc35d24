"""Issues that checking whole activities finds, and comparing them with earlier ones."""

from typing import Final

from pipeline.catalogue.entry import Entry, Fix, Level

CHECKING: Final = (
    Entry(
        "required",
        "A required field is empty",
        means="Reevo takes no activity without this field, and the row has no value "
        "for it.",
        why="The cell is empty in the old system, or the mapping names another column.",
        fix=Fix(
            spreadsheet="Fill in the cell.",
            mapping="Give the field a `default`, or a second column under `from`.",
        ),
        example="The date of a call is empty.",
        message="The field '{field}' is empty: column '{column}' has no value.",
        hint="Fill in the cell, or give the field a `default` in the mapping.",
    ),
    Entry(
        "too_long",
        "The text is too long",
        means="The text has more characters than the field may have.",
        why="A whole mail stands in the subject, or notes are very long.",
        fix=Fix(
            spreadsheet="Shorten the text.",
            mapping="Set `when_too_long: truncate` to have it cut.",
        ),
        example="A subject of 400 characters; 255 are allowed.",
        message="The text in column '{column}' is longer than {detail} characters.",
        hint="Shorten it, or set `when_too_long: truncate` in the mapping.",
    ),
    Entry(
        "not_a_uuid",
        "The value is not a Reevo id",
        means="The field takes an id of Reevo (a UUID), and this is something else.",
        why="The column holds ids, e-mails or names of the old system, and the mapping "
        "does not look them up.",
        fix=Fix(
            spreadsheet="Put in the id that Reevo shows in the record's address.",
            mapping="Give the field a `lookup` that turns the value into Reevo's id.",
        ),
        example="0015g00000A0001AAB in place of 2d38de7c-3bec-4519-8b67-4d999253f6b7.",
        message="'{value}' in column '{column}' is not a Reevo id (a UUID, such as "
        "2d38de7c-3bec-4519-8b67-4d999253f6b7).{near}",
        hint="Use the id from Reevo, or a lookup in the mapping.",
    ),
    Entry(
        "too_many_contacts",
        "Too many contacts",
        means="One activity names more contacts than the API takes.",
        why="The row is a large meeting or a webinar.",
        fix=Fix(spreadsheet="Split the row into several, each with a part of them."),
        example="A webinar with 1,200 guests in one row.",
        message="The row names more than {detail} contacts in column '{column}'.",
        hint="Split the activity into several rows.",
    ),
    Entry(
        "no_link",
        "The activity is linked to nothing",
        means="No account, opportunity or contact is named: Reevo would show the "
        "activity nowhere.",
        why="The cells are empty in the old system, or the mapping lacks their column.",
        fix=Fix(
            spreadsheet="Fill in one of them.",
            mapping="Map the column; or set `require_link: false` under `rules`.",
        ),
        example="A task without account and contact.",
        message="The row has no account, no opportunity and no contact.",
        hint="Fill in one of them; or set `require_link: false` in the mapping's "
        "rules.",
    ),
    Entry(
        "future_time",
        "The activity lies in the future",
        means="Its time is later than now, and what is imported has happened.",
        why="Day and month are the wrong way round, or it is an appointment.",
        fix=Fix(
            spreadsheet="Correct the date, or delete the row.",
            mapping="Correct `formats`; or set `allow_future: true` under `rules`.",
        ),
        example="2204-03-01 in place of 2024-03-01.",
        message="The activity's time lies in the future: '{value}' in column "
        "'{column}'.",
        hint="Correct the date; or set `allow_future: true` in the mapping's rules.",
    ),
    Entry(
        "old_time",
        "The activity is very old",
        means="Its time is so early that a mistake is likely. The row goes on.",
        why="A year of two digits was read in the wrong century, or an empty date was "
        "exported as the first day of a calendar.",
        fix=Fix(
            spreadsheet="Check the century of the date.", mapping="Check `formats`."
        ),
        example="1900-01-01.",
        level=Level.WARNING,
        message="The activity's time lies before {detail}: '{value}' in column "
        "'{column}'.",
        hint="Check the century of the date.",
    ),
    Entry(
        "repeated",
        "The record stands earlier in the source",
        means="A row with the same key, or without a key the same content in another "
        "source, came before in this run; that one counts, and this one is not sent.",
        why="The export holds the record twice, or two files overlap.",
        fix=Fix(spreadsheet="Nothing: the earlier row counts."),
        example="Id 00T7 in rows 15 and 16.",
        level=Level.WARNING,
        message="The same record stands earlier in this run.",
        hint="Nothing to do: the earlier one counts.",
    ),
    Entry(
        "repeated_with_changes",
        "The record stands earlier, with another content",
        means="A row with the same key and another content came before in this run; "
        "only that one counts.",
        why="The record was changed between two exports, or the key is no real key.",
        fix=Fix(
            spreadsheet="Delete the row that is wrong, if it is the earlier one.",
            mapping="Add to `key` the column that tells such rows apart.",
        ),
        example="Id 00T7 is 'Call' in row 15 and 'Mail' in row 16.",
        level=Level.WARNING,
        message="The same record, with another content, stands earlier in this run.",
        hint="Check which of the two is right; only the earlier one counts.",
    ),
    Entry(
        "changed_since_import",
        "The record was imported with another content",
        means="The record is in Reevo already, and the row says something else now. It "
        "is not sent again.",
        why="It was changed in the old system, or the mapping was changed.",
        fix=Fix(reevo="Change the activity there by hand: the API offers no update."),
        example="The notes of a call grew after last night's import.",
        level=Level.WARNING,
        message="The record was imported before with another content, in run {detail}.",
        hint="The API offers no update: change the activity in Reevo by hand.",
    ),
    Entry(
        "sent_before_unanswered",
        "It is not known whether the record was imported",
        means="An earlier run sent the record and heard no answer. It is not sent "
        "again until that is settled.",
        why="The connection broke, or the program ended, in the middle of that row.",
        fix=Fix(
            machine="`activity-import reconcile RUN`, with the run that the message "
            "names, looks for it.",
            reevo="Or look for it there, and say what you found by `--taken` or "
            "`--not-taken`.",
        ),
        example="A night's run was cut off by a power failure.",
        message="The record was sent in run {detail}, and the answer is not known.",
        hint="Settle it first: `activity-import reconcile {detail}` looks for it in "
        "Reevo.",
    ),
)
