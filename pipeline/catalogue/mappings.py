"""What is wrong with a mapping, or with a lookup that it names."""

from typing import Final

from pipeline.catalogue.entry import Entry, Fix, Level

MAPPINGS: Final = (
    Entry(
        "mapping_wrong",
        "The mapping has mistakes",
        means="The mapping cannot be used as it stands. All mistakes are listed, with "
        "line and column.",
        why="A typo, a key that does not exist, or a test of the mapping that fails.",
        fix=Fix(
            mapping="Correct the lines; `activity-import check-mapping MAPPING` checks "
            "them again."
        ),
        example="`feilds:` in place of `fields:`.",
        level=Level.RUN,
    ),
    Entry(
        "mapping_does_not_fit",
        "The mapping does not fit the file",
        means="The mapping names columns that the file does not have.",
        why="It was made for another export, or a column was renamed.",
        fix=Fix(
            mapping="Name the column as the file does; the message lists its columns.",
            machine="`activity-import inspect FILE` says which preset fits.",
        ),
        example="`from: Subject`, and the file has Betreff.",
        level=Level.RUN,
    ),
    Entry(
        "mapping_missing",
        "There is no such mapping",
        means="Neither a file nor a preset has the name after -m.",
        why="A typo, or another folder.",
        fix=Fix(machine="`activity-import presets` lists the presets."),
        example="-m salesforce-taks",
        level=Level.RUN,
    ),
    Entry(
        "mapping_not_named",
        "No mapping was named, and none is surely right",
        means="Without -m a preset is used that was surely made for the file; there is "
        "none, or there are several.",
        why="The export has other columns than those that presets know.",
        fix=Fix(
            machine="Name one by -m; or have one drafted: `activity-import suggest "
            "FILE -o my-mapping.yaml`."
        ),
        example="A file of a home-made CRM.",
        level=Level.RUN,
    ),
    Entry(
        "dates_undecided",
        "Day or month first: nobody can tell",
        means="The dates can be read in two ways, and the file does not show which is "
        "right; a guess would put activities on wrong days.",
        why="No date has a day above 12, or the dates contradict each other.",
        fix=Fix(
            mapping="Write `day_first` or `month_first` under `formats`.",
            machine="Or add `--dates day_first` or `--dates month_first`.",
        ),
        example="03/04/2024: 3 April or March 4?",
        level=Level.RUN,
    ),
    Entry(
        "dates_have_no_effect",
        "The option --dates changes nothing here",
        means="The option decides what a mapping leaves open, and this one leaves "
        "nothing open.",
        why="The mapping says how its dates are written.",
        fix=Fix(
            mapping="Or use `day_or_month_first` under `formats`.",
            machine="Leave the option away.",
        ),
        example="`--dates day_first` with `formats: [iso]`.",
        level=Level.RUN,
    ),
    Entry(
        "lookup_file_missing",
        "The mapping needs lookup files that are not there",
        means="Ids of the old system become Reevo's by a file that you make, and it is "
        "missing.",
        why="It was not made yet, or lies in another folder.",
        fix=Fix(
            machine="`activity-import lookups FILE -m MAPPING -o FILE.csv` lists the "
            "values to fill in; put the file beside the mapping.",
            reevo="Its ids can be exported there.",
        ),
        example="accounts.csv",
        level=Level.RUN,
    ),
    Entry(
        "lookup_file_wrong",
        "A lookup file cannot be used",
        means="The file is there, and cannot be read, or lacks a column that the "
        "mapping names.",
        why="A column was renamed, or a row is broken.",
        fix=Fix(
            spreadsheet="Correct the file as the message says.",
            mapping="Correct `match` and `return` of the lookup.",
        ),
        example="`return: Reevo ID`, and the file has Reevo Id (new).",
        level=Level.RUN,
    ),
    Entry(
        "lookup_not_in_use",
        "Nothing is looked up here",
        means="The mapping, or the field that was named, has no `lookup`.",
        why="The command is about lookups.",
        fix=Fix(mapping="Give a field a `lookup`, and say under `lookups` where."),
        example="`activity-import lookups FILE -m generic --field subject`",
        level=Level.RUN,
    ),
    Entry(
        "lookup_query_wrong",
        "Reevo cannot be asked like that",
        means="A lookup asks Reevo for records by a field that it does not search or "
        "does not show, or that far too many records share.",
        why="`match` of the lookup is not the API's name of the field.",
        fix=Fix(
            mapping="Correct `match` (primary_email, domain_name, display_name), or "
            "use a lookup file."
        ),
        example="`match: email` in place of `match: primary_email`.",
        level=Level.RUN,
    ),
    Entry(
        "lookup_not_permitted",
        "The key may not read the records to look up",
        means="A lookup asks Reevo, and the key lacks the right to read.",
        why="The key was made with fewer rights.",
        fix=Fix(
            reevo="Give it the right (Settings, Integrations, API Keys).",
            mapping="Or use a lookup file.",
        ),
        example="HTTP 403 for contacts.",
        level=Level.RUN,
    ),
    Entry(
        "lookup_unanswered",
        "Reevo could not be asked for a lookup",
        means="A lookup asks Reevo, which gave no answer of use. Nothing was sent.",
        why="The network or Reevo is down, or the key was refused.",
        fix=Fix(machine="Try again; answers that came are kept."),
        example="An outage while contacts were looked up.",
        level=Level.RUN,
    ),
    Entry(
        "preset_fits",
        "A preset was made for such a file",
        means="No draft is needed: a mapping that ships with the program fits.",
        why="`suggest` was asked for a file that is known.",
        fix=Fix(machine="Use the preset; or add `--anyway` to draft one."),
        example="Task.csv of Salesforce.",
        level=Level.RUN,
    ),
    Entry(
        "no_time_column",
        "No column holds the time of the activities",
        means="An activity needs a time, and no mapping can be drafted without.",
        why="The export was made without the date column.",
        fix=Fix(
            spreadsheet="Add the column, if you know the dates.",
            machine="Or export again with the date of each activity.",
        ),
        example="A file with the columns Subject and Account.",
        level=Level.RUN,
    ),
)
