"""What `suggest` asks on a terminal: only what it cannot know."""

from pathlib import Path

import pytest

from pipeline.mapping import load_mapping
from tests.runs.test_run_guards import terminal

pytestmark = pytest.mark.usefixtures("here")
WORDS = ("suggest", "own.csv", "-o", "own.yaml")


def source(text: str) -> None:
    Path("own.csv").write_text(text, encoding="utf-8")


def test_system_order_and_zone_are_asked_and_obeyed() -> None:
    source("Date,Title\n03/04/2024 10:00,Hello\n05/06/2024 11:00,There\n")
    with terminal(*WORDS) as asked:
        asked.until("The old system's name, such as hubspot (Enter: later): ")
        asked.type("acme crm\n")
        asked.until("'03/04/2024 10:00' in 'Date': does the day come first (d) or ")
        asked.type("d\n")
        asked.until("do not say their zone. Which is it")
        asked.type("Europe/Berlim\n")
        asked.until("'Europe/Berlim' is no time zone. Did you mean 'Europe/Berlin'?")
        asked.type("Europe/Berlin\n")
        said = asked.outcome(0)
    mapping = load_mapping(Path("own.yaml"))

    assert "A draft for own.csv is in own.yaml." in said
    assert (mapping.system, mapping.source.timezone) == ("acme crm", "Europe/Berlin")
    assert mapping.fields["activity_time"].formats == ("iso", "day_first")
    assert "TO DO: the times" not in mapping.text
    assert "TO DO: write day_first" not in mapping.text


def test_what_the_file_tells_is_not_asked_and_enter_leaves_the_rest() -> None:
    source("When,Title\n2024-03-04T10:00:00Z,Hello\n")
    with terminal(*WORDS) as asked:
        asked.until("(Enter: later): ")
        asked.type("\n")
        said = asked.outcome(0)

    assert "zone" not in said
    assert "comes first" not in said
    assert "# TO DO: the old system's name" in Path("own.yaml").read_text("utf-8")


def test_of_two_columns_that_are_equally_good_one_is_asked_for() -> None:
    source("When,Title,Subject\n2024-03-04T10:00:00Z,Hello,There\n")
    with terminal(*WORDS) as asked:
        asked.until("Which column is the subject?")
        asked.until("2 Title (Hello)")
        asked.type("2\n")
        asked.until("(Enter: later): ")
        asked.type("\n")
        asked.outcome(0)

    assert "subject: {from: Title," in Path("own.yaml").read_text("utf-8")


def test_ctrl_c_at_a_question_writes_nothing() -> None:
    source("When,Title\n2024-03-04T10:00:00Z,Hello\n")
    with terminal(*WORDS) as asked:
        asked.until("(Enter: later): ")
        asked.interrupt()
        assert asked.ended() == 1

    assert not Path("own.yaml").exists()
