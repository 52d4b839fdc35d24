"""Answers as a scenario spells them."""

import time
from collections.abc import Mapping
from email.utils import formatdate
from typing import Annotated

from pydantic import Field
from pydantic_core import to_json

from pipeline.sandbox.front.wire import Answer, phrase_of
from pipeline.sandbox.models import StrictModel


class Reply(StrictModel):
    """A status with headers and a body; without a body, FastAPI's for the status.

    `retry_after` is sent as it is, be it seconds or nonsense; `retry_after_date` is in
    seconds from now, and sent as an HTTP date.
    """

    status: Annotated[int, Field(ge=200, le=599)]
    headers: Mapping[str, str] = Field(default_factory=dict)
    body: str | None = None
    content_type: str = "application/json"
    retry_after: int | str | None = None
    retry_after_date: float | None = None

    def answer(self) -> Answer:
        """The answer, made now."""
        headers = {"content-type": self.content_type, **self.headers}
        if self.retry_after is not None:
            headers["retry-after"] = str(self.retry_after)
        if self.retry_after_date is not None:
            at = time.time() + self.retry_after_date
            headers["retry-after"] = formatdate(at, usegmt=True)
        return Answer(self.status, tuple(headers.items()), self._body())

    def _body(self) -> bytes:
        if self.body is None:
            return to_json({"detail": phrase_of(self.status)})
        return self.body.encode()
