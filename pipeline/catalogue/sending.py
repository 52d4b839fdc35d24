"""Why a run that came to sending ended early, or never began to send."""

from typing import Final

from pipeline.catalogue.entry import Entry, Fix, Level

_RESUME = "Then `activity-import resume RUN`."

GUARDS: Final = (
    Entry(
        "no_rows",
        "The source has no rows",
        means="There is a header and nothing below it. Nothing was sent.",
        why="An export failed more often than a day was quiet.",
        fix=Fix(machine="Export again; or add `--allow-empty` if no rows are right."),
        example="A nightly export with its header line alone.",
        level=Level.RUN,
    ),
    Entry(
        "too_many_invalid",
        "More rows are invalid than you allow",
        means="`--max-invalid` says how many may be invalid, and there are more. "
        "Nothing was sent.",
        why="The export changed its form, or the mapping does not fit.",
        fix=Fix(
            spreadsheet="Correct the rows in fix-me.csv, or the source, and run again.",
            mapping="If many rows have one cause, it is the mapping.",
            machine="`activity-import resume RUN` sends the valid rows as they are.",
        ),
        example="`--max-invalid 5%`, and 12 % of the dates cannot be read.",
        level=Level.RUN,
    ),
    Entry(
        "source_drifted",
        "The source does not look as it did",
        means="Columns or values changed since the last run, and `--on-drift stop` "
        "was given. Nothing was sent.",
        why="Somebody changed the export or the old system.",
        fix=Fix(
            mapping="Correct it if the changes matter.",
            machine="`activity-import resume RUN` sends the rows as they are.",
        ),
        example="The column Type is gone.",
        level=Level.RUN,
    ),
    Entry(
        "imported_before",
        "These rows look like ones that were imported before",
        means="Most rows have the very content of activities in Reevo, and other "
        "identities. Nothing was sent.",
        why="The `key` or the `system` of the mapping was changed: so every row looks "
        "new.",
        fix=Fix(
            mapping="Give it its former `key` and `system`.",
            machine="If these are other activities: `activity-import resume RUN "
            "--allow-repeats`.",
        ),
        example="`system: acme` became `system: acme-crm`.",
        level=Level.RUN,
    ),
    Entry(
        "source_imported_before",
        "This very source was sent before, and now its rows look new",
        means="Together they would be more activities than the source has rows: some "
        "would be there twice. Nothing was sent.",
        why="The time zone, a field, the `key` or the `system` is not as it was. "
        "Without a `key`, any change of the content makes a row another record.",
        fix=Fix(
            mapping="Run the source with the mapping and the options of then; what "
            "was sent with a wrong one is corrected in Reevo.",
            machine="If these are other activities, such as a task for each call: "
            "`--allow-repeats`.",
        ),
        example="calls.csv was sent with the time zone UTC, and is run again with "
        "`--timezone America/New_York`.",
        level=Level.RUN,
    ),
    Entry(
        "read_otherwise",
        "Rows without a key are read by other rules than before",
        means="The mapping or its time zone is not as it was for the last source of "
        "this name. A row that was imported then looks new now. Nothing was sent.",
        why="Without a `key` in the mapping, the content makes the record; other rules "
        "make another content.",
        fix=Fix(
            spreadsheet="Take out the rows that were imported before.",
            mapping="Give it a `key`: then this cannot happen.",
            machine="If there are no such rows: `activity-import resume RUN "
            "--allow-repeats`. It asks once.",
        ),
        example="calls-0312.csv holds rows of calls-0311.csv, and the mapping was "
        "edited in between.",
        level=Level.RUN,
    ),
    Entry(
        "report_in_inbox",
        "A corrected report came into a nightly inbox",
        means="The mapping has no `key`, so rows are told apart by the run that they "
        "correct, and an inbox does not tell it. Nothing was sent.",
        why="Somebody put a fix-me.csv or report.xlsx into the inbox.",
        fix=Fix(machine="`activity-import run FILE`, in the folder of its run."),
        example="fix-me.csv of last night, corrected and dropped into the inbox.",
        level=Level.RUN,
    ),
    Entry(
        "first_run_not_confirmed",
        "You did not confirm the first run",
        means="The first run against a target asks before it sends. Nothing was sent.",
        why="You said no, or nobody was there to ask.",
        fix=Fix(
            machine="`activity-import resume RUN` asks again; `--yes` answers; "
            "`--pilot 5` sends a few rows first."
        ),
        example="Send them? [y/N] n",
        level=Level.RUN,
    ),
    Entry(
        "pilot_not_confirmed",
        "The run stopped after its pilot",
        means="The rows of `--pilot` were sent, and the others were not.",
        why="You said no, or nobody was there to ask.",
        fix=Fix(
            reevo="Look at the rows of the pilot there.",
            machine="When they are right: `activity-import resume RUN`.",
        ),
        example="`--pilot 5`, and the times were an hour off.",
        level=Level.RUN,
    ),
    Entry(
        "too_many_failed",
        "The API refused more rows than you allow",
        means="`--max-failed` says how many may be refused, and there were more. The "
        "others were not sent.",
        why="Something is wrong with all rows: ids of another workspace, mostly.",
        fix=Fix(
            spreadsheet="Look at fix-me.csv: it has the API's reason for each row.",
            mapping="Correct the lookup or the field that it names.",
            machine=_RESUME,
        ),
        example="`--max-failed 2%`, and every account is unknown.",
        level=Level.RUN,
    ),
    Entry(
        "too_few_rows",
        "The file has fewer rows than `min_rows`",
        means="Nothing of it was sent, and it lies in the quarantine folder.",
        why="The export was cut short, or it was a quiet day.",
        fix=Fix(
            machine="Look at the file; if it is right, lower `min_rows` and move it "
            "back into the inbox."
        ),
        example="200 rows, where `min_rows` is 1000.",
        level=Level.RUN,
    ),
    Entry(
        "too_many_rows",
        "The file has more rows than `max_rows`",
        means="Nothing of it was sent, and it lies in the quarantine folder.",
        why="A whole history was exported in place of a day.",
        fix=Fix(
            machine="Look at the file; if it is right, raise `max_rows` and move it "
            "back into the inbox."
        ),
        example="100,000 rows, where `max_rows` is 5000.",
        level=Level.RUN,
    ),
    Entry(
        "unusual_rows",
        "The file is not of its usual size",
        means="Nothing of it was sent, and it lies in the quarantine folder.",
        why="It was cut short, holds more than a day, or is another file.",
        fix=Fix(
            machine="Look at the file; if it is right, widen `usual_rows` and move it "
            "back into the inbox."
        ),
        example="90 rows, where about 900 are usual.",
        level=Level.RUN,
    ),
    Entry(
        "inbox_in_use",
        "Another night works in the inbox",
        means="Two configurations name one inbox, and the other one came first.",
        why="A configuration was copied.",
        fix=Fix(machine="Give each configuration an inbox of its own."),
        example="nightly.yaml and nightly-new.yaml at the same time.",
        level=Level.RUN,
    ),
    Entry(
        "work_folder_planted",
        "Somebody put something where a night keeps its files",
        means="A link, or what is no file, lies in `.activity-import` in the inbox. "
        "The job did nothing with it.",
        why="Whoever may write to an inbox can do that, by mistake or to have another "
        "file read.",
        fix=Fix(machine="Find out who did, and remove it."),
        example="inbox/.activity-import/000017/calls.csv is a link to /etc/passwd.",
        level=Level.RUN,
    ),
)

STOPS: Final = (
    Entry(
        "key_refused",
        "The API refused the key",
        means="The API does not know the key. No row fares better, so the run stopped.",
        why="It is wrong, expired, revoked or cut off.",
        fix=Fix(
            reevo="Make a key under Settings, Integrations, API Keys.",
            machine=f"Set REEVO_API_KEY to it. {_RESUME}",
        ),
        example="HTTP 401.",
        level=Level.RUN,
    ),
    Entry(
        "not_permitted",
        "The key may not write activities",
        means="The API knows the key, which lacks the right.",
        why="The key was made with fewer rights.",
        fix=Fix(
            reevo="Give it the right to write activities (Settings, Integrations, API "
            "Keys).",
            machine=_RESUME,
        ),
        example="HTTP 403.",
        level=Level.RUN,
    ),
    Entry(
        "quota_used_up",
        "The quota of API requests is used up",
        means="Reevo takes no more requests of your workspace for now.",
        why="Your contract has a number of requests, and they are spent.",
        fix=Fix(reevo="Ask your account manager for more.", machine=_RESUME),
        example="HTTP 402.",
        level=Level.RUN,
    ),
    Entry(
        "redirected",
        "The base URL redirects elsewhere",
        means="The address sends requests on to another, which is not followed, so "
        "that the key goes nowhere else.",
        why="The address is an old one, or http in place of https.",
        fix=Fix(machine="If the place that the message names is right, give that."),
        example="http://api.example.com leads to https://api.example.com.",
        level=Level.RUN,
    ),
    Entry(
        "wrong_base_url",
        "The Reevo API is not at this base URL",
        means="Something answers there, and it is not the API; or the API says that it "
        "is not well. Nothing was sent to it.",
        why="The address has a typo or a path too much, or a proxy answers.",
        fix=Fix(
            machine="Correct `--base-url` or REEVO_BASE_URL; leave both out for "
            "Reevo's own. `activity-import doctor` checks it."
        ),
        example="https://app.reevo.ai in place of https://api.reevo.ai.",
        level=Level.RUN,
    ),
    Entry(
        "proxy_refused",
        "The proxy asks for a user name and a password",
        means="Requests leave your network through a proxy that did not let them pass.",
        why="HTTPS_PROXY has no user name and password, or wrong ones.",
        fix=Fix(machine="HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"),
        example="HTTP 407.",
        level=Level.RUN,
    ),
    Entry(
        "api_down",
        "The API took nothing for too long",
        means="For as long as `--patience` says no row was taken, and the run was "
        "given up. What was not sent is `unsent`.",
        why="Reevo, the network or a proxy is down.",
        fix=Fix(machine="When `activity-import doctor` is content: `resume RUN`."),
        example="An outage of an hour, with a patience of 15 minutes.",
        level=Level.RUN,
    ),
    Entry(
        "interrupted",
        "You stopped the run",
        means="Ctrl-C or a signal ended it, in order: what was in flight was finished.",
        why="You, or the machine going down.",
        fix=Fix(machine="`activity-import resume RUN` goes on, if something is left."),
        example="Ctrl-C.",
        level=Level.RUN,
    ),
    Entry(
        "run_cut_off",
        "The run was cut off before its report",
        means="The program ended before it could say how. What was sent is in the "
        "ledger; rows in flight are `uncertain`.",
        why="It was killed, or the machine went down.",
        fix=Fix(machine="`activity-import resume RUN` goes on."),
        example="A power failure at night.",
        level=Level.RUN,
    ),
    Entry(
        "run_goes_on",
        "The run is still going on",
        means="Another process works on it; a report tells what is known now.",
        why="The command was typed while it runs.",
        fix=Fix(machine="Wait for it to end, or stop it by Ctrl-C in its window."),
        example="`activity-import report RUN` in a second window.",
        level=Level.RUN,
    ),
)
