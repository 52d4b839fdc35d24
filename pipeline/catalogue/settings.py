"""What was typed or set wrongly."""

from typing import Final

from pipeline.catalogue.entry import Entry, Fix, Level

SETTINGS: Final = (
    Entry(
        "wrong_usage",
        "The command was not understood",
        means="A word or an option is not known, or one is missing.",
        why="A typo.",
        fix=Fix(machine="`activity-import COMMAND --help` shows examples."),
        example="`activity-import vaildate Task.csv`",
        level=Level.RUN,
    ),
    Entry(
        "code_unknown",
        "There is no such code",
        means="`explain` knows the codes of this program, and this is none of them.",
        why="A typo, or a word of the API's own.",
        fix=Fix(machine="`activity-import explain` lists all codes."),
        example="`activity-import explain bad_tiem`",
        level=Level.RUN,
    ),
    Entry(
        "settings_wrong",
        "An option or a setting is wrong",
        means="The program knows the option, and cannot use the value.",
        why="A typo, or two settings that do not go together.",
        fix=Fix(machine="Correct what the message names."),
        example="`--scenario` with a name that does not exist.",
        level=Level.RUN,
    ),
    Entry(
        "settings_file_wrong",
        "The settings file is wrong",
        means="activity-import.toml (or config.toml) cannot be read, or has keys that "
        "are no options.",
        why="A typo.",
        fix=Fix(machine="Correct the file: keys are the long names of options."),
        example="`ratee = 20`",
        level=Level.RUN,
    ),
    Entry(
        "api_key_missing",
        "There is no API key",
        means="Only a real run needs one, and none is set. Nothing was sent.",
        why="REEVO_API_KEY is not set in this window.",
        fix=Fix(
            reevo="Make a key under Settings, Integrations, API Keys.",
            machine="export REEVO_API_KEY=..., or `--api-key-file FILE`; to try "
            "without: `--sandbox`.",
        ),
        example="A new terminal window.",
        level=Level.RUN,
    ),
    Entry(
        "api_key_unusable",
        "The API key cannot be used",
        means="Its file cannot be read, or it has characters that no key has.",
        why="It was copied with a blank, a line break or quotes, or not whole.",
        fix=Fix(machine="Copy it again from Reevo, whole."),
        example="A line break in the middle.",
        level=Level.RUN,
    ),
    Entry(
        "base_url_wrong",
        "The base URL is wrong, or not safe",
        means="It is no web address, holds a password or a '?', or is not encrypted.",
        why="A typo, or http in place of https.",
        fix=Fix(
            machine="Leave `--base-url` out for Reevo's own; `--allow-http` if you "
            "mean it."
        ),
        example="api.reevo.ai without https://",
        level=Level.RUN,
    ),
    Entry(
        "other_target",
        "The run was for another target",
        means="A run is resumed where it was begun, and `--base-url` says elsewhere.",
        why="REEVO_BASE_URL was changed.",
        fix=Fix(machine="Leave it out; or `run` the file again to send it elsewhere."),
        example="Begun in the sandbox, resumed against Reevo.",
        level=Level.RUN,
    ),
    Entry(
        "bundle_not_confirmed",
        "The bundle was not written",
        means="You did not say that it may be written, or nobody could be asked.",
        why="It is for others to read, so it is shown first.",
        fix=Fix(machine="Look at what it holds, then add `--yes`."),
        example="`activity-import bundle` in a script, without `--yes`.",
        level=Level.RUN,
    ),
    Entry(
        "output_exists",
        "The file is there already",
        means="What is in it would be lost, so it was not written over.",
        why="The command was typed before.",
        fix=Fix(machine="Name another file by -o."),
        example="`lookups -o accounts.csv`, half filled in.",
        level=Level.RUN,
    ),
    Entry(
        "verdict_wrong",
        "A row that you settle is not one to settle",
        means="`--taken` and `--not-taken` are about uncertain rows of the run. "
        "Nothing was recorded.",
        why="Another row, another file, or an id that belongs to another row.",
        fix=Fix(machine="Look in rows.csv for the rows that are `uncertain`."),
        example="`--taken 17`, and row 17 is `created`.",
        level=Level.RUN,
    ),
    Entry(
        "run_unknown",
        "There is no such run",
        means="The ledger knows of no run with that id.",
        why="A typo, or another ledger.",
        fix=Fix(machine="`activity-import history` lists the runs; or `--ledger`."),
        example="The run was made with `--sandbox`, which has its own ledger.",
        level=Level.RUN,
    ),
    Entry(
        "not_a_report",
        "The file is no report of a run",
        means="--corrects is for the fix-me.csv or the report.xlsx of a run.",
        why="Another file was named, or its columns that start with _ were removed.",
        fix=Fix(
            spreadsheet="Keep the columns `_status`, `_code`, `_message`, `_hint`.",
            machine="Name the report; or leave `--corrects` away.",
        ),
        example="The export itself, with --corrects.",
        level=Level.RUN,
    ),
    Entry(
        "report_of_report",
        "The report is of a run that read a report of several files",
        means="Without a key, equal rows of different files are told apart by their "
        "file, which this report does not name any more.",
        why="A report.xlsx was corrected, run, and the report of that run once more.",
        fix=Fix(
            spreadsheet="Correct the first report further, or this run's fix-me.csv.",
            mapping="Give the mapping a `key`.",
        ),
        example="Calls of two offices, corrected in report.xlsx twice over.",
        level=Level.RUN,
    ),
    Entry(
        "run_was_dry",
        "The run was a dry run",
        means="It sent nothing by intention, so that there is nothing to go on with.",
        why="It was `validate`, or `run --dry-run`.",
        fix=Fix(machine="`activity-import run` sends the rows."),
        example="`resume` of a `validate`.",
        level=Level.RUN,
    ),
    Entry(
        "plan_incomplete",
        "The run ended before it knew what to send",
        means="Its plan was never complete, and nothing of it was sent.",
        why="It was stopped while the rows were checked.",
        fix=Fix(machine="Run the import again."),
        example="Ctrl-C after two seconds.",
        level=Level.RUN,
    ),
)
