"""A scenario, as its file says it."""

import tomllib
from pathlib import Path
from random import Random
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError

from pipeline.sandbox.front.faults import Fault
from pipeline.sandbox.front.limits import Limit
from pipeline.sandbox.front.outages import Outage
from pipeline.sandbox.front.reply import Reply
from pipeline.sandbox.front.service import (
    Service,
    refuse_queries,
    serve_late,
)
from pipeline.sandbox.front.when import When
from pipeline.sandbox.models import StrictModel
from pipeline.sandbox.scenarios import ScenarioError
from pipeline.sandbox.settings import TimelineManner

MOST_BYTES: Final = 16_384


class Scenario(StrictModel):
    """What goes wrong, and when.

    Of the faults that fit a request the first happens, and the shares of those that
    have one add up. `resets_on_connect` counts connections, all else requests to log
    an activity.
    """

    description: Annotated[str, Field(min_length=1)]
    seed: int = 0
    door: Literal["open", "tls", "no-such-host", "connect-timeout"] = "open"
    latency_ms: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    faults: tuple[Fault, ...] = ()
    resets_on_connect: tuple[When, ...] = ()
    outages: tuple[Outage, ...] = ()
    limit: Limit | None = None
    queries: Reply | None = None
    timeline: TimelineManner = TimelineManner()

    def fault_for(self, number: int) -> Fault | None:
        """The fault that happens to the request of this number."""
        dice = self._dice("request", number)
        for fault in self.faults:
            if not fault.holds(number):
                continue
            if dice < fault.share:
                return fault
            dice -= fault.share
        return None

    def resets(self, connection: int) -> bool:
        """Whether the connection of this number is broken as soon as it is made."""
        dice = self._dice("connection", connection)
        return any(
            when.holds(connection) and dice < when.share
            for when in self.resets_on_connect
        )

    def before(self, serve: Service) -> Service:
        """The service as it is in this scenario, faults and outages aside."""
        if self.latency_ms:
            serve = serve_late(serve, self.latency_ms / 1000)
        if self.queries is not None:
            serve = refuse_queries(serve, self.queries.answer)
        return serve if self.limit is None else self.limit.before(serve)

    def _dice(self, thrown_for: str, number: int) -> float:
        # no secret hangs on it: the same numbers must fall in each rehearsal
        return Random(f"{self.seed} {thrown_for} {number}").random()  # noqa: S311


def load_scenario(path: Path) -> Scenario:
    """Reads a file; raises ScenarioError with every mistake in it."""
    try:
        return Scenario.model_validate(_content(path))
    except ValidationError as error:
        mistakes = "; ".join(_tell(each["loc"], each["msg"]) for each in error.errors())
        raise ScenarioError(f"{path}: {mistakes}") from error
    except (OSError, ValueError) as error:
        raise ScenarioError(f"{path}: {error}") from error
    except RecursionError as error:
        raise ScenarioError(f"{path}: it is nested too deeply.") from error


def _content(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES:,} bytes.")
    return tomllib.loads(content.decode("utf-8"))


def _tell(place: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(map(str, place))}: {message}"
