"""What the comments in presets tell people to change in a copy."""

import re
from pathlib import Path

from pipeline.golden import golden_mistakes
from pipeline.mapping import find_mapping, load_mapping


def copied(tmp_path: Path, preset: str, changes: dict[str, str], test: str) -> Path:
    """A copy with lines of fields replaced, and one test in place of the preset's."""
    text = find_mapping(preset).read_text("utf-8").partition("\ntests:\n")[0]
    for field, line in changes.items():
        changed, count = re.subn(rf"(?m)^  {field}:.*(\n    .*)*", f"  {line}", text)
        assert count == 1
        text = changed
    path = tmp_path / "copy.yaml"
    path.write_text(f"{text}\ntests:\n{test}", "utf-8")
    return path


def told_in(preset: str, field: str) -> str:
    """The line that the preset's comments suggest for a field."""
    text = find_mapping(preset).read_text("utf-8")
    (line,) = re.findall(rf"(?m)^ *#   ({field}: .*)$", text)
    return str(line)


def test_an_event_without_a_date_is_dated_in_a_copy(tmp_path: Path) -> None:
    preset = "eventbrite-attendees"
    changes = {field: told_in(preset, field) for field in ("activity_time", "subject")}
    path = copied(
        tmp_path,
        preset,
        changes,
        """
  - given: {"Order #": "1", Email: a@x.example, Attendee Status: Attending}
    lookups: {contacts: {a@x.example: b4d343a8-4b68-41c7-9dba-58587dc7abbe}}
    expect: {activity_time: "2024-09-26T18:00:00Z", subject: Autumn tasting}
""",
    )

    assert golden_mistakes(load_mapping(path)) == ()


def test_webinars_and_calls_in_a_calendar_are_told_in_a_copy(tmp_path: Path) -> None:
    text = find_mapping("outlook-calendar").read_text("utf-8")
    (lines,) = re.findall(r"(?m)^  #   category:\n((?:  #     .*\n)+)", text)
    keys = ", ".join(line.strip(" #") for line in lines.splitlines())
    path = copied(
        tmp_path,
        "outlook-calendar",
        {"category": f"category: {{{keys}}}"},
        """
  - given: {Subject: Spring Webinar, Required Attendees: A}
    expect: {category: WEBINAR}
  - given: {Subject: Board, Required Attendees: A}
    expect: {category: EVENT}
""",
    )

    assert golden_mistakes(load_mapping(path)) == ()
