"""What a webhook is sent: the night, and which of its jobs are told, as what."""

from typing import Any

from pipeline.nightly.document import night_document
from pipeline.nightly.telling.policy import Tidings
from pipeline.nightly.telling.stories import News, subject_of


def document(news: News) -> dict[str, Any]:
    """The document of a night, with `subject` and `told`."""
    return {
        **night_document(news.night),
        "subject": subject_of(news),
        "told": [_told(tidings) for tidings in news.told],
    }


def _told(tidings: Tidings) -> dict[str, Any]:
    return {
        "job": tidings.ending.job,
        "event": tidings.event.value,
        "since": tidings.since.isoformat(),
        "nights": tidings.nights,
        "silent": tidings.silent,
    }
