"""Which requests, or which connections, something happens to."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from pipeline.sandbox.models import StrictModel

Number = Annotated[int, Field(ge=1, strict=True)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class When(StrictModel):
    """Numbers count from 1; all that is given must hold, and nothing given is always.

    `every` counts on from `from` where that is given. `share` leaves the choice to
    dice, which fall alike each time the scenario is played.
    """

    at: tuple[Number, ...] = ()
    every: Number = 1
    from_: Number | None = Field(None, alias="from")
    to: Number | None = None
    share: Annotated[float, Field(gt=0, le=1)] = 1.0

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if self.to is not None and self.to < (self.from_ or 1):
            raise PydanticCustomError("range", "`to` should not be less than `from`")
        return self

    def holds(self, number: int) -> bool:
        """Whether the number is one of these, leaving the dice aside."""
        start = self.from_ or 1
        if number < start or (self.to is not None and number > self.to):
            return False
        if self.at and number not in self.at:
            return False
        return (number - (self.from_ or 0)) % self.every == 0
