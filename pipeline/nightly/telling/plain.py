"""The text of a message: the verdict first, then what to do."""

from collections.abc import Iterator

from pipeline.nightly.clock import when
from pipeline.nightly.telling.stories import (
    FileStory,
    News,
    Story,
    stories_of,
    subject_of,
)


def plain_text(news: News, report_url: str, notes: tuple[str, ...] = ()) -> str:
    """All of it, in lines; `notes` tell of what is attached.

    Where there is one story, the first line is its title.
    """
    subject = subject_of(news)
    lines = [subject if subject.endswith(".") else f"{subject}."]
    stories = stories_of(news, report_url)
    for story in stories:
        title, *told = story_lines(story)
        lines += ["", *([title] if len(stories) > 1 else []), *told]
    lines += ["", *notes] if notes else []
    return "\n".join([*lines, "", closing(news)]) + "\n"


def closing(news: News) -> str:
    """When it was, and who says so."""
    started, ended = when(news.night.started_at), when(news.night.ended_at)
    return f"activity-import nightly, from {started} to {ended}."


def story_lines(story: Story) -> Iterator[str]:
    """One job."""
    yield f"{story.job}: {story.headline}"
    yield from filter(None, (story.again, story.reason, story.hint))
    for each in story.files:
        yield ""
        yield from _file_lines(each)
    if story.files_left_out:
        yield f"And {story.files_left_out} files more."
    yield from (f"Note: {notice}" for notice in story.notices)


def _file_lines(told: FileStory) -> Iterator[str]:
    yield f"  {told.name}"
    for sentence in (told.verdict, told.reason, told.hint):
        if sentence:
            yield f"    {sentence}"
    for status, count in told.counts:
        yield f"    {count:>10,}  {status}"
    for cause in told.causes:
        yield f"    {cause.count:>9,}x  {cause.title} ({cause.code})"
    for step in told.steps:
        yield f"    {step.todo}"
        yield f"      {step.command}"
    if told.place:
        yield f"    The file lies in {told.place}"
    if told.link or told.report:
        yield f"    Report: {told.link or told.report}"
