"""Codes that tell how a row got its outcome, and what the API said of it."""

from typing import Final

from pipeline.catalogue.entry import Entry, Fix, Level

_LOOK = "activity-import reconcile {run}"
_SAY = (
    f"Look for it in Reevo, then say what you found: `{_LOOK} --taken ROW`, or "
    "`--not-taken ROW`."
)
_LOOKS = f"`{_LOOK}` looks for it in Reevo, in the timeline of the linked record."
_RECONCILE = Fix(
    machine="`activity-import reconcile RUN` looks for it in the timeline of the "
    "linked record.",
    reevo="Or look for it there, and say what you found by `--taken` or `--not-taken`.",
)
_BY_HAND = Fix(
    reevo="Look for the activity there.",
    machine="Say what you found: `activity-import reconcile RUN --taken ROW`, or "
    "`--not-taken ROW`.",
)
_NOTHING = Fix(machine="Nothing: it is told for the record.")
_CORRECT = "Correct the row, then run fix-me.csv."

NOT_SENT: Final = (
    Entry(
        "skipped_by_rule",
        "A rule of the mapping left it out",
        means="The row is right, and the mapping says not to import such rows.",
        why="It matches a rule under `skip`; the message names the rule.",
        fix=Fix(mapping="Change the rule if the row is wanted."),
        example="`skip: [{column: IsDeleted, in: [true]}]`",
        level=Level.OUTCOME,
    ),
    Entry(
        "no_record",
        "The line is no record",
        means="It is a total, a note or a blank that a report puts below its rows.",
        why="The export was made for people to read.",
        fix=_NOTHING,
        example="Total: 1,204 records.",
        level=Level.OUTCOME,
    ),
    Entry(
        "already_imported",
        "The record was imported before",
        means="The same record with the same content is in Reevo; the row has its id.",
        why="This file overlaps with an earlier one, or was run before.",
        fix=_NOTHING,
        example="Last night's export, run again.",
        level=Level.OUTCOME,
    ),
    Entry(
        "sent_before",
        "Another run sent the record meanwhile",
        means="Between the check and the sending of this run, another one took it.",
        why="Two runs with overlapping files went on at the same time.",
        fix=_NOTHING,
        example="Two people import the same week.",
        level=Level.OUTCOME,
    ),
    Entry(
        "combined",
        "The row is one activity with another row",
        means="Several rows with one key became one activity, which the first of them "
        "stands for.",
        why="The mapping has `combine`.",
        fix=_NOTHING,
        example="A meeting with a row for each guest.",
        level=Level.OUTCOME,
    ),
    Entry(
        "not_sent",
        "The run ended before the row was sent",
        means="It was about to be sent when the run ended, and was not.",
        why="The run was stopped, or ended by itself.",
        fix=Fix(machine="`activity-import resume RUN` sends it."),
        example="Ctrl-C in the middle of the night.",
        level=Level.OUTCOME,
    ),
    Entry(
        "unreachable",
        "No connection to the API could be made",
        means="The row was not sent: nobody answered at the API's address.",
        why="The network, a proxy or the API is down.",
        fix=Fix(machine="Check the network; `activity-import doctor` helps."),
        example="The office network was down from 2:00 to 2:10.",
        level=Level.OUTCOME,
    ),
    Entry(
        "rate_limited",
        "The API asked for fewer requests",
        means="The row was not taken, and is sent again later by itself.",
        why="More was sent than the API allows; the pace is found anew.",
        fix=Fix(machine="Nothing; or set `--rate` lower."),
        example="HTTP 429.",
        level=Level.OUTCOME,
    ),
    Entry(
        "busy",
        "The API was busy",
        means="The row was not taken, and is sent again later by itself.",
        why="The API asked to come back later (HTTP 503 with Retry-After).",
        fix=_NOTHING,
        example="Maintenance at 3:00.",
        level=Level.OUTCOME,
    ),
    Entry(
        "timed_out",
        "The API did not get the whole request",
        means="The row was not taken, and is sent again by itself.",
        why="The network is slow (HTTP 408).",
        fix=_NOTHING,
        example="A weak connection in a train.",
        level=Level.OUTCOME,
    ),
    Entry(
        "resent_by_order",
        "The row was sent again by your order",
        means="It was looked for twice and not found, and `--resend-uncertain` was "
        "given.",
        why="The first time no answer came.",
        fix=_NOTHING,
        example="`activity-import reconcile RUN --resend-uncertain`",
        level=Level.OUTCOME,
    ),
    Entry(
        "reconciled",
        "It was found in Reevo",
        means="No answer came when it was sent; then it was found in the timeline of "
        "the linked record.",
        why="The connection broke after the API had taken the row.",
        fix=_NOTHING,
        example="`created`, with the id that was found.",
        level=Level.OUTCOME,
    ),
    Entry(
        "settled_by_person",
        "A person said what became of it",
        means="No answer came when it was sent; somebody looked in Reevo and said what "
        "they found.",
        why="`--taken` or `--not-taken` was given.",
        fix=_NOTHING,
        example="`activity-import reconcile RUN --taken 17=ID`",
        level=Level.OUTCOME,
    ),
)

UNCERTAIN: Final = (
    Entry(
        "no_answer",
        "The API gave no answer",
        means="The row was sent, and the connection broke or nothing came back in "
        "time. Reevo may have it or not.",
        why="The network, a proxy or the API failed in the middle of the request.",
        fix=_RECONCILE,
        example="No answer within 60 seconds.",
        hint=_LOOKS,
    ),
    Entry(
        "server_error",
        "The API failed on its side",
        means="The API answered with an error of its own. Reevo may have the row or "
        "not.",
        why="A fault in Reevo (HTTP 500 and the like).",
        fix=_RECONCILE,
        example="HTTP 502.",
        hint=_LOOKS,
    ),
    Entry(
        "strange_answer",
        "The API's answer is none that it should give",
        means="Nobody can tell from it whether Reevo has the row.",
        why="A proxy or a firewall answered in the API's place.",
        fix=_RECONCILE,
        example="HTTP 600.",
        hint=_LOOKS,
    ),
    Entry(
        "answer_without_id",
        "The API's answer names no activity",
        means="The API said yes, and gave no id. Reevo probably has the row.",
        why="A proxy answered in the API's place, or the API changed.",
        fix=_RECONCILE,
        example="HTTP 200 with an empty body.",
        hint=_LOOKS,
    ),
    Entry(
        "answer_unknown",
        "The program ended before the answer came",
        means="The row was sent, and nobody was there to hear the answer.",
        why="The program was killed, or the machine went down.",
        fix=_RECONCILE,
        example="A power failure at night.",
        hint=_LOOKS,
    ),
    Entry(
        "in_flight",
        "It is being sent at this moment",
        means="The report was written while the run goes on.",
        why="`report` was asked during a run.",
        fix=Fix(machine="Wait for the run to end."),
        example="`activity-import report RUN` in a second window.",
        hint="Wait for the run to end.",
    ),
    Entry(
        "not_found",
        "It was looked for in Reevo, and not found",
        means="It is not in the timeline of the linked record, where others of the run "
        "are: most probably it was not taken.",
        why="The connection broke before the API had the row.",
        fix=Fix(
            machine="`activity-import reconcile RUN --resend-uncertain` sends it "
            "again.",
            reevo="Look there first if a second one would do harm.",
        ),
        example="Looked for twice in the timeline of an account.",
        hint=f"It was most probably not taken: `{_LOOK} --resend-uncertain` sends it "
        "again.",
    ),
    Entry(
        "several_found",
        "Several activities in Reevo could be the row",
        means="More than one activity has this subject and time, or it may belong to "
        "another row.",
        why="The rows look alike. `stamp` in the mapping would tell them apart.",
        fix=Fix(
            reevo="Compare the activities whose ids the message gives with the row.",
            machine="Say which it is: `activity-import reconcile RUN --taken ROW=ID`, "
            "or `--not-taken ROW`.",
        ),
        example="Two calls 'No answer' on one day.",
        hint="Compare them with the row in Reevo, then say which it is: "
        f"`{_LOOK} --taken ROW=ID`, or `--not-taken ROW`.",
    ),
    Entry(
        "no_link_to_look_in",
        "The row is linked to nothing in which to look for it",
        means="The API shows activities only in the timeline of a record, and this one "
        "is linked to none.",
        why="It has no account, opportunity or contact.",
        fix=_BY_HAND,
        example="`require_link: false`, and a row without links.",
        hint=_SAY,
    ),
    Entry(
        "timeline_unread",
        "The timeline could not be read",
        means="It could not be looked for.",
        why="The key may not read activities, or the API did not answer.",
        fix=Fix(
            reevo="Give the key the right to read activities.",
            machine="Then `activity-import reconcile RUN`.",
        ),
        example="HTTP 403 for the timeline of a contact.",
        hint=f"When the API can be read: `{_LOOK}`. Or: {_SAY}",
    ),
    Entry(
        "absence_unproven",
        "It is not in the timeline, which proves nothing here",
        means="It was not seen there, but no other row of the run was seen in such a "
        "timeline either.",
        why="The timeline may lag, or show such activities not at all.",
        fix=_BY_HAND,
        example="The only row linked to an opportunity.",
        hint=_SAY,
    ),
)

REFUSED: Final = (
    Entry(
        "record_not_found",
        "The API does not know a record that the row names",
        means="The account, opportunity or contact is not in this Reevo workspace.",
        why="It was deleted or merged, or the id is of another workspace.",
        fix=Fix(
            spreadsheet="Correct the id, or empty the cell.",
            mapping="If ids come from a lookup file, make that file again.",
            reevo="Import the record, and run fix-me.csv.",
        ),
        example="No contact 00000000-0000-4000-8000-000000000003 in this workspace.",
        hint="The id is not in this Reevo workspace: correct it, then run fix-me.csv.",
    ),
    Entry(
        "field_value_invalid",
        "The API does not take the value of a field",
        means="A value has not the form that Reevo wants for the field.",
        why="The API checks more than can be checked here.",
        fix=Fix(spreadsheet="Correct the cell that the message names."),
        example="A select-list value that was deleted in Reevo.",
        hint=_CORRECT,
    ),
    Entry(
        "field_required_missing",
        "The API wants a field that the row lacks",
        means="Reevo takes no activity without the field that the message names.",
        why="The workspace asks for more than the API's published page does.",
        fix=Fix(
            spreadsheet="Fill in the cell.",
            mapping="Map the field, or give it a `default`.",
        ),
        example="Your workspace asks for a sequence.",
        hint=_CORRECT,
    ),
    Entry(
        "refused_by_api",
        "The API refused the row",
        means="The API did not take the row for its content, in words of its own. We "
        "do not know this code; what the API said is in the message.",
        why="Something in the row is not as Reevo wants it: a value, or a rule of your "
        "workspace.",
        fix=Fix(
            spreadsheet="Correct what the message names, then run fix-me.csv.",
            mapping="If many rows have it, correct the field there.",
            reevo="If you cannot see why, ask Reevo's support; show them the code and "
            "the message.",
        ),
        example="`http_422`, or any word that the API gives as its code.",
        hint=_CORRECT,
    ),
)
