"""What is wrong with the ledger, a disk or the machine; and our own faults."""

from typing import Final

from pipeline.catalogue.entry import Entry, Fix, Level

PLACES: Final = (
    Entry(
        "ledger_locked",
        "The ledger is locked by another program",
        means="Something else has the file open and does not let go.",
        why="A database viewer, a backup or another run.",
        fix=Fix(machine="Close it, then try again."),
        example="The ledger is open in a SQLite viewer.",
        level=Level.RUN,
    ),
    Entry(
        "ledger_not_writable",
        "The ledger cannot be opened or written",
        means="The system does not let us, so that nothing may be sent.",
        why="The file or its folder belongs to somebody else, or is read-only.",
        fix=Fix(machine="Ask for the right to write there; or `--ledger PATH`."),
        example="A ledger that the nightly user made.",
        level=Level.RUN,
    ),
    Entry(
        "ledger_place_wrong",
        "No ledger can be kept there",
        means="A ledger is a file on a local disk, and this place is none.",
        why="It is a folder, or a network drive, which may lose what was written.",
        fix=Fix(machine="Name a file on a local disk by `--ledger`."),
        example="`--ledger /mnt/share/ledger.sqlite`",
        level=Level.RUN,
    ),
    Entry(
        "ledger_not_ours",
        "The file is not a ledger",
        means="It is something else, and was not changed.",
        why="`--ledger` names another file.",
        fix=Fix(machine="Name the right file by `--ledger`."),
        example="`--ledger contacts.db`",
        level=Level.RUN,
    ),
    Entry(
        "ledger_newer",
        "The ledger was written by a newer version",
        means="This version cannot read it, and did not change it.",
        why="Another installation is newer than this one.",
        fix=Fix(machine="Install that version, or a later one."),
        example="Two machines, one of them updated.",
        level=Level.RUN,
    ),
    Entry(
        "ledger_damaged",
        "The ledger is damaged",
        means="What was sent can no longer be told for certain, so nothing is sent.",
        why="A disk fault, a copy that was cut off, or a backup put back in part.",
        fix=Fix(
            machine="Put the file aside and restore it from a backup. Do not start an "
            "empty one without need: it would not know what was sent."
        ),
        example="The file is empty, and its log is not.",
        level=Level.RUN,
    ),
    Entry(
        "ledger_failed",
        "The ledger failed",
        means="Something went wrong with it that has no words here.",
        why="A fault of the disk, or of the program.",
        fix=Fix(machine="Keep the ledger as it is, and report it with the message."),
        example="An error of SQLite that was never seen.",
        level=Level.RUN,
    ),
    Entry(
        "disk_full",
        "The disk is full, or nearly",
        means="What must be written down finds no room, so the work ended.",
        why="A plan takes as much room as its source; or a quota is used up.",
        fix=Fix(machine="Make room, then `activity-import resume RUN`, or run again."),
        example="200 MB left, and a source of 1 GB.",
        level=Level.RUN,
    ),
    Entry(
        "disk_failed",
        "The disk reports an error",
        means="Reading or writing failed, and not for want of rights.",
        why="It is full, over your quota, failing, or no longer connected.",
        fix=Fix(machine="Check the disk, then `activity-import resume RUN`."),
        example="A USB disk that was pulled out.",
        level=Level.RUN,
    ),
    Entry(
        "file_not_written",
        "A file cannot be written",
        means="A report, a plan or another file could not be made.",
        why="You may not write there, or the disk is read-only.",
        fix=Fix(machine="Choose another folder (`--reports`), or ask for rights."),
        example="`--reports /usr/reports`",
        level=Level.RUN,
    ),
    Entry(
        "plan_unreadable",
        "The plan of the run cannot be read",
        means="The rows to send lie in a folder beside the ledger, and a file of it is "
        "missing or damaged.",
        why="It was deleted, or put back in part.",
        fix=Fix(machine="Run the import again: what was sent is not sent twice."),
        example="A cleaning job deleted old files.",
        level=Level.RUN,
    ),
    Entry(
        "plan_gone",
        "The plan of the run is gone",
        means="Some of the run was sent, and the folder that says what else was to be "
        "sent is not there.",
        why="The ledger was moved without the folder beside it.",
        fix=Fix(
            machine="Put the folder back; or run the import again, which sends nothing "
            "twice."
        ),
        example="ledger.sqlite was copied without ledger.sqlite.runs.",
        level=Level.RUN,
    ),
    Entry(
        "report_busy",
        "Another process writes the report",
        means="One at a time writes it, and another has been at it for minutes.",
        why="`report` was typed twice.",
        fix=Fix(machine="Wait for it to end, then try again."),
        example="Two windows.",
        level=Level.RUN,
    ),
    Entry(
        "out_of_memory",
        "The machine could not give what the work needs",
        means="There is too little memory, or no further thread may be started.",
        why="Other programs use it, or a limit is set low.",
        fix=Fix(
            machine="Close other programs, or raise the limit; then `activity-import "
            "history` names the run to resume."
        ),
        example="A container with 256 MB.",
        level=Level.RUN,
    ),
    Entry(
        "too_many_files",
        "Too many files are open",
        means="The system allows only so many open files, and they are used up.",
        why="The limit is low, or other programs hold many.",
        fix=Fix(machine="`ulimit -n 4096`, then try again."),
        example="A limit of 64.",
        level=Level.RUN,
    ),
    Entry(
        "config_wrong",
        "The configuration has mistakes",
        means="The configuration of the nightly jobs cannot be used. All mistakes are "
        "listed, with line and column.",
        why="A typo, or a key that does not exist.",
        fix=Fix(machine="Correct the lines that the message names."),
        example="`jbos:` in place of `jobs:`.",
        level=Level.RUN,
    ),
    Entry(
        "secrets_file_wrong",
        "The file of secrets cannot be used as it is",
        means="The file of `nightly install --secrets-file` is open to others, or has "
        "lines that systemd reads otherwise than a shell.",
        why="`$`, quotes and blanks mean different things to the two.",
        fix=Fix(machine="chmod 600 FILE, and each line as NAME='value'."),
        example="SMTP_PASSWORD=a$b, which a shell takes for a and a variable.",
        level=Level.RUN,
    ),
    Entry(
        "time_zones_missing",
        "The time zones of the world are not known here",
        means="The data that says which clocks are put forward, and when, is missing.",
        why="The package `tzdata` was removed or damaged.",
        fix=Fix(machine="pip install --force-reinstall tzdata"),
        example="`doctor` on a machine that was cleaned up too well.",
        level=Level.RUN,
    ),
    Entry(
        "rows_do_not_add_up",
        "The rows do not add up",
        means="The run counts its rows three times, and the sums differ: do not trust "
        "this report.",
        why="A fault of the program, or a report file was changed meanwhile.",
        fix=Fix(machine="Keep the report folder and the ledger, and report it."),
        example="1,200 rows read, 1,199 outcomes.",
        level=Level.RUN,
    ),
    Entry(
        "program_fault",
        "A fault of the program",
        means="Something went wrong that should not have. What was sent is in the "
        "ledger, and nothing is sent twice.",
        why="A mistake of ours.",
        fix=Fix(
            machine="Report it with the file that the message names. Look into it "
            "first: it may quote a row."
        ),
        example="KeyError, in a log of its own.",
        level=Level.RUN,
    ),
)
